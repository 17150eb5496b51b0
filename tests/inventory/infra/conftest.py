"""A repository made of texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from prodify.inventory import Inventory

Make = Callable[[Mapping[str, str | bytes]], Inventory]


@pytest.fixture
def repo(tmp_path: Path) -> Make:
    """Write files and open an inventory on them (no git: the tree is walked)."""

    def make(files: Mapping[str, str | bytes]) -> Inventory:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Inventory(tmp_path)

    return make
