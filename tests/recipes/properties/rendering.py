"""What all recipes want of a repository, in memory, and the sizes of the runs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings

from prodify.api import Edit, File, Overview, Placed, Profile
from prodify.edits import CannotEdit
from prodify.infer import load_profile
from prodify.inventory import Inventory
from prodify.recipes import all_recipes

SLOW = os.environ.get("PRODIFY_SLOW_TESTS") == "1"


def bounded(quick: int, slow: int) -> settings:
    """So many examples, the same ones on every run; more of them where slow tests are asked for."""
    return settings(
        max_examples=slow if SLOW else quick, derandomize=True, deadline=None, database=None, print_blob=False,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def write(root: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="")
    return root


def rendered(files: Mapping[str, str], words: Sequence[str] = (), profile: Profile | None = None) -> dict[str, str]:
    """Path to text of everything that every recipe wants, those that are applied by name only as well."""
    with tempfile.TemporaryDirectory() as folder:
        root = write(Path(folder), files)
        repo = Inventory(root)
        chosen = profile or load_profile(repo, list(words)).profile
        asked = [recipe for recipe in all_recipes() if chosen.audience in recipe.audiences]
        wanted = [(recipe, wish) for recipe in asked for wish in recipe.run(repo, chosen)]
        wishes = [wish for _, wish in wanted]
        placed = [Placed(r, w.path, w.text if isinstance(w, File) else None) for r, w in wanted if not isinstance(w, Overview)]
        pages = {wish.path: wish.text_of(placed) for wish in wishes if isinstance(wish, Overview)}
        tree = pages | {wish.path: wish.text for wish in wishes if isinstance(wish, File)}
        for edit in (wish for wish in wishes if isinstance(wish, Edit)):
            before = tree.get(edit.path, files.get(edit.path))
            if before is not None or edit.create:
                try:
                    tree[edit.path] = edit.apply(before or "")
                except CannotEdit:
                    continue
    return {path: text for path, text in tree.items() if text != files.get(path)}
