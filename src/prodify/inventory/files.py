"""The file index: which files there are, what each is for, and the only door to their content.

Content of an audited repository is hostile: no symbolic link is followed, nothing but regular files is opened, and nothing
larger than a cap is read. What was left out is counted.
"""

from __future__ import annotations

import os
import stat
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from prodify.errors import UsageError
from prodify.inventory import git
from prodify.inventory.content import MAX_BYTES, Content, decode
from prodify.inventory.facts import Role, Skipped
from prodify.inventory.globs import GlobIndex, is_plain
from prodify.inventory.roles import FileEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from subprocess import Popen

MAX_TEXT = 1024 * 1024
"""Nothing larger is parsed; source files that a person wrote are far below."""


class FileIndex:
    """The files of a repository, sorted by path. `root` must be an existing directory; `hidden` paths are treated as absent.

    Raises:
        UsageError: when `root` is missing or no directory.
    """

    def __init__(self, root: Path, hidden: frozenset[str] = frozenset()) -> None:
        if not root.is_dir():
            found = "a file" if root.exists() else "nothing"
            raise UsageError(f"{root}: found {found}, expected a directory", "Give the path of the repository to look at.")
        self.root = root.resolve()
        self._hidden = hidden
        self._texts: dict[str, str | None] = {}
        self._matched: dict[tuple[str, ...], list[str]] = {}
        self._asked: list[Popen[bytes] | None] | None = None
        self._asked_rest: git.Asked | None = None

    def ask_git(self, *, all_of_it: bool = False) -> None:
        """Begin to ask git which files there are: it reads every directory, and this process may do something else meanwhile.

        `all_of_it`: what is ignored, committed and staged will be asked for, too. Nothing happens where git was asked before.
        """
        if self._asked is None and "git" not in self.__dict__:
            self._asked = git.ask(self.root)
            if all_of_it and self._asked != [None]:
                self._asked_rest = git.ask_rest(self.root)

    @cached_property
    def git(self) -> git.Listing | None:
        """What git says of the directory, None without git."""
        asked, self._asked = self._asked, None
        rest, self._asked_rest = self._asked_rest, None
        return git.listing(self.root, asked, rest)

    @cached_property
    def _found(self) -> tuple[dict[str, FileEntry], int, int | None]:
        """Entries by path, and how many were left out as symbolic links and as ignored; None: git has to be asked for that."""
        listing = self.git
        if listing is None:
            from prodify.inventory.walk import walk

            found = walk(self.root)
            entries = [FileEntry(path, tracked=False) for path in found.paths]
            return {e.path: e for e in sorted(entries, key=lambda e: e.path)}, found.symlinks, found.ignored
        entries, links = [], 0
        for item in listing.tracked:
            if item.is_symlink:
                links += 1
            elif not item.is_submodule:
                entries.append(FileEntry(item.path, True, item.blob))
        entries += [FileEntry(path, tracked=False) for path in listing.untracked if not path.endswith("/")]
        return {e.path: e for e in sorted(entries, key=lambda e: e.path)}, links, None

    @cached_property
    def entries(self) -> Mapping[str, FileEntry]:
        """Every file by relative POSIX path, sorted; without symbolic links, submodules and ignored files that git does not track."""
        found = self._found[0]
        return {path: entry for path, entry in found.items() if path not in self._hidden} if self._hidden else found

    @cached_property
    def roles(self) -> Mapping[str, Role]:
        """What each file is for."""
        return {path: entry.role for path, entry in self.entries.items()}

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path, sorted."""
        return tuple(self.entries)

    def __contains__(self, path: str) -> bool:
        return path in self.entries

    def select(self, *patterns: str, roles: Iterable[Role] | None = None) -> tuple[str, ...]:
        """Paths that match a glob, sorted. A pattern without a slash is held against the file's name, else against the whole path.

        `*` crosses slashes in whole-path patterns. `roles` limits to those; by default vendored and generated files are left out.
        """
        wanted = frozenset(roles) if roles is not None else frozenset(Role) - {Role.VENDORED, Role.GENERATED}
        found: list[str] = []
        general: list[str] = []
        for pattern in patterns:
            ending = pattern[2:] if pattern.startswith("*.") else None
            if ending is not None and "." not in ending and "/" not in ending and is_plain(ending):
                found += self._endings.get(ending, ())
            elif not is_plain(pattern):
                general.append(pattern)
            elif "/" in pattern:
                found.append(pattern)
            else:
                found += self._names.get(pattern, ())
        if general:
            found += self._matching(tuple(general))
        of = self.roles
        return tuple(sorted({path for path in found if path in of and of[path] in wanted}))

    def _matching(self, patterns: tuple[str, ...]) -> list[str]:
        """Paths that match one of several globs, by a look at every name; the same question comes from many checks."""
        known = self._matched.get(patterns)
        if known is None:
            names = self._name_index.matching(p for p in patterns if "/" not in p)
            known = [path for name in names for path in self._names[name]]
            known += self._path_index.matching(p for p in patterns if "/" in p)
            self._matched[patterns] = known
        return known

    @cached_property
    def _name_index(self) -> GlobIndex:
        return GlobIndex(self._names)

    @cached_property
    def _path_index(self) -> GlobIndex:
        return GlobIndex(self.entries)

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        """Paths by the file's name: many files of a large tree share a few names."""
        found: dict[str, list[str]] = {}
        for path in self.entries:
            found.setdefault(path.rpartition("/")[2], []).append(path)
        return found

    @cached_property
    def _endings(self) -> dict[str, list[str]]:
        """Paths by what follows the last dot of the name, if there is one."""
        found: dict[str, list[str]] = {}
        for name, paths in self._names.items():
            _, dot, ending = name.rpartition(".")
            if dot:
                found.setdefault(ending, []).extend(paths)
        return found

    def read(self, path: str, limit: int = MAX_BYTES) -> bytes | None:
        """The bytes of a file of the index; None when it is gone, no regular file, outside the root, or larger than `limit`."""
        return self.content.read(path, limit) if path in self.entries else None

    def hidden_text(self, name: str) -> str | None:
        """The text of a hidden file of that name; None when none of that name is hidden or it cannot be read."""
        path = next((path for path in sorted(self._hidden) if path.rpartition("/")[2] == name and path in self._found[0]), None)
        data = self.content.read(path, MAX_TEXT) if path is not None else None
        return decode(data) if data is not None else None

    def size(self, path: str) -> int | None:
        """Size in bytes, None when the file is gone."""
        try:
            return os.lstat(self.root / path).st_size
        except OSError:
            return None

    def text(self, path: str) -> str | None:
        """The text of a file of at most `MAX_TEXT` bytes; None when there is none to read. Line ends are kept."""
        if path not in self._texts:
            data = self.read(path, MAX_TEXT)
            self._texts[path] = None if data is None else decode(data)
        return self._texts[path]

    def lines(self, path: str) -> tuple[str, ...]:
        """The lines of a text file without their ends; empty when there is none to read."""
        text = self.text(path)
        return tuple(text.splitlines()) if text is not None else ()

    def mode(self, path: str) -> int:
        """Permission bits of a file of the index, 0 when it is gone."""
        try:
            return stat.S_IMODE(os.lstat(self.root / path).st_mode)
        except OSError:
            return 0

    @cached_property
    def content(self) -> Content:
        """The reader of the tree's files, which notes what each file is as it is read."""
        return Content(str(self.root))

    @cached_property
    def skipped(self) -> Skipped:
        """What was left out and why; reads the files that nobody has read."""
        kinds = [self.content.about(path) for path in self.entries]
        _, links, ignored = self._found
        if ignored is None:
            ignored = len(self.git.ignored) if self.git is not None else 0
        return Skipped(kinds.count("binary"), kinds.count("large"), ignored, links, kinds.count("unreadable"))

    @cached_property
    def dirty(self) -> bool | None:
        """Whether the work tree differs from the commit; None without git."""
        if self.git is None:
            return None
        if self.git.untracked or self.git.head is None or self.git.staged:
            return True
        from prodify.inventory.worktree import differs

        return differs(self.root, {path: entry.blob for path, entry in self.entries.items() if entry.blob is not None}, self.content)


def iter_text(index: FileIndex, *patterns: str, roles: Iterable[Role] | None = None) -> Iterator[tuple[str, str]]:
    """Path and text of every readable file that matches."""
    for path in index.select(*patterns, roles=roles):
        text = index.text(path)
        if text is not None:
            yield path, text


def open_root(path: str | Path, hidden: frozenset[str] = frozenset()) -> FileIndex:
    """The index of a directory given by a user."""
    return FileIndex(Path(path), hidden)
