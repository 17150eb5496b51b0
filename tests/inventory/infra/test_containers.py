"""Dockerfiles, .dockerignore and compose files."""

from __future__ import annotations

import pytest

from prodify.inventory.containers.dockerfile import fill
from prodify.inventory.containers.ignore import read_dockerignore
from prodify.inventory.images import parse_image
from prodify.model import Location

from .conftest import Make

FULL = """\
# syntax=docker/dockerfile:1
ARG PYTHON=3.13
FROM python:${PYTHON}-slim AS base
ENV PORT=8000 MODE=x
RUN apt-get update && \\
    # a comment inside

    apt-get install -y curl
COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/
RUN <<EOF
echo hello
FROM nothing
EOF
FROM base AS final
USER app
EXPOSE $PORT 9090/tcp
HEALTHCHECK CMD curl -f http://localhost:$PORT/
CMD ["gunicorn", "-b", "0.0.0.0:8000", "app:app"]
FROM final AS test
USER root
CMD pytest
"""


def test_the_production_stage_is_the_last_that_is_no_test(repo: Make) -> None:
    (file,) = repo({"Dockerfile": FULL}).dockerfiles
    assert file.final_stage is not None
    assert file.final_stage.name == "final"
    assert [s.name for s in file.lineage] == ["final", "base"]
    assert file.user is not None
    assert file.user.value == "app"
    assert file.user.location.line == 15
    assert not file.runs_as_root
    assert file.exposed_ports == (8000, 9090)
    assert file.command_words == ("gunicorn", "-b", "0.0.0.0:8000", "app:app")
    assert file.healthcheck is not None
    assert [e.name for e in file.environment] == ["PORT", "MODE"]


def test_external_images_only(repo: Make) -> None:
    (file,) = repo({"Dockerfile": FULL}).dockerfiles
    assert [(i.text, i.location.line) for i in file.images] == [("python:3.13-slim", 3), ("ghcr.io/astral-sh/uv:0.9", 9)]
    assert file.base_image is not None
    assert file.base_image.tag == "3.13-slim"


def test_lines_span_continuations_and_heredocs(repo: Make) -> None:
    (file,) = repo({"Dockerfile": FULL}).dockerfiles
    spans = [(i.location.line, i.location.end_line) for i in file.instructions if i.keyword == "RUN"]
    assert spans == [(5, 8), (10, 13)]


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("FROM python:3.13\nCMD x", True),
        ("FROM python:3.13\nUSER root\n", True),
        ("FROM python:3.13\nUSER 0:0\n", True),
        ("FROM python:3.13\nUSER 10001\n", False),
        ("FROM python:3.13\nARG U=app\nUSER $U\n", False),
        ("FROM python:3.13\nUSER app\nUSER root\n", True),
        ("FROM gcr.io/distroless/python3:nonroot\n", False),
        ("FROM gcr.io/distroless/python3\n", True),
        ("FROM nginxinc/nginx-unprivileged:1.29\n", False),
        ("FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled\n", False),
        ("FROM alpine:3.22\nUSER app\nFROM scratch\nCOPY --from=0 /x /x\n", True),
        ("FROM alpine:3.22 AS a\nUSER app\nFROM a\n", False),
        ('FROM alpine:3.22\nENTRYPOINT ["gosu", "app", "x"]\n', False),
    ],
)
def test_runs_as_root(repo: Make, text: str, root: bool) -> None:
    (file,) = repo({"Dockerfile": text}).dockerfiles
    assert file.runs_as_root is root


def test_start_scripts_are_read(repo: Make) -> None:
    files = {
        "Dockerfile": 'FROM python:3.13\nCOPY boot.sh /srv/\nENTRYPOINT ["/srv/boot.sh"]\nCMD ["web"]\n',
        "boot.sh": "#!/bin/sh\nexec flask run\n",
    }
    (file,) = repo(files).dockerfiles
    run = [c for c in file.start if c.runs("flask run")]
    assert len(run) == 1
    assert run[0].origin == Location("boot.sh", 2)
    assert run[0].location.path == "Dockerfile"


def test_shell_form_inside_an_exec_form(repo: Make) -> None:
    (file,) = repo({"Dockerfile": 'FROM x:1\nCMD ["sh", "-c", "alembic upgrade head && uvicorn app:app"]\n'}).dockerfiles
    assert [c.program for c in file.start] == ["alembic", "uvicorn"]


def test_development_files_are_not_the_application(repo: Make) -> None:
    paths = ("Dockerfile", ".devcontainer/Dockerfile", "Dockerfile.dev", "tests/Dockerfile", "docker/api/Dockerfile", "api/app.py")
    files = dict.fromkeys(paths, "FROM x:1\n")
    found = repo(files).dockerfiles
    assert [(f.path, f.component) for f in found] == [("Dockerfile", "."), ("docker/api/Dockerfile", "api")]


