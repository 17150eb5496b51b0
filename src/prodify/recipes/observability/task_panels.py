"""Panels of the dashboard of background tasks, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.recipes.observability.panels import ENVIRONMENT, Panel, Query, objective_panels
from prodify.recipes.shared.metrics import CPU_TIME, MEMORY, quantile, selector
from prodify.recipes.shared.task_alerts import COUNTED, JUDGED, longest_queue, task_objectives
from prodify.recipes.shared.tasks import QUEUE_LENGTH, RUN_DURATION, WAIT_DURATION, failed_ratio

if TYPE_CHECKING:
    from prodify.profile import Profile
    from prodify.recipes.scaling.workers import Worker


def task_sections(profile: Profile, worker: Worker) -> list[tuple[str, list[Panel]]]:
    """Rows of the dashboard, what matters most first."""
    found = [("Goals", objective_panels(profile, worker.name, task_objectives(profile, worker.framework), "tasks"))]
    if worker.framework in COUNTED:
        found.append(("Tasks", _tasks(worker)))
        found.append(("Queue", _queue(profile, worker)))
    return [*found, ("How full it is", _processes(worker))]


def _tasks(worker: Worker) -> list[Panel]:
    selected, run = selector(worker.name, environment=ENVIRONMENT), RUN_DURATION.prometheus
    done = Query(f"sum by (task_name, task_state) (rate({run}_count{{{selected}}}[5m]))", "{{task_name}} {{task_state}}")
    failed = Query(failed_ratio(selected, "5m"), "failed")
    slow = f"topk(8, histogram_quantile(0.95, sum by (task_name, le) (rate({run}_bucket{{{selected}}}[5m]))))"
    found = [
        Panel("Tasks a second", (done,), "ops", "By task and how it ended. A retry has not ended yet."),
        Panel("Failed tasks", (failed,), "percentunit", "Share of tasks that fail. Half of them pages.", (0.5,)),
        Panel("Duration by task, p95", (Query(slow, "{{task_name}}"),), "s", "95 of 100 tasks are faster."),
    ]
    return found if worker.framework in JUDGED else [found[0], found[2]]


def _queue(profile: Profile, worker: Worker) -> list[Panel]:
    selected = selector(worker.name, environment=ENVIRONMENT)
    names = f"max by (messaging_destination_name) ({QUEUE_LENGTH.prometheus}{{{selected}}})"
    waits = tuple(Query(quantile(selected, share, "5m", WAIT_DURATION), f"p{round(100 * share)}") for share in (0.5, 0.95))
    most, seconds = float(longest_queue(profile, worker.framework, many=worker.can_be_many)), profile.tasks.start_seconds
    each = profile.tasks.waiting_per_worker(worker.at_once(profile))
    found = [
        Panel(
            "Tasks that wait", (Query(names, "{{messaging_destination_name}}"),), "short",
            f"By queue. One more worker for each {each}; above {most:g} all workers together are too few.", (most,), width=12,
        ),
        Panel("Waiting time", waits, "s", f"From due to begun. The goal is {seconds} s.", (float(seconds),), width=12),
    ]  # fmt: skip
    return found if worker.framework in JUDGED else found[:1]


def _processes(worker: Worker) -> list[Panel]:
    selected = selector(worker.name, environment=ENVIRONMENT)
    each = "{{service_instance_id}}"
    processes = Query(f"count by (service_version) ({MEMORY.prometheus}{{{selected}}})", "{{service_version}}")
    cpu = Query(f"sum by (service_instance_id) (rate({CPU_TIME.prometheus}{{{selected}}}[5m]))", each)
    memory = Query(f"sum by (service_instance_id) ({MEMORY.prometheus}{{{selected}}})", each)
    return [
        Panel("Worker processes", (processes,), "short", "Reporting processes by version."),
        Panel("CPU", (cpu,), "short", "Processor cores in use, by process."),
        Panel("Memory", (memory,), "bytes", "By process. A line that only climbs is a leak."),
    ]
