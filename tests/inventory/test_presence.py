from __future__ import annotations

import pytest

from .conftest import Repo

KEYS = [
    "tests",
    "ci",
    "dockerfile",
    "compose",
    "k8s",
    "terraform",
    "env_example",
    "readme",
    "lockfile",
    "healthcheck",
    "otel",
    "metrics",
    "structured_logs",
    "rate_limit",
    "migrations",
    "precommit",
    "license",
    "codeowners",
    "dependabot",
]


def test_keys_in_the_contracts_order_and_nothing_claimed_of_an_empty_directory(repo: Repo) -> None:
    has = repo({}).has
    assert list(has) == KEYS
    assert not any(has.values())


@pytest.mark.parametrize(
    ("key", "files"),
    [
        ("tests", {"tests/test_a.py": "def test_a():\n    assert f() == 1\n"}),
        ("ci", {".github/workflows/ci.yml": "on: [push]\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: make\n"}),
        ("ci", {".gitlab-ci.yml": "test:\n  script: make test\n"}),
        ("dockerfile", {"Dockerfile": "FROM scratch\n"}),
        ("compose", {"compose.yaml": "services:\n  a:\n    image: x:1\n"}),
        ("k8s", {"deploy/d.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: x\n"}),
        ("terraform", {"main.tf": 'resource "aws_s3_bucket" "b" {}\n'}),
        ("env_example", {".env.sample": "A=\n"}),
        ("env_example", {"config.example.yaml": "a: 1\n"}),
        ("env_example", {".env.dev": "API_KEY=\nURL=\n"}),
        ("env_example", {".example-env": "PORT = 3000\n"}),
        ("readme", {"readme.rst": "x\n"}),
        (
            "lockfile",
            {"package.json": '{"name": "a", "dependencies": {"b": "1"}}', "package-lock.json": '{"lockfileVersion": 3, "packages": {}}'},
        ),
        ("healthcheck", {"app.py": "from flask import Flask\napp = Flask('x')\n@app.get('/healthz')\ndef h():\n    return ''\n"}),
        ("healthcheck", {"app.py": "from flask import Flask\napp = Flask('x')\n@app.get('/api/healthchecker')\ndef h():\n    return ''\n"}),
        ("healthcheck", {"Dockerfile": "FROM x:1\nHEALTHCHECK CMD curl -f localhost\n"}),
        ("otel", {"requirements.txt": "opentelemetry-sdk==1.0\n"}),
        ("metrics", {"requirements.txt": "prometheus-client==0.1\n"}),
        ("structured_logs", {"requirements.txt": "structlog==1\n"}),
        ("rate_limit", {"requirements.txt": "Flask-Limiter==1\n"}),
        ("migrations", {"alembic/versions/1_a.py": "def upgrade(): ...\n"}),
        ("env_example", {".env.local-sample": "A=\n"}),
        ("env_example", {"sample_settings/.env.web": "A=\n"}),
        ("migrations", {"db/migrate/20200101_a.rb": "class A; end\n"}),
        ("precommit", {".pre-commit-config.yaml": "repos: []\n"}),
        ("license", {"LICENSE": "x\n"}),
        ("codeowners", {".github/CODEOWNERS": "* @a\n"}),
        ("dependabot", {".github/dependabot.yml": "version: 2\n"}),
        ("dependabot", {"renovate.json": "{}"}),
    ],
)
def test_what_counts(repo: Repo, key: str, files: dict[str, str]) -> None:
    assert repo(files).has[key] is True


@pytest.mark.parametrize(
    ("key", "files"),
    [
        ("readme", {"client/README.md": "x\n"}),
        ("license", {"vendor/x/LICENSE": "x\n"}),
        ("env_example", {".env": "A=1\n"}),
        ("env_example", {".env.development": "DEBUG=1\nHOST=a.example\nPORT=1\nUSER=me\n"}),
        ("lockfile", {"requirements.txt": "flask==3.0\n"}),
        ("tests", {"tests/__init__.py": "", "chatbot/tests.py": "from django.test import TestCase\n"}),
        ("migrations", {"app/migrations/__init__.py": ""}),
        ("healthcheck", {"app.py": "from flask import Flask\napp = Flask('x')\n@app.get('/statuses')\ndef h():\n    return ''\n"}),
        ("dockerfile", {".devcontainer/Dockerfile": "FROM x\n"}),
        ("ci", {".github/workflows/nightly.yml": "on:\n  workflow_dispatch:\njobs: {}\n"}),
        ("rate_limit", {"README.md": "flask-limiter\n"}),
    ],
)
def test_what_does_not(repo: Repo, key: str, files: dict[str, str]) -> None:
    assert repo(files).has[key] is False
