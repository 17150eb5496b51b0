"""What other recipes would write, for recipes that describe it: the first run then says what the second would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.api import Edit, File
from prodify.edits import CannotEdit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prodify.inventory import Inventory
    from prodify.profile import Profile


def planned(repo: Inventory, profile: Profile, recipes: Iterable[str], suffix: str) -> dict[str, str]:
    """Path to text of the files with that ending that the named recipes want, edits applied; names that do not exist are passed over."""
    from prodify.recipes import all_recipes

    wanted = frozenset(recipes)
    found: dict[str, str] = {}
    for recipe in all_recipes():
        if recipe.id not in wanted or profile.audience not in recipe.audiences:
            continue
        for wish in recipe.run(repo, profile):
            if not wish.path.endswith(suffix):
                continue
            if isinstance(wish, File):
                found[wish.path] = wish.text
            elif isinstance(wish, Edit):
                found[wish.path] = _edited(wish, found.get(wish.path) or repo.files.text(wish.path) or "")
    return found


def _edited(edit: Edit, text: str) -> str:
    try:
        return edit.apply(text)
    except CannotEdit:
        return text
