"""The checks. One module is one check (or a few that share their facts); discovered by walking the package."""

from __future__ import annotations

from functools import lru_cache

from prodify.api import Check
from prodify.discovery import collect


@lru_cache(maxsize=1)
def all_checks() -> tuple[Check, ...]:
    """Every built-in check, in step order and then by id."""
    return tuple(sorted(collect("prodify.checks", Check), key=lambda c: (c.step.number, c.id)))
