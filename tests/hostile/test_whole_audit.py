"""A whole audit of a tree that tries to do harm ends soon, judges every check, reads nothing outside and names no path of the machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.trees import DEEP, HARMFUL, LINE, git, slow, write

SECONDS = 60
"""Far above what any of these needs (two or three), far below for ever: the machine may be busy."""


def run(root: Path, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Audit a tree in a process of its own, so that a crash of the interpreter is seen and a hang ends."""
    command = [sys.executable, "-m", "prodify", "audit", str(root), *(arguments or ("--format", "json"))]
    environment = {**os.environ, **(env or {})}
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False, env=environment)


def audited(root: Path) -> dict[str, Any]:
    """The report of an audit that must succeed without a check that gave up."""
    done = run(root)
    assert done.returncode in (0, 3), done.stderr
    assert str(root) not in done.stdout and str(root) not in done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert [f["message"] for f in report["findings"] if "could not be judged" in f["message"]] == []
    assert not [notice for notice in report.get("notices", ()) if "could not" in notice]
    return report


@pytest.mark.parametrize("kind", HARMFUL)
def test_without_git(kind: str, tmp_path: Path) -> None:
    root = tmp_path / "tree"
    root.mkdir()
    write(root, {"main.py": LINE})
    HARMFUL[kind](root)
    report = audited(root)
    assert "root:" not in json.dumps(report)


@slow
def test_with_git(tmp_path: Path) -> None:
    """What git tracks of all kinds at once; it refuses pipes and sockets itself."""
    root = tmp_path / "tree"
    root.mkdir()
    for kind, made in HARMFUL.items():
        (root / kind).mkdir()
        if kind not in ("no_files", "large"):
            made(root / kind)
    git(root, "init", "-q")
    git(root, "add", "-A", "-f")
    git(root, "commit", "-q", "-m", "start")
    HARMFUL["large"](root / "large")
    audited(root)


def test_text_reports_hold_no_control_characters_of_names(tmp_path: Path) -> None:
    HARMFUL["names"](tmp_path)
    shown = run(tmp_path, "--show", "all").stdout
    assert "\x1b" not in shown and "\u202e" not in shown
    assert "\n::set-output" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "- " * 50_000 + "x",
        "service:\n  name: " + "[" * 5000 + "]" * 5000,
        "a: 2001-99-99",
        "a: " + "9" * 50_000,
        "!!timestamp x",
        "a: !!bool x",
        "service: {name: !!int x}",
        "a: &a [*a]",
        "\0",
        "? {a: b}\n: c",
        "service: []",
        "1: 2",
        "- a",
        "service: {1: {2: 3}}",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_a_profile_that_tries_to_do_harm_is_an_error_of_the_file(text: str, tmp_path: Path) -> None:
    write(tmp_path, {"app.py": LINE, "prodify.yaml": text})
    done = run(tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("prodify: prodify.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "tool = 1\n# tool.prodify",
        "[tool]\nprodify = 1\n# tool.prodify",
        f"# tool.prodify\nx = {'9' * 50_000}",
        f"# tool.prodify\nx = {'[' * DEEP}",
    ],
)
def test_a_pyproject_that_tries_to_do_harm(text: str, tmp_path: Path) -> None:
    write(tmp_path, {"app.py": LINE, "pyproject.toml": text})
    assert run(tmp_path).returncode in (0, 2)


@slow
def test_a_hundred_thousand_files_take_ten_times_as_long_as_ten_thousand(tmp_path: Path) -> None:
    seconds = []
    for count in (10_000, 100_000):
        root = tmp_path / str(count)
        for folder in range(count // 100):
            (root / f"d{folder}").mkdir(parents=True)
            for number in range(100):
                (root / f"d{folder}" / f"f{number}.py").write_text(f"def f{number}():\n    return {folder}\n")
        start = time.process_time()
        before = os.times()
        done = subprocess.run(
            [sys.executable, "-m", "prodify", "audit", str(root), "--format", "json"], capture_output=True, timeout=600, check=False
        )
        after = os.times()
        assert done.returncode == 0 and time.process_time() - start < 60
        seconds.append(after.children_user - before.children_user)
    # Larger heaps cost more a file (measured: 13 to 15 times); what is quadratic takes a hundred times as long.
    assert seconds[1] < seconds[0] * 25
