"""What happens to a file of the user's that prodify edits, and to edits on top of a file that prodify owns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from prodify.changes.content import Disk, blob_id, is_blob
from prodify.changes.lock import Entry
from prodify.changes.model import Action, Change
from prodify.changes.whole import Wishes, digits_of

if TYPE_CHECKING:
    from prodify.changes.git import Repository

Planned = tuple[list[Change], Entry | None]


def plan_edits(wishes: Wishes, disk: Disk, entry: Entry | None, made: list[Change], repository: Repository | None) -> Planned:
    """Put the edits on top of what the whole-file wish (if any, in `made`) leaves behind.

    Returns the changes of the path, and the lock entry that is right once they are applied.
    """
    below = made[0] if made else None
    if disk.problem or (entry is not None and entry.owned) or (below is not None and below.action in (Action.DELETED, Action.CONFLICT)):
        reason = disk.problem or "handed over to you"
        skipped = Change(wishes.path, Action.KEEP, wishes.edit_recipes, disk.text, disk.text, f"not edited: {reason}")
        return made or [skipped], entry
    if below is not None and below.action is not Action.FOREIGN:
        return _on_top(wishes, below, entry, repository)
    if not disk.exists and entry is not None:
        return [Change(wishes.path, Action.DELETED, wishes.edit_recipes, note="you deleted it; it stays deleted")], entry
    change, entry = _of_users(wishes, disk, entry, repository)
    return [*made, change], entry


def _on_top(wishes: Wishes, below: Change, entry: Entry | None, repository: Repository | None) -> Planned:
    """Edit a file that prodify owns: the lock records both the rendered text and the text that was written."""
    assert entry is not None
    after, notes, refusals = wishes.run_edits(below.after)
    assert after is not None
    entry = replace(entry, recipes=tuple(sorted({*entry.recipes, *wishes.edit_recipes})))
    action = below.action
    changed = after != below.after
    if action in (Action.KEEP, Action.MERGE):
        action = Action.EDIT if changed and action is Action.KEEP else action
    else:
        entry = replace(entry, written=None if is_blob(after, entry.blob) else blob_id(after, digits_of(repository)))
        action = Action.UPDATE if changed and action in (Action.UNCHANGED, Action.ADOPTED) else action
    note = "; ".join(part for part in (below.note, *notes, *refusals) if part)
    recipes = tuple(dict.fromkeys((*below.recipes, *wishes.edit_recipes)))
    return [replace(below, recipes=recipes, action=action, after=after, note=note)], entry


def _of_users(wishes: Wishes, disk: Disk, entry: Entry | None, repository: Repository | None) -> tuple[Change, Entry | None]:
    """Edit a file of the user's, or one that another run of prodify wrote as a whole."""
    after, notes, refusals = wishes.run_edits(disk.text)
    change = Change(
        wishes.path, Action.UNCHANGED, wishes.edit_recipes, disk.text, after, "; ".join((*notes, *refusals)), was_executable=disk.executable
    )  # fmt: skip
    if after is None or (after == disk.text and refusals):
        # Whoever asked for it is told what to do by hand.
        return replace(change, action=Action.KEEP, note="; ".join(refusals)), entry
    if after == disk.text:
        return change, entry
    change = replace(change, action=Action.EDIT if disk.exists else Action.CREATE)
    recipes = tuple(sorted({*(entry.recipes if entry else ()), *wishes.edit_recipes}))
    if entry is None or entry.blob is None:
        return change, Entry(recipes)
    as_written = disk.text is not None and (is_blob(disk.text, entry.blob) or is_blob(disk.text, entry.written))
    return change, replace(entry, recipes=recipes, written=blob_id(after, digits_of(repository)) if as_written else entry.written)
