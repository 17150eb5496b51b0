"""Changes: plan, show, write, record, merge, undo. The only code that writes into a user's tree.

lock = Lock.load(root)
recover(root)                       # before a command that writes
todo = plan(root, wanted, lock)
print(diff(todo))
apply(root, todo)
"""

from __future__ import annotations

from prodify.changes.apply import apply
from prodify.changes.git import Repository
from prodify.changes.journal import interrupted
from prodify.changes.lock import Entry, Lock
from prodify.changes.merge import Merged, merge3
from prodify.changes.model import (
    LOCK_PATH,
    Action,
    Applied,
    Change,
    ConflictPolicy,
    FileState,
    FileStatus,
    Plan,
    Undone,
    Wanted,
)
from prodify.changes.patch import diff, difference
from prodify.changes.plan import plan
from prodify.changes.status import own, status
from prodify.changes.transaction import recover
from prodify.changes.undo import undo

__all__ = [
    "LOCK_PATH", "Action", "Applied", "Change", "ConflictPolicy", "Entry", "FileState", "FileStatus", "Lock", "Merged", "Plan",
    "Repository", "Undone", "Wanted", "apply", "diff", "difference", "interrupted", "merge3", "own", "plan", "recover", "status", "undo",
]  # fmt: skip
