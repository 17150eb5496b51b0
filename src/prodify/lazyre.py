"""Regular expressions that are compiled on first use: an audit needs few of those that it imports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, AnyStr, cast

if TYPE_CHECKING:
    from typing import Any

_METHODS = ("match", "search", "fullmatch", "finditer", "findall", "sub", "subn", "split", "pattern", "groups", "groupindex", "flags")


class _Lazy:
    """Stands in for a compiled pattern; the first access compiles it and puts the real methods on the instance."""

    def __init__(self, pattern: Any, flags: int) -> None:
        self._source = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS:
            raise AttributeError(name)
        compiled: Any = re.compile(*self._source)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def lazy(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what `re.compile` would, compiled when it is first asked for something. Call its methods; `re.sub(lazy(...))` does not work.

    >>> bool(lazy("a+").match("aa"))
    True
    """
    return cast("re.Pattern[AnyStr]", _Lazy(pattern, flags))
