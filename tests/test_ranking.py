"""The score orders repositories as a reader would: prototype, the same with its production layer, a mature service; a library apart."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from prodify.audit import audit
from prodify.changes import apply
from prodify.infer import load_profile
from prodify.inventory import Inventory
from prodify.model import Finding, Kind, Report
from prodify.proposal import Proposal
from prodify.recipes import all_recipes
from tests.checks.conftest import lay_out

PROTOTYPE = {
    "requirements.txt": "flask\nrequests\nopenai\n",
    "app.py": """import os

import requests
from flask import Flask, request
from openai import OpenAI

app = Flask(__name__)
app.secret_key = "where2eat-super-key"
client = OpenAI(api_key=os.environ["OPENAI_API_KEY"])


@app.route("/recommend", methods=["POST"])
def recommend():
    places = requests.get("https://places.example/v1", params={"q": request.json["town"]}).json()
    answer = client.chat.completions.create(model="gpt-5-mini", messages=[{"role": "user", "content": str(places)}])
    return {"answer": answer.choices[0].message.content}


if __name__ == "__main__":
    app.run(debug=True)
""",
    "README.md": "# Where to eat\n\n    pip install -r requirements.txt\n    python app.py\n",
}

MATURE = {
    "pyproject.toml": """[project]
name = "orders"
version = "2.4.0"
requires-python = ">=3.14"
dependencies = ["fastapi==0.121.0", "uvicorn==0.38.0", "opentelemetry-distro==0.59b0", "prometheus-client==0.23.1", "structlog==25.5.0",
  "slowapi==0.1.9"]

[dependency-groups]
dev = ["pytest", "pytest-cov", "httpx", "ruff"]
""",
    "uv.lock": 'version = 1\nrequires-python = ">=3.14"\n\n[[package]]\nname = "fastapi"\nversion = "0.121.0"\n',
    "orders/__init__.py": "",
    "orders/main.py": """import os

import structlog
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from prometheus_client import Histogram, make_asgi_app
from pydantic import BaseModel
from slowapi import Limiter
from slowapi.util import get_remote_address

PORT = int(os.environ["PORT"])
REGION = os.environ["REGION"]
log = structlog.get_logger()
limiter = Limiter(key_func=get_remote_address, default_limits=["60/minute"])
bearer = HTTPBearer()
app = FastAPI(title="orders")
app.state.limiter = limiter
app.mount("/metrics", make_asgi_app())
LATENCY = Histogram("http_request_duration_seconds", "Duration of requests", buckets=(0.1, 0.25, 0.5, 1, 2))


class Order(BaseModel):
    item: str
    count: int


@app.get("/healthz")
def healthz():
    return {"ok": True}


@app.post("/orders")
def create(order: Order, token=Depends(bearer)):
    if order.count < 1:
        raise HTTPException(422)
    log.info("order", item=order.item)
    return {"item": order.item, "region": REGION}
""",
    "tests/test_orders.py": """from fastapi.testclient import TestClient

from orders.main import app


def test_healthz():
    assert TestClient(app).get("/healthz").json() == {"ok": True}


def test_orders_need_a_token():
    assert TestClient(app).post("/orders", json={"item": "tea", "count": 1}).status_code == 403
""",
    "Dockerfile": """FROM python:3.14.2-slim@sha256:0000000000000000000000000000000000000000000000000000000000000001
WORKDIR /app
COPY pyproject.toml uv.lock ./
COPY orders ./orders
USER 10001
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["uvicorn", "orders.main:app", "--host", "0.0.0.0", "--port", "8000", "--workers", "4"]
""",
    ".dockerignore": ".git\n.env\n.env.*\n",
    ".gitignore": ".env\n__pycache__/\n",
    ".env.example": "PORT=8000\nREGION=eu\n",
    ".github/workflows/ci.yml": """name: ci
on:
  pull_request:
  push:
    branches: [main]
permissions: {}
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions: {contents: read}
    steps:
      - uses: actions/checkout@0000000000000000000000000000000000000001 # v6.0.0
        with: {persist-credentials: false}
      - run: uv run ruff check .
      - run: uv run pytest --cov=orders --cov-fail-under=90
      - run: docker build -t orders .
