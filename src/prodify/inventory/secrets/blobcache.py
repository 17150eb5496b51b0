"""Remembers which blobs held no secret, so that a second look at a long history reads only what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.secrets import cache

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MAGIC = b"prodify-clean2\n"
MOST = 1_000_000
"""Blobs that are remembered; 20 bytes each."""


class BlobCache:
    """Identifiers of clean blobs, good for one set of rules. A broken or missing file means that nothing is known.

    A blob's identifier is a hash of its content, so one file serves every repository, and it says nothing about any of them.
    """

    def __init__(self, digest: str, folder: Path | None = None) -> None:
        self._path = (folder if folder is not None else cache.default_cache_dir()) / f"clean-{digest}.bin"
        self._known = self._read()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return not self._known

    def is_clean(self, blob: str) -> bool:
        """Whether the blob was looked at before and held nothing."""
        return _short(blob) in self._known

    def add(self, blobs: Iterable[str]) -> None:
        """Remember `blobs` as clean, on disk as well when that can be written."""
        new = {_short(blob) for blob in blobs} - self._known
        if new and len(self._known) + len(new) <= MOST:
            self._known |= new
            cache.write(self._path, b"".join(sorted(self._known)), MAGIC)

    def _read(self) -> set[bytes]:
        body = cache.read(self._path, MAGIC)
        return set() if body is None else {body[i : i + 20] for i in range(0, len(body) - len(body) % 20, 20)}


def _short(blob: str) -> bytes:
    return bytes.fromhex(blob)[:20]
