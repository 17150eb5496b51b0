"""How the managed files stand, and handing one over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from prodify.api import Edit, File
from prodify.changes import disk
from prodify.changes.content import Disk, is_blob, read, same_text
from prodify.changes.git import Repository
from prodify.changes.journal import State, Write
from prodify.changes.leftover import is_left_over
from prodify.changes.lock import Entry, Lock
from prodify.changes.merge import holds_markers
from prodify.changes.model import LOCK_PATH, Action, Change, FileState, FileStatus, Plan, Wanted
from prodify.changes.patch import edits_since
from prodify.changes.pins import bumped
from prodify.changes.transaction import recover_claimed, run
from prodify.edits.text import CannotEdit, canonical, lines_of, preserving
from prodify.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path


def status(
    root: Path, lock: Lock, wanted: Sequence[Wanted] = (), *, asked: Collection[str] = (), gone: Collection[str] = ()
) -> list[FileStatus]:
    """Return the state of every managed file, sorted by path, and of files in the way of a wanted one (foreign).

    A file in which only version pins were bumped is clean: update robots are not drift. `asked` and `gone` are the recipes that ran and
    those that prodify no longer has, as for `plan`. Reads only.
    """
    repository = Repository.find(root)
    files = {w.item.path: w for w in wanted if isinstance(w.item, File)}
    edits: dict[str, list[Wanted]] = {}
    for wish in wanted:
        if isinstance(wish.item, Edit):
            edits.setdefault(wish.item.path, []).append(wish)
    found = {}
    for path, entry in lock.entries.items():
        item = files[path].item if path in files else None
        text = item.text if isinstance(item, File) else None
        now = read(root, path)
        outdated = text is not None and entry.blob is not None and not is_blob(text, entry.blob)
        outdated = outdated and not (now.text is not None and text is not None and same_text(now.text, text))
        undone = now.text is not None and not _edits_hold(now.text, edits.get(path, []))
        state, note = _state(now, entry, outdated, undone, repository)
        if state is not FileState.OWNED and path not in files and path not in edits and is_left_over(entry, asked, gone):
            edited = state not in (FileState.CLEAN, FileState.OUTDATED)
            next_ = "edited by you, so it stays" if edited else "upgrade offers to remove it"
            state, note = FileState.LEFTOVER, f"no longer made; {next_}"
        found[path] = FileStatus(path, state, entry.recipes, note)
    for path, wish in files.items():
        known = lock.entries.get(path)
        if (known is None or not (known.blob or known.owned)) and (reason := _foreign(root, path, wish)):
            found[path] = FileStatus(path, FileState.FOREIGN, (wish.recipe,), reason)
    return sorted(found.values())


def _foreign(root: Path, path: str, wish: Wanted) -> str:
    now = read(root, path)
    assert isinstance(wish.item, File)
    if not now.exists or (now.text is not None and same_text(now.text, wish.item.text)):
        return ""
    return now.problem or "yours; prodify would write another text"


def _state(now: Disk, entry: Entry, outdated: bool, undone: bool, repository: Repository | None) -> tuple[FileState, str]:
    if entry.owned:
        return FileState.OWNED, "handed over to you"
    if not now.exists:
        return FileState.MISSING, "deleted; it stays deleted"
    if now.text is None:
        return FileState.EDITED, now.problem
    if entry.blob is None:
        return (FileState.OUTDATED, "an edit of prodify's is missing") if undone else (FileState.CLEAN, "yours, with prodify's edits")
    if is_blob(now.text, entry.blob) or is_blob(now.text, entry.written):
        late = outdated or undone
        return (FileState.OUTDATED, "a newer text is ready") if late else (FileState.CLEAN, "")
    if holds_markers(now.text):
        return FileState.CONFLICT, "holds conflict markers: settle them by hand, then git add"
    base = repository.blob(entry.blob) if repository else None
    if base is not None and bumped(lines_of(canonical(base)), lines_of(canonical(now.text))):
        note = "versions were bumped"
        return (FileState.OUTDATED, f"{note}; a newer text is ready") if outdated else (FileState.CLEAN, note)
    return FileState.EDITED, "a newer text is ready to be merged" if outdated else ""


def _edits_hold(text: str, edits: list[Wanted]) -> bool:
    for wish in edits:
        assert isinstance(wish.item, Edit)
        try:
            if preserving(wish.item.apply)(text) != text:
                return False
        except CannotEdit:
            continue
    return True


def edits_of_user(root: Path, lock: Lock) -> str:
    """Return as a patch what the user changed in the files that prodify wrote, as far as git still holds what it wrote."""
    repository = Repository.find(root)
    patches = []
    for path, entry in sorted(lock.entries.items()):
        now = read(root, path)
        if repository is None or now.text is None or entry.owned or is_blob(now.text, entry.blob) or is_blob(now.text, entry.written):
            continue
        known = [repository.blob(name) for name in (entry.written, entry.blob) if name]
        written = next((text for text in known if text is not None), None)
        if written is not None:
            patches.append(edits_since(path, canonical(written), canonical(now.text)))
    return "".join(patches)


def plan_own(root: Path, path: str) -> Plan:
    """Return what `own` would do, as a plan to show: one entry of the lock. Reads only.

    Raises:
        UsageError: when prodify does not manage the path.
    """
    lock = Lock.load(root)
    entry = _managed(lock, path)
    before = read(root, LOCK_PATH).text
    after = before if entry.owned else lock.with_entry(path, replace(entry, owned=True)).text()
    shown = Change(path, Action.KEEP, entry.recipes, note="yours for good")
    return Plan((shown, Change(LOCK_PATH, Action.RECORD, (), before, after)))


def _managed(lock: Lock, path: str) -> Entry:
    entry = lock.entries.get(path)
    if entry is None:
        raise UsageError(f"{path} is not a file that prodify manages", f"{did_you_mean(path, lock.entries)} See `prodify status`.".strip())
    return entry


def own(root: Path, path: str) -> None:
    """Hand a file over to the user for good: prodify neither writes nor judges it again.

    Raises:
        UsageError: when prodify does not manage the path.
        ConflictError: when another process is at work.
    """
    state = State.of(root)
    lock = Lock.load(state.root)
    entry = _managed(lock, path)
    if entry.owned:
        return
    state.create()
    with disk.only_one(state.folder):
        recover_claimed(state)
        lock = Lock.load(state.root)
        before = disk.read_bytes(disk.locate(state.root, LOCK_PATH))
        after = lock.with_entry(path, replace(lock.entries.get(path, entry), owned=True)).text().encode("utf-8")
        run(state, [Write(LOCK_PATH, before, after)], [], keep=False)
