"""Keeps compiled databases between runs: compiling takes a second or two, loading less than a millisecond."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from pathlib import Path

MAGIC = b"prodify-hs1\n"
KEEP = 8
"""Databases kept in the cache; the least recently used go."""


def default_cache_dir() -> Path:
    """Return the user's cache directory for this platform (`$XDG_CACHE_HOME/prodify`, `~/.cache/prodify` ...)."""
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base) / "prodify"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "prodify" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "prodify"
    return Path.home() / ".cache" / "prodify"


def machine() -> str:
    """Return what a database depends on beside the rules: architecture and the processor's features."""
    features = ""
    with contextlib.suppress(OSError), open("/proc/cpuinfo", "rb") as stream:  # noqa: PTH123
        head = stream.read(8192)
        for line in head.split(b"\n"):
            if line.startswith((b"flags", b"Features")):
                features = hashlib.sha256(line).hexdigest()[:12]
                break
    return f"{_architecture()}-{features}"


def _architecture() -> str:
    if hasattr(os, "uname"):
        return os.uname().machine
    import platform

    return platform.machine()


def read(path: Path, magic: bytes = MAGIC) -> bytes | None:
    """Return what was kept in `path`, None when there is nothing or its checksum does not fit.

    The checksum matters: the library accepts a database with flipped bits and may then crash while it searches.
    """
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    with open(fd, "rb") as stream:  # noqa: PTH123
        if hasattr(os, "getuid") and os.fstat(stream.fileno()).st_uid not in (os.getuid(), 0):
            return None
        raw = stream.read()
    body = raw[len(magic) + 32 :]
    if not raw.startswith(magic) or hashlib.sha256(body).digest() != raw[len(magic) : len(magic) + 32]:
        return None
    return body


def write(path: Path, body: bytes) -> bool:
    """Keep the database in `path`; False, and nothing else, when the cache cannot be written."""
    if not write_atomically(path, MAGIC + hashlib.sha256(body).digest() + body):
        return False
    with contextlib.suppress(OSError):
        _prune(path.parent)
    return True


def write_atomically(path: Path, content: bytes) -> bool:
    """Write a file for this user alone in one step; False when that cannot be done."""
    try:
        import tempfile

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


def _prune(folder: Path) -> None:
    files = sorted(folder.glob("secrets-*.hsdb"), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in files[KEEP:]:
        old.unlink(missing_ok=True)
