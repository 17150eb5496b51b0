"""Copies of the example, and what commands say about it, each made once a module."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.helpers import EXAMPLE

GIT = ["git", "-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false", "-c", "init.defaultBranch=main"]


def copy_example(target: Path) -> Path:
    """The example as a repository of its own with one commit."""
    shutil.copytree(EXAMPLE, target, ignore=shutil.ignore_patterns("__pycache__", "*.db", "instance", "uploads"))
    for arguments in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-q", "-m", "the prototype"]):
        subprocess.run([*GIT, *arguments], cwd=target, check=True, capture_output=True)
    return target


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A fresh copy of the example."""
    return copy_example(tmp_path / "where2eat")


@pytest.fixture(scope="module")
def shared_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy for tests that write nothing."""
    return copy_example(tmp_path_factory.mktemp("example") / "where2eat")
