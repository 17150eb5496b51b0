"""Recipe: which alert reaches whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import TEAM_AND_PUBLIC, File, Inventory, Profile, Review, Step, recipe
from prodify.recipes.observability.task_telemetry import reporting_worker
from prodify.recipes.observability.telemetry import covers
from prodify.recipes.shared.layout import ALERTMANAGER
from prodify.render import render


@dataclass(frozen=True, slots=True)
class AlertmanagerContext:
    """Values of runbooks/alertmanager.yml."""

    pager: bool
    channel: str


@recipe(
    step=Step.RUNBOOKS,
    fixes=("paging-is-wired",),
    review=Review.CAREFUL,
    after=("slo",),
    audiences=TEAM_AND_PUBLIC,
)
def alertmanager(repo: Inventory, profile: Profile) -> Iterator[File]:
    """Alertmanager's routes: pages wake somebody through PagerDuty, tickets go to the chat, the watchdog proves that alerting works.

    What follows from an alert that fires already is held back. Nothing is written where Alertmanager is configured elsewhere.
    """
    elsewhere = any(config.path != ALERTMANAGER for config in repo.monitoring.alertmanager)
    if (covers(repo) or reporting_worker(repo, profile) is not None) and not elsewhere:
        context = AlertmanagerContext(profile.on_call.pager == "pagerduty", profile.on_call.channel.replace("'", "''"))
        yield File(ALERTMANAGER, render("runbooks/alertmanager.yml", context))
