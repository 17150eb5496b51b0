"""A small web service with a Celery worker, everything applied, alive: a real Redis, the generated starter, an OTLP receiver.

What runs is what the manifests start: `python serve.py` and `python run_worker.py`.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from prodify.changes import apply
from prodify.infer import load_profile
from prodify.inventory import Inventory
from prodify.validators.goals.tasks import WAITING
from tests.e2e.live.broker import Broker
from tests.e2e.live.stack import Process, free_port, get, wait_for
from tests.e2e.matrix.proving import proposal
from tests.e2e.test_rq_command_alive import impatient
from tests.recipes.conftest import commit_all
from tests.recipes.observability.otlp import Receiver, values

PACKAGES = ("celery", "redis", "fastapi", "uvicorn", "opentelemetry.sdk", "opentelemetry.instrumentation.celery")
pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed"),
    pytest.mark.skipif(not os.environ.get("PRODIFY_SLOW_TESTS"), reason="takes a minute; PRODIFY_SLOW_TESTS=1 (make e2e) runs it"),
]

SHOP = {
    "shop/__init__.py": "",
    "shop/tasks.py": '''import os
import time

import redis
from celery import Celery

app = Celery("shop", broker=os.environ["CELERY_BROKER_URL"])
store = redis.from_url(os.environ["CELERY_BROKER_URL"])


@app.task
def confirm(number):
    store.incr(f"confirmed:{number}")


@app.task
def slow(number, seconds):
    store.incr(f"begun:{number}")
    time.sleep(seconds)
    store.incr(f"ended:{number}")


@app.task
def fail():
    raise ValueError("no stock")
''',
    "shop/main.py": '''from fastapi import FastAPI

from shop.tasks import confirm, fail, slow

app = FastAPI()


@app.post("/orders/{number}")
def order(number: int):
    return {"task": confirm.delay(number).id}


@app.post("/slow/{number}")
def slowly(number: int, seconds: float):
    return {"task": slow.delay(number, seconds).id}


@app.post("/fail")
def failing():
    return {"task": fail.delay().id}
''',
    "requirements.txt": "fastapi\nuvicorn\ncelery[redis]\nredis\n",
    "README.md": "# Shop\n\nA small shop.\n",
    "prodify.yaml": 'service: {name: shop, owner: "@ann"}\n'
    "tasks: {concurrency: 2, typical_seconds: 1, start_seconds: 30, limit_seconds: 20}\n",
}


class System:
    """Broker, receiver, web service and worker, all on loopback."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root, self.home, self.port = root, home, free_port()
        self.broker, self.receiver = Broker(home), Receiver()
        self.alive = home / "worker.alive"
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("OTEL_", "PYTEST", "COV_", "CELERY"))}
        self.environment = {
            **inherited, "CELERY_BROKER_URL": self.broker.url, "OTEL_EXPORTER_OTLP_ENDPOINT": self.receiver.endpoint,
            "OTEL_METRIC_EXPORT_INTERVAL": "500", "OTEL_BSP_SCHEDULE_DELAY": "300", "PORT": str(self.port), "ENVIRONMENT": "production",
            "WORKER_ALIVE_FILE": str(self.alive), "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        self.web = Process(home / "web.log", [sys.executable, "serve.py"], root, self.environment)
        self.worker = self.start_worker()
        wait_for("the web service", lambda: get(f"http://127.0.0.1:{self.port}/healthz")[0] == 200, 30)

    def start_worker(self) -> Process:
        """Start a worker and wait until it takes tasks."""
        log = self.home / f"worker-{time.monotonic_ns()}.log"
        worker = Process(log, [sys.executable, "run_worker.py"], self.root, self.environment)
        wait_for("the worker", lambda: "ready" in worker.text(), 30)
        return worker

    def post(self, path: str) -> str:
        """Ask the web service for a task; answers the task's id."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method="POST")
        with urllib.request.urlopen(request, timeout=20) as answer:
            return str(json.loads(answer.read())["task"])

    def counted(self, metric: str, **wanted: str) -> int:
        """How many measurements of the worker arrived, over all its processes."""
        latest: dict[tuple[str, str], int] = {}
        for resource, found in self.receiver.metrics:
            if found.name == metric and resource["service.name"] == "shop-worker":
                for point in found.histogram.data_points:
                    attributes = values(point.attributes)
                    if all(attributes.get(key.replace("_", ".")) == value for key, value in wanted.items()):
                        latest[resource["service.instance.id"], json.dumps(attributes, sort_keys=True)] = point.count
        return sum(latest.values())

    def waiting(self) -> int:
        """The length of the queue as it was measured last."""
        found = [metric for _, metric in self.receiver.metrics if metric.name == "messaging.queue.length"]
        points = {values(p.attributes)["messaging.destination.name"]: p.as_int for metric in found[-1:] for p in metric.gauge.data_points}
        return int(points.get("celery", -1))

    def lines(self, process: Process) -> list[dict[str, Any]]:
        """Its log, which holds nothing but JSON."""
        return [json.loads(line) for line in process.text().splitlines() if line.startswith("{")]

    def close(self) -> None:
        """End everything."""
        for process in (self.web, self.worker, self.broker.process):
            process.kill()
        self.receiver.close()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop with everything applied."""
    for name in PACKAGES:
        pytest.importorskip(name, reason=f"{name} of requirements/e2e.in is not installed")
    root = tmp_path_factory.mktemp("shop")
    for path, text in SHOP.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    commit_all(root)
    apply(root, proposal(root, load_profile(Inventory(root)).profile))
    return root


@pytest.fixture(scope="module")
def system(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Everything started."""
    found = System(root, tmp_path_factory.mktemp("home"))
    yield found
    found.close()


def test_a_task_is_done_and_counted_once(system: System) -> None:
    system.post("/orders/1")
    wait_for("the task", lambda: system.broker.number("get", "confirmed:1") == 1, 10)
    wait_for("its measurement", lambda: system.counted("messaging.process.duration", task_name="shop.tasks.confirm") == 1, 10)
    assert system.counted("messaging.wait.duration", task_name="shop.tasks.confirm") == 1
    time.sleep(1.5)
    assert system.broker.number("get", "confirmed:1") == 1
    assert system.counted("messaging.process.duration", task_name="shop.tasks.confirm", task_state="success") == 1


def test_one_trace_leads_from_the_request_to_the_task(system: System) -> None:
    before = len(system.receiver.spans)
    task = system.post("/orders/2")

    def names() -> dict[str, set[bytes]]:
        found: dict[str, set[bytes]] = {}
        for span in system.receiver.spans[before:]:
            found.setdefault(span.name, set()).add(span.trace_id)
        return found

    wanted = ("POST /orders/{number}", "apply_async/shop.tasks.confirm", "run/shop.tasks.confirm")
    wait_for("the spans", lambda: all(name in names() for name in wanted), 15)
    (trace,) = {identity for name in wanted for identity in names()[name]}
    (line,) = [line for line in system.lines(system.worker) if line.get("task.id") == task]
    assert line["trace_id"] == trace.hex() and line["task.state"] == "success" and line["service"] == "shop-worker"


def test_a_task_that_fails_says_so(system: System) -> None:
    task = system.post("/fail")
    counted = {"task_name": "shop.tasks.fail", "task_state": "failure", "error_type": "ValueError"}
    wait_for("the failure", lambda: system.counted("messaging.process.duration", **counted) == 1, 10)
    said = [line for line in system.lines(system.worker) if line.get("task.id") == task and line["level"] == "ERROR"]
    assert any("no stock" in line.get("exception", "") for line in said), "Celery's line with the traceback is there as well"


def test_the_measured_length_of_the_queue_is_what_the_scaler_asks_for(system: System, root: Path) -> None:
    text = (root / "deploy/kubernetes/components/worker-scaling/scaled-object.yaml").read_text(encoding="utf-8")
    trigger = next(iter(yaml.safe_load_all(text)))["spec"]["triggers"][0]
    assert trigger["type"] == "redis" and trigger["metadata"]["listLength"] == "30", f"{WAITING}: 2 at once x 30 s / 1 s / 2"
    for number in range(10, 17):
        system.post(f"/slow/{number}?seconds=3")
    wait_for("a queue", lambda: system.waiting() == 5, 5)
    assert system.broker.number("llen", trigger["metadata"]["listName"]) == 5, "two are worked on, and none is held back by the worker"
    wait_for("the end of all", lambda: system.broker.number("get", "ended:16") == 1, 30)
    wait_for("an empty queue", lambda: system.waiting() == 0, 5)


def test_the_sign_of_life_grows_old_when_the_worker_hangs(system: System, root: Path) -> None:
    documents = yaml.safe_load_all((root / "deploy/kubernetes/base/worker.yaml").read_text(encoding="utf-8"))
    (container,) = next(d for d in documents if d["kind"] == "Deployment")["spec"]["template"]["spec"]["containers"]
    command = [part.replace("/tmp/worker.alive", str(system.alive)) for part in container["livenessProbe"]["exec"]["command"]]
    assert ast.parse(command[2]) and command[:2] == ["python", "-c"]

    def alive() -> bool:
        return subprocess.run([sys.executable, *command[1:]], check=False, timeout=10, capture_output=True).returncode == 0

    wait_for("a sign of life", alive, 10)
    system.worker.process.send_signal(signal.SIGSTOP)
    try:
        os.utime(system.alive, (time.time() - 61, time.time() - 61))
        time.sleep(6)
        assert not alive()
    finally:
        system.worker.process.send_signal(signal.SIGCONT)
    wait_for("a sign of life", alive, 10)


def test_a_broker_that_was_killed_is_found_again(system: System) -> None:
    system.post("/slow/30?seconds=4")
    wait_for("its beginning", lambda: system.broker.number("get", "begun:30") == 1, 10)
    system.broker.process.kill()
    time.sleep(7)
    assert system.worker.process.poll() is None
    assert time.time() - system.alive.stat().st_mtime < 60, "a restart of the worker brings no broker back"
    system.broker.start()
    system.post("/orders/31")
    wait_for("the new task", lambda: system.broker.number("get", "confirmed:31") == 1, 60)
    assert system.broker.number("get", "ended:30") == 0
    assert system.broker.number("hlen", "unacked") == 1, "what was cut off is given out again"
    assert system.counted("messaging.process.duration", task_name="shop.tasks.slow", task_state="failure") == 0


def test_smoke_and_load_tests_ask_the_worker_that_runs(system: System, root: Path) -> None:
    def run(*command: str, **told: str) -> tuple[int, str]:
        told = {**system.environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **told}
        done = subprocess.run([sys.executable, *command], cwd=root, env=told, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout + done.stderr

    smoke = ("-m", "pytest", "-q", "tests/smoke/test_worker.py")
    code, said = run(*smoke, SMOKE_BROKER_URL=system.broker.url)
    assert (code, "5 passed" in said) == (0, True), said
    impatient(root / smoke[-1])
    code, said = run(*smoke, SMOKE_BROKER_URL=system.broker.url.replace("/0", "/1"))
    assert (code, "nobody works on this queue" in said) == (1, True), said
    load = ("load/enqueue.py", "shop.tasks.confirm", '{"number": 77}', "--rate", "5", "--seconds", "2")
    code, said = run(*load, LOAD_BROKER_URL=system.broker.url)
    assert (code, "10 tasks sent, 10 began within 30 s, 0 had not begun" in said) == (0, True), said
    wait_for("the tasks", lambda: system.broker.number("get", "confirmed:77") == 10, 10)


def test_a_worker_that_is_told_to_stop_finishes_what_it_has_begun(system: System) -> None:
    system.post("/slow/20?seconds=4")
    wait_for("its beginning", lambda: system.broker.number("get", "begun:20") == 1, 30)
    took = system.worker.stop(30)
    assert system.worker.process.returncode == 0
    assert system.broker.number("get", "ended:20") == 1, "cut off"
    assert 2 < took < 15
    system.post("/orders/21")
    assert system.broker.number("llen", "celery") == 1
    system.worker = system.start_worker()
    wait_for("the task that waited", lambda: system.broker.number("get", "confirmed:21") == 1, 20)


def test_the_log_is_json(system: System) -> None:
    other = [line for line in system.worker.text().splitlines() if line.strip() and not line.startswith("{")]
    # Celery's warning for root, which no container of ours is, and its farewell.
    known = ("SecurityWarning", "absolutely not", "Please specify", "User information", "_warn_or_raise", "worker: Warm shutdown")
    assert not [line for line in other if not any(word in line for word in known)]
    assert all(line["service"] == "shop-worker" for line in system.lines(system.worker))
