"""The example with everything applied, once for all live tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import copy_example
from tests.cli.helpers import prodify


@pytest.fixture(scope="session")
def applied_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example after `apply --all` and the recipe that is applied by name only; its .env is gone."""
    root = copy_example(tmp_path_factory.mktemp("applied-live") / "where2eat")
    for what in (["--all"], ["--recipe", "rate-limit", "--allow-dirty"]):
        done = prodify(["apply", root, *what, "--yes"])
        assert done.returncode == 0, done.stderr
    (root / ".env").unlink()
    return root
