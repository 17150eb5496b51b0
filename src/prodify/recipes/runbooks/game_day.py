"""Recipe: a plan for game days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import TEAM_AND_PUBLIC, File, Inventory, Profile, Review, Step, recipe
from prodify.escape import Code
from prodify.recipes.runbooks.restores import NAMES, stores
from prodify.recipes.runbooks.texts import table
from prodify.recipes.shared.alerts import objectives
from prodify.recipes.shared.layout import READY_PATH, main_component, naming
from prodify.render import render

PATH = "docs/game-day.md"


@dataclass(frozen=True, slots=True)
class GameDayContext:
    """Values of runbooks/game-day.md."""

    service: str
    stop_minutes: int
    injects: Code
    goal: str


@recipe(step=Step.RUNBOOKS, fixes=("game-day-is-planned",), review=Review.CURSORY, audiences=TEAM_AND_PUBLIC)
def game_day(repo: Inventory, profile: Profile) -> Iterator[File]:
    """A plan for breaking things on purpose: rules, what to break in this very service, what should be seen, a record."""
    if main_component(repo) is None:
        return
    goals = " and ".join(f"{o.percent} % of the requests must not {o.bad}" for o in objectives(profile))
    context = GameDayContext(
        service=naming(repo, profile).service,
        stop_minutes=60,
        injects=table(("Break", "How", "Should be seen"), injects(repo, profile)),
        goal=goals,
    )
    yield File(PATH, render("runbooks/game-day.md", context))


def injects(repo: Inventory, profile: Profile) -> list[tuple[str, str, str]]:
    """What can break in a service with these stores, models and this runtime."""
    kubernetes = profile.platform.runtime == "kubernetes"
    found = [
        ("A copy dies", "delete one pod" if kubernetes else "kill one container", "no failed requests: the others take over"),
        ("A bad release", "release a version that answers 500", "the canary or the rollback ends it within 10 minutes"),
        ("Ten times the traffic", "the load test at its peak", "more copies appear, the p95 stays below the limit"),
        ("A secret expires", "put a wrong value into the secret store, restart", "readiness fails, old copies keep serving"),
    ]
    for store in stores(tuple(store.name for store in repo.datastores)):
        if store != "sqlite":
            seen = f"`{READY_PATH}` answers 503, an alert pages, all recovers by itself"
            found.append((f"{NAMES[store]} is gone", "block its port for five minutes", seen))
    if repo.llm_providers:
        found += [
            ("The model refuses", "a local server that answers 429, as LLM_BASE_URL", "a fallback or a fixed reply, no hanging request"),
            ("The model is slow", "the same, with answers after 30 seconds", "the timeout ends the wait, the p95 of other routes stays"),
            ("The model talks nonsense", "the same, with half an answer", "no error page, nothing of it is executed or shown as HTML"),
        ]
    found.append(("The budget runs out", "set the budget alert to one dollar", "staging is suspended, production is not, the chat says so"))
    return found
