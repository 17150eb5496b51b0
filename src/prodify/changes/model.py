"""The plain values of a change: what is wanted, what would happen, what happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodify.api import Wish

LOCK_PATH = ".prodify.lock.json"
"""Where the lock lies, relative to the root."""


class Action(StrEnum):
    """What a plan does with a path."""

    CREATE = "create"  # absent and not in the lock
    UPDATE = "update"  # as prodify wrote it, and the text wanted is new
    EDIT = "edit"  # a user's file, changed by one or several edits
    UNCHANGED = "unchanged"  # nothing to do
    ADOPTED = "adopted"  # not in the lock, but the same text: recorded from now on
    FOREIGN = "foreign"  # not in the lock, another text: never written
    KEEP = "keep"  # edited by hand (or owned by the user), and nothing new is wanted
    MERGE = "merge"  # edited by hand, and the new text fits in
    CONFLICT = "conflict"  # edited by hand, and a person must choose
    UNRESOLVED = "unresolved"  # still holds the markers of an earlier conflict: not touched before they are settled
    REFUSED = "refused"  # cannot be written on every system, or differs from another path in case only
    REMOVE = "remove"  # as prodify wrote it, and no longer made
    LEFTOVER = "leftover"  # no longer made, but edited by hand: stays
    RELEASED = "released"  # no longer made, and nothing of prodify's is left of it: leaves the lock
    RESTORE = "restore"  # brought back to what it was before the last apply
    DELETED = "deleted"  # deleted by the user: stays deleted
    UNTRACK = "untrack"  # taken out of git's index, kept on disk
    RECORD = "record"  # the lock itself


class ConflictPolicy(StrEnum):
    """What to do where a merge needs a person: write markers, leave the file, or write nothing at all."""

    MARKERS = "markers"
    SKIP = "skip"
    ABORT = "abort"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One wish of a recipe."""

    recipe: str
    item: Wish


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one path.

    `before` is the text on disk and `after` the text once applied; None means that there is no such file. `rendered` is what the recipe
    wants of a whole file, for showing the difference to a foreign file. `executable` asks for the execute bits to be set, `loses_execute`
    for their loss. `base` is the text that both sides of a merge come from, where it is known. `settles` marks a merge of two branches that
    git left open and that holds nothing of the user's.
    The texts are the user's files: they are kept out of the repr, hence out of logs and tracebacks.
    """

    path: str
    action: Action
    recipes: tuple[str, ...]
    before: str | None = field(repr=False, default=None)
    after: str | None = field(repr=False, default=None)
    note: str = ""
    rendered: str | None = field(repr=False, default=None)
    executable: bool = False
    was_executable: bool = False
    loses_execute: bool = False
    conflicts: int = 0
    base: str | None = field(repr=False, default=None)
    settles: bool = False

    @property
    def recipe(self) -> str:
        """The recipes' names, joined for display."""
        return ", ".join(self.recipes)

    @property
    def writes(self) -> bool:
        """Whether applying changes the file's text or mode, or removes it."""
        if self.action is Action.REMOVE:
            return self.before is not None
        return self.after is not None and (self.after != self.before or self.changes_mode)

    @property
    def changes_mode(self) -> bool:
        """Whether applying sets or clears the execute bits."""
        return self.loses_execute if self.was_executable else self.executable


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes, sorted by path; the last one writes the lock. `texts` are the rendered texts, the bases of later merges."""

    changes: tuple[Change, ...]
    texts: tuple[str, ...] = field(repr=False, default=())
    policy: ConflictPolicy = ConflictPolicy.MARKERS
    notes: tuple[str, ...] = ()

    @property
    def writes(self) -> tuple[Change, ...]:
        """The changes that alter the tree, the lock included."""
        return tuple(change for change in self.changes if change.writes)

    @property
    def untracks(self) -> tuple[Change, ...]:
        """The files that leave git's index."""
        return tuple(change for change in self.changes if change.action is Action.UNTRACK)

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """The files that need a person."""
        return tuple(change for change in self.changes if change.action is Action.CONFLICT)

    @property
    def unsettled(self) -> tuple[Change, ...]:
        """The files that a person has to look at before they are as wanted: conflicts new and old, and refused paths."""
        return tuple(change for change in self.changes if change.action in (Action.CONFLICT, Action.UNRESOLVED, Action.REFUSED))

    @property
    def empty(self) -> bool:
        """Whether applying would change nothing."""
        return not self.writes and not self.untracks


class FileState(StrEnum):
    """How a managed file stands."""

    CLEAN = "clean"
    EDITED = "edited"
    MISSING = "missing"
    OUTDATED = "outdated"
    FOREIGN = "foreign"
    CONFLICT = "conflict"
    LEFTOVER = "leftover"
    OWNED = "owned"


@dataclass(frozen=True, slots=True, order=True)
class FileStatus:
    """The state of one path, with the recipes that want it and a sentence for the reader."""

    path: str
    state: FileState
    recipes: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply did: the paths written, the paths untracked, and what the reader should know."""

    written: tuple[str, ...]
    untracked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unmerged: tuple[str, ...] = ()
    """The paths that git's index now shows as conflicts."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did: files restored, files removed, and files left alone because they were edited since."""

    restored: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]
    tracked: tuple[str, ...] = ()
