"""What the tags of images say of runtimes and versions, and passwords that are written for an address."""

from __future__ import annotations

import pytest

from prodify.inventory import runtimes
from prodify.inventory.secrets.scanner import Scanner

from .conftest import Repo


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("tiangolo/uvicorn-gunicorn:python3.7", ("python", "3.7")),
        ("tiangolo/uwsgi-nginx-flask:python3.8-alpine", ("python", "3.8")),
        ("nikolaik/python-nodejs:python3.9-nodejs16", ("python", "3.9")),
        ("example/app:1.0-node14", ("node", "14")),
        ("python:3.8-slim", ("python", "3.8")),
    ],
)
def test_runtime_that_a_tag_tells(repo: Repo, image: str, expected: tuple[str, str]) -> None:
    found = runtimes.runtime_declarations(repo({"Dockerfile": f"FROM {image}\nCMD python app.py\n", "app.py": "print(1)\n"}))
    assert [(d.language, d.version) for d in found] == [expected]
    assert all(runtimes.ended(d) for d in found)


@pytest.mark.parametrize(
    ("image", "floats"),
    [
        ("gcr.io/distroless/nodejs22-debian12:nonroot", False),
        ("gcr.io/distroless/static-debian12:debug-nonroot", False),
        ("gcr.io/distroless/static-debian12", True),
        ("gcr.io/distroless/static-debian12:latest", True),
        ("gcr.io/distroless/static:nonroot", True),
        ("example/app1:nonroot", True),
    ],
)
def test_images_with_the_version_in_their_name(repo: Repo, image: str, floats: bool) -> None:
    (dockerfile,) = repo({"Dockerfile": f"FROM {image}\n"}).dockerfiles
    assert [found.is_floating for found in dockerfile.images] == [floats]


@pytest.mark.parametrize(
    "call", ["urllib.parse.quote_plus", "quote", "encodeURIComponent", "url.QueryEscape", "CGI.escape", "Uri.EscapeDataString"]
)
def test_a_password_written_for_an_address_is_one(call: str) -> None:
    hits, _ = Scanner().scan("app.py", f"password = {call}(name)\npassword = {call}('Kx9!mQw4z2')\n".encode())
    assert [(hit.location.line, hit.level) for hit in hits if hit.level != "note"] == [(2, "error")]


@pytest.mark.parametrize("call", ["hash", "encrypt", "get_password", "prompt"])
def test_a_password_that_is_changed_or_asked_for_is_none(call: str) -> None:
    hits, _ = Scanner().scan("app.py", f"password = {call}('Kx9!mQw4z2')\n".encode())
    assert [hit for hit in hits if hit.level != "note"] == []
