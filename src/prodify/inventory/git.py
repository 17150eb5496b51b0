"""The few questions asked of git, in one place: only plumbing that never runs a program which the repository names."""

from __future__ import annotations

import os
import re
import subprocess
import time
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from prodify.inventory.gitcommand import command, environment
from prodify.inventory.gitpipes import git_directories, holds_pipe, is_pipe
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from pathlib import Path

    from prodify.inventory.content import Content

__all__ = ["IndexEntry", "Listing", "command", "environment", "listing", "run", "run_all"]

_TIMEOUT = 60.0
_PATIENCE = 1.0
"""Seconds after which somebody looks whether git waits for a pipe that stands where a file of rules should."""
_RULES = ".gitignore"
_MAX_INDEX = 256 * 1024 * 1024
_IGNORED = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
_UNCHANGED = ("diff-index", "--cached", "--quiet", "HEAD", "--", ".")
_REST = (_IGNORED, ("rev-parse", "--verify", "-q", "HEAD"), _UNCHANGED)
_ROW = lazy(r"(?<![^\0])(?:\S (\d+) (\w+) \d\t([^\0]+)|\? ([^\0]+))")
_SYMLINK, _SUBMODULE = "120000", "160000"


class IndexEntry(NamedTuple):
    """One path of git's index: mode as git writes it (100644 ...), blob id."""

    path: str
    mode: str
    blob: str

    @property
    def is_symlink(self) -> bool:
        """Whether the entry is a symbolic link."""
        return self.mode == _SYMLINK

    @property
    def is_submodule(self) -> bool:
        """Whether the entry is another repository's commit."""
        return self.mode == _SUBMODULE


class Asked:
    """Git commands that were started in `root`, and whose answers one asks for later: in the process that started them, and once."""

    def __init__(self, root: Path, *commands: tuple[str, ...]) -> None:
        self._root = root
        self._owner = os.getpid()
        self._started = start(root, *commands)

    @property
    def is_mine(self) -> bool:
        """Whether this process started them; a fork of it would take answers away from it."""
        return os.getpid() == self._owner

    def answers(self) -> list[bytes | None]:
        """Each answer as `run` gives it."""
        return answers(self._root, self._started)

    def drop(self) -> None:
        """Nobody wants to know any more."""
        for process in self._started if self.is_mine else ():
            if process is not None:
                process.kill()
                process.communicate()


class Listing:
    """What git says of a directory; paths relative to it. What few callers want is asked for when the first of them comes.

    `ignored` are files and directories that ignore rules keep out, `head` the current commit, `staged` whether the index differs from it.
    """

    def __init__(self, root: Path, tracked: tuple[IndexEntry, ...], untracked: tuple[str, ...], asked: Asked | None = None) -> None:
        self._root = root
        self.tracked = tracked
        self.untracked = untracked
        self._asked = asked

    @cached_property
    def _rest(self) -> tuple[tuple[str, ...], str | None, bool]:
        asked = self._asked if self._asked is not None and self._asked.is_mine else Asked(self._root, *_REST)
        self._asked = None
        ignored, head, unchanged = asked.answers()
        return tuple(sorted(_names(ignored))), head.decode().strip() if head else None, head is not None and unchanged is None

    @property
    def ignored(self) -> tuple[str, ...]:
        """What ignore rules keep out, a directory as one entry."""
        return self._rest[0]

    @property
    def head(self) -> str | None:
        """The current commit; None before the first."""
        return self._rest[1]

    @property
    def staged(self) -> bool:
        """Whether the next commit would differ from the current one."""
        return self._rest[2]


def run(root: Path, *args: str) -> bytes | None:
    """Run one git command in `root`; None when git is missing, refuses, or takes longer than a minute."""
    return run_all(root, args)[0]


def run_all(root: Path, *commands: tuple[str, ...]) -> list[bytes | None]:
    """Run several git commands in `root` at the same time; each answer as `run` gives it."""
    return answers(root, start(root, *commands))


def start(root: Path, *commands: tuple[str, ...]) -> list[subprocess.Popen[bytes] | None]:
    """Begin to run git commands in `root`; `answers` waits for them. None for one that could not be started."""
    started: list[subprocess.Popen[bytes] | None] = []
    for arguments in commands:
        try:
            quiet, out = subprocess.DEVNULL, subprocess.PIPE
            started.append(subprocess.Popen(command(*arguments), cwd=root, env=environment(), stdin=quiet, stdout=out, stderr=quiet))
        except OSError:
            started.append(None)
    return started


def answers(root: Path, started: list[subprocess.Popen[bytes] | None]) -> list[bytes | None]:
    """What started commands say; each answer as `run` gives it."""
    end = time.monotonic() + _TIMEOUT
    return [None if process is None else _answer(process, root, end) for process in started]


