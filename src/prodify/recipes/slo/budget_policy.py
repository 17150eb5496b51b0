"""Recipe: what happens when the error budget runs out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import TEAM_AND_PUBLIC, File, Inventory, Profile, Review, Step, recipe
from prodify.recipes.shared.alerts import objectives
from prodify.recipes.shared.burn import budget_minutes, number
from prodify.recipes.shared.layout import main_component, naming
from prodify.render import render

PATH = "docs/error-budget-policy.md"


@dataclass(frozen=True, slots=True)
class PolicyContext:
    """Values of slo/error-budget-policy.md; budgets in percent, `minutes` of total outage."""

    service: str
    goals: str
    days: int
    availability: str
    availability_budget: str
    minutes: str
    latency: str
    latency_budget: str
    latency_ms: int
    approver: str
    channel: str


@recipe(step=Step.SLO, fixes=("error-budget-policy-exists",), review=Review.CURSORY, audiences=TEAM_AND_PUBLIC)
def budget_policy(repo: Inventory, profile: Profile) -> Iterator[File]:
    """One page that says which releases wait when too much went wrong, and who may make an exception.

    Agreed before an incident, it saves the argument during one. The numbers are those of the profile.
    """
    if main_component(repo) is None:
        return
    availability, latency = objectives(profile)
    threshold = profile.slo.latency.threshold_ms
    context = PolicyContext(
        service=naming(repo, profile).service,
        goals=f"{availability.percent} % of the requests succeed, and {latency.percent} % take at most {threshold} ms",
        days=profile.slo.window_days,
        availability=availability.percent,
        availability_budget=number(100 * availability.budget),
        minutes=number(budget_minutes(profile.slo.window_days, availability.budget)),
        latency=latency.percent,
        latency_budget=number(100 * latency.budget),
        latency_ms=threshold,
        approver=profile.service.owner or profile.first_responder or "Whoever answers for the service",
        channel=profile.on_call.channel,
    )
    yield File(PATH, render("slo/error-budget-policy.md", context))
