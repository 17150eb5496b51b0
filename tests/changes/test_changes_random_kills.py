"""SIGKILL at random instants, git's helpers included: the next command finds the old tree or the new one, never anything between.

`PRODIFY_KILLS=500` sets how many; without it 15, and 60 with `PRODIFY_SLOW_TESTS=1`, for at most a minute.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from prodify.api import Edit, File, Untrack
from prodify.changes import Lock, Plan, apply, interrupted, plan, recover, undo
from prodify.errors import ConflictError

from .conftest import applied, commit, git, tree, wants

SLOW = os.environ.get("PRODIFY_SLOW_TESTS") == "1"
KILLS = int(os.environ.get("PRODIFY_KILLS", "60" if SLOW else "15"))
SECONDS = None if "PRODIFY_KILLS" in os.environ else 60

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are killed by fork and SIGKILL")


def prepare(root: Path) -> None:
    """A tree in which an apply creates, updates, edits, merges, marks, removes and untracks."""
    base = "a: 1\n\nb: 1\n\nc: 1\n"
    applied(root, wants(*(File(f"deploy/{name}.yaml", base) for name in ("updated", "merged", "marked", "gone"))))
    (root / "deploy/merged.yaml").write_text("mine: 1\n\n" + base)
    (root / "deploy/marked.yaml").write_text(base.replace("c: 1", "c: 9"))
    (root / ".env").write_text("A=1\n")
    (root / "app.py").chmod(0o755)
    if (root / ".git").exists():
        commit(root)


def todo(root: Path) -> Plan:
    new = "a: 1\n\nb: 1\n\nc: 2\n"
    changed = wants(*(File(f"deploy/{name}.yaml", new) for name in ("updated", "merged", "marked")), Untrack(".env", "secrets"))
    created = wants(*(File(f"docs/new/{number}.md", f"page {number}\n" * 200, executable=number % 2 == 0) for number in range(25)))
    edited = wants(Edit("app.py", lambda text: text.replace("app = 1", "app = 2"), "two"))
    return plan(root, changed + created + edited, Lock.load(root), asked=["r"])


def snapshot(root: Path) -> tuple[dict[str, tuple[bytes, int]], str]:
    return tree(root), git(root, "ls-files", "--stage") if (root / ".git").exists() else ""


def killed_at(instant: float, action: Callable[[], object]) -> bool:
    """Run an action in a process group of its own and kill the group at an instant; returns whether it was still at work."""
    child = os.fork()
    if child == 0:
        os.setsid()
        try:
            action()
        finally:
            os._exit(0)
    time.sleep(instant)
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def timed(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        try:
            action()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    return time.perf_counter() - started


def recovered(root: Path) -> str:
    """Do what the next command does; a git that was killed leaves its own lock, and the message says how to go on."""
    try:
        return recover(root)
    except ConflictError as error:
        if "another prodify" in error.message:
            # What the killed process had just forked holds its claim until it becomes git.
            time.sleep(0.2)
            return recovered(root)
        assert "remove .git/index.lock" in error.hint
        (root / ".git/index.lock").unlink()
        return "after git's own lock was removed: " + recover(root)


def test_killed_at_random_instants(root: Path) -> None:
    prepare(root)
    old, made = snapshot(root), todo(root)
    apply(root, made)
    new = snapshot(root)
    assert new != old
    undo(root)
    assert snapshot(root) == old
    # How long each takes once git holds the texts; a fork is timed as well.
    length = {forward: timed(action) for forward, action in ((True, lambda: apply(root, made)), (False, lambda: undo(root)))}
    chance, seen, deadline = random.Random(20261128), Counter[str](), time.monotonic() + (SECONDS or 86_400)
    runs = KILLS // 2 + KILLS % 2 if (root / ".git").exists() else KILLS // 2
    stands = old
    for _ in range(runs):
        forward = stands == old
        busy = killed_at(chance.uniform(0, length[forward]), (lambda: apply(root, made)) if forward else (lambda: undo(root)))
        torn = snapshot(root) not in (old, new)
        waiting = interrupted(root)
        said = recovered(root)
        now = snapshot(root)
        assert now in (old, new), "between the old and the new tree"
        assert not torn or (waiting and said), "a torn tree that no journal knows of"
        assert (root / ".git/index.lock").exists() is False
        seen["killed" if busy else "done before"] += 1
        seen["torn, then made whole" if torn else "whole"] += 1
        seen[said] += bool(said)
        stands = now
        if time.monotonic() > deadline:
            break
    sys.stdout.write(f"{dict(seen)}\n")
    assert seen["killed"] > sum((seen["killed"], seen["done before"])) // 4
    # Whatever happened, the books are right: one more round trip ends where it began.
    if stands == new:
        undo(root)
    apply(root, todo(root))
    assert snapshot(root) == new
    undo(root)
    assert snapshot(root) == old
