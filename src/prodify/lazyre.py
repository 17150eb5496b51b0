"""Regular expressions that are compiled on first use: an audit needs few of those that it imports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, AnyStr, Protocol, cast

from prodify import patternstore

if TYPE_CHECKING:
    from typing import Any

_METHODS = ("match", "search", "fullmatch", "finditer", "findall", "sub", "subn", "split", "pattern", "groups", "groupindex", "flags")


class Search(Protocol):
    """What can be asked whether it occurs in a text: a pattern, or words."""

    def search(self, string: str, /) -> object:
        """Something true if it occurs."""


class Words:
    """Words of which a text has to hold one, whatever their case; far faster than a pattern of many branches.

    >>> Words("password api_key").search("PASSWORD = 1"), Words("password api_key").search("pass")
    (True, False)
    """

    def __init__(self, words: str) -> None:
        self.words = tuple(words.split())

    @property
    def are_names(self) -> bool:
        """Whether each of them is a part of an identifier, which an index of identifiers can be asked for."""
        return all(word.isascii() and word.replace("_", "a").isalnum() for word in self.words)

    def search(self, string: str, /) -> bool:
        """Whether the text holds one of the words."""
        held = string.casefold()
        return any(word in held for word in self.words)


class _Lazy:
    """Stands in for a compiled pattern; the first access compiles it and puts the real methods on the instance."""

    def __init__(self, pattern: Any, flags: int) -> None:
        self._source = (pattern, flags)

    def _compiled(self) -> Any:
        return patternstore.compiled(*self._source)

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = self._compiled()
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


class _Passing(_Lazy):
    """One whose pattern is made while the program runs, perhaps of what a repository says: it leaves no trace."""

    def _compiled(self) -> Any:
        return re.compile(*self._source)


class _Guarded:
    """A lazy pattern whose search first looks for words of which every match holds one."""

    def __init__(self, pattern: str, words: tuple[str, ...], flags: int) -> None:
        self.words = words
        self.lazy = lazy(pattern, flags)
        self._folds = bool(flags & re.IGNORECASE)

    def search(self, text: str) -> re.Match[str] | None:
        held = text.casefold() if self._folds else text
        for word in self.words:
            if word in held:
                return self.lazy.search(text)
        return None


def guarded(pattern: str, words: str, flags: int = 0) -> re.Pattern[str]:
    """Return a pattern of which only `search` works, and that is fast in the many texts that hold none of the words.

    `words`, separated by blanks (`+` stands for a blank inside one), must be such that every match holds one of them; in lower case
    with `re.IGNORECASE`. A search for an alternation tries every branch at every character; a search for a word does not.

    >>> guarded(r"\\bpact\\b|prism mock", "pact prism+mock").search("impact") is None
    True
    """
    return cast("re.Pattern[str]", _Guarded(pattern, tuple(word.replace("+", " ") for word in words.split()), flags))


def lazy(pattern: AnyStr, flags: int = 0, *, passing: bool = False) -> re.Pattern[AnyStr]:
    """Return what `re.compile` would, compiled when it is first asked for something. Call its methods; `re.sub(lazy(...))` does not work.

    `passing`: the pattern does not stand in the source, so it is not kept for the next run.

    >>> bool(lazy("a+").match("aa"))
    True
    """
    return cast("re.Pattern[AnyStr]", (_Passing if passing else _Lazy)(pattern, flags))
