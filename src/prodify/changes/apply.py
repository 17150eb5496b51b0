"""Writing a plan: exactly what was previewed, all of it or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.changes import disk
from prodify.changes.content import MAX_BYTES, blob_id, read, to_bytes, to_text
from prodify.changes.git import Repository, Tracked
from prodify.changes.journal import IndexChange, State, Write, bytes_id
from prodify.changes.model import LOCK_PATH, Action, Applied, Change, ConflictPolicy, Plan
from prodify.changes.transaction import NOTHING_WRITTEN, recover_claimed, run
from prodify.edits.text import canonical
from prodify.errors import ConflictError

if TYPE_CHECKING:
    from pathlib import Path


def apply(root: Path, plan: Plan, *, allow_dirty: bool = False) -> Applied:
    """Write a plan and remember how to undo it.

    Raises:
        ConflictError: nothing is written when a file changed since the plan was made, a touched file has uncommitted changes (unless
            `allow_dirty`), a folder is read-only, the plan's policy is abort and there is a conflict, or another process is at work. When
            the disk refuses half way, the old tree is back by then.
        KeyboardInterrupt: on a signal; the old tree is back by then.
    """
    if plan.policy is ConflictPolicy.ABORT and plan.unsettled:
        names = ", ".join(change.path for change in plan.unsettled)
        hint = f"{NOTHING_WRITTEN} Choose --conflict markers or --conflict skip, or edit the files first."
        raise ConflictError(f"a merge needs a person: {names}", hint)
    if plan.empty:
        return Applied(())
    state = State.of(root)
    state.create()
    with disk.only_one(state.folder):
        notes = [recover_claimed(state)]
        writes = [_write(state.root, change) for change in plan.writes]
        _refuse_read_only(state, writes)
        if not allow_dirty:
            settled = {change.path for change in plan.writes if change.settles}
            _refuse_dirty(state, [write for write in writes if write.path not in settled])
        index = _index_changes(state, plan)
        if state.repository is not None and not state.repository.keep(plan.texts):
            notes.append("git could not store the rendered texts; a later upgrade will show conflicts instead of merging")
        run(state, writes, index, keep=True)
    written = tuple(change.path for change in plan.writes if change.path != LOCK_PATH)
    untracked = tuple(change.path for change in index if not change.new)
    return Applied(written, untracked, tuple(filter(None, notes)), tuple(change.path for change in index if change.new))


def _write(root: Path, change: Change) -> Write:
    """Re-read the file and turn the change into bytes."""
    now = read(root, change.path)
    if now.problem:
        raise ConflictError(f"{change.path} {now.problem}", "Nothing was written. Run the command again.")
    if now.text != change.before:
        raise ConflictError(f"{change.path} has changed since the plan was made", "Nothing was written. Run the command again.")
    before = None if now.text is None else to_bytes(now.text)
    if change.action is Action.REMOVE:
        return Write(change.path, before, None)
    assert change.after is not None
    data = to_bytes(change.after)
    if len(data) > MAX_BYTES:
        raise ConflictError(f"{change.path} would become larger than {MAX_BYTES} bytes", "Nothing was written.")
    return Write(change.path, before, data, change.executable)


def _index_changes(state: State, plan: Plan) -> list[IndexChange]:
    marked = [change for change in plan.conflicts if change.writes]
    if state.repository is None or not (plan.untracks or marked):
        return []
    entries = state.repository.stages(*(change.path for change in (*plan.untracks, *marked)))
    found = [IndexChange(change.path, entries[change.path]) for change in plan.untracks if change.path in entries]
    opened = [(change, entries.get(change.path, ())) for change in marked]
    return found + [IndexChange(change.path, old, new) for change, old in opened if (new := _stages(state.repository, change, old))]


def _stages(repository: Repository, change: Change, tracked: tuple[Tracked, ...]) -> tuple[Tracked, ...]:
    """Return the three sides of a conflict as git's own merges leave them in the index, so that `git status` shows it.

    A file that git does not track stays untracked, and one whose merge is open already stays as it is: nothing is returned.
    """
    if len(tracked) != 1 or tracked[0].stage or tracked[0].mode not in ("100644", "100755") or change.before is None:
        return ()
    committed = repository.blob(tracked[0].blob)
    yours = change.before if committed is not None and "\r\n" in committed else canonical(change.before)
    sides = []
    for stage, text in ((1, change.base), (2, yours), (3, change.rendered)):
        stored = repository.store(text) if text is not None else None
        if stored is not None:
            sides.append(Tracked(tracked[0].mode, stored, stage))
    return tuple(sides)


def _refuse_read_only(state: State, writes: list[Write]) -> None:
    locked = [write.path for write in writes if not disk.writable(state.root, write.path)]
    if locked:
        raise ConflictError(f"no right to write {', '.join(locked)}", f"{NOTHING_WRITTEN} Make the folder writable, or run as its owner.")


def _refuse_dirty(state: State, writes: list[Write]) -> None:
    """Refuse files with uncommitted changes: git could not bring those back. What prodify itself wrote last does not count."""
    if state.repository is None:
        return
    paths = [write.path for write in writes if write.before is not None and write.path != LOCK_PATH]
    index, head, own = state.repository.index(*paths), state.repository.head(*paths), state.written()
    dirty = []
    for write in writes:
        staged, committed = index.get(write.path), head.get(write.path)
        if write.path not in paths or write.before is None or (staged is None and committed is None):
            continue
        if own.get(write.path) == bytes_id(write.before):
            continue
        text = to_text(write.before)
        digits = state.repository.digits
        same = committed is not None and committed.blob in (blob_id(text, digits), blob_id(canonical(text), digits))
        if not same or (staged is not None and committed is not None and staged.blob != committed.blob):
            dirty.append(write.path)
    if dirty:
        raise ConflictError(
            f"uncommitted changes in {', '.join(dirty)}", "Commit or stash them first, or use --allow-dirty. Nothing was written."
        )  # fmt: skip
