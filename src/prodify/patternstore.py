"""Regular expressions as the interpreter has compiled them in an earlier run.

An audit of ten files needs 120 of them, and compiling those takes a tenth of its time; to read their code again takes a fiftieth of
that. The code is CPython's own: it is kept for one version of the interpreter, checked by it before it is run, and made anew wherever
anything about it is not as it should be. Only patterns that stand in prodify's source are kept, nothing of an audited repository.
"""

from __future__ import annotations

import marshal
import os
import re
import sys
from array import array
from typing import Any

from prodify import usercache

_MOST = 2_000
"""Patterns that are kept: more than there are, and an end for what older versions have left."""
_Key = tuple[str | bytes, int]
_Row = tuple[int, bytes, int, dict[str, int], tuple[str | None, ...]]
"""Flags, code, number of groups, groups by name, names of groups."""
_rows: dict[_Key, _Row] | None = None
_new: list[_Key] = []


def compiled(pattern: str | bytes, flags: int) -> re.Pattern[Any]:
    """Return what `re.compile` does."""
    row = _kept().get((pattern, int(flags)))
    if row is not None:
        try:
            return _from(pattern, row)
        except Exception:  # whatever another interpreter says about it
            _forget()
    made: re.Pattern[Any] = re.compile(pattern, flags)
    _new.append((pattern, int(flags)))
    return made


def keep() -> None:
    """Keep what this process has compiled; where that cannot be, nothing happens."""
    names = [key for key in dict.fromkeys(_new) if not key[1] & re.LOCALE]
    _new.clear()
    head = _head() if names else None
    if head is None:
        return
    try:
        rows = {**_read(head), **{key: _code_of(*key) for key in names}}
    except Exception:  # another interpreter's parser
        return
    if len(rows) > _MOST:
        rows = {key: rows[key] for key in names}
    usercache.write(usercache.default_cache_dir() / _name(), marshal.dumps(rows), head)


def _kept() -> dict[_Key, _Row]:
    global _rows  # noqa: PLW0603 - read once a process, when the first pattern is asked for
    if _rows is None:
        head = _head()
        _rows = {} if head is None else _read(head)
    return _rows


def _forget() -> None:
    global _rows  # noqa: PLW0603
    _rows = {}


def _read(head: bytes) -> dict[_Key, _Row]:
    body = usercache.read(os.path.join(usercache.default_folder(), _name()), head)  # noqa: PTH118 - pathlib costs the hook four milliseconds
    try:
        rows = marshal.loads(body) if body is not None else {}  # noqa: S302 - the user's own file, its checksum right
    except (EOFError, ValueError, TypeError):
        return {}
    return rows if isinstance(rows, dict) else {}


def _name() -> str:
    return f"patterns-{sys.implementation.cache_tag}-{sys.hexversion:x}.bin"


def _head() -> bytes | None:
    """What the code depends on; None for an interpreter whose code is not known to be like this."""
    if sys.implementation.name != "cpython":
        return None
    import _sre  # type: ignore[import-not-found]

    return f"prodify-patterns1 {sys.hexversion:x} {_sre.MAGIC} {_sre.CODESIZE} {sys.byteorder}\n".encode()


def _code_of(pattern: str | bytes, flags: int) -> _Row:
    from re import _compiler, _parser  # type: ignore[attr-defined]

    parsed = _parser.parse(pattern, flags)
    names: list[str | None] = [None] * parsed.state.groups
    for name, number in parsed.state.groupdict.items():
        names[number] = name
    code = array("I", _compiler._code(parsed, flags)).tobytes()
    return int(flags | parsed.state.flags), code, parsed.state.groups - 1, dict(parsed.state.groupdict), tuple(names)


def _from(pattern: str | bytes, row: _Row) -> re.Pattern[Any]:
    import _sre

    flags, code, groups, by_name, names = row
    made: re.Pattern[Any] = _sre.compile(pattern, flags, array("I", code).tolist(), groups, by_name, names)
    return made
