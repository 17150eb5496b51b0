"""Starts the Celery worker.{= scheduler_usage =}

Written by prodify (recipe worker); yours to edit, upgrades merge.
"""

from __future__ import annotations

import logging
import os
#% if schedules
import sys
#% endif
from pathlib import Path
from typing import Any

os.environ.setdefault("OTEL_SERVICE_NAME", "{= name =}")

#% if measured
# First of all: a connection that is opened before it stays untraced.
{= telemetry_import =}  # noqa: F401
{= worker_telemetry_import =}
#% endif
{= app_import =}
from celery import bootsteps
#% if broker == "redis"
from kombu.transport import redis as transport
#% endif
#% if schedules
from kombu.utils.imports import symbol_by_name
#% endif
{= "" =}
# The worker touches it every few seconds; a probe looks how old it is.
ALIVE = Path(os.environ.get("WORKER_ALIVE_FILE", "{= alive_file =}"))  # nosec B108 - nothing of worth is in it

# What your code sets itself counts before these.
app.add_defaults(
    {
        # Tasks at once. More of them are done by more workers.
        "worker_concurrency": int(os.environ.get("WORKER_CONCURRENCY", "{= concurrency =}")),
        # A task leaves the queue when it is done, not when it begins: what a dying worker held is given to another one. So a task
        # may run twice, and should do no harm then.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        # Without the broker nobody can say that a task is done: it is cut off, and given out again.
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        # A busy worker holds no task back that an idle one could do.
        "worker_prefetch_multiplier": 1,
        # Seconds. First SoftTimeLimitExceeded is raised in the task, which may clean up; then its process is killed.
        "task_soft_time_limit": {= soft_limit =},
        "task_time_limit": {= hard_limit =},
#% if broker == "redis"
        # Redis gives a task out again that nobody has finished after so many seconds; countdowns and ETAs must be shorter than that.
        "broker_transport_options": {"visibility_timeout": {= visibility =}},
#% endif
        # Processes are replaced after a while: bounds the damage of a slow memory leak.
        "worker_max_tasks_per_child": 1000,
        # A broker that is away comes back: wait for it.
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        # Answers that nobody fetches, in seconds.
        "result_expires": 3600,
#% if schedules
        "beat_max_loop_interval": 30,
#% endif
    }
)


class Alive(bootsteps.StartStopStep):
    """Touches the file from the worker's own loop: when that hangs, the file grows old."""

    requires = ("celery.worker.components:Timer",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.entry: Any = None

    def start(self, parent: Any) -> None:
        self.entry = parent.timer.call_repeatedly(5.0, ALIVE.touch, priority=10)

    def stop(self, parent: Any) -> None:
        if self.entry is not None:
            self.entry.cancel()


class Waiting(logging.Handler):
    """Touches the file as well when Celery says that it waits for the broker: a restart would not bring that back."""

    def emit(self, record: logging.LogRecord) -> None:
        ALIVE.touch()
#% if broker == "redis"
{= "" =}

class Delivered(transport.QoS):  # type: ignore[misc]
    """What was taken from the queue and is not done: over a broken connection it cannot be put back, and the worker must not die of that.

    Redis gives those tasks out again by itself, after the visibility timeout. Seen with kombu 5.7.0.
    """

    def restore_unacked_once(self, *arguments: Any, **options: Any) -> None:
        try:
            super().restore_unacked_once(*arguments, **options)
        except (AttributeError, OSError, *transport.get_redis_error_classes().connection_errors) as error:
            logging.getLogger(__name__).warning("tasks in work cannot be put back: %s", type(error).__name__)


transport.Channel.QoS = Delivered
#% else
{= "" =}
#% endif
app.steps["worker"].add(Alive)
logging.getLogger("celery.worker.consumer.consumer").addHandler(Waiting())
#% if schedules
{= "" =}

class Scheduler(symbol_by_name(app.conf.beat_scheduler)):  # type: ignore[misc]
    """Touches the file whenever it looks for what is due."""

    def tick(self, *arguments: Any, **options: Any) -> Any:
        ALIVE.touch()
        return super().tick(*arguments, **options)
#% endif
{= "" =}

if __name__ == "__main__":
    level = os.environ.get("LOG_LEVEL", "INFO").upper()
#% if measured
    worker_telemetry.set_up(app)
#% endif
#% if schedules
    if sys.argv[1:] == ["beat"]:
        # Beside the code nothing can be written; when the file is lost, beat begins anew.
        state = ["--schedule", f"{ALIVE.parent}/celerybeat-schedule", "--pidfile", ""]
        app.start(["--quiet", "beat", "--loglevel", level, "--scheduler", f"{__name__}:Scheduler", *state])
    else:
        app.worker_main(["--quiet", "worker", "--loglevel", level, "--without-gossip", "--without-mingle"])
#% else
    app.worker_main(["--quiet", "worker", "--loglevel", level, "--without-gossip", "--without-mingle"])
#% endif
