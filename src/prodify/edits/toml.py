"""TOML files: tables and keys are added where they belong; comments, order and quotes stay."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from prodify.edits.text import CannotEdit, Editor, append_block, lines_of, preserving, with_final_newline

Table = Mapping[str, Any]
Names = tuple[str, ...]


def set_table(path: str, values: Table) -> Editor:
    """Set keys of one table, e.g. `set_table("tool.ruff", {"line-length": 100})`; its other keys stay.

    >>> set_table("tool.ruff", {"line-length": 100})("[tool.ruff]\\nfix = true\\n")
    '[tool.ruff]\\nfix = true\\nline-length = 100\\n'
    """
    wanted: dict[str, Any] = dict(values)
    for name in reversed(path.split(".")):
        wanted = {name: wanted}
    return merge(wanted, overwrite=True)


def merge(wanted: Table, *, overwrite: bool = False) -> Editor:
    """Add the keys that are missing, tables inside tables as well; what is there stays unless `overwrite`.

    Arrays are values: they are added or left, not joined.

    Raises:
        CannotEdit: (from the editor) when the text is not TOML, or holds a plain value where a table is wanted, or the result would not
            be what is wanted.
    """

    @preserving
    def edit(text: str) -> str:
        import tomllib

        try:
            before = tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            raise CannotEdit(f"it is not valid TOML ({_place(error)})", "Correct it and run again.") from None
        expected = _merged(before, wanted, overwrite, ())
        if expected == before:
            return text
        added = _count(wanted)
        for after in (_by_lines(text, before, wanted), _by_tomlkit(text, before, wanted, overwrite)):
            if after is not None and _means(after, expected) and (overwrite or _lost_lines(text, after) <= added):
                return after
        raise CannotEdit("the keys cannot be added without touching other lines", "Add them by hand.")

    return edit


def _place(error: Exception) -> str:
    """Keep the position of a parser's message and drop the rest, which may quote the file."""
    _, _, place = str(error).rpartition("(")
    return place.rstrip(")") or "unknown place"


def _merged(have: dict[str, Any], wanted: Table, overwrite: bool, path: Names) -> dict[str, Any]:
    result = dict(have)
    for key, value in wanted.items():
        there = result.get(key)
        if isinstance(value, Mapping):
            if there is not None and not isinstance(there, dict):
                raise CannotEdit(f"{'.'.join((*path, key))} is not a table", "Edit it by hand.")
            result[key] = _merged(there or {}, value, overwrite, (*path, key))
        elif key not in result or overwrite:
            result[key] = value
    return result


def _means(text: str, expected: dict[str, Any]) -> bool:
    import tomllib

    try:
        return tomllib.loads(text) == expected
    except (ValueError, RecursionError):
        return False


def _count(wanted: Table) -> int:
    return sum(_count(value) if isinstance(value, Mapping) else 1 for value in wanted.values())


def _lost_lines(before: str, after: str) -> int:
    """Return how many old lines are gone; a key that joins an inline table changes one."""
    old, new = with_final_newline(before), with_final_newline(after)
    opcodes = SequenceMatcher(None, lines_of(old), lines_of(new), autojunk=False).get_opcodes()
    return sum(i2 - i1 for tag, i1, i2, _, _ in opcodes if tag in ("delete", "replace"))


def _by_lines(text: str, before: dict[str, Any], wanted: Table) -> str | None:
    """Add lines below the headers `[table]`; None where a table has no header or a value is to be replaced.

    A header is found by its look. A line inside a long string may look like one: the caller compares the meaning of the result.
    """
    import tomlkit

    lines = lines_of(with_final_newline(text))
    for path, key, value in _missing_keys(before, wanted, ()):
        at = _end_of_table(lines, path)
        if at is None:
            return None
        indent = re.match(r"[ \t]*", lines[at - 1]) if path else None
        gap = ["\n"] if at < len(lines) and _header(lines[at]) is not None else []
        name = tomlkit.key(key).as_string()
        lines[at:at] = [f"{indent[0] if indent else ''}{name} = {tomlkit.item(value).as_string()}\n", *gap]
    return _append_tables("".join(lines), before, wanted)


def _missing_keys(before: dict[str, Any], wanted: Table, path: Names) -> Iterator[tuple[Names, str, Any]]:
    """Yield the keys that are missing from tables that exist."""
    for key, value in wanted.items():
        there = before.get(key)
        if isinstance(value, Mapping):
            if isinstance(there, dict):
                yield from _missing_keys(there, value, (*path, key))
        elif key not in before:
            yield path, key, value


def _header(line: str) -> Names | None:
    """Return the names of a line such as `[tool.ruff]  # comment`; the empty tuple for `[[...]]`; None for any other line."""
    import tomllib

    if not line.lstrip().startswith("["):
        return None
    try:
        table: object = tomllib.loads(line)
    except (ValueError, RecursionError):
        return None
    names: list[str] = []
    while isinstance(table, dict) and table:
        name, table = next(iter(table.items()))
        names.append(name)
    return tuple(names) if isinstance(table, dict) else ()


def _end_of_table(lines: list[str], path: Names) -> int | None:
    """Return the number of the line behind the last key of a table."""
    heads = [i for i, line in enumerate(lines) if _header(line) is not None]
    if path:
        start = next((i for i in heads if _header(lines[i]) == path), None)
        if start is None:
            return None
    else:
        start = -1
    stop = next((i for i in heads if i > start), len(lines))
    full = [i for i in range(max(start, 0), stop) if lines[i].strip() and not lines[i].lstrip().startswith("#")]
    if full:
        return full[-1] + 1
    # No keys above the first table: behind the comment that opens the file.
    return next((i + 1 for i in range(stop) if not lines[i].strip()), 0)


def _append_tables(text: str, before: dict[str, Any], wanted: Table) -> str:
    """Append tables that are wholly new: there they cannot disturb anything."""
    import tomlkit

    for path, values in _new_tables(before, wanted, ()):
        name = ".".join(tomlkit.key(part).as_string() for part in path)
        text = append_block(text, f"[{name}]\n{tomlkit.dumps(values)}")
    return text


def _by_tomlkit(text: str, before: dict[str, Any], wanted: Table, overwrite: bool) -> str | None:
    """Edit the parsed document: inline tables, dotted keys, replaced values."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
        _fill(document, before, wanted, overwrite)
        return _append_tables(tomlkit.dumps(document), before, wanted)
    except (TOMLKitError, TypeError, ValueError, AttributeError):
        return None


def _fill(table: Any, before: dict[str, Any], wanted: Table, overwrite: bool) -> None:
    for key, value in wanted.items():
        there = before.get(key)
        if isinstance(value, Mapping):
            if isinstance(there, dict):
                _fill(table[key], there, value, overwrite)
        elif key not in before or (overwrite and there != value):
            table[key] = value


def _new_tables(before: dict[str, Any], wanted: Table, path: Names) -> list[tuple[Names, dict[str, Any]]]:
    """Return the tables that do not exist at all, each with its own keys."""
    found: list[tuple[Names, dict[str, Any]]] = []
    for key, value in wanted.items():
        if not isinstance(value, Mapping):
            continue
        there = before.get(key)
        if there is None:
            own = {name: item for name, item in value.items() if not isinstance(item, Mapping)}
            if own or not value:
                found.append(((*path, key), own))
        found += _new_tables(there or {}, value, (*path, key))
    return found
