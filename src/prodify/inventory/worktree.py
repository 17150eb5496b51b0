"""Whether the files of a work tree are those of git's index: told by the same stat data that git uses, by content where that moved.

`git status` would say it too, but it may run a filter program that the repository's configuration names.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from prodify.inventory import git
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from prodify.inventory.content import Content

_ROW = lazy(
    rb"([^\0]+)\0  ctime: (\d+):(\d+)\n  mtime: (\d+):(\d+)\n  dev: \d+\tino: (\d+)\n  uid: \d+\tgid: \d+\n  size: (\d+)\tflags: \w+\n"
)
_SECOND = 1_000_000_000
_WORD = 0xFFFFFFFF
"""The index keeps the low 32 bits of seconds, inode and size."""


def differs(root: Path, blobs: Mapping[str, str], content: Content) -> bool:
    """Whether a file of `blobs` (path to the id in the index) is gone or holds something else. What cannot be read counts as the same."""
    known = _index(root)
    base = f"{root}{os.sep}"
    for path, blob in blobs.items():
        try:
            status = os.lstat(base + path)
        except OSError:
            return True
        if known.get(path) == _signature(status):
            continue
        if not stat.S_ISREG(status.st_mode):
            return True
        data = content.read(path)
        if data is not None and _is_other(data, blob):
            return True
    return False


def _signature(status: os.stat_result) -> tuple[int, ...]:
    changed, modified = divmod(status.st_ctime_ns, _SECOND), divmod(status.st_mtime_ns, _SECOND)
    return changed[0] & _WORD, changed[1], modified[0] & _WORD, modified[1], status.st_ino & _WORD, status.st_size & _WORD


def _index(root: Path) -> dict[str, tuple[int, ...]]:
    """Stat data by path, as of when git last saw that the file holds its blob. Empty when git does not say it in the form known here.

    A file that changed in the moment in which the index was written, or later, is left out: its times prove nothing.
    """
    rows, place = git.run_all(root, ("ls-files", "-z", "--debug"), ("rev-parse", "--git-path", "index"))
    if not rows or not place:
        return {}
    try:
        written = divmod((root / os.fsdecode(place.rstrip(b"\n"))).stat().st_mtime_ns, _SECOND)
    except OSError:
        return {}
    found = {}
    for name, *numbers in _ROW.findall(rows):
        seen = tuple(map(int, numbers))
        if (seen[2], seen[3]) < written:
            found[os.fsdecode(name)] = seen
    return found


def _is_other(data: bytes, blob: str) -> bool:
    import hashlib

    plain = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    if plain == blob or len(blob) != len(plain):
        return False
    unix = data.replace(b"\r\n", b"\n")  # a checkout with autocrlf holds CRLF where the blob holds LF
    return hashlib.sha1(b"blob %d\0" % len(unix) + unix, usedforsecurity=False).hexdigest() != blob
