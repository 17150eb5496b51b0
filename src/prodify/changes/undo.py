"""Taking the last apply back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.changes import disk
from prodify.changes.content import to_text
from prodify.changes.journal import IndexChange, Operation, Record, State, Write, load
from prodify.changes.model import LOCK_PATH, Action, Change, Plan, Undone
from prodify.changes.transaction import recover_claimed, run
from prodify.errors import ConflictError, UsageError

if TYPE_CHECKING:
    from pathlib import Path


_ONLY_HERE = "prodify remembers the last applies of this working tree only."


def plan_undo(root: Path) -> Plan:
    """Return what `undo` would do, as a plan to show; empty when there is nothing to take back. Reads only.

    Raises:
        ConflictError: when an interrupted change has to be finished first.
    """
    state = State.of(root)
    if state.pending:
        raise ConflictError("an earlier change was interrupted and is not finished yet", "Run `prodify undo`: it is finished first.")
    if not state.numbers():
        return Plan((), notes=(f"there is nothing to undo: {_ONLY_HERE}",))
    record = load(state.finished(state.numbers()[-1]))
    writes, kept = _writes(state, record)
    operations = {operation.path: operation for operation in record.operations}
    changes = [_shown(write, operations[write.path]) for write in writes]
    changes += [Change(path, Action.KEEP, (), note="edited since, and left alone") for path in kept]
    changes += [Change(c.path, Action.RESTORE, (), note="goes back into git's index as it was") for c in record.index]
    return Plan(tuple(sorted(changes, key=lambda change: change.path)))


def _writes(state: State, record: Record) -> tuple[list[Write], list[str]]:
    """Return what takes a record back, and the files that hold neither its old nor its new bytes."""
    writes, kept = [], []
    for operation in record.operations:
        now = disk.read_bytes(disk.locate(state.root, operation.path))
        if now == record.new(operation):
            writes.append(Write(operation.path, now, record.old(operation), mode=operation.old_mode))
        elif now != record.old(operation):
            kept.append(operation.path)
    return writes, kept


def _shown(write: Write, operation: Operation) -> Change:
    before, after = (None if data is None else _text(data) for data in (write.before, write.after))
    executable, was_executable = (bool(mode is not None and mode & 0o100) for mode in (operation.old_mode, operation.new_mode))
    return Change(write.path, Action.REMOVE if after is None else Action.RESTORE, (), before, after, executable=executable,
                  was_executable=was_executable, loses_execute=was_executable and not executable)  # fmt: skip


def _text(data: bytes) -> str:
    """Bytes to show; what is no text, as nothing that prodify writes is, shows what it can."""
    try:
        return to_text(data)
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


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
        raise UsageError("there is nothing to undo", _ONLY_HERE)
    with disk.only_one(state.folder):
        recover_claimed(state)
        if not state.numbers():
            raise UsageError("there is nothing to undo", "The interrupted change has been taken back.")
        number = state.numbers()[-1]
        record = load(state.finished(number))
        writes, kept = _writes(state, record)
        # Where a conflict was settled by `git add` since, the entries are other ones and stay.
        index = [IndexChange(change.path, change.new, change.old) for change in record.index]
        run(state, writes, index, keep=False, undone=(number, record))
    restored = tuple(w.path for w in writes if w.after is not None and w.path != LOCK_PATH)
    removed = tuple(w.path for w in writes if w.after is None and w.path != LOCK_PATH)
    return Undone(restored, removed, tuple(kept), tuple(change.path for change in index))