def _answer(process: subprocess.Popen[bytes], root: Path, end: float) -> bytes | None:
    with process:
        try:
            output = process.communicate(timeout=_PATIENCE)[0]
        except subprocess.TimeoutExpired:
            try:
                left = 0.0 if _waits_for_ever(root) else max(0.0, end - time.monotonic())
                output = process.communicate(timeout=left)[0]
            except subprocess.TimeoutExpired:
                process.kill()
                return None
        return output if process.returncode == 0 else None


def _waits_for_ever(root: Path) -> bool:
    """Whether a named pipe stands where git reads rules from: it opens that, and nobody ever writes into it."""
    if holds_pipe(str(root)):
        return True
    above = [str(folder) for folder in root.absolute().parents] if git_directories(str(root)) else []
    if any(is_pipe(os.path.join(folder, _RULES)) for folder in above):  # noqa: PTH118 - strings, as os.walk gives them
        return True
    return any(_RULES in names and is_pipe(os.path.join(folder, _RULES)) for folder, _, names in os.walk(root))  # noqa: PTH118


def ask(root: Path) -> list[subprocess.Popen[bytes] | None]:
    """Begin to ask what `listing` wants to know; nothing is asked where git would open a named pipe and wait."""
    if holds_pipe(str(root)):
        return [None]
    # With -t, names of files that git does not know cannot pass for entries of its index.
    return start(root, ("ls-files", "-t", "-s", "-z", "--cached", "--others", "--exclude-standard"))


def ask_rest(root: Path) -> Asked:
    """Begin to ask what a `Listing` tells later. Only where git answers at all, see `ask`."""
    return Asked(root, *_REST)


def listing(root: Path, asked: list[subprocess.Popen[bytes] | None] | None = None, rest: Asked | None = None) -> Listing | None:
    """Ask git which files are there (`asked`, `rest`: as begun before); None where `root` is in no work tree or git cannot say.

    A directory that git itself ignores (a build folder inside another checkout) counts as being in no work tree.
    """
    rows = answers(root, ask(root) if asked is None else asked)[0]
    if rows is None:
        if rest is not None:
            rest.drop()
        return None if not (root / ".git").is_dir() or _waits_for_ever(root) else _without_git_binary(root)
    tracked, others = _split(rows)
    if not tracked and not others and run(root, "check-ignore", "-q", ".") is not None:
        if rest is not None:
            rest.drop()
        return None
    return Listing(root, tracked, others, rest)


def _names(raw: bytes | None) -> list[str]:
    return [os.fsdecode(name) for name in (raw or b"").split(b"\0") if name]


def _split(raw: bytes) -> tuple[tuple[IndexEntry, ...], tuple[str, ...]]:
    """Entries of the index, and names of other files; each sorted by path."""
    entries: dict[str, IndexEntry] = {}
    others = []
    for mode, blob, path, other in _ROW.findall(os.fsdecode(raw)):
        if other:
            others.append(other)
        elif path not in entries:  # an unmerged path stands there up to three times
            entries[path] = IndexEntry(path, mode, blob)
    return tuple(entries[path] for path in sorted(entries)), tuple(sorted(others))


def _without_git_binary(root: Path) -> Listing | None:
    """Read the index with GitPython's parser where no git program answers; the repository's configuration is not read."""
    import io

    from prodify.inventory.content import Content

    inside = Content(str(root))
    data = inside.read(".git/index", _MAX_INDEX)
    if data is None:
        return None
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    try:
        from git.index.fun import read_cache

        entries = [IndexEntry(str(e.path), f"{e.mode:o}", e.hexsha) for e in read_cache(io.BytesIO(data))[1].values()]
    except Exception:  # GitPython raises many kinds on a damaged index; each means "git cannot say"
        return None
    answer = Listing(root, tuple(sorted(entries, key=lambda entry: entry.path)), ())
    answer._rest = ((), _commit_of(inside), False)
    return answer


def _commit_of(inside: Content) -> str | None:
    """The commit that HEAD names, through a branch file or the packed ones."""
    name = (inside.read(".git/HEAD", 4096) or b"").decode("utf-8", "replace").strip()
    if name.startswith("ref: "):
        branch = name.removeprefix("ref: ")
        if not re.fullmatch(r"refs/[^\s:]+", branch) or ".." in branch:
            return None
        name = (inside.read(f".git/{branch}", 4096) or b"").decode("utf-8", "replace").strip()
        if not name:
            rows = (inside.read(".git/packed-refs") or b"").decode("utf-8", "replace").splitlines()
            name = next((row.split(" ")[0] for row in rows if row.endswith(f" {branch}")), "")
    return name if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", name) else None
