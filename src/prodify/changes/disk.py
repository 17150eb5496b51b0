"""Durable writes: a file holds its old bytes or its new ones, whatever happens in between."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from prodify.changes.content import safe_path
from prodify.errors import ConflictError


def _go_on(label: str) -> None:
    """Do nothing."""


checkpoint: Callable[[str], None] = _go_on
"""Called before every durable step with the step's name; a test replaces it to kill the process there."""


def locate(root: Path, path: str) -> Path:
    """Return the place of a path.

    Raises:
        ConflictError: when a symbolic link lies on the way or at its end.
        UsageError: when the path is not plain and relative.
    """
    place = root
    for part in PurePosixPath(safe_path(path)).parts:
        place = place / part
        if place.is_symlink():
            raise ConflictError(f"{path} leads through a symbolic link", "Replace the link by a real file or folder.")
    return place


def read_bytes(place: Path) -> bytes | None:
    """Return a file's bytes; None when it does not exist."""
    try:
        return place.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def mode_of(place: Path) -> int | None:
    """Return a file's permission bits; None when it does not exist."""
    try:
        return stat.S_IMODE(place.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return None


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable, where the system knows how."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def replace_bytes(place: Path, data: bytes, mode: int, temporary: str) -> None:
    """Put a whole file in place by renaming a synced temporary file from the same folder; keep the owner of what was there."""
    temp = place.with_name(temporary)
    temp.unlink(missing_ok=True)
    checkpoint("temporary file")
    descriptor = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temp.chmod(mode)
    with suppress(OSError, AttributeError):
        before = place.stat()
        if (before.st_uid, before.st_gid) != (temp.stat().st_uid, temp.stat().st_gid):
            os.chown(temp, before.st_uid, before.st_gid)
    checkpoint("rename")
    temp.replace(place)
    sync_folder(place.parent)


def new_file_mode(executable: bool) -> int:
    """Return the permission bits of a new file under the process's umask."""
    umask = os.umask(0o022)
    os.umask(umask)
    return (0o777 if executable else 0o666) & ~umask


def with_execute_bits(mode: int) -> int:
    """Let everybody who may read a file also execute it.

    >>> oct(with_execute_bits(0o640))
    '0o750'
    """
    return mode | (mode & 0o444) >> 2


def folders_above(path: str) -> list[str]:
    """Return the folders above a path, outermost first."""
    return [str(parent) for parent in reversed(PurePosixPath(path).parents) if str(parent) != "."]


def missing_folders(root: Path, path: str) -> list[str]:
    """Return the folders above a path that do not exist yet, outermost first."""
    return [parent for parent in folders_above(path) if not (root / parent).exists()]


def writable(root: Path, path: str) -> bool:
    """Whether a file can be put at a path: files are replaced by renaming, so that it is the folder that has to allow it."""
    above = [root, *(root / parent for parent in folders_above(path))]
    nearest = next(folder for folder in reversed(above) if folder.exists())
    return os.access(nearest, os.W_OK | os.X_OK)


def remove_empty(root: Path, folders: list[str]) -> None:
    """Remove folders, innermost first, as far as they are empty."""
    for folder in sorted(folders, key=len, reverse=True):
        with suppress(OSError):
            locate(root, folder).rmdir()


def real_folder(folder: Path) -> Path:
    """Make a folder of our own (mode 700) and return it.

    Raises:
        ConflictError: when something else, such as a symbolic link, is in its place.
    """
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        hint = "Check the permissions and the free space."
        raise ConflictError(f"the folder {folder.name} cannot be made ({error.strerror})", hint) from error
    if not stat.S_ISDIR(found.st_mode):
        raise ConflictError(f"{folder.name} is not a folder", "Remove it; prodify keeps its journal there.")
    return folder


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Let one process at a time change a tree. The system frees the claim when its holder dies.

    Raises:
        ConflictError: when another process holds it.
    """
    with (folder / "claim").open("a+b") as file:
        try:
            import fcntl
        except ImportError:
            yield
            return
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConflictError("another prodify is changing this tree", "Wait until it is done, then run again.") from None
        yield
