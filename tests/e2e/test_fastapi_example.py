"""The FastAPI example in short form: audited, everything applied, its generated tests run, and served by uvicorn with two workers."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from prodify.changes import Lock
from prodify.inventory import Inventory
from prodify.validators import Status, verify
from tests.cli.conftest import GIT
from tests.cli.helpers import ROOT, apply_and_undo, prodify
from tests.e2e.live.stack import Postgres, free_port
from tests.recipes.observability.otlp import Receiver, values

EXAMPLE = ROOT / "examples" / "fastapi-trails"
PACKAGES = ("fastapi", "uvicorn", "asyncpg", "aiosqlite", "openai", "opentelemetry.instrumentation.fastapi")
TOKEN = "sk-" + "canary-0123456789"
TRAIL = {"name": "Ridge", "region": "Harz", "kilometres": 12.5, "latitude": 51.8, "longitude": 10.6}
FOR_PEOPLE = {"no-secret-in-history", "sql-is-parameterised", "logs-hold-no-secrets"}
"""Errors that only a person can settle: the keys in the history, SQL made of what was typed, an address in a log."""

has_postgres = any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


@pytest.fixture(scope="module")
def prototype(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("fastapi") / "trails"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("__pycache__", "*.db"))
    # The story's .env is committed, whatever a global ignore file says.
    commit(root, ["init", "-q"], ["add", "-A", "-f"])
    return root


@pytest.fixture(scope="module")
def applied(prototype: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example with everything applied and committed."""
    root = tmp_path_factory.mktemp("applied") / "trails"
    shutil.copytree(prototype, root)
    done = prodify(["apply", root, "--all", "--yes"])
    assert done.returncode == 0, done.stderr
    commit(root, ["add", "-A"])
    return root


def commit(root: Path, *commands: list[str]) -> None:
    for arguments in (*commands, ["commit", "-q", "-m", "trails"]):
        subprocess.run([*GIT, *arguments], cwd=root, check=True, capture_output=True)


def audit(root: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(prodify(["audit", root, "--format", "json"]).stdout)
    return report


def failing(report: dict[str, Any], *, errors: bool = False) -> set[str]:
    found = (finding for finding in report["findings"] if finding["kind"] == "fail")
    return {finding["check"] for finding in found if not errors or finding["level"] == "error"}


def environment(**more: str) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("OTEL_", "PYTEST", "COV_", "OPENAI_")) and k != "ENVIRONMENT"}
    return {**inherited, "PYTHON_DOTENV_DISABLED": "1", **more}


def test_the_score_rises(prototype: Path, applied: Path) -> None:
    before, after = audit(prototype), audit(applied)
    sys.stdout.write(f"\nscore {before['score']['overall']} -> {after['score']['overall']}\n")
    assert before["score"]["overall"] < 25
    assert {"debug-is-off", "cors-is-not-wildcard", "sql-is-parameterised", "unit-tests-exist", "traces-are-exported"} <= failing(before)
    assert after["score"]["overall"] > 85
    assert failing(after, errors=True) == FOR_PEOPLE


def test_a_second_apply_does_nothing_and_undo_takes_all_back(prototype: Path, tmp_path: Path) -> None:
    apply_and_undo(prototype, tmp_path / "trails")


def test_what_reaches_a_deployment_fits_the_service(applied: Path) -> None:
    settings = (applied / "deploy/kubernetes/base/external-secret.yaml").read_text()
    assert "#   DATABASE_URL\n    #   OPENAI_API_KEY\n" in settings, "the client reads its key by itself"
    example = (applied / ".env.example").read_text()
    assert "\nDATABASE_URL=postgresql+asyncpg://localhost" in example
    load = (applied / "load/k6.js").read_text()
    assert '"/api/search?q=sample"' in load, "without its parameter the route answers 422"


