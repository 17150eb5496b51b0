"""JSON files, with or without comments: members are added where they belong; nothing else moves."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from prodify.edits.jsontext import SPACE, Node, parse
from prodify.edits.text import CannotEdit, Editor, preserving

Path = tuple[str, ...]
_TO_THE_LINES_END = re.compile(r"[ \t]*+(?:/\*(?:[^*\n]|\*(?!/))*+\*/[ \t]*+)?+(?://[^\n]*+)?+(?=\n)")
"""What may stand behind a value or its comma on the same line: one comment of each kind."""


def merge(wanted: Mapping[str, Any], *, overwrite: bool = False) -> Editor:
    """Add the members that are missing, objects inside objects as well; what is there stays unless `overwrite`.

    Arrays are values: they are added or left, not joined. An empty text becomes an object.

    >>> print(merge({"scripts": {"start": "node ."}})('{\\n  "scripts": {\\n    "test": "jest"\\n  }\\n}\\n'), end="")
    {
      "scripts": {
        "test": "jest",
        "start": "node ."
      }
    }

    Raises:
        CannotEdit: (from the editor) when the text is not JSON, or not an object where one is wanted.
    """

    @preserving
    def edit(text: str) -> str:
        if not text.strip():
            return json.dumps(dict(wanted), indent=2, ensure_ascii=False) + "\n"
        after = text
        while (change := _next_change(after, parse(after), wanted, overwrite, ())) is not None:
            start, end, new = change
            after = after[:start] + new + after[end:]
        if parse(after).plain() != _merged(parse(text).plain(), wanted, overwrite):
            raise CannotEdit("the members cannot be added safely", "Add them by hand.")
        return after

    return edit


def _next_change(text: str, node: Node, wanted: Mapping[str, Any], overwrite: bool, path: Path) -> tuple[int, int, str] | None:
    """Return the first replacement `(start, end, text)` that brings the object nearer to what is wanted."""
    if node.kind != "object":
        raise CannotEdit(f"{'.'.join(path) or 'the file'} is not a JSON object", "Edit it by hand.")
    for key, value in wanted.items():
        here = node.members.get(key)
        if here is None:
            return _insert(text, node, key, value)
        if isinstance(value, Mapping) and here.kind == "object":
            change = _next_change(text, here, value, overwrite, (*path, key))
            if change is not None:
                return change
        elif overwrite and here.plain() != value:
            return here.start, here.end, _dump(value, text, _indent_at(text, here.start))
        elif isinstance(value, Mapping):
            raise CannotEdit(f"{'.'.join((*path, key))} is not a JSON object", "Edit it by hand.")
    return None


def _merged(have: object, wanted: Mapping[str, Any], overwrite: bool) -> object:
    """Return the data that the result must hold."""
    result = dict(have) if isinstance(have, dict) else {}
    for key, value in wanted.items():
        if isinstance(value, Mapping) and isinstance(result.get(key, {}), dict):
            result[key] = _merged(result.get(key, {}), value, overwrite)
        elif key not in result or overwrite:
            result[key] = list(value) if isinstance(value, tuple) else value
    return result


def _insert(text: str, node: Node, key: str, value: object) -> tuple[int, int, str]:
    name = json.dumps(key, ensure_ascii=False)
    last = node.last
    if last is None:
        outer = _indent_at(text, node.start)
        inner = outer + _unit(text)
        if text[node.start + 1 : node.end - 1].strip():
            # Only comments inside: they stay in front of the new member.
            return node.end - 1, node.end - 1, f"{inner}{name}: {_dump(value, text, inner)}\n{outer}"
        return node.start, node.end, f"{{\n{inner}{name}: {_dump(value, text, inner)}\n{outer}}}"
    # What stands between the last value and the next line: perhaps a comma, perhaps a comment. Both stay with their value.
    spaces = SPACE.match(text, last.end)
    stop = spaces.end() if spaces else last.end
    comma = text[last.end : stop + 1] if text[stop : stop + 1] == "," else ""
    rest = _TO_THE_LINES_END.match(text, last.end + len(comma))
    comment = rest[0] if rest else ""
    if "\n" not in text[node.start : node.end]:
        comment, new = "", f" {name}: {_dump(value, text, '', one_line=True)}"
    else:
        indent = _indent_at(text, last.start)
        new = f"\n{indent}{name}: {_dump(value, text, indent)}"
    end = last.end + len(comma) + len(comment)
    return last.end, end, f"{comma or ','}{comment}{new}{',' if comma else ''}"


def _indent_at(text: str, at: int) -> str:
    """Return the white space at the start of the line of a character."""
    start = text.rfind("\n", 0, at) + 1
    found = re.match(r"[ \t]*", text[start:])
    return found[0] if found else ""


def _unit(text: str) -> str:
    """Return one step of the text's indentation; two spaces when it shows none."""
    found = re.search(r"^([ \t]+)\S", text, re.MULTILINE)
    return found[1] if found else "  "


def _dump(value: object, text: str, indent: str, *, one_line: bool = False) -> str:
    if one_line:
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value, indent=_unit(text), ensure_ascii=False).replace("\n", f"\n{indent}")
