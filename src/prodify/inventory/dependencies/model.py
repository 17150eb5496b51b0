"""Values of the dependency readers."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from prodify.inventory.facts import Dependency, ManifestFile
from prodify.lazydata import dataclass
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DEVELOPMENT = lazy(
    r"(^|[-_./ ])(dev|devel|develop|development|tests?|testing|docs?|documentation|lint|linting|format|typing|types|ci|local|debug|build|"
    r"qa|style|bench|benchmarks?|release|coverage|pre-commit|examples?)([-_./ ]|$)",
    re.IGNORECASE,
)
"""Names of files, groups and extras that are not installed in production."""


@dataclass(frozen=True, slots=True)
class Manifest(ManifestFile):
    """A manifest with what only its readers know.

    `ecosystem`: pypi, npm, go, maven, crates, gems, packagist or nuget. `project` is the name that it gives itself, `publishes` whether
    it describes a package to be built. `includes` are requirement files that it takes in, `constraints` those that only limit versions.
    `workspace`: its lock file serves the directories below. `compiled`: a tool wrote it out of another file. `problem`: why it could
    not be read.
    """

    ecosystem: str = "pypi"
    project: str | None = None
    publishes: bool = False
    includes: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    workspace: bool = False
    compiled: bool = False
    problem: str | None = None

    @property
    def location(self) -> Location:
        """The file's first line."""
        return Location(self.path, 1)


@dataclass(frozen=True, slots=True)
class LockState:
    """Whether the dependencies that one directory declares for one ecosystem are locked.

    `locked`: a lock file lies there or above in a workspace, or every requirement of production is pinned with ==. `how`: lock,
    pinned-hashed, pinned, none, or nothing-to-lock (no dependency, or Maven and Gradle without locking). `library`: the manifest
    publishes a package and no service is made of it. `unpinned` are the production dependencies that are not exact, when no lock file
    fixes them. `location` is the manifest, or the first unpinned dependency.
    """

    component: str
    ecosystem: str
    locked: bool
    how: str
    location: Location
    unpinned: tuple[Dependency, ...] = ()
    library: bool = False

    @property
    def note(self) -> str:
        """One line of evidence."""
        if self.unpinned:
            names = ", ".join(d.name for d in self.unpinned[:5]) + (" ..." if len(self.unpinned) > 5 else "")
            return f"{self.ecosystem}: {len(self.unpinned)} without an exact version: {names}"
        return f"{self.ecosystem}: {self.how}"


_KEY = lazy(r"^[ \t]*[\"']?([A-Za-z0-9][\w.-]*)[\"']?[ \t]*=", re.MULTILINE)


class Lines:
    """Line numbers of offsets in a text."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def at(self, offset: int) -> Location:
        """The place of an offset."""
        return Location(self.path, bisect_right(self._starts, offset))

    @cached_property
    def _keys(self) -> dict[str, list[int]]:
        """Offsets of what stands before `=` or `.` at the beginning of a line, by name."""
        found: dict[str, list[int]] = {}
        for match in _KEY.finditer(self.text):
            found.setdefault(match.group(1), []).append(match.start(1))
        return found

    def key(self, name: str, start: int = 0) -> Location:
        """The place of a TOML key, the first one after `start`; the file when there is none."""
        offsets = self._keys.get(name, [])
        position = bisect_left(offsets, start)
        return self.at(offsets[position]) if position < len(offsets) else Location(self.path, 1)

    def find(self, *needles: str, start: int = 0) -> Location:
        """The place of the first of the needles after `start` that occurs, else the file."""
        for needle in needles:
            offset = self.text.find(needle, start)
            if offset >= 0:
                return self.at(offset)
        return Location(self.path, 1)


def blanked(text: str, start: str, end: str) -> str:
    """The text with everything from `start` to `end` replaced by spaces, lines kept; an unclosed part is left as it is.

    >>> blanked("a<!--b\\n-->c", "<!--", "-->")
    'a     \\n   c'
    """
    parts, position = [], 0
    while (begin := text.find(start, position)) >= 0 and (stop := text.find(end, begin + len(start))) >= 0:
        stop += len(end)
        parts.append(text[position:begin])
        parts.append(re.sub(r"[^\n]", " ", text[begin:stop]))
        position = stop
    return "".join([*parts, text[position:]])


def between(text: str, start: str, end: str) -> Iterator[tuple[int, str]]:
    """Offsets and texts of what stands between `start` and the next `end`.

    >>> list(between("<a>x</a><a>y</a><a>z", "<a>", "</a>"))
    [(0, 'x'), (8, 'y')]
    """
    position = 0
    while (begin := text.find(start, position)) >= 0 and (stop := text.find(end, begin + len(start))) >= 0:
        yield begin, text[begin + len(start) : stop]
        position = stop + len(end)


@lru_cache(maxsize=4096)
def normalised(name: str) -> str:
    """A distribution's name as PEP 503 compares it.

    >>> normalised("Flask_SQLAlchemy")
    'flask-sqlalchemy'
    """
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def directory_of(path: str) -> str:
    """The directory that a manifest speaks for: its own, or the one above a directory called requirements or reqs. "." is the root."""
    parts = path.split("/")[:-1]
    if parts and parts[-1].lower() in ("requirements", "reqs", "requires", "deps", "dependencies"):
        parts = parts[:-1]
    return "/".join(parts) or "."


def pin_of(specifier: str) -> str:
    """exact, range or none for a specifier of Python's.

    >>> [pin_of(s) for s in ("==1.2", "===1", "==1.*", ">=1", "")]
    ['exact', 'exact', 'range', 'range', 'none']
    """
    text = specifier.strip().strip("()").strip()
    if not text or text == "*":
        return "none"
    parts = [part.strip() for part in text.split(",")]
    return "exact" if any(part.startswith("==") and "*" not in part for part in parts) else "range"


def semver_pin(version: str) -> str:
    """exact, range or none for a version of npm, Cargo, Composer and the like, where a bare version is exact.

    >>> [semver_pin(v) for v in ("1.2.3", "v1.2", "^1", "*", "latest", "1.x", ">=1 <2", "git+https://x/y#" + "a" * 40)]
    ['exact', 'exact', 'range', 'none', 'none', 'range', 'range', 'exact']
    """
    text = version.strip().removeprefix("npm:")
    if text in ("", "*", "latest", "next", "x"):
        return "none"
    if re.search(r"[#@][0-9a-f]{40}$", text) or text.startswith(("workspace:", "file:", "link:", "portal:", "catalog:")):
        return "exact"
    if "://" in text or text.startswith(("git", "github:")):
        return "none"
    text = text.rpartition("@")[2] if text.startswith("@") or "@" in text[1:] else text
    return "exact" if re.fullmatch(r"[v=]?\s*\d+(\.\d+)*([-+][0-9A-Za-z.+-]+)?", text) else "range"


def locked_packages(path: str, ecosystem: str, pairs: Iterable[tuple[str, str]]) -> tuple[Dependency, ...]:
    """Dependencies of a lock file from names and versions; the place is the file."""
    place = Location(path)
    return tuple(Dependency(name, f"=={version}", "exact", place, ecosystem) for name, version in dict.fromkeys(pairs))
