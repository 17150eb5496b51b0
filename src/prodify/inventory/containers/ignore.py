"""The rules of a .dockerignore file."""

from __future__ import annotations

import re
from fnmatch import translate
from functools import lru_cache
from itertools import islice

from prodify.lazydata import dataclass
from prodify.lazyre import lazy
from prodify.model import Location

MAX_PATTERNS = 2000
MAX_PATTERN = 500
"""Rules of a file, and characters of a rule, that are read."""
_ANY = lazy(r"(?s:.+)")


@dataclass(frozen=True, slots=True)
class Dockerignore:
    """One .dockerignore. `patterns` in order, comments and blank lines dropped; `context` is the directory it applies to."""

    path: str
    patterns: tuple[str, ...] = ()

    @property
    def location(self) -> Location:
        """The file's first line."""
        return Location(self.path, 1)

    @property
    def context(self) -> str:
        """The build context's directory, "." for the root."""
        return self.path.rpartition("/")[0] or "."

    def excludes(self, path: str) -> bool:
        """Whether a file, given by its repository path, stays out of the build context. The last matching rule decides.

        A rule that matches a directory holds for all below it, as with `docker build`. Paths outside the context are excluded.
        """
        if self.context != ".":
            if not path.startswith(self.context + "/"):
                return True
            path = path[len(self.context) + 1 :]
        parts = path.split("/")
        excluded = False
        for pattern in self.patterns:
            negated = pattern.startswith("!")
            if _matches(pattern[1:] if negated else pattern, parts):
                excluded = not negated
        return excluded


@lru_cache(maxsize=1024)
def _segments(pattern: str) -> tuple[re.Pattern[str] | None, ...]:
    """A pattern's path segments as regular expressions; None stands for `**`, any number of segments."""
    found: list[re.Pattern[str] | None] = []
    for part in pattern.strip().strip("/").removeprefix("./").split("/"):
        if "**" in part and (not found or found[-1] is not None):
            found.append(None)
        if part.strip("*"):
            found.append(re.compile(translate(re.sub(r"\*+", "*", part).replace("[^", "[!"))))
        elif part == "*":
            found.append(_ANY)
    return tuple(found)


def _matches(pattern: str, parts: list[str]) -> bool:
    """Whether a pattern matches the path or a directory above it; positions in it are followed side by side, without backtracking."""
    segments = _segments(pattern)
    positions = _closure({0}, segments)
    for part in parts:
        reached = {p for p in positions if p < len(segments) and segments[p] is None}
        for position in positions:
            expression = segments[position] if position < len(segments) else None
            if expression is not None and expression.match(part):
                reached.add(position + 1)
        positions = _closure(reached, segments)
        if len(segments) in positions:
            return bool(segments)
    return False


def _closure(positions: set[int], segments: tuple[re.Pattern[str] | None, ...]) -> set[int]:
    """The positions, and those behind a `**` that matches nothing."""
    return positions | {p + 1 for p in positions if p < len(segments) and segments[p] is None}


def read_dockerignore(path: str, text: str) -> Dockerignore:
    """The rules of a .dockerignore's text."""
    lines = (line.strip() for line in text.splitlines())
    rules = (line for line in lines if line and not line.startswith("#") and len(line) <= MAX_PATTERN)
    return Dockerignore(path, tuple(islice(rules, MAX_PATTERNS)))
