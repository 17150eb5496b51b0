"""Whole trees: one process for what is small, two from about 8 MB of text on, always in the order of the input.

Measured on two cores: below that size a fork costs more than it saves; above, it nearly halves the time. Only Linux forks: elsewhere
starting a process takes longer than most scans, so there threads share the work; the engine searches without the interpreter's lock.
History is read by one process there, beside git. No other process is forked while a thread runs.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from prodify import patternstore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from prodify.inventory.facts import Role

    Item = tuple[str, Callable[[], bytes | None], Role]
    Tickets = Callable[[], int | None]

Result = TypeVar("Result")

FORK_FROM = 8 << 20
"""Bytes of text after which the rest is shared with a second worker."""
MANY = 2000
"""Files that are surely as much text: of so many, an eighth of that is looked at before, which loads what both workers need."""
CHUNK = 8
"""Neighbouring files that one worker takes at a time."""
_MOST_CHUNKS = 2000
"""Two bytes each, they fit into a pipe of the least size that the kernel gives."""


def scan_many(scan: Callable[[str, bytes, Role], Result], items: Iterable[Item], *, fork_from: int = FORK_FROM) -> dict[str, Result]:
    """Scan every item and return the results by path, in the order of `items`.

    A loader that returns None, or raises OSError, leaves its file out.
    """
    work = list(items)

    def one(index: int) -> tuple[Result, int] | None:
        path, load, role = work[index]
        try:
            data = load()
        except OSError:
            return None
        return None if data is None else (scan(path, data, role), len(data))

    return {work[index][0]: result for index, result in in_order(one, len(work), fork_from=fork_from)}


def in_order(
    one: Callable[[int], tuple[Result, int] | None],
    total: int,
    *,
    fork_from: int = FORK_FROM,
    before: Callable[[], object] | None = None,
) -> Iterable[tuple[int, Result]]:
    """Return (index, result) of `one(0)` to `one(total - 1)`, sorted; `one` gives a result and how many bytes it took, or None for none.

    Two workers share what is left after `fork_from` bytes. Each takes the next chunk when it is done with its last: files differ in size.
    `before`: what else this process does while the other has begun.
    """
    results: dict[int, Result] = {}
    if total >= MANY:
        fork_from //= 8
    with _without_garbage_collection():
        position = done = 0
        while position < total and done < fork_from:
            found = one(position)
            if found is not None:
                results[position] = found[0]
                done += found[1]
            position += 1
        if position < total and (os.cpu_count() or 1) > 1:
            results.update(_shared(one, position, total, before))
            position = total
        for index in range(position, total):
            if (found := one(index)) is not None:
                results[index] = found[0]
    return sorted(results.items(), key=lambda item: item[0])


def _shared(
    one: Callable[[int], tuple[Result, int] | None], start: int, total: int, before: Callable[[], object] | None
) -> dict[int, Result]:
    size = max(CHUNK, -(-(total - start) // _MOST_CHUNKS))
    chunks = [range(first, min(first + size, total)) for first in range(start, total, size)]

    def work(tickets: Tickets, taken: set[int]) -> dict[int, Result]:
        found: dict[int, Result] = {}
        while (number := tickets()) is not None:
            taken.add(number)
            for index in chunks[number]:
                if (result := one(index)) is not None:
                    found[index] = result[0]
        return found

    if not _may_fork():
        return _by_threads(work, len(chunks))
    reading, writing = os.pipe()
    os.write(writing, b"".join(number.to_bytes(2, "big") for number in range(len(chunks))))
    os.close(writing)

    def tickets() -> int | None:
        ticket = os.read(reading, 2)
        return int.from_bytes(ticket, "big") if ticket else None

    taken: set[int] = set()

    def here() -> dict[int, Result]:
        if before is not None:
            before()
        return work(tickets, taken)

    ours, theirs = _forked(here, lambda: work(tickets, set()))
    os.close(reading)
    if theirs is None:
        left = iter([number for number in range(len(chunks)) if number not in taken])
        theirs = work(lambda: next(left, None), set())
    return {**ours, **theirs}


def _by_threads(work: Callable[[Tickets, set[int]], dict[int, Result]], chunks: int) -> dict[int, Result]:
    numbers = iter(range(chunks))  # its step is atomic
    found: list[dict[int, Result]] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(work(lambda: next(numbers, None), set()))
        except BaseException as error:  # raised again below
            failed.append(error)

    other = threading.Thread(target=run, daemon=True)
    other.start()
    run()
    other.join()
    if failed:
        raise failed[0]
    return dict(chain.from_iterable(part.items() for part in found))


def in_two(task: Callable[[int], Result]) -> tuple[Result, Result]:
    """Return `task(0)` and `task(1)`: the second from a forked child where that is safe. What it cannot deliver is done here."""
    if not _may_fork():
        return task(0), task(1)
    ours, theirs = _forked(lambda: task(0), lambda: task(1))
    return ours, task(1) if theirs is None else theirs


def _forked(ours: Callable[[], Result], theirs: Callable[[], Result]) -> tuple[Result, Result | None]:
    """Return both results, the second from a forked child; None for that when the child could not deliver."""
    import pickle

    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _child(theirs, reading, writing)
    os.close(writing)
    with open(reading, "rb") as stream:  # noqa: PTH123
        result = ours()
        answer = stream.read()
    _, status = os.waitpid(child, 0)
    try:
        # The bytes come from the process forked above, through a pipe that nothing else can write to.
        return result, pickle.loads(answer) if status == 0 else None  # noqa: S301
    except (pickle.UnpicklingError, EOFError):
        return result, None


def _child(task: Callable[[], Result], reading: int, writing: int) -> None:
    """Do the second half, write its result to the pipe, and end without running anything of the parent's."""
    import pickle

    code = 1
    try:
        os.close(reading)
        result = task()
        with open(writing, "wb") as stream:
            pickle.dump(result, stream, pickle.HIGHEST_PROTOCOL)
        patternstore.keep()
        code = 0
    finally:
        os._exit(code)


def _may_fork() -> bool:
    return sys.platform == "linux" and threading.active_count() == 1


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
