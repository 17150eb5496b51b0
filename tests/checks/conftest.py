"""Small repositories for the tests of checks."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from prodify.api import Check
from prodify.checks import all_checks
from prodify.infer import load_profile
from prodify.inventory import Inventory
from prodify.model import Verdict

Judge = Callable[[str, Mapping[str, str]], Verdict]
GIT = ["git", "-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"]


PAST = "HISTORY "
"""Files whose title starts with this are committed first and are gone from the tree."""


def lay_out(root: Path, files: Mapping[str, str]) -> Path:
    """Write files and commit them all, ignored ones included."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "-q")
    past = {path.removeprefix(PAST): text for path, text in files.items() if path.startswith(PAST)}
    if past:
        _commit(root, past)
        for path in past:
            (root / path).unlink()
    _commit(root, {path: text for path, text in files.items() if not path.startswith(PAST)})
    return root


def _commit(root: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    git(root, "add", "-A", "-f")
    git(root, "commit", "-q", "--allow-empty", "-m", "start")


def git(root: Path, *args: str) -> None:
    """Run git in a test repository."""
    subprocess.run([*GIT, *args], cwd=root, check=True, capture_output=True)


def check_named(identifier: str) -> Check:
    """The check with an id."""
    return next(check for check in all_checks() if check.id == identifier)


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Lay files out as a committed repository and return a check's verdict on it."""

    def run(identifier: str, files: Mapping[str, str]) -> Verdict:
        repo = Inventory(lay_out(tmp_path, files))
        return check_named(identifier).run(repo, load_profile(repo).profile)

    return run
