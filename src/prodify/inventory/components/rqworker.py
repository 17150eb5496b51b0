"""Workers of RQ that only a command starts: `rq worker NAME` in a process file, a compose file, an image, a script or the README."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from prodify.inventory.components.commands import RANKS, chain, commands
from prodify.lazydata import dataclass
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.model import Location

ENTRY = "rq worker"
_FLAGS = frozenset((
    "--burst", "-b", "--verbose", "-v", "--quiet", "-q", "--with-scheduler", "-s", "--disable-job-desc-logging",
    "--disable-default-exception-handler",
))  # fmt: skip
"""Options that take no value; all others do."""
_KEPT = _FLAGS | frozenset((
    "--worker-class", "-w", "--job-class", "-j", "--queue-class", "--connection-class", "--serializer", "-S", "--path", "-P", "--config",
    "-c", "--results-ttl", "--worker-ttl", "--max-jobs", "--max-idle-time", "--dequeue-strategy", "-ds", "--logging_level",
    "--exception-handler", "--maintenance-interval", "--job-monitoring-interval",
))  # fmt: skip
"""Options that say how the worker works. Addresses may hold a password, and two workers of one name are none."""
_ONCE = ("--burst", "-b")
_OTHER_SETTINGS = ("--config", "-c")
_ADDRESS = ("--url", "-u")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")
_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")
_WRITTEN = lazy(r"(?:^\s*(?:\$\s+)?|`\s*)(?:\w+=\S+\s+)*(?:(?:uv|poetry|pipenv)\s+run\s+)?rq\s+worker\b")
"""A command in prose: at the beginning of a line or of what stands in backticks."""


@dataclass(frozen=True, slots=True)
class RqCommand:
    """`rq worker ...`: `options` that say how it works, `queues` in their order, `variable` with the address or empty.

    `configured`: whether a module of settings says more, so that neither queues nor address are known from here.
    """

    options: tuple[str, ...]
    queues: tuple[str, ...]
    variable: str
    configured: bool
    location: Location

    @property
    def entry(self) -> str:
        """The command as reports show it."""
        return " ".join((ENTRY, *self.queues))


@lru_cache(maxsize=4)
def rq_command(repo: Inventory) -> RqCommand | None:
    """The worker that the most telling source starts; of several there, one for the queues of all. None without RQ or such a command."""
    if repo.uses("rq", "django-rq") is None:
        return None
    found = [(RANKS[source], command) for source, command in _found(repo)]
    best = [command for rank, command in found if rank == max(rank for rank, _ in found)]
    if not best:
        return None
    first = best[0]
    queues = tuple(dict.fromkeys(name for command in best for name in command.queues))
    return RqCommand(first.options, queues, first.variable, any(command.configured for command in best), first.location)


def _found(repo: Inventory) -> Iterator[tuple[str, RqCommand]]:
    for words, location, source, _ in commands(repo):
        if source == "prose" and _WRITTEN.search(repo.files.lines(location.path)[(location.line or 1) - 1]) is None:
            continue
        for part in chain(words):
            command = _read(part, location)
            if command is not None:
                yield source, command


def _read(words: list[str], location: Location) -> RqCommand | None:
    """What a command says; None where it starts no worker that stays."""
    starts = [n for n, word in enumerate(words) if word.rpartition("/")[2] == "rq" and words[n + 1 : n + 2] == ["worker"]]
    if not starts:
        return None
    options: list[str] = []
    queues: list[str] = []
    variable, configured, rest = "", False, iter(words[starts[0] + 2 :])
    for word in rest:
        if not word.startswith("-"):
            queues.append(word)
            continue
        name, equals, value = word.partition("=")
        if name in _ONCE:
            return None
        follows = [next(rest, "")] if name not in _FLAGS and not equals else []
        value = "".join(follows) or value
        options += [word, *follows] if name in _KEPT and "://" not in value else []
        named = _VARIABLE.fullmatch(value) if name in _ADDRESS else None
        variable = named[1] if named else variable
        configured = configured or name in _OTHER_SETTINGS
    if not all(_NAME.fullmatch(queue) for queue in queues) or not all(option.isprintable() for option in options):
        return None
    return RqCommand(tuple(options), tuple(queues or ([] if configured else ["default"])), variable, configured, location)
