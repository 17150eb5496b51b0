"""Whether a place in code is a comment or a docstring: what stands there is shown, not run."""

from __future__ import annotations

from prodify.inventory.secrets.lazy import lazy

_COMMENT = lazy(rb"[ \t]*(?:#|//|/\*|\*|--\s|;|<!--|rem\s|%|\.\.\s|>>>)")
_BACK = 2000
_DOUBLE, _SINGLE = b'"""', b"'''"
_MOST = 1 << 20


def in_comment(data: bytes, start: int) -> bool:
    """Whether the line of `start` begins with a comment mark."""
    line = data.rfind(b"\n", max(0, start - _BACK), start) + 1
    return _COMMENT.match(data, line, start) is not None


def in_docstring(path: str, data: bytes, start: int) -> bool:
    """Whether `start` stands between triple quotes in a Python file (the first MiB is looked at)."""
    if not path.endswith((".py", ".pyi")) or start > _MOST:
        return False
    double, single = data.find(_DOUBLE, 0, start), data.find(_SINGLE, 0, start)
    while double >= 0 or single >= 0:
        is_double = double >= 0 and (single < 0 or double < single)
        mark = _DOUBLE if is_double else _SINGLE
        end = data.find(mark, (double if is_double else single) + len(mark), start)
        if end < 0:
            return True
        position = end + len(mark)
        if 0 <= double < position:
            double = data.find(_DOUBLE, position, start)
        if 0 <= single < position:
            single = data.find(_SINGLE, position, start)
    return False


_TEST_MODULE = lazy(
    rb"(?m)^([ \t]{0,40})#\[cfg\(test\)\]\s{0,200}(?:#\[[^\]\n]{0,200}\]\s{0,200})?(?:pub(?:\([a-z]{1,9}\))? )?mod \w{1,60} \{"
)


def in_test_module(path: str, data: bytes, start: int) -> bool:
    """Whether `start` stands in a module of a Rust file that is only compiled for its tests (the first MiB is looked at)."""
    if not path.endswith(".rs") or start > _MOST:
        return False
    for module in _TEST_MODULE.finditer(data, 0, start):
        end = data.find(b"\n" + module[1] + b"}", module.end(), start)
        if end < 0:
            return True
    return False
