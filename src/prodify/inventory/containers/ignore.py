"""The rules of a .dockerignore file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from prodify.model import Location


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
        prefixes = ["/".join(parts[: n + 1]) for n in range(len(parts))]
        excluded = False
        for pattern in self.patterns:
            negated = pattern.startswith("!")
            expression = _expression(pattern[1:] if negated else pattern)
            if any(expression.fullmatch(prefix) for prefix in prefixes):
                excluded = not negated
        return excluded


@lru_cache(maxsize=1024)
def _expression(pattern: str) -> re.Pattern[str]:
    """A pattern of Docker's (Go's filepath.Match with `**`) as a regular expression."""
    pattern = pattern.strip().strip("/").removeprefix("./")
    out, position = "", 0
    while position < len(pattern):
        if pattern.startswith("**/", position):
            out += "(?:[^/]+/)*"
            position += 3
        elif pattern.startswith("**", position):
            out += ".*"
            position += 2
        elif pattern[position] == "*":
            out += "[^/]*"
            position += 1
        elif pattern[position] == "?":
            out += "[^/]"
            position += 1
        elif pattern[position] == "[" and (end := pattern.find("]", position + 2)) > 0:
            body = pattern[position + 1 : end]
            out += "[" + ("^" if body[0] in "^!" else "") + re.escape(body.lstrip("^!")).replace(r"\-", "-") + "]"
            position = end + 1
        else:
            out += re.escape(pattern[position])
            position += 1
    try:
        return re.compile(out, re.DOTALL)
    except re.error:
        return re.compile(re.escape(pattern))


def read_dockerignore(path: str, text: str) -> Dockerignore:
    """The rules of a .dockerignore's text."""
    lines = (line.strip() for line in text.splitlines())
    return Dockerignore(path, tuple(line for line in lines if line and not line.startswith("#")))
