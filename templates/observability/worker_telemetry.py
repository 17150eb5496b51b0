"""Telemetry of tasks: a trace from whoever asked for a task to its end, how long it waited and ran, and how many wait.

Written by prodify (recipe worker); yours to edit, upgrades merge.
"""

from __future__ import annotations

import logging
import os
import time
from datetime import datetime
from typing import Any

from celery import Celery, current_task, signals
from kombu.exceptions import OperationalError
from opentelemetry import metrics, trace
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.metrics import NoOpMeterProvider, Observation
#% if django
{= "" =}
{= telemetry_import =}
#% endif
{= "" =}

# Seconds. The goal "begins within {= start_seconds =} s" can only be measured at one of these bounds.
WAIT_BOUNDS = {= wait_bounds =}
RUN_BOUNDS = {= run_bounds =}

log = logging.getLogger("{= package =}.tasks")
_meter = metrics.get_meter("{= package =}.tasks")
_waited = _meter.create_histogram(
    "messaging.wait.duration", "s", "From when a task was due until it began", explicit_bucket_boundaries_advisory=WAIT_BOUNDS
)
_ran = _meter.create_histogram(
    "messaging.process.duration", "s", "From a task's beginning to its end", explicit_bucket_boundaries_advisory=RUN_BOUNDS
)
_begun: dict[str, float] = {}
_errors: dict[str, str] = {}


def instrument(app: Celery) -> None:
    """Trace and measure every task of the app. Called where the app is made, so that it holds for those who send tasks as well."""
    # Ours before the instrumentor's: at the end of a task its span must still be open, for the log line to carry the trace's id.
    signals.before_task_publish.connect(_stamp, weak=False)
    signals.task_prerun.connect(_begin, weak=False)
    signals.task_failure.connect(_fail, weak=False)
    signals.task_postrun.connect(_end, weak=False)
    # Its own metrics count by worker, which makes a time series of every process that ever was.
    CeleryInstrumentor().instrument(meter_provider=NoOpMeterProvider())


def set_up(app: Celery) -> None:
    """For the worker's own process: JSON logs with the task's id, the length of the queues, and nothing lost when a process ends."""
    signals.setup_logging.connect(_set_up_logs, weak=False)
    signals.worker_process_shutdown.connect(_flush, weak=False)
    _fork_between_measurements()
    parent = os.getpid()

    def waiting(_options: Any) -> Any:
        if os.getpid() != parent:
            return  # the processes that work need not ask as well
        broker = app.connection_for_read()
        try:
            with broker:
                broker.connect()  # one attempt; by itself it would go on trying
                for name in app.amqp.queues.consume_from:
                    yield Observation(_length(broker, name), {"messaging.destination.name": name})
        except (OSError, OperationalError, *broker.connection_errors):
            return  # the broker does not answer, and a length that is missing says so

    _meter.create_observable_gauge("messaging.queue.length", [waiting], "{message}", "Tasks that wait")


def _length(broker: Any, name: str) -> int:
#% if broker == "redis"
    # The same list that the autoscaler asks for.
    return int(broker.default_channel.client.llen(name))
#% else
    try:
        return int(broker.default_channel.queue_declare(queue=name, passive=True).message_count)
    except broker.channel_errors:
        return 0  # nobody has declared it yet
#% endif
{= "" =}

def _fork_between_measurements() -> None:
    """A process that is forked while another thread of its parent measures or sends waits for that thread for ever: it is not there.

    The locks are the SDK's own (1.45); where a later one names them otherwise, nothing is held.
    """
    provider = metrics.get_meter_provider()
    places = [(getattr(provider, "_measurement_consumer", None), "_lock")]
    places += [(reader, "_export_lock") for reader in getattr(provider, "_metric_readers", ())]
    locks = [lock for owner, name in places if (lock := getattr(owner, name, None)) is not None]
    held: list[Any] = []

    def hold() -> None:
        held.extend(lock for lock in locks if lock.acquire(timeout=10))

    def release() -> None:
        while held:
            held.pop().release()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=hold, after_in_parent=release, after_in_child=release)


def _stamp(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """Note when the task is due: now, or when its sender wants it."""
    if headers is not None:
        eta = headers.get("eta")
        headers["due_at"] = datetime.fromisoformat(eta).timestamp() if isinstance(eta, str) else time.time()


def _begin(task_id: str, task: Any, **_: Any) -> None:
    _begun[task_id] = time.perf_counter()
    due = getattr(task.request, "due_at", None)
    if isinstance(due, (int, float)):
        _waited.record(max(0.0, time.time() - due), {"task.name": task.name})


def _fail(task_id: str, exception: BaseException, **_: Any) -> None:
    _errors[task_id] = type(exception).__name__


def _end(task_id: str, task: Any, state: str | None = None, **_: Any) -> None:
    """One measurement and one log line for every task. One that is tried again, or cut off and given back, ends neither well nor badly."""
    seconds = time.perf_counter() - _begun.pop(task_id, time.perf_counter())
    outcome = {"SUCCESS": "success", "FAILURE": "failure"}.get(state or "", "retry")
    attributes = {"task.name": task.name, "task.state": outcome}
    error = _errors.pop(task_id, "")
    if outcome == "failure":
        attributes["error.type"] = error
    _ran.record(seconds, attributes)
    fields = {**attributes, "duration_ms": round(seconds * 1000, 1)}
    level = logging.ERROR if outcome == "failure" else logging.INFO
    log.log(level, "%s %s", task.name, outcome, extra={"fields": fields})


class TaskFields(logging.Filter):
    """Adds the id and name of the task to every line that is written while it runs."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = current_task.request if current_task else None
        if request is not None and request.id:
            here = {"task.id": request.id, "task.name": request.task}
            record.fields = {**here, **getattr(record, "fields", {})}
        return True


def _set_up_logs(**_: Any) -> None:
    """Celery leaves logging alone when somebody answers this signal."""
#% if django
    telemetry._set_up_logs()
#% endif
    for handler in logging.getLogger().handlers:
        handler.addFilter(TaskFields())
    # Our own line says how each task ended; of Celery's those of errors stay, for their tracebacks.
    for name in ("celery.app.trace", "celery.worker.strategy"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _flush(**_: Any) -> None:
    """A process that ends has measurements that are not sent yet."""
    for provider in (trace.get_tracer_provider(), metrics.get_meter_provider()):
        if hasattr(provider, "force_flush"):
            provider.force_flush(2000)
