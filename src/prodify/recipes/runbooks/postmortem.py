"""Recipe: a template for postmortems."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import TEAM_AND_PUBLIC, File, Inventory, Profile, Review, Step, recipe
from prodify.recipes.shared.burn import number
from prodify.recipes.shared.layout import main_component
from prodify.render import render

PATH = "docs/postmortem-template.md"


@dataclass(frozen=True, slots=True)
class PostmortemContext:
    """Values of runbooks/postmortem-template.md; `budget` in percent."""

    budget: str
    days: int


@recipe(step=Step.RUNBOOKS, fixes=("postmortem-template-exists",), review=Review.CURSORY, audiences=TEAM_AND_PUBLIC)
def postmortem(repo: Inventory, profile: Profile) -> Iterator[File]:
    """A form for what happened, how it was noticed, and what prevents it: without blame, with names and dates on the actions."""
    if main_component(repo) is not None:
        context = PostmortemContext(number(100 * profile.slo.error_budget_ratio), profile.slo.window_days)
        yield File(PATH, render("runbooks/postmortem-template.md", context))
