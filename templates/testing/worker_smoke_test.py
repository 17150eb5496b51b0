# Written by prodify (recipe smoke); yours to edit, upgrades merge.
"""Is the deployed worker up? Asks who works on its queue and puts nothing into it, so that it may run against production:

    SMOKE_BROKER_URL=redis://... pytest tests/smoke/test_worker.py

From outside of a cluster the queue is reached through `kubectl port-forward`.
"""

from __future__ import annotations

import os
import time

import pytest
#% if framework == "celery"
from celery import Celery
#% else
from redis import Redis
from rq import Worker
#% endif
{= "" =}
BROKER_URL = os.environ.get("SMOKE_BROKER_URL", "")
#% if queues
QUEUES = {= queues =}
#% endif
#% if tasks
TASKS = {= tasks =}
#% endif
# A fresh deployment may still be starting.
ATTEMPTS, PAUSE_SECONDS, TIMEOUT_SECONDS = 5, 3, 3

pytestmark = pytest.mark.skipif(not BROKER_URL, reason="SMOKE_BROKER_URL is not set: the address of the queue of the deployment to look at")


@pytest.fixture(scope="module")
def workers() -> dict[str, set[str]]:
    """Every worker that is there, by name, and the queues that it takes from."""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PAUSE_SECONDS)
        found = ask()
        if found:
            return found
    return {}


#% if framework == "celery"
def app() -> Celery:
    """An application of the test's own, which knows no task."""
    # Celery takes an address in these before the one that it is given.
    for name in ("CELERY_BROKER_URL", "CELERY_BROKER_READ_URL", "CELERY_BROKER_WRITE_URL"):
        os.environ.pop(name, None)
    found = Celery("smoke", broker=BROKER_URL)
    found.conf.broker_transport_options = {"max_retries": 1, "socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
    return found


def ask() -> dict[str, set[str]]:
    """Who answers within the time."""
    answers = app().control.inspect(timeout=TIMEOUT_SECONDS).active_queues() or {}
    return {name: {queue["name"] for queue in queues} for name, queues in answers.items()}


#% else
def ask() -> dict[str, set[str]]:
    """Whose sign of life is in Redis: it runs out by itself when a worker is gone."""
    connection = Redis.from_url(BROKER_URL, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS)
    return {worker.name: set(worker.queue_names()) for worker in Worker.all(connection=connection)}


#% endif
def test_a_worker_is_there(workers: dict[str, set[str]]) -> None:
    assert workers, "nobody works on this queue"
#% if queues
{= "" =}

@pytest.mark.parametrize("queue", QUEUES)
def test_somebody_takes_from_every_queue(workers: dict[str, set[str]], queue: str) -> None:
    assert any(queue in taken for taken in workers.values()), f"what waits in {queue} is done by nobody: {workers}"
#% endif
#% if tasks
{= "" =}

@pytest.mark.parametrize("task", TASKS)
def test_every_task_is_known_to_a_worker(known: set[str], task: str) -> None:
    assert task in known, f"a worker that is sent {task} throws it away"


@pytest.fixture(scope="module")
def known(workers: dict[str, set[str]]) -> set[str]:
    """The names of the tasks that the workers know."""
    answers = app().control.inspect(timeout=TIMEOUT_SECONDS).registered() or {}
    return {name.partition(" ")[0] for names in answers.values() for name in names}
#% endif
