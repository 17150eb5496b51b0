"""Facts found out by a forked process while this one goes on: a large audit looks for secrets and reads tests and code at the same time."""

from __future__ import annotations

import os
import pickle
import sys
import threading
from select import select
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from prodify import patternstore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from prodify.inventory import Inventory
    from prodify.inventory.facts import SecretHit
    from prodify.inventory.tests import TestFacts

Result = TypeVar("Result")


class Facts(NamedTuple):
    """What the other process finds out, and of what kind the files are that it has read."""

    secrets: tuple[SecretHit, ...]
    tests: TestFacts
    kinds: Mapping[str, str]


class Ahead(Generic[Result]):
    """Begins `task` in a forked process. Use it where `may_begin` allows."""

    def __init__(self, task: Callable[[], Result]) -> None:
        self._reading, writing = os.pipe()
        self._owner = os.getpid()
        self._child = os.fork()
        if self._child == 0:
            _run(task, writing)
        os.close(writing)

    def result(self) -> Result | None:
        """Wait for what the task returned; None when it failed, and the caller has to do it, as in every other process. Call it once."""
        if os.getpid() != self._owner:
            return None
        with open(self._reading, "rb") as stream:  # noqa: PTH123
            answer = stream.read()
        self._reading = -1
        _, status = os.waitpid(self._child, 0)
        try:
            # The bytes come from the process forked above, through a pipe that nothing else can write to.
            return pickle.loads(answer) if status == 0 else None  # noqa: S301
        except (pickle.UnpicklingError, EOFError):
            return None

    def is_done(self) -> bool:
        """Whether the task has ended, so that its result need not be waited for."""
        return self._reading < 0 or bool(select([self._reading], [], [], 0)[0])


def begin(repo: Inventory) -> Ahead[Facts] | None:
    """Start to look for secrets and tests in another process, None where there is no file or the system does not fork.

    For ten files, what that takes (to import the detector and compile its patterns, above all) is a sixth of an audit already.
    """
    if not repo.files.entries or not may_begin():
        return None
    content = repo.files.content

    def look() -> Facts:
        secrets, tests = repo.secrets, repo.tests
        return Facts(secrets, tests, {path: kind for path in repo.files.entries if (kind := content.known(path)) is not None})

    return Ahead(look)


def may_begin() -> bool:
    """Whether forking is safe, and a second processor there to gain from it."""
    return sys.platform == "linux" and threading.active_count() == 1 and len(os.sched_getaffinity(0)) > 1


def _run(task: Callable[[], Result], writing: int) -> None:
    """Write the task's result to the pipe, and end without running anything of the parent's."""
    code = 1
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)  # who reads the parent's output must not wait for this process
        result = task()
        with open(writing, "wb") as out:
            pickle.dump(result, out, pickle.HIGHEST_PROTOCOL)
        patternstore.keep()
        code = 0
    finally:
        os._exit(code)
