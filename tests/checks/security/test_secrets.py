"""Where a secret counts, and where something only looks like one. Every value is put together here so that no scanner trips."""

from __future__ import annotations

import pytest

from prodify.model import Kind
from tests.checks.conftest import Judge

PASSWORD = "kT9x2Lm" + "Q8vR4wZ"
URL = f"postgresql://app:{PASSWORD}@db.internal:5432/app"
KEY = "AKIA" + "Z7Q3M5XWLN2RB4TD"
APP = {"requirements.txt": "flask\n", "app.py": "from flask import Flask\n\napp = Flask(__name__)\n"}


@pytest.mark.parametrize(
    ("check", "files", "kind"),
    [
        pytest.param(
            "no-env-file-with-secrets-is-committed",
            {".env.example": f"DATABASE_URL={URL.replace(PASSWORD, 'password')}\n"},
            Kind.PASS,
            id="example",
        ),
        pytest.param("no-env-file-with-secrets-is-committed", {".env": "PORT=8000\nDEBUG=1\n"}, Kind.PASS, id="an .env without secrets"),
        pytest.param(
            "no-env-file-with-secrets-is-committed", {"deploy/.env.production": f"DATABASE_URL={URL}\n"}, Kind.FAIL, id="production"
        ),
        pytest.param("no-secret-in-code", {"client.py": f'DATABASE_URL = "{URL}"\n'}, Kind.FAIL, id="a connection string"),
        pytest.param(
            "no-secret-in-code", {"client.py": 'DATABASE_URL = "postgresql://user:password@localhost/app"\n'}, Kind.PASS, id="a placeholder"
        ),
        pytest.param(
            "no-secret-in-code", {"client.py": 'import os\n\nKEY = os.environ["AWS_ACCESS_KEY_ID"]\n'}, Kind.PASS, id="environment"
        ),
        pytest.param(
            "secret-key-is-not-a-default",
            APP | {"app.py": f'from flask import Flask\n\napp = Flask(__name__)\napp.config["SECRET_KEY"] = "{PASSWORD}-long-enough"\n'},
            Kind.FAIL,
            id="a literal key",
        ),
        pytest.param(
            "secret-key-is-not-a-default",
            APP
            | {"app.py": "import secrets\n\nfrom flask import Flask\n\napp = Flask(__name__)\napp.secret_key = secrets.token_hex(32)\n"},
            Kind.PASS,
            id="made at start-up",
        ),
        pytest.param(
            "image-build-leaks-no-secret", {"Dockerfile": f"FROM python:3.14-slim\nENV DATABASE_URL={URL}\n"}, Kind.FAIL, id="ENV"
        ),
        pytest.param(
            "image-build-leaks-no-secret", {"Dockerfile": "FROM python:3.14-slim\nCOPY .env.example /app/\n"}, Kind.PASS, id="an example"
        ),
        pytest.param(
            "image-build-leaks-no-secret",
            {"Dockerfile": "FROM python:3.14-slim\nRUN --mount=type=secret,id=token ./get.sh\n"},
            Kind.PASS,
            id="a build secret",
        ),
    ],
)
def test_secrets_are_judged(judge: Judge, check: str, files: dict[str, str], kind: Kind) -> None:
    assert judge(check, files).kind is kind


def test_no_value_reaches_a_verdict(judge: Judge) -> None:
    verdict = judge("no-secret-in-code", {"client.py": f'DATABASE_URL = "{URL}"\nAWS_KEY = "{KEY}"\n'})
    assert verdict.kind is Kind.FAIL
    assert verdict.evidence
    assert not any(value in repr(verdict) for value in (PASSWORD, KEY))
