"""Scanners that are shared by the tests of this folder: compiling the patterns takes a second or two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prodify.inventory.secrets import Scanner

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache directory of this test run."""
    return tmp_path_factory.mktemp("secrets-cache")


@pytest.fixture(scope="session")
def scanner(cache_dir: Path) -> Scanner:
    """Return the scanner that a user would have."""
    return Scanner(cache_dir=cache_dir)


@pytest.fixture(scope="session")
def fallback() -> Scanner:
    """Return the scanner of a platform without hyperscan."""
    return Scanner(force_fallback=True)
