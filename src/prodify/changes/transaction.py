"""Carrying a transaction out: forward to the new tree or back to the old one, whole in either case."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from prodify.changes import disk
from prodify.changes.journal import IndexChange, Operation, Record, State, Write, drop, load, stage
from prodify.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def run(
    state: State, writes: Sequence[Write], index: Sequence[IndexChange], *, keep: bool, undone: tuple[int, Record] | None = None
) -> Record:
    """Stage, commit and carry out; on any error (a signal included) the old tree is back before the error goes on.

    The caller holds the claim on the state. With `keep` the transaction can be undone later.

    Raises:
        ConflictError: when a file no longer holds the bytes that the transaction starts from; nothing is written.
    """
    for write in writes:
        if disk.read_bytes(disk.locate(state.root, write.path)) != write.before:
            raise ConflictError(f"{write.path} has changed meanwhile", "Run the command again.")
    try:
        record = stage(state, writes, index, undone)
    except BaseException:
        with suppress(OSError):
            drop(state.transaction)
        raise
    try:
        forward(state, record)
    except BaseException:
        back(state, record)
        drop(state.transaction)
        raise
    state.close(record, keep and undone is None)
    return record


def forward(state: State, record: Record) -> None:
    """Bring every file from its old to its new bytes; what is new already stays."""
    for operation in record.operations:
        _put(state.root, operation, record.new(operation), operation.new_mode)
    for change in record.index:
        _set_index(state, change, change.untrack)
    if record.undoes is not None:
        disk.remove_empty(state.root, list(record.folders))
    disk.checkpoint("memory")
    state.remember(record.memory_after)


def back(state: State, record: Record) -> None:
    """Bring every file that holds the new bytes back to the old ones; a file that holds neither was changed by someone else and stays."""
    for operation in reversed(record.operations):
        place = disk.locate(state.root, operation.path)
        place.with_name(_temporary(operation)).unlink(missing_ok=True)
        if disk.read_bytes(place) == record.new(operation):
            _put(state.root, operation, record.old(operation), operation.old_mode)
    for change in record.index:
        _set_index(state, change, not change.untrack)
    if record.undoes is None:
        disk.remove_empty(state.root, list(record.folders))
    state.remember(record.memory_before)


def recover(root: Path) -> str:
    """Finish what a killed apply or undo left behind; returns a sentence for the reader, empty when there was nothing.

    Forward when every file holds its old or its new bytes; back when one was changed since, which then stays as it is.

    Raises:
        ConfigError: when the journal is damaged.
        ConflictError: when another process is at work.
    """
    state = State.of(root)
    if not state.pending:
        return ""
    with disk.only_one(state.folder):
        return recover_claimed(state)


def recover_claimed(state: State) -> str:
    """Do what `recover` does, for a caller that holds the claim."""
    if not state.pending:
        return ""
    record = load(state.transaction)
    current = {o.path: disk.read_bytes(disk.locate(state.root, o.path)) for o in record.operations}
    moved = [o.path for o in record.operations if current[o.path] not in (record.old(o), record.new(o))]
    if moved:
        back(state, record)
        drop(state.transaction)
        return f"an interrupted change was taken back; {', '.join(moved)} changed since and stayed as it is"
    forward(state, record)
    state.close(record, record.undoes is None and bool(record.operations or record.index))
    return "an interrupted change was finished"


def _temporary(operation: Operation) -> str:
    return f".prodify-{operation.number}.tmp"


def _put(root: Path, operation: Operation, data: bytes | None, mode: int | None) -> None:
    place = disk.locate(root, operation.path)
    temporary = _temporary(operation)
    if disk.read_bytes(place) == data and (data is None or disk.mode_of(place) == mode):
        with suppress(FileNotFoundError, NotADirectoryError):
            place.with_name(temporary).unlink()
        return
    if data is None:
        disk.checkpoint("remove")
        place.unlink(missing_ok=True)
        disk.sync_folder(place.parent)
        return
    disk.checkpoint("folders")
    place.parent.mkdir(parents=True, exist_ok=True)
    disk.replace_bytes(place, data, mode or disk.new_file_mode(False), temporary)


def _set_index(state: State, change: IndexChange, untrack: bool) -> None:
    if state.repository is None:
        return
    disk.checkpoint("index")
    present = change.path in state.repository.index(change.path)
    if present is not untrack:
        return
    done = state.repository.untrack(change.path) if untrack else state.repository.track(change.path, change.entry)
    if not done:
        hint = "Another git command may be running; try again when it is done."
        raise ConflictError(f"git's index could not be changed for {change.path}", hint)
