"""Globs as functions: nearly all are a text with one star, which needs no regular expression."""

from __future__ import annotations

import re
from bisect import bisect_left
from fnmatch import translate
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_WILD = frozenset("*?[")


def is_plain(pattern: str) -> bool:
    """Whether a glob matches only the text that it is itself."""
    return _WILD.isdisjoint(pattern)


@lru_cache(maxsize=4096)
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
    rest: re.Pattern[str] | None = lazy("|".join(others), passing=True) if others else None

    def matches(text: str) -> bool:
        if text in exact or text.endswith(ends) or text.startswith(starts):
            return True
        for before, after, size in pairs:  # a generator takes twice the time, and every name of a tree comes through here
            if text.endswith(after) and text.startswith(before) and len(text) >= size:
                return True
        return rest is not None and rest.match(text) is not None

    return matches


class GlobIndex:
    """Many texts that many globs are held against: a glob's literal beginning or end leads to the few that it may match.

    >>> index = GlobIndex(["a.py", "b_test.py", "Dockerfile.dev", "app/models.py"])
    >>> sorted(index.matching(("Dockerfile*", "*_test.py", "*[dm]odel?.py")))
    ['Dockerfile.dev', 'app/models.py', 'b_test.py']
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = frozenset(texts)

    @cached_property
    def _forwards(self) -> list[str]:
        return sorted(self._texts)

    @cached_property
    def _backwards(self) -> list[str]:
        return sorted(text[::-1] for text in self._texts)

    def matching(self, patterns: Iterable[str]) -> set[str]:
        """The texts that match one of the globs, as `fnmatch.fnmatchcase` tells."""
        found: set[str] = set()
        for pattern in patterns:
            found.update(self._of(pattern))
        return found

    def _of(self, pattern: str) -> Iterator[str]:
        wild = [at for at, letter in enumerate(pattern) if letter in _WILD]
        if not wild:
            return iter((pattern,) if pattern in self._texts else ())
        before, after = pattern[: wild[0]], pattern[wild[-1] + 1 :]
        if before:
            candidates = _beginning(self._forwards, before)
        elif "[" not in pattern:  # what follows the last sign may belong to a class that begins before it
            candidates = (text[::-1] for text in _beginning(self._backwards, after[::-1]))
        else:
            candidates = iter(self._forwards)
        return filter(glob_test((pattern,)), candidates)


def _beginning(texts: list[str], start: str) -> Iterator[str]:
    """Those of sorted texts that begin with something."""
    for number in range(bisect_left(texts, start), len(texts)):
        if not texts[number].startswith(start):
            return
        yield texts[number]