@pytest.mark.tools
def test_the_tools_of_its_trade_accept_it(applied: Path) -> None:
    pytest.importorskip("fastapi", reason="the packages of requirements/e2e.in are not installed")
    ours = sorted(path for path, entry in Lock.load(applied).entries.items() if entry.kind == "file" and path.endswith(".py"))
    for tool in (["ruff", "check"], ["mypy", "--ignore-missing-imports", "--explicit-package-bases"], ["bandit", "-q", "-s", "B101"]):
        chosen = [path for path in ours if tool[0] != "bandit" or not path.startswith(("tests/", "load/"))]
        pytest.importorskip(tool[0], reason=f"{tool[0]} is not installed")
        done = subprocess.run([sys.executable, "-m", *tool, *chosen], cwd=applied, capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, f"{tool[0]}: {done.stdout[-3000:]}{done.stderr[-1000:]}"


@pytest.mark.tools
def test_every_validator_accepts_it(applied: Path) -> None:
    written = [path for path in Lock.load(applied).entries if path in Inventory(applied).files]
    wrong = [
        f"{outcome.validator}: {problem.path}:{problem.line or ''} {problem.message}"
        for outcome in verify(applied, written).outcomes
        if outcome.status not in (Status.PASSED, Status.MISSING)
        for problem in outcome.problems
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.servers
def test_the_generated_tests_are_green_at_once(applied: Path, database: str) -> None:
    for name in PACKAGES:
        pytest.importorskip(name, reason="the packages of requirements/e2e.in are not installed")
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "-p", "no:xdist", "tests"]
    with_database = {"TEST_DATABASE_URL": database} if database else {}
    done = subprocess.run(command, cwd=applied, env=environment(**with_database), capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    answers = "tests/characterisation/test_routes.py::test_the_route_answers_as_it_does_today"
    assert f"PASSED {answers}[GET /api/trails/{{trail_id}}/plan]" in done.stdout
    assert "PASSED tests/test_llm_adapter.py::test_coroutines_go_on_while_a_model_thinks" in done.stdout
    assert ("PASSED tests/integration/test_on_postgres.py::test_the_rows_are_in_this_database" in done.stdout) == bool(database)
    expected = [line for line in done.stdout.splitlines() if line.startswith("XFAIL")]
    assert len(expected) == 1 and "['ServerError']" in expected[0], "every route answers what was sent after its own schema"
    assert "PASSED tests/characterisation/test_contract.py::test_no_field_that_others_read_is_taken_away[GET /api/trails]" in done.stdout
    assert not list(applied.glob("*.db"))


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres | None]:
    if not has_postgres:
        yield None
        return
    server = Postgres()
    server.create_database("test")
    yield server
    server.close()


@pytest.fixture
def database(postgres: Postgres | None) -> str:
    """The address of an empty database for tests; empty without PostgreSQL."""
    return re.sub(r"/app$", "/test", postgres.url) if postgres is not None else ""


class FakeApis:
    """Stands in for the weather and for a language model."""

    def __init__(self) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                message = {"role": "assistant", "content": "A hat."}
                answer = {"id": "1", "object": "chat.completion", "created": 0, "model": "sample", "current": {"rain": 0},
                          "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                          "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}}  # fmt: skip
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Served:
    """The example under its generated server."""

    def __init__(self, root: Path, log: Path, settings: dict[str, str]) -> None:
        self.port, self.log = free_port(), log
        with log.open("w") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "serve.py"], cwd=root, env={**settings, "PORT": str(self.port)}, stdout=stream, stderr=stream
            )
        end = time.monotonic() + 300
        while self.ask("/healthz")[0] != 200:
            assert self.process.poll() is None and time.monotonic() < end, log.read_text()[-3000:]
            time.sleep(0.1)

    def ask(self, path: str, data: object = None, **headers: str) -> tuple[int, bytes, dict[str, str]]:
        body = json.dumps(data).encode() if data is not None else None
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers={"Content-Type": "application/json", **headers}, data=body
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return int(answer.status), answer.read(), {name.lower(): value for name, value in answer.headers.items()}
        except urllib.error.HTTPError as error:
            return error.code, error.read(), {name.lower(): value for name, value in error.headers.items()}
        except OSError:
            return 0, b"", {}

    def lines(self) -> list[dict[str, Any]]:
        """What is written as JSON; the rest is what the example itself prints."""
        lines = self.log.read_text().splitlines()
        assert {line for line in lines if not line.startswith("{")} == {
            "asking gpt: We hike Ridge (12.5 km, Harz). The weather is {'rain': 0}. What do we pack?"
        }
        return [json.loads(line) for line in lines if line.startswith("{")]


