"""Whatever the user did to whatever file: applying again, with the same or with new texts, loses none of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodify.api import File
from prodify.changes import Action, FileState, Lock, Repository, apply, plan, status

from .conftest import applied, commit, planned, tree, wants

TEXT = "name: ci\n\non: push\n\njobs:\n  test:\n    timeout: 5\n\n    steps: []\n"
PIECE = st.sampled_from(["x", "\n", " ", "#", "\u00e9", "\r\n", "\x0c", "=======\n", "\u2028"])


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("lost")
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    applied(root, wants(File("ci.yaml", TEXT)))
    return root


@given(at=st.integers(0, len(TEXT)), drop=st.integers(0, 6), put=st.lists(PIECE, max_size=5).map("".join))
@settings(max_examples=40, deadline=None)
def test_any_edit_of_a_generated_file_stays_to_the_byte(written: Path, at: int, drop: int, put: str) -> None:
    mine = (TEXT[:at] + put + TEXT[at + drop :]).encode()
    (written / "ci.yaml").write_bytes(mine)
    todo = planned(written, wants(File("ci.yaml", TEXT)))
    assert todo.empty
    assert todo.changes[0].action in (Action.KEEP, Action.UNCHANGED)
    new = plan(written, wants(File("ci.yaml", TEXT.replace("timeout: 5", "timeout: 9"))), Lock.load(written)).changes[0]
    assert new.after is not None
    kept = [line.strip() for line in new.after.replace("\r\n", "\n").split("\n")]
    assert all(line.strip() in kept for line in mine.decode().replace("\r\n", "\n").split("\n") if line not in TEXT.split("\n"))


@given(mine=st.binary(max_size=30))
@settings(max_examples=40, deadline=None)
def test_any_bytes_that_stood_before_stay(tmp_path_factory: pytest.TempPathFactory, mine: bytes) -> None:
    root = tmp_path_factory.mktemp("before")
    (root / "ci.yaml").write_bytes(mine)
    for _ in range(2):
        apply(root, planned(root, wants(File("ci.yaml", TEXT))))
        assert (root / "ci.yaml").read_bytes() == mine


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_repository_that_git_distrusts_counts_as_none(repo: Path) -> None:
    for place in [repo, *repo.rglob("*")]:
        os.lchown(place, 12345, 12345)
    assert Repository.find(repo) is None
    before = tree(repo)
    applied(repo, wants(File("ci.yaml", TEXT)))
    assert status(repo, Lock.load(repo))[0].state is FileState.CLEAN
    assert (repo / ".prodify/.gitignore").read_text() == "*\n"
    assert set(tree(repo)) - set(before) == {"ci.yaml", ".prodify.lock.json"}


def test_without_a_git_program(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    applied(repo, wants(File("ci.yaml", TEXT)))
    assert (repo / "ci.yaml").read_text() == TEXT


def test_a_shallow_clone_without_the_base_asks_the_user(repo: Path, tmp_path: Path) -> None:
    applied(repo, wants(File("ci.yaml", TEXT)))
    commit(repo)
    (repo / "ci.yaml").write_text("# mine\n" + TEXT)
    commit(repo)
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{repo}", str(clone)], check=True, capture_output=True)
    todo = planned(clone, wants(File("ci.yaml", TEXT.replace("5", "9"))))
    change = todo.changes[0]
    assert change.action is Action.CONFLICT and "does not hold the text that both came from" in change.note
    assert change.after is not None and "# mine\n" in change.after and "timeout: 5\n" in change.after and "timeout: 9\n" in change.after
