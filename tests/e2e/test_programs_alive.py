"""Workers that are no Celery, everything applied, alive: RQ, a loop over a list of Redis, a program that plans by the clock, a bot.

What runs is the command of the manifest, against a real Redis and an OTLP receiver.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from prodify.changes import apply
from prodify.infer import load_profile
from prodify.inventory import Inventory
from tests.e2e.live.broker import Worker
from tests.e2e.live.stack import wait_for
from tests.e2e.matrix.proving import proposal
from tests.recipes.conftest import commit_all

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed"),
    pytest.mark.skipif(not os.environ.get("PRODIFY_SLOW_TESTS"), reason="takes a minute; PRODIFY_SLOW_TESTS=1 (make e2e) runs it"),
]

PROFILE = 'service: {name: shop, owner: "@ann"}\ntasks: {typical_seconds: 1, start_seconds: 30, limit_seconds: 20}\n'
COMMON = {"README.md": "# Shop\n\nA small shop.\n", "prodify.yaml": PROFILE}
RQ = {
    **COMMON,
    "jobs.py": """import os
import time

import redis

store = redis.from_url(os.environ["REDIS_URL"])


def confirm(number):
    store.incr(f"confirmed:{number}")


def slow(number, seconds):
    store.incr(f"begun:{number}")
    time.sleep(seconds)
    store.incr(f"ended:{number}")


def fail():
    raise ValueError("no stock")
""",
    "worker.py": """import os

import redis
from rq import Worker

listen = ["mail", "reports"]
connection = redis.from_url(os.environ["REDIS_URL"])
if __name__ == "__main__":
    Worker(listen, connection=connection).work()
""",
    "requirements.txt": "rq\nredis\n",
    "Procfile": "worker: python worker.py\n",
}
LOOP = {
    **COMMON,
    "worker.py": """import os
import time

import redis

QUEUE = "orders"
store = redis.from_url(os.environ["REDIS_URL"])


def work(order):
    store.incr(f"begun:{order}")
    if order == "broken":
        raise ValueError("no stock")
    time.sleep(3 if order.startswith("slow") else 0.05)
    store.incr(f"ended:{order}")


def main():
    while True:
        _, order = store.blpop(QUEUE)
        work(order.decode())


if __name__ == "__main__":
    main()
""",
    "requirements.txt": "redis\n",
    "Procfile": "worker: python worker.py\n",
}
CLOCK = {
    **COMMON,
    "worker.py": """import os
import time

import redis
import schedule

store = redis.from_url(os.environ["REDIS_URL"])


def clean():
    store.incr("cleaned")


schedule.every(1).seconds.do(clean)

if __name__ == "__main__":
    try:
        while True:
            schedule.run_pending()
            time.sleep(0.2)
    finally:
        store.set("said", "goodbye")
""",
    "requirements.txt": "redis\nschedule\n",
    "Procfile": "worker: python worker.py\n",
}


def laid_out(root: Path, files: Mapping[str, str]) -> Path:
    """The files with everything applied."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    commit_all(root)
    apply(root, proposal(root, load_profile(Inventory(root)).profile))
    return root


@pytest.fixture(scope="module")
def rq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """A worker of RQ."""
    for name in ("rq", "redis", "opentelemetry.sdk"):
        pytest.importorskip(name, reason=f"{name} of requirements/e2e.in is not installed")
    found = Worker(laid_out(tmp_path_factory.mktemp("rq"), RQ), tmp_path_factory.mktemp("rq-home"), "shop")
    yield found
    found.close()


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """A program that takes from a list."""
    for name in ("redis", "opentelemetry.sdk"):
        pytest.importorskip(name, reason=f"{name} of requirements/e2e.in is not installed")
    found = Worker(laid_out(tmp_path_factory.mktemp("loop"), LOOP), tmp_path_factory.mktemp("loop-home"), "shop")
    yield found
    found.close()


