"""Which of many texts hold a word: the texts joined, so that a question is one search instead of one for every text.

After a few questions the identifiers of all texts are indexed, and a question is a search in those.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from functools import cached_property
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SEPARATOR = b"\0"
_PLAIN_SEARCHES = 12
"""Words that are looked for in the texts themselves before it pays to index them."""
_ASCII_ONLY = bytes(byte if byte < 128 else ord(" ") for byte in range(256))
_WORDS_ONLY = bytes(byte if byte >= 128 or chr(byte).isalnum() or byte == ord("_") else ord(" ") for byte in range(256))


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
        return sorted(frozenset().union(*map(self.numbers, words)))

    def naming(self, identifiers: Iterable[str]) -> set[int]:
        """The texts in which each of the identifiers (ASCII letters, digits, `_`) stands as a whole; every text where there are none."""
        found = set(range(len(self._starts) - 1))
        for name in identifiers:
            found.intersection_update(self._index[1].get(name.encode("ascii"), ()))
        return found

    def calling(self, name: str, numbers: Iterable[int]) -> set[int]:
        """Those of the texts in which a parenthesis may follow a name, or an import gives it another."""
        forms = [f"{name}{after}".encode("ascii") for after in ("(", " (", " as ")]
        find, starts = self._joined.find, self._starts
        return {number for number in numbers if any(find(form, starts[number], starts[number + 1]) >= 0 for form in forms)}

    def numbers(self, word: str) -> frozenset[int]:
        """The texts that hold a word."""
        found = self._known.get(word)
        if found is None:
            needle = word.encode("utf-8", "surrogatepass")
            search = self._search if len(self._known) < _PLAIN_SEARCHES else self._look_up
            found = self._known[word] = frozenset(search(needle))
        return found

    def of_any_case(self, words: Iterable[str]) -> frozenset[int]:
        """The texts with an identifier that one of the words (ASCII letters, digits, `_`) stands in, whatever its case."""
        found: set[int] = set()
        for word in words:
            fragment = word.lower().encode("ascii")
            known = self._of_any_case.get(fragment)
            if known is None:
                known = self._of_any_case[fragment] = self._with_identifier(fragment, self._folded)
            found |= known
        return frozenset(found)

    @cached_property
    def _of_any_case(self) -> dict[bytes, frozenset[int]]:
        return {}

    @cached_property
    def _folded(self) -> bytes:
        return self._index[0].lower()

    def _search(self, needle: bytes) -> Iterable[int]:
        at = self._joined.find(needle)
        while at >= 0:
            number = bisect_right(self._starts, at) - 1
            yield number
            at = self._joined.find(needle, self._starts[number + 1])

    @cached_property
    def _index(self) -> tuple[bytes, dict[bytes, list[int]]]:
        """Every identifier that occurs, between blanks, and the texts of each: far less to search than the texts are.

        Not every character beyond ASCII belongs to a name (a no-break space, a quotation mark): what stands between those counts, too.
        """
        found: defaultdict[bytes, list[int]] = defaultdict(list)
        words = self._joined.translate(_WORDS_ONLY)
        for number, (start, end) in enumerate(pairwise(self._starts)):
            text = words[start:end]
            of_text = set(text.split())
            if not text.isascii():
                of_text.update([part for word in of_text if not word.isascii() for part in word.translate(_ASCII_ONLY).split()])
            for word in of_text:
                found[word].append(number)
        return b" ".join((b"", *found, b"")), found

    def _look_up(self, needle: bytes) -> Iterable[int]:
        """What `_search` finds: the texts with fitting identifiers, and a look into those where there is more to a word than that."""
        plain = needle.translate(_WORDS_ONLY)
        parts = plain.split()
        if not parts:
            return self._search(needle)
        ends = (b"" if plain.startswith(parts[0]) else b" ", *(b" " for _ in parts[1:]), b"" if plain.endswith(parts[-1]) else b" ")
        sets = [self._with_identifier(ends[turn] + part + ends[turn + 1]) for turn, part in enumerate(parts)]
        found = frozenset.intersection(*sets)
        if len(needle) == len(parts[0]):
            return found
        return [number for number in found if self._joined.find(needle, self._starts[number], self._starts[number + 1]) >= 0]

    def _with_identifier(self, fragment: bytes, searched: bytes | None = None) -> frozenset[int]:
        """The texts that hold an identifier with that in it; a blank in front or behind stands for the identifier's own begin or end.

        `searched`: the identifiers in another case, byte for byte in the same places.
        """
        every, texts = self._index
        searched = every if searched is None else searched
        found: set[int] = set()
        at = searched.find(fragment)
        while at >= 0:
            start = every.rfind(b" ", 0, at + 1) + 1
            end = every.find(b" ", start)
            found.update(texts[every[start:end]])
            at = searched.find(fragment, end)
        return frozenset(found)
