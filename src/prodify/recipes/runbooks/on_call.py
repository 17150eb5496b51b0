"""Recipe: who is called, when, and what is expected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import TEAM_AND_PUBLIC, File, Inventory, Profile, Review, Step, recipe
from prodify.escape import Code
from prodify.recipes.runbooks.texts import escalation
from prodify.recipes.shared.burn import number
from prodify.recipes.shared.layout import main_component, naming
from prodify.render import render

PATH = "docs/on-call.md"
UNNAMED = Code("nobody by name yet (`on_call` in prodify.yaml)")


@dataclass(frozen=True, slots=True)
class OnCallContext:
    """Values of runbooks/on-call.md."""

    service: str
    primary: str
    secondary: str
    hours: str
    channel: str
    pager: str
    p1: str
    escalation: Code


@recipe(
    step=Step.RUNBOOKS,
    fixes=("escalation-is-defined", "on-call-is-scheduled", "contacts-are-named"),
    review=Review.CAREFUL,
    audiences=TEAM_AND_PUBLIC,
)
def on_call(repo: Inventory, profile: Profile) -> Iterator[File]:
    """One page: who is called first and next, what counts as urgent, how soon somebody looks, when help is called.

    The people, the hours and the channel are those of the profile; where nobody is named, the page says so instead of inventing one.
    """
    if main_component(repo) is None:
        return
    limits = profile.slo.guardrails
    context = OnCallContext(
        service=naming(repo, profile).service,
        primary=profile.first_responder or UNNAMED,
        secondary=profile.on_call.secondary or UNNAMED,
        hours=profile.on_call.hours,
        channel=profile.on_call.channel,
        pager="PagerDuty" if profile.on_call.pager == "pagerduty" else "none: alerts go to the chat, so nobody is woken",
        p1=f"more than {number(limits.error_percent)} % of the requests fail, or the p95 is over {limits.latency_ms} ms",
        escalation=Code(escalation(profile).replace(" See [on call](../on-call.md).", "")),
    )
    yield File(PATH, render("runbooks/on-call.md", context))