@pytest.mark.servers
def test_it_serves_measures_and_stops(applied: Path, postgres: Postgres | None, tmp_path: Path) -> None:
    for name in PACKAGES:
        pytest.importorskip(name, reason="the packages of requirements/e2e.in are not installed")
    address = f"sqlite+aiosqlite:///{tmp_path / 'trails.db'}"
    if postgres is not None:
        address = postgres.url.replace("postgresql:", "postgresql+asyncpg:")
    receiver, apis = Receiver(), FakeApis()
    settings = environment(
        DATABASE_URL=address, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint, OTEL_METRIC_EXPORT_INTERVAL="300", ENVIRONMENT="production",
        WEB_CONCURRENCY="2", OPENAI_API_KEY=TOKEN, OPENAI_BASE_URL=f"{apis.url}/v1", WEATHER_URL=f"{apis.url}/weather",
    )  # fmt: skip
    # Tables are made when it starts, which two workers must not do at the same moment in an empty database.
    once = "import asyncio; from trails.main import create_tables; asyncio.run(create_tables())"
    subprocess.run([sys.executable, "-c", once], cwd=applied, env=settings, check=True, timeout=600, capture_output=True)
    served = Served(applied, tmp_path / "log", settings)
    try:
        ask_everything(served)
        if postgres is not None:
            postgres.stop()
            time.sleep(5.5)  # as long as an answer is remembered
            assert served.ask("/readyz")[:2] == (503, b'{"status":"failing","failing":["database"]}')
            assert served.ask("/healthz")[0] == 200
        began = time.monotonic()
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(20) == 0
        assert time.monotonic() - began < 15
    finally:
        if served.process.poll() is None:
            served.process.kill()
            served.process.wait()
        receiver.close()
        apis.close()
        if postgres is not None:
            postgres.start()
    check_telemetry(receiver, traces_database=postgres is not None)
    check_log(served, receiver)


def ask_everything(served: Served) -> None:
    assert served.ask("/readyz")[:2] == (200, b'{"status":"ok","failing":[]}')
    assert served.ask("/api/trails", TRAIL)[0] == 201
    assert {served.ask(f"/api/trails/77?token={TOKEN}")[0] for _ in range(40)} == {404}
    status, body, headers = served.ask("/api/trails/1/plan")
    assert status == 200 and json.loads(body)["pack"]
    assert headers["x-content-type-options"] == "nosniff" and "server" not in headers
    status, body, _ = served.ask("/api/search?q=%27")
    assert status == 500 and b"Traceback" not in body
    assert [served.ask(path)[0] for path in ("/docs", "/openapi.json", "/nowhere")] == [404, 404, 404]
    assert served.ask("/api/trails", {"name": "x" * 11_000_000})[0] == 413
    assert "access-control-allow-origin" not in served.ask("/", Origin="https://elsewhere.example")[2]


def check_telemetry(receiver: Receiver, *, traces_database: bool) -> None:
    counts: dict[tuple[str, int], int] = {}
    for points in receiver.latest("http.server.request.duration").values():
        for point in points:
            attributes = values(point.attributes)
            key = (attributes.get("http.route", ""), attributes["http.response.status_code"])
            counts[key] = counts.get(key, 0) + point.count
            assert {0.3, 0.4} <= set(point.explicit_bounds)
    assert counts == {
        ("/api/trails", 201): 1, ("/api/trails", 413): 1, ("/api/trails/{trail_id}", 404): 40, ("/api/trails/{trail_id}/plan", 200): 1,
        ("/api/search", 500): 1, ("/", 200): 1, ("", 404): 3,
    }  # fmt: skip
    names = {span.name for span in receiver.spans}
    assert {"GET /api/trails/{trail_id}", "GET /api/search", "chat gpt-6-luna", "GET"} <= names
    assert not any("healthz" in name or "readyz" in name or name.endswith((" send", " receive")) for name in names)
    assert any(name.lower().startswith("select") for name in names) == traces_database
    assert not any(TOKEN.encode() in body for body in receiver.raw), "a key of an address reached the collector"


def check_log(served: Served, receiver: Receiver) -> None:
    lines = served.lines()
    errors = [line for line in lines if line["level"] == "ERROR"]
    assert [(line["http.route"], line["http.response.status_code"]) for line in errors] == [("/api/search", 500)], "an error is logged once"
    assert "exception" in errors[0]
    assert errors[0]["trace_id"] in {span.trace_id.hex() for span in receiver.spans}
    requests = [line for line in lines if "http.route" in line]
    assert len([line for line in requests if line["http.route"] == "/api/trails/{trail_id}"]) == 40
    assert not any(line.get("http.route", line.get("path")) in ("/healthz", "/readyz") for line in lines)
    assert TOKEN not in served.log.read_text()
