"""A worker of RQ that only a line of the Procfile starts, everything applied, alive: the starter, its probe, its smoke and load test."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator

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


def test_it_finishes_its_job_when_it_is_told_to_stop(worker: Worker) -> None:
    enqueue(worker, "slow", 20, 3)
    enqueue(worker, "confirm", 21)
    wait_for("its beginning", lambda: worker.broker.number("get", "begun:20") == 1, 20)
    took = worker.process.stop(30)
    assert worker.process.process.returncode == 0 and 1 < took < 15
    assert worker.broker.number("get", "ended:20") == 1 and worker.broker.number("llen", "rq:queue:mail") == 1
    worker.start()
    wait_for("the job that waited", lambda: worker.broker.number("get", "confirmed:21") == 1, 30)
