"""Reading the files of a hostile tree, each once: the bytes of small ones are held, of all the little that is asked again is noted.

No symbolic link is followed, nothing but regular files is opened, and nothing larger than a cap is read.
"""

from __future__ import annotations

import os
import stat

MAX_BYTES = 16 * 1024 * 1024
"""Nothing larger is read."""
HELD_BYTES = 32 * 1024 * 1024
"""Bytes of content that are held for a second reader."""
HELD_FILE = 256 * 1024
"""Larger files are not held: nearly all code and configuration is smaller."""
_SNIFF = 8192
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Content:
    """The content of the files under `root`, and of each file that was read its kind: `text`, `binary`, `large` or `unreadable`."""

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/") + "/"
        self._safe: dict[str, bool] = {"": True}
        self._held: dict[str, bytes] = {}
        self._room = HELD_BYTES
        self._kinds: dict[str, str] = {}

    def read(self, path: str, limit: int = MAX_BYTES) -> bytes | None:
        """The bytes of a file; None when it is gone, no regular file, outside the root, or larger than `limit`."""
        data = self._held.get(path)
        if data is not None:
            return data if len(data) <= limit else None
        directory = path.rpartition("/")[0]
        if self._safe.get(directory) or self._is_safe(directory):
            try:
                return self._read(path, limit)
            except OSError:
                pass
        self._kinds[path] = "unreadable"
        return None

    def _read(self, path: str, limit: int) -> bytes | None:
        handle = os.open(self._root + path, _FLAGS)
        try:
            status = os.fstat(handle)
            size = status.st_size
            if not stat.S_ISREG(status.st_mode):
                self._kinds[path] = "unreadable"
                return None
            if size > limit:
                if size > MAX_BYTES:
                    self._kinds[path] = "large"
                return None
            data = os.read(handle, size + 1)
            while len(data) < size and (more := os.read(handle, size - len(data))):
                data += more
        finally:
            os.close(handle)
        data = data[:limit]
        if is_binary(data):
            self._kinds[path] = "binary"
            return data
        self._kinds[path] = "text"
        if size <= HELD_FILE and size <= self._room:
            self._held[path] = data
            self._room -= len(data)
        return data

    def about(self, path: str) -> str:
        """What kind of file it is; reads it unless that was done before."""
        if path not in self._kinds:
            self.read(path)
        return self._kinds[path]

    def known(self, path: str) -> str | None:
        """What kind of file it is, None when nobody has read it."""
        return self._kinds.get(path)

    def learn(self, path: str, kind: str) -> None:
        """Take over what another process found out."""
        self._kinds.setdefault(path, kind)

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
    return data.find(b"\0", 0, _SNIFF) >= 0 and not data.startswith((b"\xff\xfe", b"\xfe\xff"))


def decode(data: bytes) -> str | None:
    """Text of bytes: UTF-8 or UTF-16 by byte-order mark, else UTF-8 with replacement; None for binary."""
    if is_binary(data):
        return None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    return data.decode("utf-8-sig", errors="replace")

