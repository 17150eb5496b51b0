"""A small tree in git, and short names for wishes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from prodify.api import Edit, File, Untrack
from prodify.changes import ConflictPolicy, Lock, Plan, Wanted, apply, plan
from prodify.edits import gitignore


def git(root: Path, *arguments: str) -> str:
    identity = {
        f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in (("NAME", "t"), ("EMAIL", "t@example.org"))
    }
    environment = {**os.environ, **identity, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", *arguments], cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "x")


def tree(root: Path) -> dict[str, tuple[bytes, int]]:
    """Every file outside git's and prodify's own folders: bytes and permission bits."""
    found = {}
    for place in sorted(root.rglob("*")):
        name = place.relative_to(root).as_posix()
        if place.is_file() and not name.startswith((".git/", ".prodify/")):
            found[name] = (place.read_bytes(), place.stat().st_mode & 0o777)
    return found


def attributes(root: Path) -> set[str]:
    """The file that tells git how to join two locks: made in a repository only."""
    return {".gitattributes"} if (root / ".git").exists() else set()


def wants(*items: File | Edit | Untrack, recipe: str = "r") -> list[Wanted]:
    return [Wanted(recipe, item) for item in items]


def ignoring(*patterns: str, create: bool = False) -> Edit:
    return Edit(".gitignore", gitignore.add(*patterns), "keeps secrets out of git", create)


def planned(root: Path, wanted: list[Wanted], policy: ConflictPolicy = ConflictPolicy.MARKERS) -> Plan:
    return plan(root, wanted, Lock.load(root), policy=policy)


def applied(root: Path, wanted: list[Wanted], *, allow_dirty: bool = False) -> Plan:
    made = planned(root, wanted)
    apply(root, made, allow_dirty=allow_dirty)
    return made


@pytest.fixture(params=["git", "plain"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The same tree with and without git."""
    tree_root = tmp_path / "tree"
    tree_root.mkdir()
    (tree_root / ".gitignore").write_bytes(b"venv/\n")
    (tree_root / "app.py").write_bytes(b"app = 1\n")
    if request.param == "git":
        git(tree_root, "init", "-q", "--template=")
        commit(tree_root)
    return tree_root


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A tree in git."""
    tree_root = tmp_path / "tree"
    tree_root.mkdir()
    (tree_root / ".gitignore").write_bytes(b"venv/\n")
    (tree_root / "app.py").write_bytes(b"app = 1\n")
    git(tree_root, "init", "-q", "--template=")
    commit(tree_root)
    return tree_root


@pytest.fixture(autouse=True)
def no_user_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[int]]:
    """No settings of whoever runs the tests; nothing is flushed to a real disk (a killed process loses no cache), only counted."""
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    yield synced
