"""A repository as it will be: the file index with some texts replaced or added, for recipes that must see what edits bring."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from prodify.inventory.content import MAX_BYTES
from prodify.inventory.files import FileIndex
from prodify.inventory.roles import FileEntry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class OverlayIndex(FileIndex):
    """A file index in which `texts` stand instead of what is on disk; nothing is written."""

    def __init__(self, root: Path, hidden: frozenset[str], texts: Mapping[str, str]) -> None:
        super().__init__(root, hidden)
        self._overlay = {path: text.encode() for path, text in texts.items()}

    @cached_property
    def entries(self) -> Mapping[str, FileEntry]:
        """Every file by path, those of the overlay included."""
        found = {path: entry for path, entry in self._found[0].items() if path not in self._hidden}
        added = {path: FileEntry(path, tracked=False) for path in self._overlay if path not in found}
        return dict(sorted({**found, **added}.items()))

    def read(self, path: str, limit: int = MAX_BYTES) -> bytes | None:
        """The overlay's bytes, else those on disk."""
        data = self._overlay.get(path)
        if data is None:
            return super().read(path, limit)
        return data if len(data) <= limit else None
