"""A process that dies at any step leaves a tree that the next command makes whole: the old one or the new one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from prodify.api import Edit, File, Untrack
from prodify.changes import Lock, Wanted, apply, disk, interrupted, plan, recover, undo
from prodify.errors import ConflictError

from .conftest import applied, commit, git, planned, tree, wants

KILLED = 137
Whole = dict[str, tuple[bytes, int]]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are killed by fork and exit")


def wanted() -> list[Wanted]:
    return [
        *wants(File("deploy/new/service.yaml", "a: 1\n"), File("old.yaml", "b: 2\n"), Untrack(".env", "secrets")),
        *wants(Edit("app.py", lambda text: text.replace("app = 1", "app = 2"), "two")),
    ]


def prepare(root: Path) -> None:
    applied(root, wants(File("old.yaml", "b: 1\n")))
    (root / ".env").write_text("A=1\n")
    if (root / ".git").exists():
        commit(root)


def snapshot(root: Path) -> tuple[Whole, str]:
    return tree(root), git(root, "ls-files", "--stage") if (root / ".git").exists() else ""


def die_at(step: int, action: Callable[[], object], *, after: str = "") -> bool:
    """Run an action in a child that exits hard at the given checkpoint (counted from a named one); returns whether it got that far."""
    child = os.fork()
    if child == 0:
        left, counting = [step], [not after]

        def countdown(label: str) -> None:
            counting[0] = counting[0] or label == after
            left[0] -= counting[0]
            if left[0] < 0:
                os._exit(KILLED)

        disk.checkpoint = countdown
        try:
            action()
            os._exit(0)
        finally:
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, KILLED)
    return status == KILLED


def die_half_way(root: Path, action: Callable[[], object]) -> None:
    """Kill an apply when the first of its files is in place and the others are not."""
    child = os.fork()
    if child == 0:

        def die(label: str) -> None:
            if (root / "deploy/new/service.yaml").exists():
                os._exit(KILLED)

        disk.checkpoint = die
        try:
            action()
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED
    assert interrupted(root)


def test_apply_killed_at_every_step(root: Path) -> None:
    prepare(root)
    old = snapshot(root)
    todo = planned(root, wanted())
    in_git = (root / ".git").exists()
    new: tuple[Whole, str] | None = None
    outcomes = []
    step = 0
    # Staging is the same with and without git; it is gone through once.
    while die_at(step, lambda: apply(root, todo), after="commit" if in_git else ""):
        said = recover(root)
        now = snapshot(root)
        assert recover(root) == ""
        if now != old:
            assert said == "finished an interrupted change: every file is as it was planned" or (said == "" and now == new)
            assert new is None or now == new
            new = now
            undo(root)
            assert snapshot(root) == old
        outcomes.append(now != old)
        step += 1
    assert step > (15 if in_git else 30)
    assert snapshot(root) == new
    # Once the journal is committed the new tree always comes out, before it never.
    assert outcomes == sorted(outcomes) and set(outcomes) == {False, True}


def test_undo_killed_at_every_step(root: Path) -> None:
    prepare(root)
    old = snapshot(root)
    applied(root, wanted())
    new = snapshot(root)
    assert new != old
    step = 0
    in_git = (root / ".git").exists()
    while die_at(step, lambda: undo(root), after="commit" if in_git else ""):
        recover(root)
        now = snapshot(root)
        assert now in (old, new)
        if now == old:
            apply(root, planned(root, wanted()))
            assert snapshot(root) == new
        step += 1
    assert step > (12 if in_git else 25)
    assert snapshot(root) == old


def test_recovery_killed_at_every_step(repo: Path) -> None:
    prepare(repo)
    todo = planned(repo, wanted())
    die_half_way(repo, lambda: apply(repo, todo))
    step = 0
    while die_at(step, lambda: recover(repo)):
        step += 1
    assert (repo / "app.py").read_text() == "app = 2\n" and (repo / "deploy/new/service.yaml").read_text() == "a: 1\n"
    assert step > 3


def test_an_error_at_any_step_puts_the_old_tree_back(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_git = (root / ".git").exists()
    error: BaseException = KeyboardInterrupt() if in_git else OSError(28, "No space left on device")
    prepare(root)
    old = snapshot(root)
    todo = planned(root, wanted())
    for step in range(24 if in_git else 0, 200):
        left = [step]

        def fail_once(label: str, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] == -1:
                raise error

        monkeypatch.setattr(disk, "checkpoint", fail_once)
        try:
            apply(root, todo)
        except (ConflictError, KeyboardInterrupt) as raised:
            assert isinstance(raised, KeyboardInterrupt) is in_git
            assert str(raised).split("\n")[-1].strip().startswith(("Nothing was written.", "The old tree is back."))
            monkeypatch.setattr(disk, "checkpoint", lambda label: None)
            assert not recover(root)
            assert snapshot(root) == old
        else:
            break
    assert step > 30


def test_nobody_plans_on_a_half_written_tree(repo: Path) -> None:
    prepare(repo)
    todo = planned(repo, wanted())
    die_half_way(repo, lambda: apply(repo, todo))
    with pytest.raises(ConflictError, match="interrupted"):
        plan(repo, wanted(), Lock())
    recover(repo)
    assert planned(repo, wanted()).empty


def test_a_file_changed_between_kill_and_recovery_is_kept_and_the_rest_goes_back(repo: Path) -> None:
    prepare(repo)
    old = snapshot(repo)
    todo = planned(repo, wanted())
    die_half_way(repo, lambda: apply(repo, todo))
    (repo / "old.yaml").write_text("mine\n")
    assert "old.yaml changed since" in recover(repo)
    files, index = snapshot(repo)
    assert files.pop("old.yaml")[0] == b"mine\n"
    expected = {name: value for name, value in old[0].items() if name != "old.yaml"}
    assert files == expected and index == old[1]


def test_two_processes_cannot_apply_at_once(repo: Path) -> None:
    prepare(repo)
    todo = planned(repo, wanted())
    reader, writer = os.pipe()
    stop_reader, stop_writer = os.pipe()
    child = os.fork()
    if child == 0:

        def wait(label: str) -> None:
            os.write(writer, b"x")
            os.read(stop_reader, 1)
            os._exit(0)

        disk.checkpoint = wait
        apply(repo, todo)
        os._exit(1)
    os.read(reader, 1)
    try:
        with pytest.raises(ConflictError, match="another prodify"):
            apply(repo, todo)
    finally:
        os.write(stop_writer, b"x")
        os.waitpid(child, 0)
    apply(repo, todo)
