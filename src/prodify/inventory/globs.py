"""Globs as functions: nearly all are a text with one star, which needs no regular expression."""

from __future__ import annotations

import re
from fnmatch import translate
from functools import lru_cache
from typing import TYPE_CHECKING

from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Callable

_WILD = frozenset("*?[")


def is_plain(pattern: str) -> bool:
    """Whether a glob matches only the text that it is itself."""
    return _WILD.isdisjoint(pattern)


@lru_cache(maxsize=512)
def glob_test(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """What tells whether a text matches one of the globs, as `fnmatch.fnmatchcase` does.

    >>> test = glob_test(("*.py", "Dockerfile*", "a*z"))
    >>> test("x.py"), test("Dockerfile.dev"), test("abz"), test("az"), test("a.txt")
    (True, True, True, True, False)
    """
    exact = frozenset(p for p in patterns if not _WILD.intersection(p))
    split = [p.split("*") for p in patterns if p.count("*") == 1 and not _WILD.intersection(p.replace("*", ""))]
    ends = tuple(after for before, after in split if not before)
    starts = tuple(before for before, after in split if before and not after)
    pairs = tuple((before, after, len(before) + len(after)) for before, after in split if before and after)
    simple = {"*".join(parts) for parts in split}
    others = [translate(p) for p in patterns if p not in exact and p not in simple]
    rest: re.Pattern[str] | None = lazy("|".join(others)) if others else None

    def matches(text: str) -> bool:
        if text in exact or text.endswith(ends) or text.startswith(starts):
            return True
        for before, after, size in pairs:  # a generator takes twice the time, and every name of a tree comes through here
            if text.endswith(after) and text.startswith(before) and len(text) >= size:
                return True
        return rest is not None and rest.match(text) is not None

    return matches
