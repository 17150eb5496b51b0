"""The same tree gives the same report: at any path, on any machine, whatever tools, settings and users there are."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.helpers import EXAMPLE
from tests.hostile.trees import git, slow

OF_GIT = ("commit", "dirty")


def sources() -> list[Path]:
    """The example's files, without what running it leaves behind."""
    return [p for p in sorted(EXAMPLE.rglob("*")) if p.is_file() and not {"__pycache__", "instance", "uploads"} & set(p.parts)]


def copy(target: Path, seed: int = 0) -> Path:
    """The example with its files made in another order."""
    files = sources()
    random.Random(seed).shuffle(files)
    for path in files:
        place = target / path.relative_to(EXAMPLE)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    return target


def report(root: Path, env: Mapping[str, str | None] | None = None, *, cwd: Path | None = None, umask: int = -1) -> str:
    """The report as text; a variable that is None is taken away."""
    changed = dict(env or {})
    environment = {k: v for k, v in {**os.environ, **changed}.items() if v is not None}
    environment.setdefault("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    command = [sys.executable, "-m", "prodify", "audit", str(root), "--format", "json", "--show", "all"]
    done = subprocess.run(
        command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False, umask=umask
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.decode("utf-8")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy(tmp_path_factory.mktemp("one") / "where2eat")
    git(root, "init", "-q")
    git(root, "add", "-A", "-f")
    git(root, "commit", "-q", "-m", "start")
    return root


@pytest.fixture(scope="module")
def expected(tree: Path) -> str:
    return report(tree)


CACHE = str(Path.home() / ".cache")
QUICK = ("another locale and zone", "hash seed 1")
SURROUNDINGS: dict[str, dict[str, str | None]] = {
    "another home and no cache": {"HOME": "/nonexistent", "XDG_CONFIG_HOME": None, "XDG_CACHE_HOME": "/nonexistent/cache"},
    "the C locale": {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "utf-8"},
    "another locale and zone": {"LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati", "LANGUAGE": "tr"},
    "hash seed 0": {"PYTHONHASHSEED": "0"},
    "hash seed 1": {"PYTHONHASHSEED": "1"},
    "hash seed 31337": {"PYTHONHASHSEED": "31337"},
    "a narrow dumb terminal": {"COLUMNS": "20", "TERM": "dumb", "NO_COLOR": "1", "FORCE_COLOR": "1"},
    "settings of CI": {"CI": "true", "GITHUB_ACTIONS": "true", "GITLAB_CI": "true", "DEBUG": "1"},
    "git variables": {"GIT_DIR": "/nonexistent", "GIT_WORK_TREE": "/", "GIT_INDEX_FILE": "/nonexistent", "GIT_CONFIG_COUNT": "-1"},
    "another temporary directory": {"TMPDIR": "/var/tmp"},
}  # fmt: skip


@pytest.mark.parametrize("name", [name if name in QUICK else pytest.param(name, marks=slow) for name in SURROUNDINGS])
def test_in_other_surroundings(name: str, tree: Path, expected: str) -> None:
    assert report(tree, SURROUNDINGS[name]) == expected


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=slow)])
def test_at_another_path_with_files_made_in_another_order(seed: int, expected: str, tmp_path: Path) -> None:
    root = copy(tmp_path / f"a b (é) {seed}" / "deeper" / "where2eat", seed)
    git(root, "init", "-q")
    git(root, "add", "-A", "-f")
    git(root, "commit", "-q", "-m", "another")
    assert without_git(report(root, umask=0o077)) == without_git(expected)


def test_from_inside_the_tree_and_by_a_link(tree: Path, expected: str, tmp_path: Path) -> None:
    assert report(Path("."), cwd=tree) == expected
    (tmp_path / "link").symlink_to(tree)
    assert report(tmp_path / "link") == expected


def test_without_any_program(tree: Path, expected: str, tmp_path: Path) -> None:
    """Only what git alone can tell differs: nothing, in a tree where nothing is ignored or new."""
    found = json.loads(report(tree, {"PATH": str(tmp_path)}))
    assert of_history(found) == of_history(json.loads(expected))


def without_git(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    for key in OF_GIT:
        found["target"].pop(key)
    return found


def of_history(found: dict[str, Any]) -> list[Any]:
    """Everything but what is read out of git's objects."""
    findings = [f for f in found["findings"] if "history" not in f["check"]]
    return [found["inventory"], found["profile"], found["target"]["commit"], findings]
