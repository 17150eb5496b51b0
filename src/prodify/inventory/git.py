"""The few questions asked of git, in one place, safe on hostile repositories.

The audited repository's own configuration can name programs (fsmonitor, hooks, filters, textconv). Only plumbing that never
runs them is used, the program-valued settings are overridden, and system and user configuration are left out, so that the
answer is the same on every machine.
"""

from __future__ import annotations

import os
import subprocess
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

_HARDENING = (
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.untrackedCache=false",
    "-c",
    "safe.directory=*",
    "-c",
    "core.quotePath=false",
    "-c",
    "core.pager=cat",
    "-c",
    "submodule.recurse=false",
    "-c",
    "protocol.allow=never",
)
_TIMEOUT = 60.0
_IGNORED = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
_UNCHANGED = ("diff-index", "--cached", "--quiet", "HEAD", "--", ".")
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


class Listing:
    """What git says of a directory; paths relative to it. What few callers want is asked for when the first of them comes.

    `ignored` are files and directories that ignore rules keep out, `head` the current commit, `staged` whether the index differs from it.
    """

    def __init__(self, root: Path, tracked: tuple[IndexEntry, ...], untracked: tuple[str, ...]) -> None:
        self._root = root
        self.tracked = tracked
        self.untracked = untracked

    @cached_property
    def _rest(self) -> tuple[tuple[str, ...], str | None, bool]:
        ignored, head, unchanged = run_all(self._root, _IGNORED, ("rev-parse", "--verify", "-q", "HEAD"), _UNCHANGED)
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


def environment() -> dict[str, str]:
    """The environment of every git process: no user or system configuration, no prompts, no optional locks."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    return {
        **kept,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "LC_ALL": "C",
    }


def run(root: Path, *args: str, stdin: bytes | None = None) -> bytes | None:
    """Run one git command in `root`; None when git is missing, refuses, or takes longer than a minute."""
    try:
        done = subprocess.run(
            ["git", *_HARDENING, *args], cwd=root, env=environment(), input=stdin, capture_output=True, timeout=_TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def run_all(root: Path, *commands: tuple[str, ...]) -> list[bytes | None]:
    """Run several git commands in `root` at the same time; each answer as `run` gives it."""
    started: list[subprocess.Popen[bytes] | None] = []
    for arguments in commands:
        try:
            quiet, out = subprocess.DEVNULL, subprocess.PIPE
            started.append(subprocess.Popen(command(*arguments), cwd=root, env=environment(), stdin=quiet, stdout=out, stderr=quiet))
        except OSError:
            started.append(None)
    return [None if process is None else _answer(process) for process in started]


def _answer(process: subprocess.Popen[bytes]) -> bytes | None:
    with process:
        try:
            output = process.communicate(timeout=_TIMEOUT)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            return None
        return output if process.returncode == 0 else None


def command(*args: str) -> list[str]:
    """The full argument list of a hardened git command, for callers that stream its output."""
    return ["git", *_HARDENING, *args]


def listing(root: Path) -> Listing | None:
    """Ask git which files are there; None where `root` is in no work tree or git cannot say.

    A directory that git itself ignores (a build folder inside another checkout) counts as being in no work tree.
    """
    # With -t, names of files that git does not know cannot pass for entries of its index.
    rows = run(root, "ls-files", "-t", "-s", "-z", "--cached", "--others", "--exclude-standard")
    if rows is None:
        return None if not (root / ".git").is_dir() else _without_git_binary(root)
    tracked, others = _split(rows)
    if not tracked and not others and run(root, "check-ignore", "-q", ".") is not None:
        return None
    return Listing(root, tracked, others)


def _names(raw: bytes | None) -> list[str]:
    return [os.fsdecode(name) for name in (raw or b"").split(b"\0") if name]


def _split(raw: bytes) -> tuple[tuple[IndexEntry, ...], tuple[str, ...]]:
    """Entries of the index, and names of other files; each sorted by path."""
    entries: dict[str, IndexEntry] = {}
    others = []
    for row in os.fsdecode(raw).split("\0"):
        if row.startswith("? "):
            others.append(row[2:])
        elif row:
            head, _, path = row.partition("\t")
            if path not in entries:  # an unmerged path stands there up to three times
                _, mode, blob, _ = head.split(" ")
                entries[path] = IndexEntry(path, mode, blob)
    return tuple(entries[path] for path in sorted(entries)), tuple(sorted(others))


def _without_git_binary(root: Path) -> Listing | None:
    """Read the index with GitPython, which parses it in Python, where no git program answers."""
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    try:
        from git import Repo

        repo = Repo(root)
        entries = [IndexEntry(str(e.path), f"{e.mode:o}", e.hexsha) for e in repo.index.entries.values()]
        answer = Listing(root, tuple(sorted(entries, key=lambda entry: entry.path)), ())
        answer._rest = ((), repo.head.commit.hexsha if repo.head.is_valid() else None, False)
    except Exception:  # GitPython raises many kinds on a damaged repository; each means "git cannot say"
        return None
    return answer
