"""Branch patterns: whether they let the default branch through."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT_BRANCHES = ("main", "master", "trunk", "develop", "production", "default")
"""Names that default branches have; a pattern that holds one of the first two, or one of the others alone, means the default branch."""


def holds_default(patterns: Iterable[str]) -> bool:
    """Whether pushes to the default branch pass these patterns. None at all means every branch; "!x" takes away again.

    >>> holds_default(["release/**"]), holds_default(["**", "!main", "!master"]), holds_default(())
    (False, False, True)
    """
    rules = list(patterns)
    if not rules:
        return True
    allowed = [branch for branch in DEFAULT_BRANCHES if _allows(rules, branch)]
    if {"!main", "!master"} & set(rules):
        allowed = [branch for branch in allowed if branch in ("main", "master")]  # another name is not the default one here
    return bool(allowed) or any("default_branch" in rule.lower() or "defaultbranch" in rule.lower() for rule in rules)


def _allows(rules: list[str], branch: str) -> bool:
    """Whether a branch passes: the last rule that matches decides; exclusions alone let the others through."""
    allowed = all(rule.startswith("!") for rule in rules)
    for rule in rules:
        if _matches(rule.removeprefix("!"), branch):
            allowed = not rule.startswith("!")
    return allowed


def _matches(pattern: str, branch: str) -> bool:
    pattern = pattern.strip().removeprefix("refs/heads/")
    if pattern.startswith("/") and pattern.endswith("/") and len(pattern) > 1:
        try:
            return re.search(pattern[1:-1], branch) is not None
        except re.error:
            return False
    expression = re.escape(pattern).replace(r"\*\*", ".*").replace(r"\*", "[^/]*").replace(r"\?", ".?")
    return re.fullmatch(expression, branch) is not None
