"""Carrying a transaction out: forward to the new tree or back to the old one, whole in either case."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from prodify.changes import disk
from prodify.changes.interrupts import unstoppable
from prodify.changes.journal import IndexChange, Operation, Record, State, Write, drop, load, stage
from prodify.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prodify.changes.git import Tracked

NOTHING_WRITTEN = "Nothing was written."
OLD_TREE = "The old tree is back."
BETWEEN = "The tree is between the old and the new one: run `prodify undo` or `prodify apply`, which finish this first."
"""The sentences that say which tree stands after a failure."""


def run(
    state: State, writes: Sequence[Write], index: Sequence[IndexChange], *, keep: bool, undone: tuple[int, Record] | None = None
) -> Record:
    """Stage, commit and carry out; on any error (a signal included) the old tree is back before the error goes on.

    The caller holds the claim on the state. With `keep` the transaction can be undone later.

    Raises:
        ConflictError: when a file no longer holds the bytes that the transaction starts from, or the system refuses (a full disk, a
            read-only folder). Its hint says which tree stands.
        KeyboardInterrupt: on a signal; its argument says which tree stands.
    """
    try:
        for write in writes:
            if disk.read_bytes(disk.locate(state.root, write.path)) != write.before:
                raise ConflictError(f"{write.path} has changed meanwhile", f"{NOTHING_WRITTEN} Run the command again.")
        record = stage(state, writes, index, undone)
    except BaseException as error:
        with suppress(OSError):
            drop(state.transaction)
        raise _telling(error, NOTHING_WRITTEN) from error
    try:
        forward(state, record)
        with unstoppable():
            state.close(record, keep and undone is None)
    except BaseException as error:
        with unstoppable():
            raise _telling(error, _take_back(state, record)) from error
    return record


def _take_back(state: State, record: Record) -> str:
    """Bring the old tree back after a failure; returns the sentence that says whether that worked."""
    try:
        back(state, record)
        drop(state.transaction)
    except (OSError, ConflictError):
        return BETWEEN
    return OLD_TREE


def _telling(error: BaseException, sentence: str) -> BaseException:
    """Return the error to raise in place of another, with the sentence that says which tree stands."""
    if isinstance(error, KeyboardInterrupt):
        return KeyboardInterrupt(sentence)
    if isinstance(error, ConflictError):
        return error if sentence in error.hint else ConflictError(error.message, f"{sentence} {error.hint}".strip())
    if isinstance(error, OSError):
        name = f" ({Path(str(error.filename)).name})" if error.filename else ""
        return ConflictError(f"the system refused to write: {error.strerror or error}{name}", f"{sentence} Check the space and the rights.")
    return error


def forward(state: State, record: Record) -> None:
    """Bring every file from its old to its new bytes; what is new already stays."""
    for operation in record.operations:
        _put(state.root, operation, record.new(operation), operation.new_mode)
    for change in record.index:
        _set_index(state, change.path, change.old, change.new)
    emptied = [parent for operation in record.operations if operation.new_mode is None for parent in disk.folders_above(operation.path)]
    disk.remove_empty(state.root, [*emptied, *(record.folders if record.undoes is not None else ())])
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
        _set_index(state, change.path, change.new, change.old)
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
        return f"took back an interrupted change: the old tree is back; {', '.join(moved)} changed since and stayed as it is"
    forward(state, record)
    state.close(record, record.undoes is None and bool(record.operations or record.index))
    return "finished an interrupted change: every file is as it was planned"


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


def _set_index(state: State, path: str, old: tuple[Tracked, ...], new: tuple[Tracked, ...]) -> None:
    """Make `new` of `old`; entries that are neither were changed by someone else and stay."""
    if state.repository is None:
        return
    disk.checkpoint("index")
    if state.repository.stages(path).get(path, ()) != old or old == new:
        return
    if not state.repository.set_stages(path, new):
        hint = "Another git command may be running; try again when it is done. If none is, remove .git/index.lock."
        raise ConflictError(f"git's index could not be changed for {path}", hint)