def enqueue(worker: Worker, job: str, *arguments: object, queue: str = "mail") -> None:
    code = "import os, sys, redis, rq, jobs; rq.Queue(sys.argv[1], connection=redis.from_url(os.environ['REDIS_URL'])).enqueue"
    text = f"{code}(getattr(jobs, sys.argv[2]), *{list(arguments)!r})"
    subprocess.run([sys.executable, "-c", text, queue, job], cwd=worker.root, env=worker.environment, check=True, timeout=30)


def triggers(worker: Worker) -> list[str]:
    """The lists that the scaler asks for."""
    text = (worker.root / "deploy/kubernetes/components/worker-scaling/scaled-object.yaml").read_text(encoding="utf-8")
    found = next(iter(yaml.safe_load_all(text)))
    assert found["spec"]["scaleTargetRef"]["name"] == worker.name
    return [trigger["metadata"]["listName"] for trigger in found["spec"]["triggers"]]


def alert_names(worker: Worker) -> set[str]:
    rules = yaml.safe_load((worker.root / "deploy/prometheus/rules/tasks.yaml").read_text(encoding="utf-8"))
    return {rule["alert"] for group in rules["groups"] for rule in group["rules"] if "alert" in rule}


def test_rq_jobs_are_done_measured_and_traced(rq: Worker) -> None:
    enqueue(rq, "confirm", 1)
    enqueue(rq, "confirm", 2, queue="reports")
    wait_for("the jobs", lambda: rq.broker.number("get", "confirmed:1") == rq.broker.number("get", "confirmed:2") == 1, 20)
    ran = {"task_name": "jobs.confirm", "task_state": "success"}
    wait_for("the measurements", lambda: rq.counted("messaging.process.duration", **ran) == 2, 10)
    assert rq.counted("messaging.wait.duration", task_name="jobs.confirm") == 2
    wait_for("the spans", lambda: sum(span.name == "run/jobs.confirm" for span in rq.receiver.spans) == 2, 10)


def test_a_job_of_rq_that_fails_says_so(rq: Worker) -> None:
    enqueue(rq, "fail")
    wait_for("the failure", lambda: rq.counted("messaging.process.duration", task_name="jobs.fail", task_state="failure") == 1, 20)
    assert "no stock" in rq.process.text()


def test_the_queues_of_rq_are_those_of_the_scaler(rq: Worker) -> None:
    assert triggers(rq) == ["rq:queue:mail", "rq:queue:reports"]
    for number in range(10, 14):
        enqueue(rq, "slow", number, 3)
    wait_for("a queue", lambda: rq.waiting("rq:queue:mail") == 3 == rq.broker.number("llen", "rq:queue:mail"), 10)
    assert {"QueueGrows", "TasksStandStill", "TaskSuccessBurnsFast", "TaskFreshnessBurnsFast"} <= alert_names(rq)
    wait_for("the end of all", lambda: rq.broker.number("get", "ended:13") == 1, 30)
    wait_for("an empty queue", lambda: rq.waiting("rq:queue:mail") == 0, 5)
    wait_for("their measurements", lambda: rq.counted("messaging.process.duration", task_name="jobs.slow") >= 4, 5)
    # What a job's own process inherited of the worker's counts must not be counted once more.
    assert rq.counted("messaging.process.duration", task_name="jobs.slow") == 4
    assert rq.counted("messaging.process.duration", task_name="jobs.confirm") == 2


def test_a_worker_of_rq_is_alive_and_finishes_its_job_when_it_is_told_to_stop(rq: Worker) -> None:
    wait_for("a sign of life", rq.is_alive, 10)
    os.utime(rq.alive, (time.time() - 500, time.time() - 500))
    assert not rq.is_alive()
    enqueue(rq, "slow", 20, 4)
    enqueue(rq, "confirm", 21)
    wait_for("its beginning", lambda: rq.broker.number("get", "begun:20") == 1, 20)
    took = rq.process.stop(30)
    assert rq.process.process.returncode == 0 and 1 < took < 15
    assert rq.broker.number("get", "ended:20") == 1, "cut off"
    assert rq.counted("messaging.process.duration", task_name="jobs.slow") == 5, "the last one is told as well"
    assert rq.broker.number("llen", "rq:queue:mail") == 1, "the next one waits for the next worker"
    rq.start()
    wait_for("the job that waited", lambda: rq.broker.number("get", "confirmed:21") == 1, 20)
    wait_for("a sign of life", rq.is_alive, 10)


