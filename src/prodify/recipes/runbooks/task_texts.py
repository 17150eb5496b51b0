"""What runbooks say of background tasks; no recipe of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.escape import Code
from prodify.recipes.shared.task_alerts import task_objectives

if TYPE_CHECKING:
    from prodify.profile import Profile
    from prodify.recipes.shared.alerts import Alert
    from prodify.recipes.shared.operations import Command


def task_mitigations(alert: Alert, commands: dict[str, Command]) -> tuple[str, ...]:
    """What helps before the cause is known, the surest first."""
    scale = f"More workers: `{commands['worker_scale'].text}`"
    restart = f"A restart finishes what has begun and takes up the queue anew: `{commands['worker_restart'].text}`"
    again = "What failed is not tried again by itself: find the tasks by `task.id` in the logs, and send them once more when it works"
    if alert.kind == "budget":
        freeze = "Follow the [error budget policy](../error-budget-policy.md): it says which releases wait, and who may make an exception"
        return freeze, again
    if alert.kind == "meta":
        return restart, "Tasks wait in the queue and are not lost, as long as the broker has room: look at its memory"
    if alert.name == "TasksStandStill":
        return restart, "Do they wait for a server that does not answer? The last span of a trace says for which one", scale
    if alert.slo == "success":
        return "Stop what sends the failing kind of task, if it does damage (a feature flag)", again, restart
    return scale, "Stop what sends tasks that can wait (a nightly import, a mailing)", restart


def task_goal(alert: Alert, profile: Profile) -> Code:
    """The objective that the alert defends, with a link to the policy."""
    days, policy = profile.slo.window_days, "([policy](../error-budget-policy.md))"
    for objective in task_objectives(profile, "celery"):
        if objective.slo == alert.slo:
            return Code(f"{objective.percent} % of the tasks must not {objective.bad}, over {days} days {policy}")
    if alert.kind == "budget":
        return Code(f"the share of tasks that may go wrong, over {days} days {policy}")
    return Code("that tasks are done at all")
