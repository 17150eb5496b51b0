"""The recipes. One module is one recipe; discovered by walking the package, no registry to edit."""

from __future__ import annotations

from functools import lru_cache

from prodify.api import Recipe
from prodify.discovery import collect


@lru_cache(maxsize=1)
def all_recipes() -> tuple[Recipe, ...]:
    """Every built-in recipe, in step order and then so that a recipe stands behind those it names in `after`."""
    found = sorted(collect("prodify.recipes", Recipe), key=lambda r: (r.step.number, r.id))
    ordered: list[Recipe] = []
    by_id = {r.id: r for r in found}

    def place(recipe: Recipe, trail: tuple[str, ...] = ()) -> None:
        if recipe in ordered or recipe.id in trail:
            return
        for name in recipe.after:
            place(by_id[name], (*trail, recipe.id))
        ordered.append(recipe)

    for recipe in found:
        place(recipe)
    return tuple(ordered)
