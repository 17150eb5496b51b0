"""Files in the user's cache directory, checked when they are read: whatever is damaged or somebody else's counts as absent.

The hook reads this way on every commit, so this module imports next to nothing.
"""

from __future__ import annotations

import os
import sys
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def default_cache_dir() -> Path:
    """Return the user's cache directory for this platform (`$XDG_CACHE_HOME/prodify`, `~/.cache/prodify` ...)."""
    from pathlib import Path

    return Path(default_folder())


def default_folder() -> str:
    """The same as a string."""
    home = os.path.expanduser("~")  # noqa: PTH111
    if base := os.environ.get("XDG_CACHE_HOME"):
        parts = [base, "prodify"]
    elif sys.platform == "win32":
        parts = [os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local"), "prodify", "cache"]  # noqa: PTH118
    elif sys.platform == "darwin":
        parts = [home, "Library", "Caches", "prodify"]
    else:
        parts = [home, ".cache", "prodify"]
    return os.path.join(*parts)  # noqa: PTH118


def read(path: Path | str, magic: bytes) -> bytes | None:
    """Return what was kept in `path`, None when there is nothing or its checksum does not fit.

    The checksum matters: what is kept is handed to libraries that may crash on flipped bits.
    """
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    with open(fd, "rb") as stream:  # noqa: PTH123
        if hasattr(os, "getuid") and os.fstat(stream.fileno()).st_uid not in (os.getuid(), 0):
            return None
        raw = stream.read()
    body = raw[len(magic) + 4 :]
    if not raw.startswith(magic) or _checksum(body) != raw[len(magic) : len(magic) + 4]:
        return None
    return body


def write(path: Path, body: bytes, magic: bytes) -> bool:
    """Keep `body` in `path`; False, and nothing else, when the cache cannot be written."""
    return _write_atomically(path, magic + _checksum(body) + body)


def _checksum(body: bytes) -> bytes:
    """Against damage, not against people: nobody but the user can write there."""
    return zlib.crc32(body).to_bytes(4, "big")


def _write_atomically(path: Path, content: bytes) -> bool:
    """Write a file for this user alone in one step; False when that cannot be done."""
    try:
        import tempfile
        from pathlib import Path

        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
        try:
            with open(fd, "wb") as stream:  # noqa: PTH123
                stream.write(content)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            return False
    except OSError:
        return False
    return True
