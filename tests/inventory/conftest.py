"""Small repositories, laid out from a mapping of path to text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from prodify.inventory import Inventory

pytest.register_assert_rewrite("tests.inventory.frameworks")

Repo = Callable[[Mapping[str, str]], Inventory]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Write files (texts are dedented) and return the inventory of their directory."""

    def make(files: Mapping[str, str]) -> Inventory:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return Inventory(tmp_path)

    return make
