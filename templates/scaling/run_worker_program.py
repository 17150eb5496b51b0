"""Starts {= program =}{= purpose =}.

Written by prodify (recipe worker); yours to edit, upgrades merge.
"""

from __future__ import annotations

import os
import runpy
#% if framework == "loop"
import signal
import sys
#% elif measured
import time
#% endif
from pathlib import Path
from typing import Any

os.environ.setdefault("OTEL_SERVICE_NAME", "{= name =}")

#% if measured
# First of all: a connection that is opened before it stays untraced.
{= telemetry_import =}  # noqa: F401
#% endif
#% if framework == "rq"
#% if measured
from opentelemetry import metrics, trace
#% endif
from rq import SimpleWorker, Worker
#% endif
{= "" =}
PROGRAM = Path(__file__).resolve().parent / "{= program =}"
#% if framework == "rq"
# RQ finishes the job that it has begun when it is asked to stop, and takes no other.
# The worker touches this file whenever it reports to Redis; a probe looks how old it is.
ALIVE = Path(os.environ.get("WORKER_ALIVE_FILE", "{= alive_file =}"))  # nosec B108 - nothing of worth is in it
#% if measured
{= "" =}
# Seconds. The bounds between which durations are counted.
RUN_BOUNDS = {= run_bounds =}
_tracer = trace.get_tracer("{= package =}.tasks")
_meter = metrics.get_meter("{= package =}.tasks")
_ran = _meter.create_histogram(
    "messaging.process.duration", "s", "From a task's beginning to its end", explicit_bucket_boundaries_advisory=RUN_BOUNDS
)


def measure(kind: type[Worker] | type[SimpleWorker]) -> None:
    """Trace and count the jobs of a class of workers: here, since the process that does the job ends with it."""
    execute, perform = kind.execute_job, kind.perform_job

    def execute_job(self: Any, job: Any, queue: Any) -> Any:
        begun = time.perf_counter()
        with _tracer.start_as_current_span(f"run/{job.func_name}", kind=trace.SpanKind.CONSUMER):
            done = execute(self, job, queue)
        state = str(getattr(job.get_status(refresh=True), "value", "") or "finished")
        attributes = {"task.name": job.func_name, "task.state": {"failed": "failure", "finished": "success"}.get(state, "retry")}
        if state == "failed":
            attributes["error.type"] = "JobFailed"
        _ran.record(time.perf_counter() - begun, attributes)
        return done

    def perform_job(self: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return perform(self, *arguments, **options)
        finally:
            # What the job itself traced; its process ends without the usual farewell.
            getattr(trace.get_tracer_provider(), "force_flush", lambda _ms: None)(2000)

    kind.execute_job, kind.perform_job = execute_job, perform_job  # type: ignore[method-assign]
#% endif
{= "" =}

def touching(kind: type[Worker] | type[SimpleWorker]) -> None:
    """Touch the file with every heartbeat."""
    heartbeat = kind.heartbeat

    def beat(self: Any, *arguments: Any, **options: Any) -> Any:
        ALIVE.touch()
        return heartbeat(self, *arguments, **options)

    kind.heartbeat = beat  # type: ignore[method-assign]
#% else
{= "" =}

def stop(*_: Any) -> None:
    """End the program between two of its statements, as Ctrl+C does: `finally` blocks and what runs at exit still run.

    What it was in the middle of is lost unless your code sees to it: confirm an item when it is done, not when it is taken.
    """
    sys.exit(0)
#% endif
{= "" =}

if __name__ == "__main__":
#% if framework == "rq"
    for worker_class in (Worker, SimpleWorker):
        touching(worker_class)
#% if measured
        measure(worker_class)
#% endif
#% else
    signal.signal(signal.SIGTERM, stop)
#% endif
    runpy.run_path(str(PROGRAM), run_name="__main__")
