"""A worker of RQ that only a line of the Procfile starts, everything applied, alive: the starter, its probe, its smoke and load test."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.live.broker import Worker
from tests.e2e.live.stack import wait_for
from tests.e2e.test_programs_alive import COMMON, RQ, enqueue, laid_out, triggers

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed"),
    pytest.mark.skipif(not os.environ.get("PRODIFY_SLOW_TESTS"), reason="takes a minute; PRODIFY_SLOW_TESTS=1 (make e2e) runs it"),
]

COMMAND = {
    **COMMON, "jobs.py": RQ["jobs.py"], "requirements.txt": "rq\nredis\n", "Procfile": "worker: rq worker --url $REDIS_URL mail reports\n",
}  # fmt: skip


def run(worker: Worker, *command: str, **environment: str) -> tuple[int, str]:
    """A program of the repository's Python: its code and what it said."""
    told = {**worker.environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment}
    done = subprocess.run([sys.executable, *command], cwd=worker.root, env=told, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def impatient(test: Path) -> None:
    """Let a smoke test ask once, where nothing can come of asking again."""
    text = test.read_text(encoding="utf-8")
    assert "SECONDS = 5, 3, 3" in text
    test.write_text(text.replace("SECONDS = 5, 3, 3", "SECONDS = 1, 3, 3"), encoding="utf-8")


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """The worker, started as its manifest says."""
    for name in ("rq", "redis", "opentelemetry.sdk"):
        pytest.importorskip(name, reason=f"{name} of requirements/e2e.in is not installed")
    found = Worker(laid_out(tmp_path_factory.mktemp("command"), COMMAND), tmp_path_factory.mktemp("command-home"), "shop")
    yield found
    found.close()


def test_jobs_of_both_queues_are_done_and_measured(worker: Worker) -> None:
    assert triggers(worker) == ["rq:queue:mail", "rq:queue:reports"]
    enqueue(worker, "confirm", 1)
    enqueue(worker, "confirm", 2, queue="reports")
    wait_for("the jobs", lambda: worker.broker.number("get", "confirmed:1") == worker.broker.number("get", "confirmed:2") == 1, 30)
    wait_for("the measurements", lambda: worker.counted("messaging.process.duration", task_name="jobs.confirm") == 2, 10)
    wait_for("a sign of life", worker.is_alive, 10)
    lines = [line for line in worker.process.text().splitlines() if line.strip()]
    assert lines and all(json.loads(line)["service"] == "shop" for line in lines)


def test_the_smoke_test_tells_a_worker_that_is_there(worker: Worker) -> None:
    assert run(worker, "-m", "pytest", "-q", "-rs", "tests/smoke", SMOKE_BROKER_URL="")[0] == 0
    code, said = run(worker, "-m", "pytest", "-q", "tests/smoke", SMOKE_BROKER_URL=worker.broker.url)
    assert (code, "3 passed" in said) == (0, True), said
    impatient(worker.root / "tests/smoke/test_worker.py")
    empty = worker.broker.url.replace("/0", "/1")
    code, said = run(worker, "-m", "pytest", "-q", "tests/smoke", SMOKE_BROKER_URL=empty)
    assert (code, "nobody works on this queue" in said) == (1, True), said


def test_the_load_test_passes_and_fails_as_the_goal_says(worker: Worker) -> None:
    load = ("load/enqueue.py", "jobs.confirm", '{"number": 7}', "--rate", "4", "--seconds", "3")
    code, said = run(worker, *load, LOAD_BROKER_URL=worker.broker.url)
    assert (code, "12 tasks sent, 12 began within 30 s, 0 had not begun" in said) == (0, True), said
    assert worker.broker.number("get", "confirmed:7") == 12
    script = worker.root / "load/enqueue.py"
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace("SHARE, START_SECONDS = 0.95, 30", "SHARE, START_SECONDS = 0.95, 2"), encoding="utf-8")
    load = ("load/enqueue.py", "jobs.slow", '{"number": 8, "seconds": 1}', "--rate", "4", "--seconds", "2")
    code, said = run(worker, *load, LOAD_BROKER_URL=worker.broker.url)
    script.write_text(text, encoding="utf-8")
    assert (code, "8 tasks sent" in said) == (1, True), said
    wait_for("the end of all", lambda: worker.broker.number("get", "ended:8") == 8, 30)


@pytest.mark.parametrize("address", ["", "redis://example.org/0", "redis://localhost.example.org/0"])
def test_the_load_test_refuses_strangers(worker: Worker, address: str) -> None:
    code, said = run(worker, "load/enqueue.py", "jobs.confirm", LOAD_BROKER_URL=address)
    assert code == 1 and "is not allowed as a target" in said
    assert run(worker, "load/enqueue.py", LOAD_BROKER_URL=worker.broker.url)[0] == 2, "no task is named"


def test_it_finishes_its_job_when_it_is_told_to_stop(worker: Worker) -> None:
    enqueue(worker, "slow", 20, 3)
    enqueue(worker, "confirm", 21)
    wait_for("its beginning", lambda: worker.broker.number("get", "begun:20") == 1, 20)
    took = worker.process.stop(30)
    assert worker.process.process.returncode == 0 and 1 < took < 15
    assert worker.broker.number("get", "ended:20") == 1 and worker.broker.number("llen", "rq:queue:mail") == 1
    worker.start()
    wait_for("the job that waited", lambda: worker.broker.number("get", "confirmed:21") == 1, 30)
