"""File content: reading it safely, and naming it as git does."""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from prodify.edits.text import UTF_16_BE, UTF_16_LE, canonical
from prodify.errors import UsageError

MAX_BYTES = 8_000_000
"""Larger files are never read whole: a file that prodify writes or edits is a few kilobytes."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Disk:
    """What stands at a path. `problem` says why it cannot be read or written as text; then `text` is None as well."""

    exists: bool
    text: str | None = field(repr=False, default=None)
    mode: int = 0
    problem: str = ""

    @property
    def executable(self) -> bool:
        """Whether its owner may execute it."""
        return bool(self.mode & stat.S_IXUSR)


def safe_path(path: str) -> str:
    """Return the path when it is a plain relative POSIX path inside the root.

    Raises:
        UsageError: for an absolute or drive path, `.` and `..`, backslashes, control characters, or anything inside `.git`.
    """
    parts = PurePosixPath(path).parts
    plain = bool(path) and path == str(PurePosixPath(path)) and not path.startswith("/") and ".." not in parts and path != "."
    if not plain or "\\" in path or _CONTROL.search(path) or re.match(r"[A-Za-z]:", path):
        raise UsageError(f"{path!r} is not a relative path inside the repository", "Use a path such as deploy/service.yaml.")
    # NTFS and HFS+ also take ".GIT", ".git " and "git~1" for the repository's own folder.
    if any(part.lower().rstrip(". ") in (".git", "git~1") for part in parts):
        raise UsageError(f"{path!r} lies inside git's own folder", "prodify never writes there.")
    return path


def read(root: Path, path: str) -> Disk:
    """Read a file as text without following any symbolic link below the root.

    Raises:
        UsageError: when the path is not plain and relative.
    """
    place = root
    parts = PurePosixPath(safe_path(path)).parts
    for number, part in enumerate(parts, 1):
        place = place / part
        try:
            found = place.lstat()
        except FileNotFoundError:
            return Disk(exists=False)
        except (OSError, ValueError) as error:
            return Disk(exists=True, problem=f"cannot be read ({getattr(error, 'strerror', None) or 'bad path'})")
        last = number == len(parts)
        if stat.S_ISLNK(found.st_mode):
            what = "is a symbolic link" if last else f"lies behind the symbolic link {'/'.join(parts[:number])}"
            return Disk(exists=True, problem=f"{what}; nothing is written through it")
        if not last and not stat.S_ISDIR(found.st_mode):
            return Disk(exists=True, problem=f"cannot exist: {'/'.join(parts[:number])} is not a folder")
    return _read_regular(place, found)


def _read_regular(place: Path, found: os.stat_result) -> Disk:
    if not stat.S_ISREG(found.st_mode):
        return Disk(exists=True, problem="is not a regular file")
    if found.st_size > MAX_BYTES:
        return Disk(exists=True, problem=f"is larger than {MAX_BYTES} bytes")
    try:
        with place.open("rb") as file:
            text = to_text(file.read(MAX_BYTES + 1))
    except OSError as error:
        return Disk(exists=True, problem=f"cannot be read ({error.strerror})")
    except UnicodeDecodeError:
        return Disk(exists=True, problem="is neither UTF-8 text nor UTF-16 with a byte order mark")
    if "\0" in text:
        return Disk(exists=True, problem="is a binary file")
    return Disk(exists=True, text=text, mode=stat.S_IMODE(found.st_mode))


_UTF_16 = {UTF_16_LE: (codecs.BOM_UTF16_LE, "utf-16-le"), UTF_16_BE: (codecs.BOM_UTF16_BE, "utf-16-be")}


def to_text(data: bytes) -> str:
    r"""Return a file's bytes as text: UTF-8, or UTF-16 by its byte order mark, which a mark in front of the text stands for.

    >>> to_text("a".encode("utf-16-le")), to_text(b"\xff\xfea\x00")
    ('a\x00', '\ufffea')

    Raises:
        UnicodeDecodeError: for anything else, such as half of a character.
    """
    for mark, (head, codec) in _UTF_16.items():
        if data.startswith(head):
            return mark + data[len(head) :].decode(codec)
    text = data.decode("utf-8")
    if text.startswith(tuple(_UTF_16)):
        raise UnicodeDecodeError("utf-8", data, 0, 3, "a noncharacter at the start")
    return text


def to_bytes(text: str) -> bytes:
    """Return the bytes of the file that `to_text` made this text of."""
    head, codec = _UTF_16.get(text[:1], (b"", "utf-8"))
    return head + text[bool(head) :].encode(codec)


def blob_id(text: str, hexadecimal_digits: int = 40) -> str:
    """Return the id that git gives to a blob with this text: 40 digits (SHA-1) or 64 (SHA-256 repositories).

    >>> blob_id("")
    'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'
    """
    data = to_bytes(text)
    header = b"blob %d\0" % len(data)
    if hexadecimal_digits == 64:
        return hashlib.sha256(header + data).hexdigest()
    return hashlib.sha1(header + data, usedforsecurity=False).hexdigest()


def is_blob(text: str, identifier: str | None) -> bool:
    """Whether the text, its line ends and byte order mark aside, is the blob of this id."""
    return identifier is not None and identifier in (blob_id(text, len(identifier)), blob_id(canonical(text), len(identifier)))


def same_text(one: str, other: str) -> bool:
    """Whether two texts are the same, line ends and byte order marks aside."""
    return one == other or canonical(one) == canonical(other)
