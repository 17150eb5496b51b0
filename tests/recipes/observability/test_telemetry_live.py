"""The generated modules at work: real servers, a real OTLP receiver, and none at all."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from prodify.profile import Profile
from prodify.recipes.shared.metrics import MODEL_METRICS, SERVICE_METRICS
from tests.recipes.conftest import RenderTree
from tests.recipes.observability.otlp import Receiver, values

pytestmark = pytest.mark.servers

PACKAGES = ("flask", "fastapi", "uvicorn", "gunicorn", "requests", "httpx", "opentelemetry.sdk")
SECRET = "sk-" + "canary-0123456789"


@pytest.fixture(autouse=True)
def installed() -> None:
    for name in (*PACKAGES, "opentelemetry.instrumentation.flask", "opentelemetry.instrumentation.fastapi"):
        pytest.importorskip(name, reason=f"{name} of requirements/e2e.in is not installed")


class Server:
    """A started service: `get` answers the status, `stop` ends it by SIGTERM and answers the seconds that took."""

    def __init__(self, root: Path, command: list[str], environment: dict[str, str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.log = root / "server.log"
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("OTEL_") and key != "ENVIRONMENT"}
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *(part.replace("PORT", str(self.port)) for part in command)],
                cwd=root, env={**inherited, **environment}, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
        end = time.monotonic() + 30
        while self.get("/healthz") != 200:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.05)

    def get(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def stop(self) -> float:
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)
        return time.monotonic() - began


@contextmanager
def serving(root: Path, tree: dict[str, str], command: list[str], **environment: str) -> Iterator[Server]:
    for path, text in tree.items():
        (root / path).write_text(text, encoding="utf-8")
    server = Server(root, command, environment)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait()


GUNICORN = ["gunicorn", "--workers", "2", "--worker-class", "gthread", "--bind", "127.0.0.1:PORT", "--no-control-socket", "app:app"]
UVICORN = ["uvicorn", "--port", "PORT", "--log-level", "warning", "main:app"]


def logged(server: Server) -> list[dict[str, object]]:
    return [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]


def test_errors_that_repeat_a_secret_tell_none(shop_repo: Path, render_tree: RenderTree, receiver: Receiver) -> None:
    tree = render_tree(["telemetry", "health"], shop_repo, Profile())
    odd = 'pass"word+0123'
    settings = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "100", "SHOP_API_KEY": SECRET,
        "LEDGER_URL": f"postgresql://shop:{odd}@localhost/shop",
    }  # fmt: skip
    with serving(shop_repo, tree, GUNICORN, **settings) as server:
        with socket.create_server(("127.0.0.1", 0)) as free:
            closed = free.getsockname()[1]
        inner = urllib.parse.quote(f"http://127.0.0.1:{closed}/v1/items?person=ada&key={SECRET}&word={urllib.parse.quote(odd)}", safe="")
        assert server.get(f"/upstream?url={inner}") == 500
        assert server.stop() < 5
    sent, log = b"".join(receiver.raw).decode("latin-1"), server.log.read_text()
    assert "Max retries exceeded" in sent and "Max retries exceeded" in log, "the error itself is told"
    for secret in (SECRET, odd, urllib.parse.quote(odd), json.dumps(odd)[1:-1]):
        assert secret not in sent and secret not in log
    assert "person=ada" not in sent, "nor what stands behind the question mark"


@pytest.mark.parametrize("preload", [False, True], ids=["each loads", "preload"])
def test_two_workers_count_every_request_once(shop_repo: Path, render_tree: RenderTree, receiver: Receiver, preload: bool) -> None:
    tree = render_tree(["telemetry", "health"], shop_repo, Profile())
    command = GUNICORN[:1] + (["--preload"] if preload else []) + GUNICORN[1:]
    with serving(
        shop_repo, tree, command, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint, OTEL_METRIC_EXPORT_INTERVAL="300", ENVIRONMENT="production"
    ) as server:
        assert {server.get(f"/items/{i}?token={SECRET}") for i in range(100)} == {200}
        assert server.get("/boom") == 500
        assert server.get(f"/upstream?url={receiver.endpoint}/v1/other?key={SECRET}") == 200
        assert [server.get("/nowhere"), server.get("/readyz")] == [404, 200]
        assert server.stop() < 5
    requests = receiver.latest("http.server.request.duration")
    points = [(values(point.attributes), point) for all_points in requests.values() for point in all_points]
    counts: dict[tuple[str, int], int] = {}
    for attributes, point in points:
        key = (attributes.get("http.route", ""), attributes["http.response.status_code"])
        counts[key] = counts.get(key, 0) + point.count
    assert counts == {("/items/<int:item_id>", 200): 100, ("/boom", 500): 1, ("/upstream", 200): 1, ("", 404): 1}
    assert {0.3, 0.4} <= set(points[0][1].explicit_bounds)
    assert {(m.name, m.unit, m.kind) for m in SERVICE_METRICS} <= receiver.instruments()
    resource = receiver.metrics[0][0]
    assert resource["deployment.environment.name"] == "production"
    assert resource["service.name"]
    names = {span.name for span in receiver.spans}
    assert {"GET /items/<int:item_id>", "GET /boom"} <= names
    assert not any("healthz" in name or "readyz" in name for name in names)
    assert not any(SECRET.encode() in body for body in receiver.raw), "a key of an address reached the collector"


def test_log_lines_are_json_and_belong_to_a_trace(shop_repo: Path, render_tree: RenderTree, receiver: Receiver) -> None:
    tree = render_tree(["telemetry", "health"], shop_repo, Profile())
    with serving(shop_repo, tree, GUNICORN, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint) as server:
        assert [server.get(f"/items/7?token={SECRET}"), server.get("/boom")] == [200, 500]
        server.stop()
    lines = logged(server)
    said = next(line for line in lines if line["message"] == "item 7")
    request = next(line for line in lines if line.get("http.route") == "/items/<int:item_id>")
    assert said["trace_id"] == request["trace_id"]
    assert said["trace_id"] in {span.trace_id.hex() for span in receiver.spans}
    failed = next(line for line in lines if "exception" in line)
    assert failed["level"] == "ERROR"
    assert "RuntimeError: broken" in str(failed["exception"])
    assert SECRET not in server.log.read_text()
    assert not any("healthz" in str(line["message"]) for line in lines)


def test_fastapi_flushes_when_it_is_asked_to_stop(fastapi_repo: Path, render_tree: RenderTree, receiver: Receiver) -> None:
    tree = render_tree(["telemetry", "health"], fastapi_repo, Profile())
    with serving(fastapi_repo, tree, UVICORN, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.endpoint) as server:
        assert {server.get(f"/items/{i}?token={SECRET}") for i in range(20)} == {200}
        assert server.get(f"/upstream?url={receiver.endpoint}/?key={SECRET}") == 200
        assert server.get("/readyz") == 200
        assert server.stop() < 5
    points = [point for found in receiver.latest("http.server.request.duration").values() for point in found]
    counts = {values(point.attributes).get("http.route"): point.count for point in points}
    assert counts == {"/items/{item_id}": 20, "/upstream": 1}
    assert {0.3, 0.4} <= set(points[0].explicit_bounds)
    assert "GET /items/{item_id}" in {span.name for span in receiver.spans}
    assert not any(SECRET.encode() in body for body in receiver.raw), "a key of an address reached the collector"
    assert any(line["message"] == "item 3" and line["trace_id"] for line in logged(server))


@pytest.mark.parametrize("collector", ["none", "refuses", "hangs"])
def test_without_a_collector_it_serves_and_is_silent(shop_repo: Path, render_tree: RenderTree, collector: str) -> None:
    tree = render_tree(["telemetry", "health"], shop_repo, Profile())
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = {"refuses": "http://127.0.0.1:1", "hangs": f"http://127.0.0.1:{deaf.getsockname()[1]}"}.get(collector, "")
        with serving(shop_repo, tree, GUNICORN, OTEL_EXPORTER_OTLP_ENDPOINT=address, OTEL_METRIC_EXPORT_INTERVAL="200") as server:
            assert {server.get(f"/items/{i}") for i in range(20)} == {200}
            time.sleep(2)
            assert server.get("/items/1") == 200
            # One that takes connections and never answers costs a time-out for each signal, no more.
            assert server.stop() < (10 if collector == "hangs" else 5)
    about_telemetry = [line for line in server.log.read_text().splitlines() if "opentelemetry" in line or "xport" in line]
    # One line a worker where an address was given and does not answer; not one without an address.
    assert len(about_telemetry) <= (0 if collector == "none" else 2), about_telemetry
    assert "Traceback" not in server.log.read_text()


MODEL_CALL = """
import sys
import telemetry
from openai import OpenAI
client = OpenAI(api_key="none", base_url=sys.argv[1], max_retries=0)
for path in ("good", "bad"):
    try:
        client.chat.completions.create(model=path, messages=[{"role": "user", "content": "Where do we eat?"}])
    except Exception as error:
        print(type(error).__name__)
