# Written by prodify (recipe load); yours to edit, upgrades merge.
"""Do tasks begin in time under load? Puts one task into the queue, again and again, and watches how long it waits there.

#% if framework == "list"
    LOAD_BROKER_URL=redis://localhost:6379/0 python {= path =} 'an item as your program takes it'
#% else
    LOAD_BROKER_URL=redis://localhost:6379/0 python {= path =} {= example =} '{"argument": 1}'
#% endif
{= "" =}
Workers must be running. Name a task that does no harm however often it is done: no mail, no payment. The host must be this machine, or be
named in LOAD_TEST_HOSTS (comma separated). The queue must be empty at the beginning, and nobody else may put anything in meanwhile: what
went in first comes out first, so the moment at which a task begins shows in the length of the queue. It ends with 1 when the goal was
missed: {= percent =} % of the tasks begin within {= start_seconds =} seconds.
"""

from __future__ import annotations

import argparse
#% if framework != "list"
import json
#% endif
import os
import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit

#% if framework == "celery"
from celery import Celery
#% elif framework == "rq"
from redis import Redis
from rq import Queue
#% else
from redis import Redis
#% endif
{= "" =}
QUEUE = "{= queue =}"
# The goal: this share begins within so many seconds.
SHARE, START_SECONDS = {= share =}, {= start_seconds =}
# Tasks a second: four fifths of what {= fewest =} (baseline) and {= most =} (peak) workers finish that do {= at_once =} at once in {= typical_seconds =} s each.
# Workers that are always busy would never get to the end of a queue.
RATES = {"baseline": {= baseline =}, "peak": {= peak =}}
LOCAL = ("localhost", "127.0.0.1", "::1")


def main() -> int:
    """Send, watch, judge."""
    parser = argparse.ArgumentParser(description="Do tasks begin in time under load?")
#% if framework == "list"
    parser.add_argument("item", help="what is put into the list; your program must do it without harm")
#% else
    parser.add_argument("task", help="the name of the task, for example {= example =}; it must do no harm")
    parser.add_argument("arguments", nargs="?", default="{}", help="its keyword arguments as JSON")
#% endif
    parser.add_argument("--scenario", choices=sorted(RATES), default="baseline")
    parser.add_argument("--rate", type=float, help="tasks a second, instead of the scenario's")
    parser.add_argument("--seconds", type=float, default=300, help="how long tasks are sent")
    parser.add_argument("--queue", default=QUEUE)
    options = parser.parse_args()
    send, waiting = queue_of(allowed(os.environ.get("LOAD_BROKER_URL", "")), options)
    if waiting():
        sys.exit(f"{waiting()} tasks wait in {options.queue} already; begin when it is empty")
    waits, left = run(send, waiting, options.rate or RATES[options.scenario], options.seconds)
    return judge(waits, left)


def allowed(address: str) -> str:
    """The address of the queue, if a load test may go there."""
    host = urlsplit(address).hostname or ""
    known = (*LOCAL, *(name.strip() for name in os.environ.get("LOAD_TEST_HOSTS", "").split(",")))
    if not host or host not in known:
        sys.exit(f"{host or 'no host in LOAD_BROKER_URL'} is not allowed as a target; put it into LOAD_TEST_HOSTS if it is yours")
    return address


def queue_of(address: str, options: argparse.Namespace) -> tuple[Callable[[], object], Callable[[], int]]:
    """How one task is sent, and how many wait."""
#% if framework == "celery"
    # Celery takes an address in these before the one that it is given.
    for name in ("CELERY_BROKER_URL", "CELERY_BROKER_READ_URL", "CELERY_BROKER_WRITE_URL"):
        os.environ.pop(name, None)
    app, arguments = Celery("load", broker=address), json.loads(options.arguments)
    connection = app.connection_for_read()

    def waiting() -> int:
        try:
            return int(connection.default_channel.queue_declare(queue=options.queue, passive=True).message_count)
#% if broker == "redis"
        except connection.channel_errors:
            return 0  # in Redis a queue in which nothing waits is not there
#% else
        except connection.channel_errors as error:
            sys.exit(f"there is no queue {options.queue}: does a worker run? ({error})")
#% endif
{= "" =}
    return lambda: app.send_task(options.task, kwargs=arguments, queue=options.queue, ignore_result=True), waiting
#% elif framework == "rq"
    queue, arguments = Queue(options.queue, connection=Redis.from_url(address)), json.loads(options.arguments)
    return lambda: queue.enqueue(options.task, kwargs=arguments, result_ttl=60, failure_ttl=60), lambda: queue.count
#% else
    store = Redis.from_url(address)
    return lambda: store.{= push =}(options.queue, options.item), lambda: int(store.llen(options.queue))
#% endif
{= "" =}

def run(send: Callable[[], object], waiting: Callable[[], int], rate: float, seconds: float) -> tuple[list[float], int]:
    """How long each task that began had waited, in seconds, and how many had not begun when the last one should have."""
    sent: list[float] = []
    waits: list[float] = []
    began = time.monotonic()
    while True:
        now = time.monotonic()
        due = min(now - began, seconds) * rate
        while len(sent) < due:
            send()
            sent.append(time.monotonic())
        length, now = waiting(), time.monotonic()
        waits += [now - sent[number] for number in range(len(waits), max(len(waits), len(sent) - length))]
        if now - began > seconds and (len(waits) == len(sent) or now - sent[-1] > START_SECONDS):
            return waits, len(sent) - len(waits)
        time.sleep(min(0.1, 1 / rate))


def judge(waits: list[float], left: int) -> int:
    """Say how it went; 1 when the goal was missed or nothing was sent."""
    total = len(waits) + left
    in_time = sum(wait <= START_SECONDS for wait in waits)
    slowest = max(waits, default=0.0)
    print(f"{total} tasks sent, {in_time} began within {START_SECONDS} s, {left} had not begun at the end; the longest wait was {slowest:.1f} s")
    return 0 if total and in_time >= SHARE * total else 1


if __name__ == "__main__":
    sys.exit(main())
