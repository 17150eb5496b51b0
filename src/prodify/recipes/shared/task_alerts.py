"""The alerts of background tasks: what of them is late, fails or stands still, by what the worker reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.recipes.shared.alerts import PAGE, TICKET, Alert, Objective, Steps, burn_alerts, recorded, watchdog
from prodify.recipes.shared.burn import budget_floor
from prodify.recipes.shared.metrics import MEMORY, selector
from prodify.recipes.shared.tasks import at_once, ended_count, queue_length

if TYPE_CHECKING:
    from prodify.profile import Profile

JUDGED = ("celery", "rq")
"""Workers that tell of every task when it was due and whether it went well."""
COUNTED = (*JUDGED, "list")
"""Workers that tell how many tasks wait and that one has ended."""
MOST_RATIO, MOST_FLOOR = 0.5, 10
"""Share of tasks that fail, and how many must have ended within 30 minutes, for somebody to be called whatever the budget says."""


def task_objectives(profile: Profile, framework: str) -> tuple[Objective, ...]:
    """The SLOs of a worker: success and freshness, where it is known when a task was due and how it ended; of other programs none."""
    seconds = profile.tasks.start_seconds
    success = Objective("success", profile.slo.error_budget_ratio, "fail")
    late = Objective(
        "freshness", round(1 - profile.slo.latency.target_percent / 100, 10), f"begin more than {seconds} s after they are due"
    )
    return (success, late) if framework in JUDGED else ()


def longest_queue(profile: Profile, framework: str, *, many: bool) -> int:
    """Tasks that may wait when all workers run that may be started."""
    return profile.tasks.waiting_per_worker(at_once(profile, framework)) * (profile.max_replicas if many else 1)


def task_alerts(profile: Profile, worker: str, framework: str, *, many: bool, alone: bool) -> tuple[Alert, ...]:
    """Every alert of a worker. `many`: whether more of them can be started; `alone`: without a web service, whose watchdog would do."""
    found = [
        alert
        for objective in task_objectives(profile, framework)
        for alert in burn_alerts(profile, worker, objective, _steps(objective.slo), what="tasks", prefix="Task")
    ]
    if framework in JUDGED:
        found += [_most_fail(worker), *_budget(profile, worker, framework)]
    if framework in COUNTED:
        found += _queue(profile, worker, longest_queue(profile, framework, many=many))
    found.append(_missing(worker))
    return (*found, watchdog()) if alone else tuple(found)


def _steps(slo: str) -> Steps:
    if slo == "freshness":
        return (
            ("How many wait, and does it still grow?", "queue"),
            ("Which tasks take the time?", "slow_tasks"),
            ("Do all workers run, and are they full?", "worker_status"),
        )
    return (
        ("Which task fails, and with what? Each line carries its task.id and trace_id", "worker_errors"),
        ("Is it one kind of task or all of them?", "failed_tasks"),
        ("Did it begin with a release?", "releases"),
    )


def _most_fail(worker: str) -> Alert:
    ratio = recorded("slo:sli_error:ratio_rate5m", worker, "success")
    return Alert(
        name="MostTasksFail",
        severity=PAGE,
        expr=f"{ratio} > {MOST_RATIO}\nand on (service) {recorded('slo:requests:increase30m', worker)} >= {MOST_FLOOR}",
        wait="5m",
        summary=f"{worker}: more than half of the tasks fail",
        description="{{ $value | humanizePercentage }} of the tasks of the last 5 minutes failed.",
        meaning="What was asked for does not get done. This alert needs only a few tasks, so that it also works in a quiet night.",
        panel="Failed tasks", steps=_steps("success"), slo="success", kind="guardrail",
    )  # fmt: skip


def _budget(profile: Profile, worker: str, framework: str) -> list[Alert]:
    days, found = profile.slo.window_days, []
    for name, left, words, rule in (
        ("TaskBudgetHalfSpent", "< 0.5", "half", "risky releases stop"),
        ("TaskBudgetSpent", "<= 0", "all", "only fixes are released"),
    ):
        parts = [
            f"({recorded('slo:period_error_budget_remaining:ratio', worker, objective.slo)} {left}"
            f"\n  and on (service) {recorded(f'slo:requests:increase{days}d', worker)} >= {budget_floor(objective.budget)})"
            for objective in task_objectives(profile, framework)
        ]
        found.append(
            Alert(
                name=name, severity=TICKET, expr="\nor\n".join(parts), wait="15m",
                summary=f"{worker}: {words} of the error budget of {days} days is spent, {rule}",
                description="{{ $value | humanizePercentage }} of the {{ $labels.slo }} budget is left.",
                meaning=f"{words.capitalize()} of what may go wrong in {days} days has gone wrong. By the error budget policy, {rule}.",
                panel="Error budget left", steps=_steps("success"), kind="budget",
            )
        )  # fmt: skip
    return found


def _queue(profile: Profile, worker: str, most: int) -> list[Alert]:
    selected = selector(worker)
    waiting = queue_length(selected)
    # Long enough for the longest task to end twice.
    minutes = max(15, -(-2 * profile.tasks.limit_seconds // 60))
    return [
        Alert(
            name="QueueGrows", severity=TICKET, wait="10m", kind="queue",
            expr=f"{waiting} > {most}",
            summary=f"{worker}: more than {most} tasks wait",
            description="{{ $value }} tasks wait.",
            meaning=f"More tasks wait than all workers get through in good time ({most}). More comes in than is done, or the workers are "
            "slower than the profile assumes.",
            panel="Tasks that wait", steps=_steps("freshness"),
        ),
        Alert(
            name="TasksStandStill", severity=PAGE, wait="5m", kind="queue",
            expr=f"min_over_time(({waiting})[{minutes}m:1m]) > 0\nunless on () {ended_count(selected, f'{minutes}m')} > 0",
            summary=f"{worker}: tasks wait and none is done",
            description=f"{{{{ $value }}}} tasks have waited for {minutes} minutes, and none has ended.",
            meaning=f"Something waits in the queue, and for {minutes} minutes no task has ended: the workers hang, wait for something that "
            "does not answer, or take from another queue.",
            panel="Tasks that wait",
            steps=(
                ("Do the workers run, and do they restart?", "worker_status"),
                ("What was the last thing that they said?", "worker_logs"),
                ("Did it begin with a release?", "releases"),
            ),
        ),
    ]  # fmt: skip


def _missing(worker: str) -> Alert:
    return Alert(
        name="WorkerMissing", severity=PAGE, wait="10m", kind="meta",
        expr=f"absent(sum({MEMORY.prometheus}{{{selector(worker)}}}))",
        summary=f"{worker} reports nothing: no worker runs, or nobody would know",
        description="No process of the worker has sent a metric for 10 minutes.",
        meaning="Every process reports its memory every 15 seconds, and none does: no worker runs, or its metrics get lost. Tasks wait "
        "in the queue meanwhile and are not lost.",
        panel="Worker processes",
        steps=(
            ("Does it run, and does it restart?", "worker_status"),
            ("What was the last thing that it said?", "worker_logs"),
            ("Does the collector receive and send?", "collector"),
        ),
    )  # fmt: skip
