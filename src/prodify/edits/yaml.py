"""YAML files: keys and list items are added where they belong; every line that is there stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prodify.edits.text import CannotEdit, Editor, lines_of, preserving
from prodify.edits.yamltree import Meaning, Style, compose, dump, dump_flow, find, in_braces, is_empty, kind, plain_keys, style_of

if TYPE_CHECKING:
    from yaml.nodes import Node

MAX_INSERTIONS = 1000
Names = tuple[str, ...]
Splice = tuple[int, int, str]
"""A replacement: from character, to character, text."""


def merge(wanted: Mapping[str, Any]) -> Editor:
    """Add the keys that are missing, mappings inside mappings as well; what is there stays.

    Lists are values: they are added or left; see `ensure_list_item`. An empty text becomes the mapping.

    >>> print(merge({"services": {"db": {"image": "postgres:17"}}})("services:\\n  web:  # ours\\n    build: .\\n"), end="")
    services:
      web:  # ours
        build: .
      db:
        image: postgres:17

    Raises:
        CannotEdit: (from the editor) when the text is not one YAML document, a mapping is wanted where something else stands, or the
            place belongs to an anchor.
        ValueError: for a key that is no string.
    """
    plain_keys(wanted)

    @preserving
    def edit(text: str) -> str:
        style, meaning = style_of(text), Meaning()
        expected = _merged(meaning, compose(text), wanted)
        after = text
        for _ in range(MAX_INSERTIONS):
            splice = _next_key(after, compose(after), wanted, (), style)
            if splice is None:
                break
            start, end, new = splice
            after = after[:start] + new + after[end:]
        if meaning.of(compose(after)) != expected:
            raise CannotEdit("the keys cannot be added safely", "Add them by hand.")
        return after

    return edit


def ensure_list_item(path: Sequence[str], item: Any, *, key: str | Sequence[str] = ()) -> Editor:
    """Add an item to the list at `path` unless it is there; the list is made where it is missing.

    With `key`, an item counts as there when its values of those keys are the same (e.g. `key="repo"` for pre-commit).

    >>> print(ensure_list_item(["on", "push", "branches"], "main")("on:\\n  push:\\n    branches: [dev]\\n"), end="")
    on:
      push:
        branches: [dev, main]

    Raises:
        CannotEdit: (from the editor) as for `merge`, and when there is no list at the path.
        ValueError: for an empty path.
    """
    names, keys = tuple(path), (key,) if isinstance(key, str) else tuple(key)
    if not names:
        raise ValueError("the path of a list needs a key at least")

    @preserving
    def edit(text: str) -> str:
        items = _at(compose(text), names)
        if items is None or is_empty(items):
            wanted: Any = [item]
            for name in reversed(names):
                wanted = {name: wanted}
            return merge(wanted)(text)
        if kind(items) != "sequence":
            raise CannotEdit(f"{'.'.join(names)} is not a list", "Edit it by hand.")
        if any(_same_item(have, item, keys) for have in items.value):
            return text
        start, end, new_text = _append_item(text, items, item, style_of(text))
        after = text[:start] + new_text + text[end:]
        meaning = Meaning()
        old = meaning.of(items)
        new = _at(compose(after), names)
        expected = ("sequence", (*(meaning.of(have) for have in items.value), meaning.of_data(item)))
        if new is None or meaning.of(new) in (old, -1) or meaning.of(new) != meaning.intern(expected):
            raise CannotEdit(f"the item cannot be added to {'.'.join(names)} safely", "Add it by hand.")
        return after

    return edit


def _merged(meaning: Meaning, node: Node | None, wanted: Mapping[str, Any]) -> int:
    """Return the number of what the result must mean."""
    if node is None or is_empty(node):
        return meaning.of_data(dict(wanted)) if wanted else meaning.of(node)
    if kind(node) != "mapping":
        return meaning.of(node)
    pairs: list[tuple[object, int]] = []
    for name, value in node.value:
        text = name.value if kind(name) == "scalar" else meaning.of(name)
        deeper = wanted.get(text) if isinstance(text, str) else None
        recurse = isinstance(deeper, Mapping) and (kind(value) == "mapping" or is_empty(value))
        filled = is_empty(value) and deeper is not None
        number = _merged(meaning, value, deeper) if recurse and isinstance(deeper, Mapping) else meaning.of(value)
        pairs.append((text, meaning.of_data(deeper) if filled and not recurse else number))
    have = {text for text, _ in pairs}
    pairs += [(key, meaning.of_data(value)) for key, value in wanted.items() if key not in have]
    return meaning.intern(("mapping", tuple(pairs)))


def _at(node: Node | None, names: Names) -> Node | None:
    for name in names:
        if node is None or is_empty(node):
            return None
        if kind(node) != "mapping":
            raise CannotEdit(f"there is no mapping that could hold {name}", "Edit it by hand.")
        entry = find(node, name)
        if entry is None:
            return None
        node = _own(entry)
    return node


def _own(entry: tuple[Node, Node]) -> Node:
    """Return an entry's value unless it stands elsewhere, behind an alias."""
    name, value = entry
    if value.start_mark.index < name.end_mark.index:
        raise CannotEdit(f"{name.value} is an alias of another place in the file", "Edit that place by hand.")
    return value


