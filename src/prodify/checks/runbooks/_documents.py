"""The documents of a repository, and what they speak of."""

from __future__ import annotations

import re

from prodify.api import Inventory, Location, Role
from prodify.lazyre import lazy

_RUNBOOK = lazy(
    r"(^|/)(run-?books?|playbooks?|operations?|ops)(/|[^/]*\.(md|rst|adoc)$)|(^|/)(RUNBOOK|OPERATIONS)[^/]*\.(md|rst)$", re.IGNORECASE
)


def documents(repo: Inventory) -> tuple[str, ...]:
    return tuple(p for p in repo.files.select("*.md", "*.rst", "*.adoc") if repo.files.entries[p].role in (Role.DOCS, Role.PRODUCTION))


def runbooks(repo: Inventory) -> tuple[str, ...]:
    """Files that are runbooks, by name and by having a list of steps or commands."""
    return tuple(
        p
        for p in documents(repo)
        if _RUNBOOK.search(p) and re.search(r"^\s*(\d+[.)]|[-*]|```|    \S)", repo.files.text(p) or "", re.MULTILINE)
    )


def saying(repo: Inventory, pattern: re.Pattern[str], paths: tuple[str, ...] | None = None) -> tuple[Location, ...]:
    found = []
    for path in paths if paths is not None else documents(repo):
        for number, line in enumerate(repo.files.lines(path), 1):
            if pattern.search(line[:500]):
                found.append(Location(path, number))
                break
    return tuple(found)
