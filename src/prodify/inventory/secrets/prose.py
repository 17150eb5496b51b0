"""Whether a place in code is a comment or a docstring: what stands there is shown, not run."""

from __future__ import annotations

from prodify.inventory.secrets.lazy import lazy

_COMMENT = lazy(rb"[ \t]*(?:#|//|/\*|\*|--\s|;|<!--|rem\s|%|\.\.\s|>>>)")
_BACK = 2000
_DOCSTRING = lazy(rb'"""|\'\'\'')
_MOST = 1 << 20


def in_comment(data: bytes, start: int) -> bool:
    """Whether the line of `start` begins with a comment mark."""
    line = data.rfind(b"\n", max(0, start - _BACK), start) + 1
    return _COMMENT.match(data, line, start) is not None


def in_docstring(path: str, data: bytes, start: int) -> bool:
    """Whether `start` stands between triple quotes in a Python file (the first MiB is looked at)."""
    if not path.endswith((".py", ".pyi")) or start > _MOST:
        return False
    inside: bytes | None = None
    for mark in _DOCSTRING.finditer(data, 0, start):
        if inside is None:
            inside = mark.group()
        elif inside == mark.group():
            inside = None
    return inside is not None