def _next_key(text: str, node: Node | None, wanted: Mapping[str, Any], names: Names, style: Style) -> Splice | None:
    """Return the first insertion that is missing."""
    if node is None:
        return (len(text), len(text), _line_start(text) + dump(dict(wanted), 0, style)) if wanted else None
    if kind(node) != "mapping":
        raise CannotEdit(f"{'.'.join(names) or 'the file'} is not a mapping", "Edit it by hand.")
    for key, value in wanted.items():
        entry = find(node, key)
        if entry is None:
            return _append_key(text, node, {key: value}, style)
        if is_empty(entry[1]):
            return _fill(text, node, entry, value, style)
        if isinstance(value, Mapping) and value:
            splice = _next_key(text, _own(entry), value, (*names, key), style)
            if splice is not None:
                return splice
    return None


def _line_start(text: str) -> str:
    return "" if not text or text.endswith("\n") else "\n"


def _append_key(text: str, node: Node, new: dict[str, Any], style: Style) -> Splice:
    if in_braces(node):
        return _into_flow(node, dump_flow(new)[1:-1])
    return _below(text, node, new, style)


def _append_item(text: str, node: Node, item: Any, style: Style) -> Splice:
    if in_braces(node):
        return _into_flow(node, dump_flow([item])[1:-1])
    return _below(text, node, [item], style)


def _below(text: str, node: Node, new: Any, style: Style) -> Splice:
    indent = node.start_mark.column
    at = _end_of_block(text, node, indent)
    return at, at, _break(text, at) + dump(new, indent, style)


def _break(text: str, at: int) -> str:
    return "" if at == 0 or text[at - 1] == "\n" else "\n"


def _fill(text: str, parent: Node, entry: tuple[Node, Node], value: Any, style: Style) -> Splice:
    """Give a key without value one: below it, or behind the colon."""
    name, _ = entry
    if in_braces(parent) or not isinstance(value, (Mapping, list, tuple)) or not value:
        at = text.index(":", name.end_mark.index) + 1
        return at, at, f" {dump_flow(value)}"
    end = text.find("\n", name.end_mark.index)
    end = len(text) if end < 0 else end + 1
    indent = name.start_mark.column + style.step
    data = dict(value) if isinstance(value, Mapping) else list(value)
    return end, end, _break(text, end) + dump(data, indent, style)


def _into_flow(node: Node, new: str) -> Splice:
    """Insert behind the last element between braces or brackets."""
    if not node.value:
        at = node.start_mark.index + 1
        return at, at, new
    last = node.value[-1]
    at = (last[1] if isinstance(last, tuple) else last).end_mark.index
    return at, at, f", {new}"


def _end_of_block(text: str, node: Node, indent: int) -> int:
    """Return the character behind a block's last line; comments and blank lines below it belong to what follows.

    Lines of a block scalar (`|`, `>`) are content even when they look like comments: they are indented deeper than the block.
    """
    lines = lines_of(text)
    first, last = node.start_mark.line, min(node.end_mark.line, len(lines) - 1)
    if last == node.end_mark.line and last > first and not lines[last][: node.end_mark.column].strip():
        last -= 1  # a block ends where the next token begins: nothing stands before it on its line, at whatever depth that line is
    while last > first and _belongs_below(lines[last], indent):
        last -= 1
    return sum(len(line) for line in lines[: last + 1])


def _belongs_below(line: str, indent: int) -> bool:
    body = line.strip()
    depth = len(line) - len(line.lstrip(" "))
    return not body or (body.startswith("#") and depth <= indent)


def _same_item(have: Node, item: Any, keys: Names) -> bool:
    meaning = Meaning()
    if not keys:
        return meaning.of(have) == meaning.of_data(item)
    if kind(have) != "mapping" or not isinstance(item, Mapping):
        return False
    entries = [(find(have, name), item.get(name)) for name in keys]
    return all(entry is not None and meaning.of(entry[1]) == meaning.of_data(value) for entry, value in entries)
