"""What the next commit would bring: the staged content, not the working tree's."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from prodify.errors import UsageError
from prodify.inventory.content import MAX_BYTES
from prodify.inventory.files import FileIndex
from prodify.inventory.gitpipes import holds_pipe
from prodify.inventory.roles import FileEntry
from prodify.inventory.secrets.gitstream import contents, runner
from prodify.inventory.secrets.history import staged_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from prodify.inventory.git import Listing


class StagedIndex(FileIndex):
    """A file index of the files that are staged, with their staged bytes. Files below `root` only.

    Raises:
        UsageError: when `root` is missing, no directory, or in no git work tree.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        if holds_pipe(str(self.root)):
            raise UsageError(f"--staged: git would wait for a named pipe in its directory above {root}", "Remove the pipe.")
        self._run = runner(self.root)
        with self._run(("rev-parse", "--is-inside-work-tree"), None) as stream:
            if stream.read().strip() != b"true":
                raise UsageError(f"--staged: {root} is in no git work tree", "Run it in a repository, or audit without --staged.")

    @cached_property
    def git(self) -> Listing | None:
        """Nothing: what is staged has no commit yet."""
        return None

    @cached_property
    def entries(self) -> Mapping[str, FileEntry]:
        """The staged files by path: added and changed ones."""
        rows = sorted(staged_files(self._run))
        return {path: FileEntry(path, tracked=True, blob=blob) for path, blob in rows}

    @cached_property
    def _found(self) -> tuple[dict[str, FileEntry], int, int]:
        return dict(self.entries), 0, 0

    @cached_property
    def _blobs(self) -> dict[str, bytes]:
        wanted = sorted({entry.blob for entry in self.entries.values() if entry.blob})
        return dict(contents(self._run, wanted, largest=MAX_BYTES))

    def read(self, path: str, limit: int = MAX_BYTES) -> bytes | None:
        """The staged bytes of a file."""
        entry = self.entries.get(path)
        data = self._blobs.get(entry.blob) if entry is not None and entry.blob is not None else None
        return data if data is not None and len(data) <= limit else None
