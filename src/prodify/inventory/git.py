"""The few questions asked of git, in one place, safe on hostile repositories.

The audited repository's own configuration can name programs (fsmonitor, hooks, filters, textconv). Only plumbing that never
runs them is used, the program-valued settings are overridden, and system and user configuration are left out, so that the
answer is the same on every machine.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from prodify.lazydata import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator
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
_SYMLINK, _SUBMODULE = "120000", "160000"


@dataclass(frozen=True, slots=True)
class IndexEntry:
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


@dataclass(frozen=True, slots=True)
class Listing:
    """What git says of a directory; paths relative to it."""

    tracked: tuple[IndexEntry, ...]
    untracked: tuple[str, ...]
    tracked_but_ignored: frozenset[str]
    ignored: tuple[str, ...]
    head: str | None
    staged: bool


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
    staged_index, others_raw, ignored_raw, double_raw, head, unchanged = run_all(
        root,
        ("ls-files", "-s", "-z", "--cached"),
        ("ls-files", "-z", "--others", "--exclude-standard"),
        ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"),
        ("ls-files", "-z", "--cached", "--ignored", "--exclude-standard"),
        ("rev-parse", "--verify", "-q", "HEAD"),
        ("diff-index", "--cached", "--quiet", "HEAD", "--", "."),
    )
    if staged_index is None:
        return None if not (root / ".git").is_dir() else _without_git_binary(root)
    others, ignored = _names(others_raw), _names(ignored_raw)
    tracked = tuple(sorted(_entries(staged_index), key=lambda entry: entry.path))
    if not tracked and not others and ignored and run(root, "check-ignore", "-q", ".") is not None:
        return None
    staged = head is not None and unchanged is None
    commit = head.decode().strip() if head else None
    return Listing(tracked, tuple(sorted(others)), frozenset(_names(double_raw)), tuple(sorted(ignored)), commit, staged)


def _names(raw: bytes | None) -> list[str]:
    return [os.fsdecode(name) for name in (raw or b"").split(b"\0") if name]


def _entries(raw: bytes) -> Iterator[IndexEntry]:
    seen = set()
    for row in raw.split(b"\0"):
        if not row:
            continue
        head, _, name = row.partition(b"\t")
        mode, blob, _stage = head.decode("ascii").split(" ")
        path = os.fsdecode(name)
        if path not in seen:  # an unmerged path stands there up to three times
            seen.add(path)
            yield IndexEntry(path, mode, blob)


def _without_git_binary(root: Path) -> Listing | None:
    """Read the index with GitPython, which parses it in Python, where no git program answers."""
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    try:
        from git import Repo

        repo = Repo(root)
        entries = [IndexEntry(str(e.path), f"{e.mode:o}", e.hexsha) for e in repo.index.entries.values()]
        head = repo.head.commit.hexsha if repo.head.is_valid() else None
    except Exception:  # GitPython raises many kinds on a damaged repository; each means "git cannot say"
        return None
    return Listing(tuple(sorted(entries, key=lambda entry: entry.path)), (), frozenset(), (), head, staged=False)
