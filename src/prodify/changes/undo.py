"""Taking the last apply back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.changes import disk
from prodify.changes.journal import IndexChange, State, Write, load
from prodify.changes.model import LOCK_PATH, Undone
from prodify.changes.transaction import recover_claimed, run
from prodify.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def undo(root: Path) -> Undone:
    """Restore the bytes from before the last apply: files, modes, the lock and git's index.

    Files that it created are removed when nobody edited them since. A file edited since stays as it is and is reported. Called again, it
    takes back the apply before that one.

    Raises:
        UsageError: when there is nothing to undo.
        ConflictError: when another process is at work.
    """
    state = State.of(root)
    if not state.pending and not state.numbers():
        raise UsageError("there is nothing to undo", "prodify remembers the last applies of this working tree only.")
    with disk.only_one(state.folder):
        recover_claimed(state)
        if not state.numbers():
            raise UsageError("there is nothing to undo", "The interrupted change has been taken back.")
        number = state.numbers()[-1]
        record = load(state.finished(number))
        writes, kept = [], []
        for operation in record.operations:
            now = disk.read_bytes(disk.locate(state.root, operation.path))
            if now == record.new(operation):
                writes.append(Write(operation.path, now, record.old(operation), mode=operation.old_mode))
            elif now != record.old(operation):
                kept.append(operation.path)
        index = [IndexChange(change.path, change.entry, not change.untrack) for change in record.index]
        run(state, writes, index, keep=False, undone=(number, record))
    restored = tuple(w.path for w in writes if w.after is not None and w.path != LOCK_PATH)
    removed = tuple(w.path for w in writes if w.after is None and w.path != LOCK_PATH)
    return Undone(restored, removed, tuple(kept), tuple(change.path for change in index))
