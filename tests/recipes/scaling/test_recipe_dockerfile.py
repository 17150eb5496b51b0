"""The image: what it holds for each way to declare packages, and that hadolint has nothing to say."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from prodify.data.images import image, images
from prodify.errors import InternalError
from prodify.profile import Profile
from prodify.recipes.shared.pythons import python_version

from .deploying import FASTAPI, FLASK, PYPROJECT, profile_for, prove

Render = Callable[[tuple[str, ...], Path, Profile], dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
Golden = Callable[[str, Mapping[str, str]], None]

UV = {"app.py": FLASK["app.py"], "pyproject.toml": PYPROJECT, "uv.lock": "version = 1\n"}
POETRY = {"app.py": FLASK["app.py"], "pyproject.toml": PYPROJECT, "poetry.lock": "# lock\n"}
PROJECT = {"src/shop/__init__.py": "", "src/shop/app.py": FLASK["app.py"], "pyproject.toml": PYPROJECT}
HASHED = {**FLASK, "requirements.txt": "flask==3.1.3 \\\n    --hash=sha256:" + "0" * 64 + "\n"}
SOURCE = {**FLASK, "requirements.txt": "-r requirements/base.txt\nflask\n", "requirements/base.txt": "flask\n"}
COMPILED = {**FLASK, "requirements.txt": "flask\npsycopg2==2.9.13\nmysqlclient==2.2.7\n"}
STREAMLIT = {"app.py": "import streamlit as st\n\nst.title('Shop')\n", "requirements.txt": "streamlit\n"}
KINDS = {
    "flask": FLASK, "fastapi": FASTAPI, "uv": UV, "poetry": POETRY, "project": PROJECT, "hashed": HASHED, "source": SOURCE,
    "compiled": COMPILED, "streamlit": STREAMLIT,
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_project_gets_an_image_that_hadolint_accepts(kind: str, make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo(KINDS[kind])
    tree = render_tree(("server", "dockerfile"), root, profile_for())
    text = tree["Dockerfile"]
    assert "USER 10001:10001" in text
    assert text.count("\nFROM ") == (3 if kind in ("uv", "project") else 2)
    prove(root, tree, "hadolint")


def test_the_small_service_gets_exactly_these_files(flask_repo: Path, render_tree: Render, golden: Golden) -> None:
    golden("scaling/flask", render_tree(("server", "dockerfile"), flask_repo, profile_for()))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("flask", ["gunicorn", "--config", "gunicorn.conf.py", "app:app"]),
        ("fastapi", ["python", "serve.py"]),
        ("project", ["gunicorn", "--config", "gunicorn.conf.py", "shop.app:app"]),
    ],
)
def test_the_start_command_is_the_production_server(kind: str, expected: list[str], make_repo: MakeRepo, render_tree: Render) -> None:
    text = render_tree(("dockerfile",), make_repo(KINDS[kind]), profile_for())["Dockerfile"]
    assert json.loads(text.rpartition("\nCMD ")[2]) == expected


def test_a_factory_is_called(make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo({
        "app.py": "from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n    return app\n",
        "requirements.txt": "flask\n",
    })  # fmt: skip
    assert json.loads(render_tree(("dockerfile",), root, profile_for())["Dockerfile"].rpartition("\nCMD ")[2])[-1] == "app:create_app()"


@pytest.mark.parametrize("kind", ["flask", "hashed", "source", "uv", "poetry", "project"])
def test_the_server_is_listed_with_the_packages_or_comes_with_the_image(kind: str, make_repo: MakeRepo, render_tree: Render) -> None:
    tree = render_tree(("server", "dockerfile"), make_repo(KINDS[kind]), profile_for())
    in_list = {path for path in ("requirements.txt", "pyproject.toml") if "gunicorn==" in tree.get(path, "")}
    expected = {"hashed": set(), "flask": {"requirements.txt"}, "source": {"requirements.txt"}}.get(kind, {"pyproject.toml"})
    assert in_list == expected
    assert ("gunicorn==" in tree["Dockerfile"]) is (kind == "hashed")


UNLOCKED = '[tool.poetry]\nname = "shop"\npackage-mode = false\n\n[tool.poetry.dependencies]\npython = "^3.12"\nflask = "^3.1"\n'


def test_poetry_without_a_lock_file_resolves_in_the_image(make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo({"app.py": FLASK["app.py"], "pyproject.toml": UNLOCKED})
    tree = render_tree(("server", "dockerfile"), root, profile_for())
    assert "COPY pyproject.toml ./\nRUN /opt/poetry/bin/poetry install --only main --no-root" in tree["Dockerfile"]
    assert 'gunicorn = "27.0.1"' in tree["pyproject.toml"]
    prove(root, tree, "hadolint")


def test_a_project_that_nobody_builds_is_installed_by_its_dependencies(make_repo: MakeRepo, render_tree: Render) -> None:
    text = render_tree(("dockerfile",), make_repo(PROJECT), profile_for())["Dockerfile"]
    assert "uv pip install --python /opt/venv/bin/python --requirement pyproject.toml" in text and "pip install ." not in text


def test_packages_without_a_wheel_are_built_in_the_first_stage_only(make_repo: MakeRepo, render_tree: Render) -> None:
    build, final = render_tree(("dockerfile",), make_repo(COMPILED), profile_for())["Dockerfile"].split("# Second stage")
    assert "gcc libc6-dev" in build and "libpq-dev" in build and "pkg-config" in build
    assert "gcc" not in final and "libpq5" in final and "libmariadb3" in final


def test_folders_that_the_service_writes_into_are_its_own(example_repo: Path, render_tree: Render) -> None:
    text = render_tree(("dockerfile",), example_repo, profile_for())["Dockerfile"]
    assert "--owner=10001 --group=10001 uploads" in text


def test_secrets_and_history_stay_out_of_the_image(make_repo: MakeRepo, render_tree: Render) -> None:
    lines = render_tree(("dockerfile",), make_repo({**FLASK, ".dockerignore": "# mine\nbig/\n"}), profile_for())[
        ".dockerignore"
    ].splitlines()
    assert lines[:2] == ["# mine", "big/"]
    assert {"**/.env", "**/.env.*", "**/*.pem", "**/*.key", ".git"} <= set(lines)


def test_a_folder_of_code_named_like_one_of_documents_stays_in_the_image(make_repo: MakeRepo, render_tree: Render) -> None:
    lines = render_tree(("dockerfile",), make_repo({**FLASK, "load/__init__.py": ""}), profile_for())[".dockerignore"].splitlines()
    assert "load" not in lines and "docs" in lines


@pytest.mark.parametrize(
    "files",
    [
        {"README.md": "# Nothing\n"},
        {"lib.py": "def add(a, b):\n    return a + b\n", "pyproject.toml": PYPROJECT.replace('"flask"', "")},
        {**FLASK, "docker/Dockerfile": 'FROM python:3.14-slim\nCOPY . .\nCMD ["gunicorn", "app:app"]\n'},
        {"app.py": FLASK["app.py"]},
    ],
    ids=["empty", "library", "an image elsewhere", "no list of packages"],
)
def test_where_it_does_not_suit_nothing_is_written(files: Mapping[str, str], make_repo: MakeRepo, render_tree: Render) -> None:
    assert render_tree(("dockerfile",), make_repo(files), profile_for()) == {}


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        *[("3.12", "3.12"), ("3.11.9", "3.11"), ("python-3.13.2", "3.13"), (">=3.10", None), ("2.7", None), ("", None), (None, None)],
        *[(">=3.10.0,<3.11", "3.10"), ("~3.11", "3.11"), (">=3.9,<3.13", "3.12"), ("^3.10", None), ("~3.8", None), (">=3.8,<4", None)],
    ],
)
def test_a_stated_language_version_is_kept_where_an_image_exists(stated: str | None, expected: str | None) -> None:
    assert python_version(stated) == (expected or image("python").default)


@pytest.mark.parametrize("name", sorted(images()))
def test_every_image_is_dated_and_names_a_version(name: str) -> None:
    row = images()[name]
    assert len(row.as_of) == 10 and row.source
    assert row.tag not in ("", "latest") and any(c.isdigit() for c in row.reference)


def test_an_unknown_image_is_an_internal_error() -> None:
    with pytest.raises(InternalError, match="no image is known"):
        image("oracle")


@pytest.mark.parametrize(("imported", "beside"), [("src.shop", False), ("shop", True)])
def test_the_folder_src_is_on_the_path_only_where_it_is_no_package(
    make_repo: MakeRepo, render_tree: Render, imported: str, beside: bool
) -> None:
    files = {"requirements.txt": "flask\n", "src/shop/app.py": f"import {imported}.models\n{FLASK['app.py']}", "src/shop/models.py": ""}
    text = render_tree(("dockerfile",), make_repo(files), profile_for())["Dockerfile"]
    assert ("PYTHONPATH=/app/src" in text) is beside
