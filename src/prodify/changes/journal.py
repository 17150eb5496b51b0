"""The journal: a change of many files happens wholly or not at all, and can be undone.

A transaction is staged in a folder of its own (old and new bytes of every file), then committed by writing `journal.json` there. From that
moment on it can be finished from the folder alone. A finished one moves to the history, from which `undo` takes it.

    <state>/transaction/{journal.json, old/N, new/N}     at most one
    <state>/history/000001/...                           the last ones, newest has the highest number
    <state>/written.json                                 path -> id of the bytes that prodify wrote last

The state lies in `.git/prodify`, or without git in `.prodify` with an ignore file of its own.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prodify.changes import disk
from prodify.changes.content import safe_path
from prodify.changes.git import Repository, Tracked
from prodify.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

JOURNAL = "journal.json"
HISTORY = 10
"""How many applies can be undone, one after the other."""


@dataclass(frozen=True, slots=True)
class Write:
    """One file: its bytes before and after, None where it does not exist; `executable` sets the execute bits."""

    path: str
    before: bytes | None = field(repr=False)
    after: bytes | None = field(repr=False)
    executable: bool = False
    mode: int | None = None


@dataclass(frozen=True, slots=True)
class IndexChange:
    """The index entries of one path before and after; none where git does not track it, three while a merge is open."""

    path: str
    old: tuple[Tracked, ...]
    new: tuple[Tracked, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """A write as the journal records it; `number` names its bytes in `old/` and `new/`."""

    number: int
    path: str
    old_mode: int | None
    new_mode: int | None


@dataclass(frozen=True, slots=True)
class Record:
    """A staged or finished transaction. `undoes` is the number in the history that it takes back.

    `folders` are those that it makes, or removes when it takes another one back. `memory_before` and `memory_after` say what
    `written.json` knows of its paths.
    """

    folder: Path
    operations: tuple[Operation, ...]
    index: tuple[IndexChange, ...]
    folders: tuple[str, ...]
    memory_before: dict[str, str | None]
    memory_after: dict[str, str | None]
    undoes: int | None = None

    def old(self, operation: Operation) -> bytes | None:
        """The bytes before; None when the file did not exist."""
        return disk.read_bytes(self.folder / "old" / str(operation.number)) if operation.old_mode is not None else None

    def new(self, operation: Operation) -> bytes | None:
        """The bytes after; None when the file is to be removed."""
        return disk.read_bytes(self.folder / "new" / str(operation.number)) if operation.new_mode is not None else None


def bytes_id(data: bytes) -> str:
    """Return the name of some bytes in `written.json`."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class State:
    """The folder that holds the journal of one tree."""

    root: Path
    folder: Path
    repository: Repository | None

    @classmethod
    def of(cls, root: Path) -> State:
        """Return the state of a tree; nothing is created."""
        root = root.resolve()
        repository = Repository.find(root)
        if repository is None:
            return cls(root, root / ".prodify", None)
        # A repository may hold several services; each has a journal of its own.
        name = "top" if not repository.prefix else hashlib.sha256(repository.prefix.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        return cls(root, repository.git_dir / "prodify" / name, repository)

    @property
    def transaction(self) -> Path:
        """Where the transaction under way lies."""
        return self.folder / "transaction"

    @property
    def history(self) -> Path:
        """Where finished transactions lie."""
        return self.folder / "history"

    @property
    def pending(self) -> bool:
        """Whether a committed transaction waits to be finished."""
        return (self.transaction / JOURNAL).is_file()

    def create(self) -> None:
        """Make the folders.

        Raises:
            ConflictError: when that is not possible.
        """
        for folder in ([self.folder.parent] if self.repository else []) + [self.folder, self.history]:
            disk.real_folder(folder)
        if self.repository is None and not (self.folder / ".gitignore").exists():
            disk.replace_bytes(self.folder / ".gitignore", b"*\n", 0o644, ".gitignore.tmp")

    def written(self) -> dict[str, str]:
        """Return the ids of the bytes that prodify wrote last, by path. Unreadable memory is no memory."""
        with suppress(OSError, ValueError, RecursionError):
            data = json.loads((self.folder / "written.json").read_bytes())
            if isinstance(data, dict):
                return {str(path): str(name) for path, name in data.items()}
        return {}

    def remember(self, changes: dict[str, str | None]) -> None:
        """Update the memory; None forgets a path."""
        known: dict[str, str | None] = {**self.written(), **changes}
        data = json.dumps({path: name for path, name in sorted(known.items()) if name}, indent=1).encode()
        disk.replace_bytes(self.folder / "written.json", data, 0o600, "written.tmp")

    def numbers(self) -> list[int]:
        """Return the numbers of the finished transactions, oldest first."""
        names = [place.name for place in self.history.iterdir()] if self.history.is_dir() else []
        return sorted(int(name) for name in names if name.isdecimal() and (self.history / name / JOURNAL).is_file())

    def finished(self, number: int) -> Path:
        """Return the folder of a finished transaction."""
        return self.history / f"{number:06d}"

    def close(self, record: Record, keep: bool) -> None:
        """Move a finished transaction to the history, or drop it; drop the one it undid, and the oldest ones."""
        disk.checkpoint("close")
        if record.undoes is not None:
            drop(self.finished(record.undoes))
        if not keep:
            drop(self.transaction)
            return
        numbers = self.numbers()
        self.transaction.rename(self.finished(numbers[-1] + 1 if numbers else 1))
        disk.sync_folder(self.history)
        # The work is done and recorded by now; an old record that resists is no reason to take it back.
        with suppress(OSError):
            for number in numbers[: max(0, len(numbers) + 1 - HISTORY)]:
                drop(self.finished(number))


def drop(folder: Path) -> None:
    """Remove a transaction: first the journal, so that a half-removed one counts for nothing."""
    (folder / JOURNAL).unlink(missing_ok=True)
    disk.checkpoint("drop")
    shutil.rmtree(folder, ignore_errors=True)


def stage(state: State, writes: Sequence[Write], index: Sequence[IndexChange], undone: tuple[int, Record] | None = None) -> Record:
    """Write a transaction and commit it by its journal; afterwards it can be finished from the disk alone.

    `undone` is the number and record of the transaction that it takes back.
    """
    drop(state.transaction)
    for folder in (state.transaction, state.transaction / "old", state.transaction / "new"):
        disk.real_folder(folder)
    operations, folders, memory = [], [], state.written()
    for number, write in enumerate(writes):
        for name, data in (("old", write.before), ("new", write.after)):
            if data is not None:
                disk.replace_bytes(state.transaction / name / str(number), data, 0o600, "part")
        old_mode = disk.mode_of(disk.locate(state.root, write.path)) if write.before is not None else None
        operations.append(Operation(number, write.path, old_mode, _new_mode(write, old_mode)))
        folders += disk.missing_folders(state.root, write.path) if write.after is not None else []
    after = {w.path: bytes_id(w.after) if w.after is not None else None for w in writes}
    if undone is not None:
        # What stood there before the apply was the user's or prodify's own; the record that is taken back knows.
        folders, after = list(undone[1].folders), {w.path: undone[1].memory_before.get(w.path) for w in writes}
    before = {w.path: memory.get(w.path) for w in writes}
    made = tuple(dict.fromkeys(folders))
    record = Record(state.transaction, tuple(operations), tuple(index), made, before, after, undone[0] if undone else None)
    disk.checkpoint("commit")
    disk.replace_bytes(state.transaction / JOURNAL, _dump(record), 0o600, "journal.tmp")
    return record


def _new_mode(write: Write, old_mode: int | None) -> int | None:
    if write.after is None:
        return None
    if write.mode is not None:
        return write.mode
    if old_mode is None:
        return disk.new_file_mode(write.executable)
    return disk.with_execute_bits(old_mode) if write.executable else old_mode


def _dump(record: Record) -> bytes:
    data: dict[str, Any] = asdict(record)
    del data["folder"]
    return json.dumps(data, indent=1).encode()


def load(folder: Path) -> Record:
    """Read a journal.

    Raises:
        ConfigError: when it is damaged. Its paths are checked as a recipe's are: it may come with an untrusted tree.
    """
    try:
        data = json.loads((folder / JOURNAL).read_bytes())
        operations = [
            Operation(int(o["number"]), safe_path(o["path"]), _mode(o["old_mode"]), _mode(o["new_mode"])) for o in data["operations"]
        ]
        index = [IndexChange(safe_path(i["path"]), _entries(i["old"]), _entries(i["new"])) for i in data["index"]]
        folders = tuple(safe_path(name) for name in data["folders"])
        before, after = dict(data["memory_before"]), dict(data["memory_after"])
        undoes = None if data["undoes"] is None else int(data["undoes"])
        return Record(folder, tuple(operations), tuple(index), folders, before, after, undoes)
    except (OSError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError, RecursionError, UsageError):
        hint = f"Check the tree with git, then remove the folder {folder}."
        raise ConfigError("the journal of an earlier apply is damaged", hint) from None


def _entries(values: list[dict[str, Any]]) -> tuple[Tracked, ...]:
    found = tuple(Tracked(str(v["mode"]), str(v["blob"]), int(v["stage"])) for v in values)
    if not all(re.fullmatch(r"[0-7]{6}", entry.mode) and re.fullmatch(r"[0-9a-f]{40,64}", entry.blob) for entry in found):
        raise ValueError
    return found


def _mode(value: object) -> int | None:
    return None if value is None else int(value) & 0o777  # type: ignore[call-overload]


def interrupted(root: Path) -> bool:
    """Whether an earlier apply or undo was killed half way; `recover` finishes it."""
    return State.of(root).pending
