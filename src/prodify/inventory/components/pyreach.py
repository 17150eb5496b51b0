"""Which files a Python program reaches through its imports, first-party ones only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory import pyimports

if TYPE_CHECKING:
    from prodify.inventory import Inventory

_MOST_FILES = 60
"""Files that are followed from one start: an application object stands near the program that serves it."""


def reaches(repo: Inventory, start: str, goals: frozenset[str] | set[str]) -> bool:
    """Whether a file imports one of the goals, directly or through other files of the repository."""
    seen, waiting = {start}, [start]
    while waiting and len(seen) <= _MOST_FILES:
        path = waiting.pop(0)
        if path in goals:
            return True
        module = repo.python.module(path)
        for dotted in module.imports.values() if module is not None else ():
            found = pyimports.locate(repo, path, dotted)
            if found is not None and found[0] not in seen:
                seen.add(found[0])
                waiting.append(found[0])
    return any(path in goals for path in waiting)