"""


class Model(BaseHTTPRequestHandler):
    """Answers like a model provider; the model "bad" is over its limit."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        good = asked["model"] == "good"
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Luigi"}}
        usage = {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14}
        answer = {"id": "1", "object": "chat.completion", "created": 1, "model": "good", "choices": [choice], "usage": usage}
        body = json.dumps(answer if good else {"error": {"message": "slow down"}}).encode()
        self.send_response(200 if good else 429)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


def test_model_calls_are_measured_and_what_was_said_stays_here(example_repo: Path, render_tree: RenderTree, receiver: Receiver) -> None:
    pytest.importorskip("openai")
    pytest.importorskip("opentelemetry.instrumentation.genai.openai", reason="not installed")
    tree = render_tree(["telemetry"], example_repo, Profile())
    (example_repo / "telemetry.py").write_text(tree["telemetry.py"], encoding="utf-8")
    provider = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{provider.server_address[1]}/v1"
    environment = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint}
    done = subprocess.run(
        [sys.executable, "-c", MODEL_CALL, address], cwd=example_repo, env=environment, capture_output=True, text=True, timeout=60
    )
    provider.shutdown()
    provider.server_close()
    assert done.returncode == 0, done.stderr
    assert "RateLimitError" in done.stdout
    assert {(m.name, m.unit, m.kind) for m in MODEL_METRICS} <= receiver.instruments()
    calls = [values(p.attributes) for found in receiver.latest("gen_ai.client.operation.duration").values() for p in found]
    assert {call["gen_ai.request.model"]: "error.type" in call for call in calls} == {"good": False, "bad": True}
    tokens = [values(p.attributes) for found in receiver.latest("gen_ai.client.token.usage").values() for p in found]
    assert {token["gen_ai.token.type"] for token in tokens} == {"input", "output"}
    assert not any(b"Where do we eat" in body or b"Luigi" in body for body in receiver.raw)
