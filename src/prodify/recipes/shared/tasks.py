"""The metrics of background tasks and the expressions that rules, scalers and dashboards build from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.recipes.shared.metrics import Metric, bucket

if TYPE_CHECKING:
    from prodify.profile import Profile

RUN_DURATION = Metric("messaging.process.duration", "s", "histogram")
WAIT_DURATION = Metric("messaging.wait.duration", "s", "histogram")
QUEUE_LENGTH = Metric("messaging.queue.length", "{message}", "gauge")
TASK_METRICS = (RUN_DURATION, WAIT_DURATION, QUEUE_LENGTH)
"""`task.name` and `task.state` (success, failure, retry) are their attributes; of the queue `messaging.destination.name`."""

RUN_BOUNDARIES = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0)
"""Histogram boundaries of durations, in seconds."""
_WAIT_BOUNDARIES = (0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0)


def at_once(profile: Profile, framework: str) -> int:
    """Tasks that one worker does at the same time: Celery's has as many processes as the profile says, others do one by one."""
    return profile.tasks.concurrency if framework == "celery" else 1


def wait_boundaries(profile: Profile) -> tuple[float, ...]:
    """Histogram boundaries of waiting times in seconds, the goal among them."""
    return tuple(sorted({*_WAIT_BOUNDARIES, float(profile.tasks.start_seconds)}))


def ended_rate(selected: str, window: str) -> str:
    """Tasks a second that ended well or badly; those that are tried again have not ended. `selected` holds the label matchers."""
    return f'sum(rate({RUN_DURATION.prometheus}_count{{{selected}, task_state!="retry"}}[{window}]))'


def ended_count(selected: str, window: str) -> str:
    """Tasks that ended within the window."""
    return f'sum(increase({RUN_DURATION.prometheus}_count{{{selected}, task_state!="retry"}}[{window}]))'


def failed_rate(selected: str, window: str) -> str:
    """Tasks a second that failed; zero, not "no data", while none has failed yet."""
    failed = f'sum(rate({RUN_DURATION.prometheus}_count{{{selected}, task_state="failure"}}[{window}]))'
    return f"({failed} or 0 * {ended_rate(selected, window)})"


def failed_ratio(selected: str, window: str) -> str:
    """Share of tasks that failed; no data (never NaN) without tasks."""
    return f"{failed_rate(selected, window)} / ({ended_rate(selected, window)} > 0)"


def begun_rate(selected: str, window: str) -> str:
    """Tasks a second that began."""
    return f"sum(rate({WAIT_DURATION.prometheus}_count{{{selected}}}[{window}]))"


def begun_count(selected: str, window: str) -> str:
    """Tasks that began within the window."""
    return f"sum(increase({WAIT_DURATION.prometheus}_count{{{selected}}}[{window}]))"


def late_rate(selected: str, seconds: float, window: str) -> str:
    """Tasks a second that began more than `seconds` after they were due; `seconds` must be a bucket's bound."""
    soon = f"sum(rate({WAIT_DURATION.prometheus}_bucket{{{selected}, {bucket(seconds)}}}[{window}]))"
    return f"({begun_rate(selected, window)} - {soon})"


def late_ratio(selected: str, seconds: float, window: str) -> str:
    """Share of tasks that began late; no data without tasks or without that bucket."""
    return f"{late_rate(selected, seconds, window)} / ({begun_rate(selected, window)} > 0)"


def queue_length(selected: str) -> str:
    """Tasks that wait, in all queues. Every worker tells the same length, so the largest counts."""
    return f"sum(max by (messaging_destination_name) ({QUEUE_LENGTH.prometheus}{{{selected}}}))"
