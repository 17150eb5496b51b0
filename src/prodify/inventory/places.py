"""Where in a call something is written: the line that its owner has to change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Role
from prodify.inventory.polyglot.javascript import LANGUAGES
from prodify.model import Location

if TYPE_CHECKING:
    from prodify.inventory import Inventory


def keyword_place(repo: Inventory, call: Location, name: str) -> Location:
    """The line of a call on which a keyword argument stands, the call's own place when it is not seen."""
    return _first(repo, call, rf"\b{re.escape(name)}\s*=", call.line or 1) or call


def literal_place(repo: Inventory, call: Location, value: str) -> Location:
    """The line on which a string that a call uses is written: in the call, else the nearest one above it, else the call."""
    quoted = rf"""["']{re.escape(value)}["']"""
    inside = _first(repo, call, quoted, call.line or 1)
    if inside is not None:
        return inside
    lines = repo.files.lines(call.path)[: call.line]
    above = [number for number, line in enumerate(lines, 1) if re.search(quoted, line)]
    return Location(call.path, above[-1]) if above else call


def written_place(repo: Inventory, call: Location, value: str) -> Location:
    """`literal_place`, and of a constant that another file holds the one line of production code that writes it."""
    near = literal_place(repo, call, value)
    if near is not call:
        return near
    quoted = re.compile(rf"""["'`]{re.escape(value)}["'`]""")
    paths = {path for language in ("python", *LANGUAGES) for path in repo.syntax.sources(language, (value,), (Role.PRODUCTION,))}
    found = [Location(path, n) for path in sorted(paths) for n, line in enumerate(repo.files.lines(path), 1) if quoted.search(line)]
    return found[0] if len(found) == 1 else call


def _first(repo: Inventory, call: Location, pattern: str, start: int) -> Location | None:
    lines = repo.files.lines(call.path)[start - 1 : call.end_line or start]
    return next((Location(call.path, number) for number, line in enumerate(lines, start) if re.search(pattern, line)), None)
