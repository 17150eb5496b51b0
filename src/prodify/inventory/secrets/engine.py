"""The two engines: hyperscan, and `re` in windows around keywords where hyperscan has no wheel. Both report (identifier, end offset)."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any, Protocol

from prodify.inventory.secrets import cache
from prodify.inventory.secrets.plan import KEYWORD_BASE, TRIGGER_BASE, SearchPlan
from prodify.inventory.secrets.triggers import BEGIN_WITH_NAME, ENDS_OF_ARGUMENT, KEYS, NAME_WORDS, PATTERNS, Trigger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ARGUMENT = TRIGGER_BASE + Trigger.ARGUMENT
_NAMES = frozenset(word.encode() for word in NAME_WORDS)
_KEY, _LEAD = b"key", 13
"""The name that can begin before its word, and how many bytes: as in `subscription_key`."""
BACK, AHEAD = 256, 768
"""The window of the fallback engine around a keyword, in bytes."""

MOST_MATCHES = 100_000
"""Matches that are kept of one file, against files that are made of nothing else."""


class Engine(Protocol):
    """Finds everything of a plan in a block of bytes."""

    def search(self, data: bytes) -> list[tuple[int, int]]:
        """Return (identifier, end offset), in any order, possibly more than once."""


class HyperscanEngine:
    """All patterns in one pass, from a database that is compiled once per machine and set of rules.

    Raises:
        ImportError: when there is no hyperscan for this platform.
    """

    def __init__(self, plan: SearchPlan, cache_dir: Path | None = None) -> None:
        import hyperscan

        self._hs = hyperscan
        folder = cache_dir if cache_dir is not None else cache.default_cache_dir()
        database = self._load(cache.ready(str(folder), self._version())) if plan.is_built_in else None
        if database is None:
            path = folder / f"secrets-{plan.digest()}-{self._version()}-{cache.machine()}.hsdb"
            database = self._load(cache.read(path))
            if database is None:
                database = self._compile(plan)
                cache.write(path, hyperscan.dumpb(database))
            if plan.is_built_in:
                cache.note(folder, self._version(), path)
        self._db: Any = database
        self._scratches = threading.local()

    def _version(self) -> str:
        # The package's own version names the library that is linked into it; importlib.metadata would cost 30 ms.
        return str(getattr(self._hs, "__version__", "0"))

    def _load(self, body: bytes | None) -> Any:
        if body is None:
            return None
        try:
            return self._hs.loadb(body, self._hs.HS_MODE_BLOCK)
        except self._hs.error:
            return None

    def _compile(self, plan: SearchPlan) -> Any:
        hs = self._hs
        rows = plan.expressions()
        database = hs.Database(mode=hs.HS_MODE_BLOCK)
        flags = [hs.HS_FLAG_SINGLEMATCH if first else hs.HS_FLAG_MULTILINE for _, _, first in rows]
        database.compile(expressions=[e for _, e, _ in rows], ids=[i for i, _, _ in rows], elements=len(rows), flags=flags)
        return database

    def search(self, data: bytes) -> list[tuple[int, int]]:
        """Return (identifier, end offset) of every match; of rules and triggers at most `MOST_MATCHES`, of keywords always all."""
        scratch = getattr(self._scratches, "own", None)  # two threads must not share one
        if scratch is None:
            scratch = self._scratches.own = self._hs.Scratch(self._db)
        found: list[tuple[int, int]] = []
        append = found.append

        def on_match(identifier: int, _start: int, end: int, _flags: int, _context: object) -> None:
            if len(found) < MOST_MATCHES or identifier >= KEYWORD_BASE:
                append((identifier, end))

        self._db.scan(data, match_event_handler=on_match, scratch=scratch)
        return found


class WindowEngine:
    """The same patterns with `re`, each only near one of its words. Same findings; slower by the number of words that a text holds.

    Patterns that begin with a name are tried at the names alone: a third of the time that a search of the windows takes. Measured, on
    two processors: 1 MB/s on code, 1.4 on prose, 0.3 on a text of nothing but such words; hyperscan is 20 to 300 times as fast. There is
    no faster way without a compiled module: what is left are the patterns, not the words, and none with an Aho-Corasick search has a
    wheel for Windows on ARM, the one platform that comes here.
    """

    def __init__(self, plan: SearchPlan) -> None:
        self._plan = plan
        self._words = plan.words()
        patterns = {i: re.compile(e, re.MULTILINE) for i, e, _ in plan.expressions() if i < KEYWORD_BASE}
        self._named = {TRIGGER_BASE + trigger: patterns.pop(TRIGGER_BASE + trigger) for trigger in sorted(BEGIN_WITH_NAME)}
        del patterns[_ARGUMENT]
        self._argument = re.compile(ENDS_OF_ARGUMENT.encode()), re.compile(PATTERNS[Trigger.ARGUMENT][0].encode() + rb"\Z")
        self._keys = re.compile(KEYS.encode())
        self._patterns = patterns
        self._by_word: dict[bytes, list[int]] = {word.encode(): [] for word in NAME_WORDS}
        for identifier in patterns:
            for word in self._words[identifier]:
                self._by_word.setdefault(word.encode(), []).append(identifier)

    def search(self, data: bytes) -> list[tuple[int, int]]:
        """Return (identifier, end offset) of every match near a word."""
        found = [(KEYWORD_BASE + n, data.find(word) + len(word)) for n, word in enumerate(self._plan.keywords) if word in data]
        low = data.lower()
        windows: dict[int, list[tuple[int, int]]] = {}
        names: set[int] = set()
        for word, identifiers in self._by_word.items():
            places = _places(low, word)
            if places and word in _NAMES:
                names.update(places)
                if word == _KEY:
                    names.update(at for place in places for at in range(max(0, place - _LEAD), place) if self._keys.match(data, at))
            spans = [(max(0, at - BACK), at + AHEAD) for at in places]
            for identifier in identifiers if spans else ():
                windows.setdefault(identifier, []).extend(spans)
        for identifier, spans in windows.items():
            pattern = self._patterns[identifier]
            for start, stop in _merged(spans, len(data)):
                position = start
                while match := pattern.search(data, position, stop):
                    position = match.start() + 1
                    found += ((identifier, end) for end in _ends(pattern, data, match.start(), match.end()))
        for at in names:
            found += self._at_name(data, at)
        return found

    def _at_name(self, data: bytes, at: int) -> Iterator[tuple[int, int]]:
        """What begins with the name at `at`, and the arguments behind it."""
        for identifier, pattern in self._named.items():
            if match := pattern.match(data, at):
                yield from ((identifier, end) for end in _ends(pattern, data, at, match.end()))
        end_of, whole = self._argument
        if match := end_of.match(data, at):
            for end in _ends(end_of, data, at, match.end()):
                if whole.search(data, max(0, end - BACK), end):
                    yield _ARGUMENT, end


def _ends(pattern: re.Pattern[bytes], data: bytes, start: int, end: int) -> Iterator[int]:
    """Every offset where a match at `start`, of which one ends at `end`, can end: the shortest may be the one that is confirmed."""
    yield end
    while match := pattern.match(data, start, end - 1):
        end = match.end()
        yield end


def _places(low: bytes, word: bytes) -> list[int]:
    places = []
    at = low.find(word)
    while at >= 0:
        places.append(at)
        at = low.find(word, at + len(word))
    return places


def _merged(spans: list[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        end = min(stop, size)
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def make_engine(plan: SearchPlan, cache_dir: Path | None = None, *, force_fallback: bool = False) -> Engine:
    """Return the best engine that this platform has."""
    if not force_fallback:
        try:
            return HyperscanEngine(plan, cache_dir)
        except ImportError:
            pass
    return WindowEngine(plan)
