"""Whole trees: one process for what is small, two from about 8 MB of text on, always in the order of the input.

Measured on two cores: below that size a fork costs more than it saves; above, it nearly halves the time. Only Linux forks: elsewhere
starting a process takes longer than most scans.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from prodify.inventory.facts import Role

    Item = tuple[str, Callable[[], bytes | None], Role]

Result = TypeVar("Result")

FORK_FROM = 8 << 20
"""Bytes of text after which the rest is shared with a second process."""
CHUNK = 16
"""Neighbouring files that one process takes at a time."""


def scan_many(scan: Callable[[str, bytes, Role], Result], items: Iterable[Item], *, fork_from: int = FORK_FROM) -> dict[str, Result]:
    """Scan every item and return the results by path, in the order of `items`.

    A loader that returns None, or raises OSError, leaves its file out.
    """
    work = list(items)
    with _without_garbage_collection():
        results: dict[int, Result] = {}
        position = _alone(scan, work, results, fork_from if _may_fork() else None)
        if position < len(work):
            _shared(scan, work, position, results)
    return {work[index][0]: results[index] for index in sorted(results)}


def _alone(scan: Callable[[str, bytes, Role], Result], work: Sequence[Item], results: dict[int, Result], limit: int | None) -> int:
    """Scan from the start until `limit` bytes are done; return where to go on."""
    done = 0
    for index, item in enumerate(work):
        if limit is not None and done >= limit:
            return index
        done += _scan_one(scan, index, item, results)
    return len(work)


def _scan_one(scan: Callable[[str, bytes, Role], Result], index: int, item: Item, results: dict[int, Result]) -> int:
    path, load, role = item
    try:
        data = load()
    except OSError:
        return 0
    if data is None:
        return 0
    results[index] = scan(path, data, role)
    return len(data)


def _shared(scan: Callable[[str, bytes, Role], Result], work: Sequence[Item], start: int, results: dict[int, Result]) -> None:
    """Let a forked child take every other chunk."""

    def chunks(turn: int) -> dict[int, Result]:
        found: dict[int, Result] = {}
        for index in _indices(len(work), start, turn):
            _scan_one(scan, index, work[index], found)
        return found

    for found in in_two(chunks):
        results.update(found)


def in_two(task: Callable[[int], Result]) -> tuple[Result, Result]:
    """Return `task(0)` and `task(1)`: the second from a forked child where that is safe. What it cannot deliver is done here."""
    if not _may_fork():
        return task(0), task(1)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _child(task, reading, writing)
    os.close(writing)
    ours = task(0)
    import pickle

    with open(reading, "rb") as stream:  # noqa: PTH123
        answer = stream.read()
    _, status = os.waitpid(child, 0)
    try:
        # The bytes come from the process forked above, through a pipe that nothing else can write to.
        theirs: Result | None = pickle.loads(answer) if status == 0 else None  # noqa: S301
    except (pickle.UnpicklingError, EOFError):
        theirs = None
    return ours, task(1) if theirs is None else theirs


def _child(task: Callable[[int], Result], reading: int, writing: int) -> None:
    """Do the second half, write its result to the pipe, and end without running anything of the parent's."""
    import pickle

    code = 1
    try:
        os.close(reading)
        result = task(1)
        with open(writing, "wb") as stream:
            pickle.dump(result, stream, pickle.HIGHEST_PROTOCOL)
        code = 0
    finally:
        os._exit(code)


def _indices(total: int, start: int, turn: int) -> Iterator[int]:
    return (index for index in range(start, total) if (index - start) // CHUNK % 2 == turn)


def _may_fork() -> bool:
    return sys.platform == "linux" and threading.active_count() == 1 and (os.cpu_count() or 1) > 1


@contextlib.contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """The scan makes many small objects and no cycles: collecting took a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