def test_a_loop_is_measured_and_scaled_by_its_list(loop: Worker) -> None:
    assert triggers(loop) == ["orders"] and {"QueueGrows", "TasksStandStill"} <= alert_names(loop)
    for number in range(5):
        loop.broker.ask("rpush", "orders", f"quick{number}")
    wait_for("the items", lambda: loop.broker.number("get", "ended:quick4") == 1, 20)
    wait_for("the measurements", lambda: loop.counted("messaging.process.duration", task_name="orders") == 5, 10)
    for number in range(3):
        loop.broker.ask("rpush", "orders", f"slow{number}")
    wait_for("a queue", lambda: loop.waiting("orders") == 2, 5)
    assert loop.is_alive()
    wait_for("an empty queue", lambda: loop.waiting("orders") == 0 and loop.broker.number("get", "ended:slow2") == 1, 15)
    os.utime(loop.alive, (time.time() - 100, time.time() - 100))
    wait_for("its next look at the list", loop.is_alive, 5)


def test_the_load_test_of_a_list_puts_in_what_the_program_takes(loop: Worker) -> None:
    command = [sys.executable, "load/enqueue.py", "quick70", "--rate", "5", "--seconds", "2"]
    told = {**loop.environment, "LOAD_BROKER_URL": loop.broker.url}
    done = subprocess.run(command, cwd=loop.root, env=told, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "10 tasks sent, 10 began" in done.stdout) == (0, True), done.stdout + done.stderr
    wait_for("the items", lambda: loop.broker.number("get", "ended:quick70") == 10, 10)


def test_a_loop_that_is_told_to_stop_finishes_what_it_took_and_takes_nothing_more(loop: Worker) -> None:
    assert loop.deployment()["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] == 30, "the longest task and ten seconds"
    loop.broker.ask("rpush", "orders", "slow7", "quick8")
    wait_for("its beginning", lambda: loop.broker.number("get", "begun:slow7") == 1, 10)
    took = loop.process.stop(20)
    assert loop.process.process.returncode == 0 and 1 < took < 8
    assert loop.broker.number("get", "ended:slow7") == 1 and loop.broker.number("llen", "orders") == 1
    loop.start()
    wait_for("the item that waited", lambda: loop.broker.number("get", "ended:quick8") == 1, 20)
    time.sleep(1)
    assert loop.process.stop(10) < 5, "with nothing in hand it stops at once"
    loop.broker.ask("rpush", "orders", "quick9")
    assert loop.broker.number("llen", "orders") == 1


def test_an_item_that_ends_the_program_is_told(loop: Worker) -> None:
    loop.start()
    loop.broker.ask("rpush", "orders", "broken")
    assert loop.process.process.wait(20) != 0, "the cluster starts it again"
    told = {"task_name": "orders", "task_state": "failure", "error_type": "ValueError"}
    wait_for("the failure", lambda: loop.counted("messaging.process.duration", **told) == 1, 5)
    loop.start()


def test_what_plans_by_the_clock_runs_once_and_stops_in_good_order(tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in ("redis", "schedule"):
        pytest.importorskip(name, reason=f"{name} of requirements/e2e.in is not installed")
    worker = Worker(laid_out(tmp_path_factory.mktemp("clock"), CLOCK), tmp_path_factory.mktemp("clock-home"), "shop")
    try:
        assert worker.deployment()["spec"]["replicas"] == 1 and worker.deployment()["spec"]["strategy"] == {"type": "Recreate"}
        assert "livenessProbe" not in worker.container(), "nothing is known of its signs of life"
        wait_for("its work", lambda: worker.broker.number("get", "cleaned") >= 2, 20)
        assert worker.process.stop(15) < 5 and worker.process.process.returncode == 0
        assert worker.broker.ask("get", "said") == b"goodbye"
    finally:
        worker.close()
