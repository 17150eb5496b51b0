"""The questions that changing files asks of git: one hardened call, no hooks, no monitor, no prompt, no filters.

A repository's own configuration can name programs to run (hooks, fsmonitor, filters, credential helpers). Only plumbing commands that
run none of them are used here, with hooks and monitor switched off on top.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

from prodify.changes.content import blob_id, to_bytes, to_text

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

TIMEOUT_SECONDS = 60
"""For one call. A plumbing command answers in milliseconds; the bound is for broken file systems."""

BASE_REF = "refs/prodify/base"
"""A tree of all rendered texts, so that git's garbage collection keeps them as the bases of later merges."""

_HARDENED = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never", "-c", "gc.auto=0")


@dataclass(frozen=True, slots=True)
class Tracked:
    """An index entry: file mode as git writes it ("100644"), blob id, and stage (1 base, 2 yours, 3 theirs while a merge is open)."""

    mode: str
    blob: str
    stage: int = 0

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file or a link, not a submodule."""
        return self.mode != "160000"


def call(
    root: Path,
    *arguments: str,
    stdin: bytes = b"",
    isolated: bool = True,
    accept: Container[int] = (0,),
    more: Mapping[str, str] | None = None,
) -> bytes | None:
    """Run git in `root` and return its standard output; None when git is missing, fails or hangs.

    With `isolated` neither the system's nor the user's configuration is read. Variables such as GIT_DIR are not passed on: the tree that
    was named is the tree that is asked; `more` are variables on top.
    """
    program = which("git")
    if program is None:
        return None
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment |= {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "LC_ALL": "C"}
    environment |= more or {}
    trust: tuple[str, ...] = ()
    if isolated:
        environment |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
        # Repository.find has asked before, with the user's own safe.directory list in force.
        trust = ("-c", "safe.directory=*")
    try:
        done = subprocess.run(
            [program, *_HARDENED, *trust, *arguments],
            cwd=root, input=stdin, capture_output=True, env=environment, timeout=TIMEOUT_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode in accept else None


@dataclass(frozen=True, slots=True)
class Repository:
    """A git work tree. `root` may be a folder below its top; `prefix` is then the way down to it, ending in a slash."""

    root: Path
    git_dir: Path
    prefix: str
    digits: int

    @classmethod
    def find(cls, root: Path) -> Repository | None:
        """Return the repository whose work tree holds `root`; None without git, without one, or where git distrusts its owner."""
        question = ("--is-inside-work-tree", "--absolute-git-dir", "--show-object-format", "--show-prefix")
        answer = call(root, "rev-parse", *question, isolated=False)
        lines = answer.decode("utf-8", "surrogateescape").split("\n") if answer else []
        if len(lines) < 4 or lines[0] != "true":
            return None
        return cls(root, Path(lines[1]), lines[3], 64 if lines[2] == "sha256" else 40)

    def index(self, *paths: str) -> dict[str, Tracked]:
        """Return the index entries of these paths (relative to the root); of an open merge the one with the highest stage."""
        return {path: entries[-1] for path, entries in self.stages(*paths).items()}

    def stages(self, *paths: str) -> dict[str, tuple[Tracked, ...]]:
        """Return all index entries of these paths: one for a settled file, up to three for one whose merge is open."""
        return self._entries("ls-files", "--stage", "-z", "--", *self._literal(paths)) if paths else {}

    def head(self, *paths: str) -> dict[str, Tracked]:
        """Return the entries of these paths in the last commit; empty before the first one."""
        found = self._entries("ls-tree", "-z", "HEAD", "--", *paths) if paths else {}
        return {path: entries[0] for path, entries in found.items()}

    def _entries(self, *arguments: str) -> dict[str, tuple[Tracked, ...]]:
        found: dict[str, tuple[Tracked, ...]] = {}
        for record in (call(self.root, *arguments) or b"").split(b"\0"):
            about, tab, name = record.decode("utf-8", "surrogateescape").partition("\t")
            words = about.split()
            if tab and len(words) == 3:
                # ls-tree says "mode type id", ls-files "mode id stage".
                in_tree = words[1] in ("blob", "commit", "tree")
                entry = Tracked(words[0], words[2]) if in_tree else Tracked(words[0], words[1], int(words[2]))
                found[name] = (*found.get(name, ()), entry)
        return found

    @staticmethod
    def _literal(paths: tuple[str, ...]) -> list[str]:
        return [f":(literal){path}" for path in paths]

    def blob(self, identifier: str) -> str | None:
        """Return a blob's text; None where it is missing (shallow clone) or no text."""
        data = call(self.root, "cat-file", "blob", identifier) if re.fullmatch(r"[0-9a-f]{40,64}", identifier) else None
        try:
            return None if data is None else to_text(data)
        except UnicodeDecodeError:
            return None

    def earlier(self, path: str, most: int) -> list[str]:
        """Return the committed texts of a file, newest first, at most so many; empty without commits."""
        asked = call(self.root, "log", f"--max-count={most}", "--format=%H", "HEAD", "--", *self._literal((path,)))
        commits = ["HEAD", *(asked or b"").decode("ascii", "replace").split()]
        found = [call(self.root, "cat-file", "blob", f"{commit}:{self.prefix}{path}") for commit in commits]
        return list(dict.fromkeys(data.decode("utf-8", "replace") for data in found if data is not None))

    def keep(self, texts: tuple[str, ...]) -> bool:
        """Store texts as blobs and keep them reachable; returns whether that worked."""
        # The tree only grows: other branches, work trees and folders of this repository have locks of their own.
        before = {line.split("\t")[1] for line in (call(self.root, "ls-tree", BASE_REF) or b"").decode("ascii", "replace").splitlines()}
        kept: set[str] = set()
        for text in texts:
            known = blob_id(text, self.digits)
            stored = known if known in before else self.store(text)
            if stored is None:
                return False
            kept.add(stored)
        if kept <= before:
            return True
        listing = "".join(f"100644 blob {name}\t{name}\n" for name in sorted(kept | before))
        tree = call(self.root, "mktree", "--missing", stdin=listing.encode("ascii"))
        return tree is not None and call(self.root, "update-ref", BASE_REF, tree.decode("ascii").strip()) is not None

    def store(self, text: str) -> str | None:
        """Store a text as a blob and return its id; None where that failed."""
        answer = call(self.root, "hash-object", "-w", "--no-filters", "--stdin", stdin=to_bytes(text))
        return None if answer is None else answer.decode("ascii").strip()

    def set_stages(self, path: str, entries: tuple[Tracked, ...]) -> bool:
        """Make these the index entries of a path, none for taking it out; the file itself is left alone."""
        # The line with mode 0 takes out whatever stands there, all stages of it.
        lines = [f"0 {'0' * self.digits}\t", *(f"{entry.mode} {entry.blob} {entry.stage}\t" for entry in entries)]
        listing = "".join(f"{line}{self.prefix}{path}\0" for line in lines)
        data = listing.encode("utf-8", "surrogateescape")
        return call(self.root, "update-index", "-z", "--index-info", stdin=data, more=self._without_filters()) is not None

    def _without_filters(self) -> dict[str, str]:
        """Variables that switch off every filter that the repository's configuration names a program for.

        Who writes the index reads files anew that changed in the second of its last writing, and reads them through their filters.
        """
        listed = call(self.root, "config", "--null", "--name-only", "--get-regexp", r"^filter\.", accept=(0, 1)) or b""
        names = sorted({key.rpartition(".")[0] for key in listed.decode("utf-8", "surrogateescape").split("\0") if key.count(".") > 1})
        off = (("clean", ""), ("smudge", ""), ("process", ""), ("required", "false"))
        pairs = [(f"{name}.{part}", value) for name in names for part, value in off]
        keys = {f"GIT_CONFIG_KEY_{number}": key for number, (key, _) in enumerate(pairs)}
        values = {f"GIT_CONFIG_VALUE_{number}": value for number, (_, value) in enumerate(pairs)}
        return {"GIT_CONFIG_COUNT": str(len(pairs)), **keys, **values} if pairs else {}
