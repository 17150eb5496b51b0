"""Reading the files of a hostile tree, each once: the bytes of small ones are held, of all the little that is asked again is noted.

No symbolic link is followed, nothing but regular files is opened, and nothing larger than a cap is read.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES = 16 * 1024 * 1024
"""Nothing larger is read."""
HELD_BYTES = 32 * 1024 * 1024
"""Bytes of content that are held for a second reader."""
HELD_FILE = 256 * 1024
"""Larger files are not held: nearly all code and configuration is smaller."""
_SNIFF = 8192
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class About(NamedTuple):
    """What a file is: `text`, `binary`, `large` or `unreadable`, and whether it differs from the blob that git's index holds for it."""

    kind: str
    differs: bool = False


class Content:
    """The content of the files under `root`. `blobs` gives the git blob id that a path is compared with, where one is wanted."""

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/") + "/"
        self._safe: dict[str, bool] = {"": True}
        self._held: dict[str, bytes] = {}
        self._room = HELD_BYTES
        self._about: dict[str, About] = {}
        self.blobs: Mapping[str, str] = {}

    def read(self, path: str, limit: int = MAX_BYTES) -> bytes | None:
        """The bytes of a file; None when it is gone, no regular file, outside the root, or larger than `limit`."""
        data = self._held.get(path)
        if data is not None:
            return data if len(data) <= limit else None
        if not self._is_safe(path.rpartition("/")[0]):
            self._about[path] = About("unreadable")
            return None
        try:
            handle = os.open(self._root + path, _FLAGS)
        except OSError:
            gone = path in self.blobs and not os.path.lexists(self._root + path)
            self._about[path] = About("unreadable", differs=gone)
            return None
        try:
            return self._read(path, handle, limit)
        except OSError:
            self._about[path] = About("unreadable")
            return None
        finally:
            os.close(handle)

    def _read(self, path: str, handle: int, limit: int) -> bytes | None:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            self._about[path] = About("unreadable")
            return None
        if status.st_size > limit:
            if status.st_size > MAX_BYTES:
                self._about[path] = About("large")
            return None
        data = os.read(handle, status.st_size + 1)
        while len(data) < status.st_size and (more := os.read(handle, status.st_size - len(data))):
            data += more
        data = data[:limit]
        self._note(path, data)
        return data

    def _note(self, path: str, data: bytes) -> None:
        kind = "binary" if is_binary(data) else "text"
        if kind == "text" and len(data) <= min(HELD_FILE, self._room):
            self._held[path] = data
            self._room -= len(data)
        if path not in self._about:
            blob = self.blobs.get(path)
            self._about[path] = About(kind, blob is not None and _differs(data, blob))

    def about(self, path: str) -> About:
        """What a file is; reads it unless that was done before."""
        known = self._about.get(path)
        if known is None:
            self.read(path)
            known = self._about[path]
        return known

    def known(self, path: str) -> About | None:
        """What a file is, None when nobody has read it."""
        return self._about.get(path)

    def learn(self, path: str, about: About) -> None:
        """Take over what another process found out."""
        self._about.setdefault(path, about)

    def _is_safe(self, directory: str) -> bool:
        """Whether a directory really lies under the root: no part of it may be a symbolic link."""
        known = self._safe.get(directory)
        if known is None:
            parent = directory.rpartition("/")[0]
            known = self._is_safe(parent) and not os.path.islink(self._root + directory)  # noqa: PTH114 - Path.is_symlink is slower
            self._safe[directory] = known
        return known


def is_binary(data: bytes) -> bool:
    """Whether bytes are not text: a NUL byte near the start, unless a UTF-16 byte-order mark explains it."""
    return b"\0" in data[:_SNIFF] and not data.startswith((b"\xff\xfe", b"\xfe\xff"))


def decode(data: bytes) -> str | None:
    """Text of bytes: UTF-8 or UTF-16 by byte-order mark, else UTF-8 with replacement; None for binary."""
    if is_binary(data):
        return None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    return data.decode("utf-8-sig", errors="replace")


def _differs(data: bytes, blob: str) -> bool:
    import hashlib

    plain = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    if plain == blob or len(blob) != len(plain):
        return False
    unix = data.replace(b"\r\n", b"\n")  # a checkout with autocrlf holds CRLF where the blob holds LF
    return hashlib.sha1(b"blob %d\0" % len(unix) + unix, usedforsecurity=False).hexdigest() != blob
