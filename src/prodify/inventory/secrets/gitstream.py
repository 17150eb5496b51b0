"""Objects out of git as a stream: one process for all of them, nothing of the repository executed."""

from __future__ import annotations

import io
import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, BinaryIO, cast

from prodify.errors import UsageError
from prodify.inventory import git
from prodify.inventory.gitpipes import Silence

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

RunGit = Callable[[tuple[str, ...], bytes | None], AbstractContextManager[BinaryIO]]
"""Runs one git command (arguments, standard input) and gives its standard output as a stream."""

_BUFFER = 1 << 20
"""Bytes that git may be ahead: the fewer switches between the two processes, the better."""
LARGEST_BLOB = 1 << 20
"""Blobs above this size, in bytes, are not looked at."""


class _Output(io.RawIOBase):
    """What git writes, as long as it writes. To wait until more of it has come, and read less often, saves nothing beside a search."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._silence = Silence(handle)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if self._silence.is_kept():
            raise UsageError("git gives no answer", "It may wait for a named pipe where an object of the repository should stand.")
        return os.readv(self._handle, [buffer])


def runner(root: Path) -> RunGit:
    """Return a runner for the repository at `root`, hardened as every git call of the inventory is.

    Reading raises UsageError when git falls silent.
    """

    @contextmanager
    def run(arguments: tuple[str, ...], stdin: bytes | None = None) -> Iterator[BinaryIO]:
        with tempfile.TemporaryFile() as source:
            if stdin:
                source.write(stdin)
                source.seek(0)
            # Standard input comes from a file: two pipes to one process could block each other.
            with subprocess.Popen(
                git.command(*arguments),
                cwd=root,
                env=git.environment(),
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=_BUFFER,
                pipesize=_BUFFER,
            ) as process:
                output = cast("BinaryIO", process.stdout)
                try:
                    # Windows has neither such pipes nor a way to ask whether there is something to read.
                    yield cast("BinaryIO", io.BufferedReader(_Output(output.fileno()), _BUFFER)) if hasattr(os, "readv") else output
                finally:
                    process.kill()

    return run


class Answer:
    """What one git command writes: once somebody knows that it will be asked for, git writes it beside other work."""

    def __init__(self, run_git: RunGit, arguments: tuple[str, ...]) -> None:
        self._run_git = run_git
        self._arguments = arguments
        self._reader: Thread | None = None
        self._text = b""
        self._failure: BaseException | None = None

    def begin(self) -> None:
        """Start git, the first time that this is called. Nobody may fork from then on until the answer was read."""
        if self._reader is None:
            self._reader = Thread(target=self._work, daemon=True)
            self._reader.start()

    def _work(self) -> None:
        try:
            with self._run_git(self._arguments, None) as stream:
                self._text = stream.read()
        except BaseException as error:  # raised again where the answer is read
            self._failure = error

    def read(self) -> bytes:
        """All that git wrote."""
        self.begin()
        if self._reader is not None:
            self._reader.join()
        if self._failure is not None:
            raise self._failure
        return self._text


def listing(run_git: RunGit) -> Answer:
    """Begin to ask which blobs there are: git takes a tenth of a second for a long history, as starting the detector does."""
    arguments = ("cat-file", "--batch-check=%(objecttype) %(objectname) %(objectsize)", "--batch-all-objects", "--unordered", "--buffer")
    answer = Answer(run_git, arguments)
    answer.begin()
    return answer


def blob_sizes(listed: Answer) -> list[tuple[str, int]]:
    """Return (id, size in bytes) of every blob that git holds, unreachable ones included, in the order of the packs."""
    rows = re.findall(r"\nblob ([0-9a-f]+) ([0-9]+)(?=\n)", "\n" + listed.read().decode("ascii", "replace"), re.A)
    return [(blob, int(size)) for blob, size in rows]


def contents(run_git: RunGit, blobs: Iterable[str], *, largest: int = 1 << 62) -> Iterator[tuple[str, bytes]]:
    """Yield (id, content) of each blob that git can deliver; missing ones (shallow or partial clone) and larger ones are left out."""
    wanted = "".join(f"{blob}\n" for blob in blobs).encode()
    if not wanted:
        return
    with run_git(("cat-file", "--batch", "--buffer"), wanted) as stream:
        while header := stream.readline():
            parts = header.split()
            if len(parts) != 3:
                continue
            size = int(parts[2])
            if size > largest:
                _pass_over(stream, size + 1)
                continue
            data = stream.read(size)
            stream.read(1)
            if parts[1] == b"blob":
                yield parts[0].decode("ascii"), data


def _pass_over(stream: BinaryIO, size: int) -> None:
    while size > 0 and (chunk := stream.read(min(size, 1 << 20))):
        size -= len(chunk)
