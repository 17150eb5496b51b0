"""Files that prodify wrote once and no longer makes: offered for deletion as long as nobody edited them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.changes.content import is_blob, read
from prodify.changes.model import Action, Change

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from prodify.changes.lock import Entry, Lock


def plan_leftovers(
    root: Path, lock: Lock, wanted: Collection[str], asked: Collection[str], gone: Collection[str]
) -> Iterator[tuple[Change, Entry | None]]:
    """Yield a change, and the lock entry that is right afterwards, for every entry that nobody wants any more.

    `asked` are the recipes that ran; an entry of any other recipe says nothing here. `gone` are those that prodify no longer has.
    """
    for path, entry in sorted(lock.entries.items()):
        if path in wanted or entry.owned or not is_left_over(entry, asked, gone):
            continue
        disk = read(root, path)
        plain = Change(path, Action.LEFTOVER, entry.recipes, disk.text, disk.text, was_executable=disk.executable)
        if entry.blob is None:
            note = "yours; the recipe that edited it is no longer part of prodify"
            yield _with(plain, Action.RELEASED, note), None
        elif not disk.exists:
            yield _with(plain, Action.RELEASED, "no longer made, and you deleted it"), None
        elif disk.text is not None and (is_blob(disk.text, entry.blob) or is_blob(disk.text, entry.written)):
            yield Change(path, Action.REMOVE, entry.recipes, disk.text, None, "no longer made; as prodify wrote it",
                         was_executable=disk.executable), None  # fmt: skip
        else:
            why = disk.problem or "edited by you"
            yield _with(plain, Action.LEFTOVER, f"no longer made, but {why}: it stays; `prodify own {path}` keeps it for good"), entry


def is_left_over(entry: Entry, asked: Collection[str], gone: Collection[str]) -> bool:
    """Whether all recipes of an entry that nobody wants ran, or are no longer part of prodify.

    A recipe that finds its edit done wants nothing: an edited file of the user's is let go only when the recipe itself is gone.
    """
    names = {*asked, *gone} if entry.blob else {*gone}
    return bool(entry.recipes) and names.issuperset(entry.recipes)


def _with(change: Change, action: Action, note: str) -> Change:
    return Change(change.path, action, change.recipes, change.before, change.after, note, was_executable=change.was_executable)