def test_a_lone_development_file_still_counts(repo: Make) -> None:
    assert [f.path for f in repo({"Dockerfile.dev": "FROM x:1\n"}).dockerfiles] == ["Dockerfile.dev"]


def test_a_file_that_is_no_dockerfile_says_so(repo: Make) -> None:
    (file,) = repo({"Dockerfile": "hello\n\\\n"}).dockerfiles
    assert file.problem is not None
    assert not file.runs_as_root
    assert file.command is None


@pytest.mark.parametrize(
    ("text", "floating"),
    [
        ("redis", True), ("redis:latest", True), ("redis:alpine", True), ("redis:7", False), ("debian:bookworm-slim", False),
        ("x/y:stable", True), ("localhost:5000/x", True), ("localhost:5000/x:1.2", False), ("x@sha256:" + "a" * 64, False),
        ("x:latest@sha256:" + "a" * 64, False),
        ("x:${TAG}", False), ("eclipse-temurin:jre", True), ("rust:slim-bookworm", True), ("docker.io/library/golang:bookworm", True),
        ("shop/base:bookworm", False), ("ubuntu:noble", False),
    ],
)  # fmt: skip
def test_floating_tags(text: str, floating: bool) -> None:
    assert parse_image(text, Location("x")).is_floating is floating


def test_dockerignore_decides_by_the_last_rule() -> None:
    rules = read_dockerignore(".dockerignore", "# all\n*.env*\n**/node_modules\n!.env.example\n/docs\nsrc/**/*.pyc\n")
    excluded = {
        p: rules.excludes(p)
        for p in (".env", ".env.example", "web/node_modules/a/b.js", "docs/a.md", "web/docs/a.md", "src/a/b.pyc", "app.py")
    }
    assert excluded == {".env": True, ".env.example": False, "web/node_modules/a/b.js": True, "docs/a.md": True, "web/docs/a.md": False,
                        "src/a/b.pyc": True, "app.py": False}  # fmt: skip


def test_dockerignore_in_a_directory_speaks_for_it() -> None:
    rules = read_dockerignore("api/.dockerignore", ".env\n")
    assert rules.excludes("api/.env")
    assert rules.excludes("other/file")
    assert not rules.excludes("api/sub/.env")


COMPOSE = """\
x-base: &base
  restart: unless-stopped
services:
  web:
    <<: *base
    build: {context: ./api, target: final}
    ports: ["${PORT:-80}:8000", "127.0.0.1:9000:9001/udp", 5000]
    environment: [A=1, B]
    env_file: .env
    command: gunicorn app:app
    depends_on: {db: {condition: service_healthy}}
  db:
    image: postgres:${PG:-17}-alpine
    environment: {POSTGRES_PASSWORD: example}
    volumes: ["data:/var/lib/postgresql/data"]
    healthcheck: {test: [CMD, pg_isready]}
  off:
    image: x:1
    healthcheck: {disable: true}
"""


def test_compose_services(repo: Make) -> None:
    (file,) = repo({"docker-compose.yml": COMPOSE}).compose_files
    web, db, off = file.services
    assert web.build is not None
    assert (web.build.context, web.build.dockerfile, web.build.target) == ("api", "api/Dockerfile", "final")
    assert [(p.host, p.container, p.address) for p in web.ports] == [(80, 8000, None), (9000, 9001, "127.0.0.1"), (None, 5000, None)]
    assert [(e.name, e.value) for e in web.environment] == [("A", "1"), ("B", None)]
    assert web.restart == "unless-stopped"
    assert web.command == ("gunicorn", "app:app")
    assert web.depends_on == ("db",)
    assert web.env_files[0].note == ".env"
    assert db.image is not None
    assert db.image.text == "postgres:17-alpine"
    assert db.healthcheck is not None
    assert db.location.line == 12
    assert off.healthcheck is None


def test_compose_values_stay_out_of_representations(repo: Make) -> None:
    (file,) = repo({"compose.yaml": "services: {a: {image: 'x:1', environment: {P: " + "hunter" + "2}}}\n"}).compose_files
    assert "hunter" + "2" not in repr(file)


def test_compose_that_is_broken_or_for_development(repo: Make) -> None:
    found = repo(
        {"docker-compose.yml": "services: [\n", "docker-compose.override.yml": "services: {}\n", "compose.yaml": "web:\n  image: x\n"}
    ).compose_files
    assert {f.path: (f.development, f.problem is None, len(f.services)) for f in found} == {
        "compose.yaml": (False, True, 1), "docker-compose.override.yml": (True, True, 0), "docker-compose.yml": (False, False, 0),
    }  # fmt: skip


def test_fill_leaves_the_unknown() -> None:
    assert fill("${A:-x} ${B} $C ${D:+y}", {"C": "z", "D": "1"}) == "x ${B} z y"