""",
    ".github/dependabot.yml": "version: 2\nupdates:\n  - {package-ecosystem: uv, directory: /, schedule: {interval: weekly}}\n",
    ".github/CODEOWNERS": "* @orders/team\n",
    ".pre-commit-config.yaml": "repos:\n"
    "  - repo: https://github.com/astral-sh/ruff-pre-commit\n    rev: v0.14.6\n    hooks: [{id: ruff}]\n",
    "SECURITY.md": "# Security\n\nReport weaknesses to security@orders.example.\n",
    "LICENSE": "MIT License\n",
    "docs/runbook.md": "# Runbook\n\n"
    "## The service is down\n\n1. Look at the dashboard.\n2. Roll back: `kubectl rollout undo deployment/orders`.\n",
    "README.md": "# Orders\n\n    uv sync\n    uv run uvicorn orders.main:app\n",
}

LIBRARY = {
    "pyproject.toml": """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "tidy-units"
version = "1.2.0"
description = "Convert units."
requires-python = ">=3.11"
readme = "README.md"
dependencies = ["requests>=2.32"]
""",
    "src/tidy_units/__init__.py": '''"""Convert units."""

import os

import requests

SOURCE = os.environ.get("TIDY_UNITS_SOURCE", "https://units.example/table.json")


def table():
    return requests.get(SOURCE, timeout=5).json()


def to_metres(feet):
    return feet * 0.3048
''',
    "tests/test_units.py": "from tidy_units import to_metres\n\n\ndef test_feet():\n    assert to_metres(10) == 3.048\n",
    "README.md": "# tidy-units\n\n    pip install tidy-units\n",
    "LICENSE": "MIT License\n",
}

DEPLOYED = {"observability", "slo", "scaling", "cost", "runbooks"}
"""Steps of what is deployed: a library that nobody runs has no say in them."""
DEPLOYMENT_WORDS = (
    "docker",
    "container",
    "image",
    "health",
    "deploy",
    "slo",
    "alert",
    "replica",
    "kubernetes",
    "staging",
    "budget",
    "load-test",
)


def audited(root: Path) -> Report:
    """The audit's report on a directory."""
    repo = Inventory(root)
    return audit(repo, load_profile(repo).profile)


def failures(report: Report) -> list[Finding]:
    """The findings that ask for something."""
    return [finding for finding in report.findings if finding.kind is Kind.FAIL]


def laid_out(root: Path, files: Mapping[str, str]) -> Path:
    """A committed repository of its own below `root`."""
    root.mkdir()
    return lay_out(root, files)


def overall(report: Report) -> int:
    """The score of 100."""
    assert report.score.overall is not None
    return report.score.overall


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """The reports on the four repositories."""
    base = tmp_path_factory.mktemp("ranking")
    roots = {
        "prototype": laid_out(base / "prototype", PROTOTYPE),
        "applied": laid_out(base / "applied", PROTOTYPE),
        "mature": laid_out(base / "mature", MATURE),
        "library": laid_out(base / "library", LIBRARY),
    }
    repo = Inventory(roots["applied"])
    proposal = Proposal(repo.files.root, load_profile(repo).profile)
    apply(repo.files.root, proposal.plan(proposal.wishes(tuple(all_recipes()))))
    return {name: audited(root) for name, root in roots.items()}


def test_the_production_layer_raises_the_score(reports: dict[str, Report]) -> None:
    assert overall(reports["prototype"]) + 20 < overall(reports["applied"])


def test_a_mature_service_is_above_a_prototype(reports: dict[str, Report]) -> None:
    assert overall(reports["prototype"]) + 10 < overall(reports["mature"])


def test_a_library_is_told_that_it_is_one(reports: dict[str, Report]) -> None:
    assert reports["library"].inventory["kind"] == "library"


def test_a_library_is_asked_for_nothing_that_is_deployed(reports: dict[str, Report]) -> None:
    found = failures(reports["library"])
    assert "ci-exists" in {finding.check for finding in found}, "what a library lacks is still said"
    asked = [f.check for f in found if f.step.slug in DEPLOYED or any(word in f.check for word in DEPLOYMENT_WORDS)]
    assert asked == []


def test_the_prototype_is_asked_for_all_of_it(reports: dict[str, Report]) -> None:
    found = {finding.check for finding in failures(reports["prototype"])}
    assert {"ci-exists", "unit-tests-exist", "health-endpoint-exists", "slos-are-defined", "runbook-exists", "debug-is-off"} <= found
