"""From wishes to changes: what would happen to every path. Nothing is written here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.api import Edit, File, Untrack
from prodify.changes.content import read, safe_path, same_text
from prodify.changes.git import Repository
from prodify.changes.journal import State
from prodify.changes.model import LOCK_PATH, Action, Change, ConflictPolicy, Plan, Wanted
from prodify.changes.overlay import plan_edits
from prodify.changes.whole import Wishes, plan_file
from prodify.errors import ConflictError, InternalError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prodify.changes.lock import Lock


def plan(root: Path, wanted: Sequence[Wanted], lock: Lock, *, policy: ConflictPolicy = ConflictPolicy.MARKERS) -> Plan:
    """Return what applying the wishes would do. Reads the tree, git's blobs and git's index; writes nothing.

    Raises:
        ConflictError: when an earlier apply was killed and its journal is still there (`recover` finishes it).
        InternalError: when two recipes want the same file with different text.
        UsageError: when a recipe's path leaves the root.
    """
    state = State.of(root)
    if state.pending:
        hint = "Run `prodify apply` or `prodify undo` (not as a dry run): it is finished first."
        raise ConflictError("an earlier apply was interrupted and is not finished yet", hint)
    repository = state.repository
    changes: list[Change] = []
    for path, wishes in sorted(_by_path(wanted).items()):
        disk = read(root, path)
        entry = lock.entries.get(path)
        made: list[Change] = []
        if wishes.file:
            change, entry = plan_file(wishes, disk, entry, policy, repository)
            made.append(change)
        if wishes.edits:
            made, entry = plan_edits(wishes, disk, entry, made, repository)
        changes += made
        if entry is not None:
            lock = lock.with_entry(path, entry)
        if wishes.untracks:
            changes.append(_plan_untrack(path, wishes, repository))
    changes.append(_plan_lock(root, lock))
    texts = tuple(sorted({wish.item.text for wish in wanted if isinstance(wish.item, File)}))
    return Plan(tuple(changes), texts, policy)


def _by_path(wanted: Sequence[Wanted]) -> dict[str, Wishes]:
    found: dict[str, Wishes] = {}
    for wish in wanted:
        path = safe_path(wish.item.path)
        wishes = found.setdefault(path, Wishes(path))
        match wish.item:
            case Edit():
                wishes.edits.append((wish.recipe, wish.item))
            case Untrack():
                wishes.untracks.append((wish.recipe, wish.item))
            case File() if wishes.file in (None, wish.item):
                wishes.file = wish.item
                wishes.file_recipes.append(wish.recipe)
            case File():
                raise InternalError(
                    f"the recipes {wishes.file_recipes[0]} and {wish.recipe} want different texts of {path}",
                    "Let one recipe own the file, and the other edit it.",
                )
    if LOCK_PATH in found:
        raise InternalError(f"a recipe wants to write {LOCK_PATH}", "Only applying a plan writes the lock.")
    return found


def _plan_untrack(path: str, wishes: Wishes, repository: Repository | None) -> Change:
    recipes = tuple(dict.fromkeys(recipe for recipe, _ in wishes.untracks))
    why = "; ".join(dict.fromkeys(item.why for _, item in wishes.untracks if item.why))
    tracked = repository.index(path).get(path) if repository else None
    if tracked is None or not tracked.is_file:
        return Change(path, Action.UNCHANGED, recipes, note="not tracked by git")
    return Change(path, Action.UNTRACK, recipes, note=why or "taken out of git's index, kept on disk")


def _plan_lock(root: Path, lock: Lock) -> Change:
    disk = read(root, LOCK_PATH)
    after = lock.text() if lock.entries else disk.text
    if disk.text is not None and after is not None and same_text(disk.text, after):
        after = disk.text
    return Change(LOCK_PATH, Action.RECORD, (), disk.text, after, "what prodify wrote, for later upgrades")
