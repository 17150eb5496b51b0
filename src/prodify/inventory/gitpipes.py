"""Whether git would wait for ever in a repository: a named pipe stands where it reads, and nobody ever writes into that.

Looked at before git is started, with bounds: the files of the git directory by their kind, and what its configuration includes.
Objects that lie outside packs are not looked at, for there can be very many.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_CONFIG = 1 << 20
_MOST_INCLUDES = 20
_MOST_ENTRIES = 20_000
_HEXADECIMAL = frozenset("0123456789abcdef")
_NOT_READ = frozenset(("hooks", "logs", "modules", "lfs", "annex", "worktrees"))
_PATH = (
    rb"(?im)^[ \t]*(?:\[[ \t]*include(?:if[^\n\]]*)?\][ \t]*)?path[ \t]*=[ \t]*(\"(?:[^\"\\\n]|\\.)*\"|[^\n;#]*)"
)
"""Compiled by whoever needs it, which the hook does not: that takes it longer than to look at all files."""
PATIENCE = 30.0
"""Seconds in which git says nothing after which nobody waits any longer: objects outside packs can be pipes, too."""
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Silence:
    """Tells whether git, whose output comes through `handle`, says nothing for `PATIENCE`. Where that cannot be told, it never does."""

    def __init__(self, handle: int) -> None:
        try:
            from select import POLLHUP, POLLIN, poll
        except ImportError:
            self._poll = None
        else:
            waiting = poll()
            waiting.register(handle, POLLIN | POLLHUP)
            self._poll = waiting.poll

    def is_kept(self) -> bool:
        """Wait until git says something or has ended, and return False; True when it does neither."""
        return self._poll is not None and not self._poll(PATIENCE * 1000)


def is_pipe(path: str) -> bool:
    """Whether a named pipe stands there, or a link to one."""
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)  # noqa: PTH116 - strings, as os.scandir gives them
    except (OSError, ValueError):
        return False


def holds_pipe(root: str) -> bool:
    """Whether git, started in `root`, would read a named pipe in the git directory or in what the configuration includes."""
    return any(_any_pipe(folder, [_MOST_ENTRIES]) or _includes_pipe(folder) for folder in git_directories(root))


def git_directories(root: str) -> list[str]:
    """The git directory that git finds from `root` upward, and the one that it shares with other work trees; empty without one."""
    folder = os.path.abspath(root)  # noqa: PTH100
    while True:
        place = os.path.join(folder, ".git")  # noqa: PTH118
        if os.path.exists(place):  # noqa: PTH110
            break
        folder, before = os.path.dirname(folder), folder  # noqa: PTH120
        if folder == before:
            return []
    if not os.path.isdir(place):  # noqa: PTH112
        said = _small(place)
        if not said.startswith(b"gitdir:"):
            return []
        place = os.path.join(folder, os.fsdecode(said[len(b"gitdir:") :].strip()))  # noqa: PTH118
    shared = os.fsdecode(_small(os.path.join(place, "commondir")).strip())  # noqa: PTH118
    return [place, os.path.join(place, shared)] if shared else [place]  # noqa: PTH118


def _any_pipe(folder: str, left: list[int]) -> bool:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                left[0] -= 1
                if left[0] < 0:
                    return False
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in _NOT_READ and not _is_loose(entry.name) and _any_pipe(entry.path, left):
                        return True
                elif not entry.is_file(follow_symlinks=False) and is_pipe(entry.path):
                    return True
    except (OSError, ValueError):
        pass
    return False


def _is_loose(name: str) -> bool:
    return len(name) == 2 and _HEXADECIMAL.issuperset(name)


def _includes_pipe(folder: str) -> bool:
    """Whether the configuration includes a pipe, itself or in what it includes."""
    todo = [os.path.join(folder, name) for name in ("config", "config.worktree")]  # noqa: PTH118
    for _ in range(_MOST_INCLUDES):
        if not todo:
            return False
        path = todo.pop()
        if is_pipe(path):
            return True
        todo += _included(path)
    return True  # nobody includes so much


def _included(path: str) -> Iterator[str]:
    text = _small(path)
    if b"path" not in text.lower():
        return
    import re

    for found in re.findall(_PATH, text):
        name = os.fsdecode(re.sub(rb"\\(.)", rb"\1", found.strip().strip(b'"')))
        if name:
            yield os.path.join(os.path.dirname(path), os.path.expanduser(name))  # noqa: PTH111, PTH118, PTH120


def _small(path: str) -> bytes:
    """The first bytes of a regular file; empty for anything else."""
    try:
        handle = os.open(path, _FLAGS)
    except (OSError, ValueError):
        return b""
    try:
        return os.read(handle, _MOST_CONFIG) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
    except OSError:
        return b""
    finally:
        os.close(handle)
