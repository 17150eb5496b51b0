"""Keeps compiled databases between runs: compiling takes a second or two, loading less than a millisecond.

The hook reads this way on every commit, so this module imports next to nothing.
"""

from __future__ import annotations

import contextlib
import os
import zlib
from typing import TYPE_CHECKING

from prodify import usercache
from prodify.usercache import default_cache_dir as default_cache_dir  # noqa: PLC0414 - where the detector looks for it

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = b"prodify-hs2\n"
KEEP = 8
"""Databases kept in the cache; the least recently used go."""
_PACKAGE = os.path.dirname(__file__)  # noqa: PTH120 - pathlib costs the hook four milliseconds
_SOURCES = ("triggers.py", "plan.py", "rule.py")


def machine() -> str:
    """Return what a database depends on beside the rules: architecture and the processor's features."""
    features = ""
    with contextlib.suppress(OSError), open("/proc/cpuinfo", "rb") as stream:  # noqa: PTH123
        for line in stream.read(8192).split(b"\n"):
            if line.startswith((b"flags", b"Features")):
                features = f"{zlib.crc32(line):08x}"
                break
    return f"{_architecture()}-{features}"


def _architecture() -> str:
    if hasattr(os, "uname"):
        return os.uname().machine
    import platform

    return platform.machine()


def read(path: Path | str, magic: bytes = MAGIC) -> bytes | None:
    """Return what was kept in `path`, None when there is nothing or its checksum does not fit."""
    return usercache.read(path, magic)


def write(path: Path, body: bytes, magic: bytes = MAGIC) -> bool:
    """Keep `body` in `path`; False, and nothing else, when the cache cannot be written."""
    if not usercache.write(path, body, magic):
        return False
    if magic == MAGIC:
        with contextlib.suppress(OSError):
            _prune(path.parent)
    return True


def _prune(folder: Path) -> None:
    files = sorted(folder.glob("secrets-*.hsdb"), key=lambda p: p.stat().st_mtime, reverse=True)
    for old in files[KEEP:]:
        old.unlink(missing_ok=True)


_NOTE = b"prodify-ready1\n"


def built_in(version: str) -> tuple[str, bytes]:
    """The name of the note on the database of the built-in rules, and what those rules were when it was written.

    That is their files' names, sizes and times with the engine's version and the machine: told without importing the rules.
    """
    names = [*_SOURCES, *sorted(os.path.join("rules", n) for n in os.listdir(os.path.join(_PACKAGE, "rules")))]  # noqa: PTH118, PTH208
    rows = [_PACKAGE, version, machine()]
    for name in names:
        if name.endswith(".py"):
            status = os.stat(os.path.join(_PACKAGE, name))  # noqa: PTH116, PTH118
            rows.append(f"{name} {status.st_size} {status.st_mtime_ns}")
    key = "\n".join(rows).encode("utf-8", "surrogateescape")
    return f"ready-{zlib.crc32(_PACKAGE.encode('utf-8', 'surrogateescape')):08x}", key


def ready(folder: str, version: str) -> bytes | None:
    """The database of the built-in rules, when an earlier run left one for exactly these."""
    try:
        name, key = built_in(version)
        note = read(os.path.join(folder, name), _NOTE)  # noqa: PTH118
        kept, _, database = (note or b"").rpartition(b"\n")
        return read(os.path.join(folder, os.fsdecode(database))) if kept == key else None  # noqa: PTH118
    except OSError:
        return None


def note(folder: Path, version: str, database: Path) -> None:
    """Leave a note for `ready` on which database holds the built-in rules."""
    with contextlib.suppress(OSError):
        name, key = built_in(version)
        write(folder / name, key + b"\n" + os.fsencode(database.name), _NOTE)
