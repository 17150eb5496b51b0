"""Recipe `profile`: the goals, written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from prodify.api import Edit, File, Inventory, Profile, Step, recipe
from prodify.profile_text import profile_text
from prodify.recipes.shared.layout import naming

PATH = "prodify.yaml"


@recipe(step=Step.GOALS, fixes=("profile-is-complete", "success-criteria-are-measurable", "budget-is-stated"))
def profile(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """The goals of the service in prodify.yaml, every value with its meaning and unit.

    Values that nobody stated are the defaults or what was inferred; they stand in the file so that they can be seen and changed.
    Where the profile lives elsewhere (prodify.yml, `[tool.prodify]` in pyproject.toml) it stays there: two would contradict each other.
    """
    if "prodify.yml" in repo.files or (PATH not in repo.files and profile.stated):
        return
    named = replace(profile, service=replace(profile.service, name=naming(repo, profile).service))
    yield File(PATH, profile_text(named))
