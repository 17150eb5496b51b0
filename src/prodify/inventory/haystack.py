"""Which of many texts hold a word: the texts joined, so that a question is one search instead of one for every text."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SEPARATOR = b"\0"


class Haystack:
    """Texts searched as one. Answers are positions in `texts`, and every word is looked for once.

    >>> Haystack(["import os", "", "import re"]).holding(["re", "sys"])
    [2]
    """

    def __init__(self, texts: Sequence[str]) -> None:
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        self._joined = _SEPARATOR.join(encoded)
        self._starts = list(accumulate((len(one) + len(_SEPARATOR) for one in encoded), initial=0))
        self._known: dict[str, frozenset[int]] = {}

    def holding(self, words: Iterable[str]) -> list[int]:
        """The texts that hold at least one of the words, ascending. A word must not be empty nor hold a NUL."""
        found: set[int] = set()
        for word in words:
            numbers = self._known.get(word)
            if numbers is None:
                numbers = self._known[word] = frozenset(self._search(word.encode("utf-8", "surrogatepass")))
            found |= numbers
        return sorted(found)

    def _search(self, word: bytes) -> Iterable[int]:
        at = self._joined.find(word)
        while at >= 0:
            number = bisect_right(self._starts, at) - 1
            yield number
            at = self._joined.find(word, self._starts[number + 1])
