"""The smoke and the load test of a background worker; parts of the recipes `smoke` and `load`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.api import File
from prodify.escape import Code, python_list
from prodify.recipes.ci.project import SMOKE
from prodify.recipes.scaling.workers import worker_of
from prodify.recipes.shared.burn import number
from prodify.recipes.shared.layout import LOAD_TESTS
from prodify.recipes.testing.tasks import tasks_to_test
from prodify.render import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.profile import Profile
    from prodify.recipes.scaling.workers import Worker

WORKER_LOAD = f"{LOAD_TESTS}/enqueue.py"
_BUSY = 0.8
"""Share of what workers finish that a load test sends: before workers that are always busy a queue only grows."""


@dataclass(frozen=True, slots=True)
class WorkerSmokeContext:
    """What `testing/worker_smoke_test.py` names; `tasks` are names, empty for RQ."""

    framework: str
    queues: Code
    tasks: Code


@dataclass(frozen=True, slots=True)
class WorkerLoadContext:
    """What `testing/worker_load.py` names: tasks a second, shares between 0 and 1, seconds; `push` is the other end of the list."""

    framework: str
    broker: str
    path: str
    example: str
    queue: str
    push: Code
    percent: str
    share: str
    start_seconds: int
    typical_seconds: str
    at_once: int
    fewest: int
    most: int
    baseline: str
    peak: str


def smoke_files(repo: Inventory, profile: Profile) -> Iterator[File]:
    """A test that asks who works on the queue; for Celery and RQ, whose workers tell."""
    worker = worker_of(repo, profile)
    if worker is None or worker.framework not in ("celery", "rq"):
        return
    names = _names(repo, profile) if worker.framework == "celery" else []
    queues = [_short(name) for name in worker.queues]
    context = WorkerSmokeContext(worker.framework, python_list(queues) if queues else Code(""), python_list(names) if names else Code(""))
    yield File(f"{SMOKE}/test_worker.py", render("testing/worker_smoke_test.py", context))


def load_files(repo: Inventory, profile: Profile) -> Iterator[File]:
    """A script that puts a task of the user's choice into the queue at the rate of the profile; where the queue is known."""
    worker = worker_of(repo, profile)
    if worker is None or not worker.listens_to_queue or worker.framework not in ("celery", "rq", "list"):
        return
    tasks, at_once = profile.tasks, worker.at_once(profile)
    fewest, most = profile.scaling.min_replicas, profile.max_replicas
    context = WorkerLoadContext(
        framework=worker.framework,
        broker=worker.broker,
        path=WORKER_LOAD,
        example=next(iter(_names(repo, profile)), "package.module.function"),
        queue=_short(worker.queues[0]),
        push=Code(_other_end(repo, worker)),
        percent=f"{profile.slo.latency.target_percent:g}",
        share=number(profile.slo.latency.target_percent / 100),
        start_seconds=tasks.start_seconds,
        typical_seconds=number(tasks.typical_seconds),
        at_once=at_once,
        fewest=fewest,
        most=most,
        baseline=_rate(fewest * at_once / tasks.typical_seconds),
        peak=_rate(most * at_once / tasks.typical_seconds),
    )
    yield File(WORKER_LOAD, render("testing/worker_load.py", context))


def _rate(finished: float) -> str:
    return f"{max(0.01, _BUSY * finished):.3g}" if _BUSY * finished < 100 else f"{_BUSY * finished:.0f}"


def _names(repo: Inventory, profile: Profile) -> list[str]:
    found = tasks_to_test(repo, profile)
    return list(found.names) if found is not None else []


def _short(queue: str) -> str:
    """A queue's name as its library says it."""
    return queue.removeprefix("rq:queue:")


def _other_end(repo: Inventory, worker: Worker) -> str:
    """The method that puts in at the end that the program does not take from."""
    takes_left = any(call.location.path == worker.source for call in repo.python.calls("*.blpop", "*.lpop"))
    return "rpush" if takes_left else "lpush"
