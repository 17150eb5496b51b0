"""Which blobs of a pack are binary, told by their first bytes: git would inflate all of an archive or picture before that is seen.

Only what stands whole in a pack is looked at; what git keeps as a difference, or outside packs, stays for git to deliver. The pack is
the audited repository's: every offset is checked, little is read and inflated, and what does not fit is left to git as well.
"""

from __future__ import annotations

import os
import stat
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from prodify.inventory.content import is_binary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from prodify.inventory.secrets.gitstream import RunGit

SMALLEST = 16384
"""Smaller blobs, in bytes, cost git little more than the look costs, and git is asked for them by two processes."""
_HEAD = 512
"""Bytes that are inflated: archives, pictures, fonts and programs have a NUL among the first hundred."""
_READ = 1024
_MAGIC = b"\xfftOc\x00\x00\x00\x02"
_FANOUT = len(_MAGIC), len(_MAGIC) + 1024
_MOST_INDEX = 256 << 20
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_WHOLE_BLOB = 3


def binary_blobs(indexes: Iterable[Path], blobs: Sequence[tuple[str, int]]) -> frozenset[str]:
    """Return those of `blobs` (id, size in bytes) that certainly are binary: a NUL byte stands near their beginning.

    `indexes` are those of the packs, as `pack_indexes` finds them.
    """
    left = {bytes.fromhex(blob): blob for blob, size in blobs if size >= SMALLEST}
    found: set[str] = set()
    for index in indexes if left else ():
        try:
            found.update(_of_pack(index, left))
        except OSError:
            continue
    return frozenset(found)


def pack_indexes(run_git: RunGit) -> list[Path]:
    """The indexes of a repository's packs; none where the system cannot read from a place in a file."""
    if not hasattr(os, "pread"):
        return []
    with run_git(("rev-parse", "--path-format=absolute", "--git-path", "objects/pack"), None) as stream:
        folder = os.fsdecode(stream.read().rstrip(b"\n"))
    try:
        return sorted(Path(folder).glob("pack-*.idx")) if os.path.isabs(folder) else []  # noqa: PTH117
    except OSError:
        return []


def _of_pack(index: Path, blobs: dict[bytes, str]) -> Iterator[str]:
    """The binary ones of a pack. What it holds is taken out of `blobs`."""
    handle = _opened(index)
    with open(handle, "rb") as stream:  # noqa: PTH123
        names = stream.read(_MOST_INDEX)
    places = list(_places(names, blobs))
    handle = _opened(index.with_suffix(".pack"))
    try:
        for name, offset in places:
            if _starts_binary(os.pread(handle, _READ, offset)):
                yield blobs[name]
            del blobs[name]
    finally:
        os.close(handle)


def _opened(path: Path) -> int:
    """Open a regular file for reading.

    Raises:
        OSError: when it is none.
    """
    handle = os.open(path, _FLAGS)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(f"{path.name} is no regular file")
    return handle


def _places(index: bytes, blobs: dict[bytes, str]) -> Iterator[tuple[bytes, int]]:
    """The blobs that a pack's index (version 2) holds, and where in the pack each stands."""
    width = len(next(iter(blobs), b""))
    if not width or not index.startswith(_MAGIC) or len(index) < _FANOUT[1]:
        return
    fanout = [int.from_bytes(index[at : at + 4], "big") for at in range(*_FANOUT, 4)]
    total = fanout[-1]
    offsets = _FANOUT[1] + total * (width + 4)
    far = offsets + total * 4
    for name in blobs:
        low, high = (fanout[name[0] - 1] if name[0] else 0), fanout[name[0]]
        begin = _FANOUT[1] + low * width
        at = index.find(name, begin, _FANOUT[1] + high * width)
        if at < 0 or (at - begin) % width:  # a name that begins inside another one is left to git
            continue
        place = offsets + (at - _FANOUT[1]) // width * 4
        offset = int.from_bytes(index[place : place + 4], "big")
        if offset >> 31:
            place = far + (offset & 0x7FFFFFFF) * 8
            offset = int.from_bytes(index[place : place + 8], "big")
        if 0 < offset < 1 << 63:
            yield name, offset


def _starts_binary(head: bytes) -> bool:
    """Whether the entry of a pack that begins so is a whole blob with a NUL byte near its beginning."""
    if not head or head[0] >> 4 & 7 != _WHOLE_BLOB:
        return False
    begin = next((at for at, byte in enumerate(head[:10]) if byte < 0x80), None)  # the size: seven bits a byte
    if begin is None:
        return False
    try:
        return is_binary(zlib.decompressobj().decompress(head[begin + 1 :], _HEAD))
    except zlib.error:
        return False
