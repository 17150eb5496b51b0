"""From a choice of recipes to the wishes they yield; a recipe that cannot be run says why and the rest goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.api import File, Overview
from prodify.changes import Wanted
from prodify.errors import UsageError, did_you_mean
from prodify.lazydata import dataclass
from prodify.recipes import all_recipes
from prodify.recipes.shared.linting import at_peace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prodify.api import Recipe
    from prodify.inventory import Inventory
    from prodify.model import Step
    from prodify.profile import Profile


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for: the recipes that ran, what they want, those that had nothing to write, and pages about all of it."""

    wanted: tuple[Wanted, ...]
    recipes: tuple[Recipe, ...]
    silent: tuple[Recipe, ...]
    overviews: tuple[tuple[Recipe, Overview], ...] = ()

    def followed_by(self, later: Wishes) -> Wishes:
        """These wishes and later ones: later whole files instead of earlier ones of the same path, and the edits of both in order."""
        files = {(w.recipe, w.item.path) for w in later.wanted if isinstance(w.item, File)}
        kept = tuple(w for w in self.wanted if not (isinstance(w.item, File) and (w.recipe, w.item.path) in files))
        silent = tuple(r for r in self.silent if r in later.silent)
        return Wishes(kept + later.wanted, self.recipes, silent, later.overviews)


def choose(steps: Sequence[Step], names: Sequence[str], *, everything: bool, profile: Profile) -> tuple[Recipe, ...]:
    """The recipes of steps, by name, or all; those that are not on by default only by name.

    Raises:
        UsageError: when nothing is asked for, or a name is unknown.
    """
    recipes = all_recipes()
    known = [r.id for r in recipes]
    for name in names:
        if name not in known:
            raise UsageError(f'there is no recipe "{name}"', f"{did_you_mean(name, known)} See prodify list recipes.".strip())
    if names:
        chosen = [r for r in recipes if r.id in names]
        outside = [r.id for r in chosen if steps and r.step not in steps]
        if outside:
            raise UsageError(
                f"the recipe {outside[0]} does not belong to the steps given", "Leave --step out, or name a recipe of that step."
            )
        return tuple(chosen)
    if not steps and not everything:
        raise UsageError("nothing to apply was named", "Give --step STEP, --recipe NAME or --all.")
    return tuple(r for r in recipes if r.default and profile.audience in r.audiences and (everything or r.step in steps))


def collect(repo: Inventory, profile: Profile, recipes: Sequence[Recipe]) -> Wishes:
    """Run the recipes and gather what they want, in order."""
    wanted: list[Wanted] = []
    silent: list[Recipe] = []
    overviews: list[tuple[Recipe, Overview]] = []
    for recipe in recipes:
        items = tuple(at_peace(repo, item) for item in recipe.run(repo, profile))
        wanted += [Wanted(recipe.id, item) for item in items if not isinstance(item, Overview)]
        overviews += [(recipe, item) for item in items if isinstance(item, Overview)]
        if not items:
            silent.append(recipe)
    return Wishes(tuple(wanted), tuple(recipes), tuple(silent), tuple(overviews))
