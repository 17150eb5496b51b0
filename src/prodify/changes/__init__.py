"""Changes: plan, show, write, record, merge, undo. The only code that writes into a user's tree.

lock = Lock.load(root)
recover(root)                       # before a command that writes
todo = plan(root, wanted, lock)
print(diff(todo))
apply(root, todo)
"""

from __future__ import annotations

from prodify.changes.apply import apply
from prodify.changes.content import blob_id
from prodify.changes.git import Repository
from prodify.changes.interrupts import stoppable
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
from prodify.changes.patch import diff, difference, size
from prodify.changes.plan import plan
from prodify.changes.status import edits_of_user, own, plan_own, status
from prodify.changes.transaction import recover
from prodify.changes.undo import plan_undo, undo

__all__ = [
    "LOCK_PATH",
    "Action",
    "Applied",
    "Change",
    "ConflictPolicy",
    "Entry",
    "FileState",
    "FileStatus",
    "Lock",
    "Merged",
    "Plan",
    "Repository",
    "Undone",
    "Wanted",
    "apply",
    "blob_id",
    "diff",
    "difference",
    "edits_of_user",
    "interrupted",
    "merge3",
    "own",
    "plan",
    "plan_own",
    "plan_undo",
    "recover",
    "size",
    "status",
    "stoppable",
    "undo",
]  # fmt: skip
