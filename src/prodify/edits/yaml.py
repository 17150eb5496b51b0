"""YAML files: keys and list items are added where they belong; every line that is there stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prodify.edits.text import CannotEdit, Editor, lines_of, preserving, with_final_newline
from prodify.edits.yamltree import Meaning, compose, dump, dump_flow, find, in_braces, is_empty, kind, plain_keys

if TYPE_CHECKING:
    from yaml.nodes import Node

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
        return _repeat(text, lambda now, root: _next_key(now, root, wanted, ()), lambda meaning, root: _merged(meaning, root, wanted))

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
        after = _splice(text, _append_item(text, items, item))
        meaning = Meaning()
        old = meaning.of(items)
        new = _at(compose(after), names)
        expected = ("sequence", (*(meaning.of(have) for have in items.value), meaning.of_data(item)))
        if new is None or meaning.of(new) in (old, -1) or meaning.of(new) != meaning.intern(expected):
            raise CannotEdit(f"the item cannot be added to {'.'.join(names)} safely", "Add it by hand.")
        return after

    return edit


def _repeat(text: str, step: Any, expectation: Any) -> str:
    """Splice until nothing is missing, and check that the result means what is wanted."""
    meaning = Meaning()
    expected = expectation(meaning, compose(text))
    after = text
    for _ in range(1000):
        splice = step(after, compose(after))
        if splice is None:
            break
        after = _splice(after, splice)
    if meaning.of(compose(after)) != expected:
        raise CannotEdit("the keys cannot be added safely", "Add them by hand.")
    return after


def _splice(text: str, splice: Splice) -> str:
    start, end, new = splice
    return text[:start] + new + text[end:]


def _merged(meaning: Meaning, node: Node | None, wanted: Mapping[str, Any]) -> int:
    """Return the number of what the result must mean."""
    if node is None or is_empty(node):
        return meaning.of_data(dict(wanted)) if wanted else meaning.of(node)
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


def _next_key(text: str, node: Node | None, wanted: Mapping[str, Any], names: Names) -> Splice | None:
    """Return the first insertion that is missing."""
    if node is None:
        return (len(text), len(text), _line_start(text) + dump(dict(wanted))) if wanted else None
    if kind(node) != "mapping":
        raise CannotEdit(f"{'.'.join(names) or 'the file'} is not a mapping", "Edit it by hand.")
    for key, value in wanted.items():
        entry = find(node, key)
        if entry is None:
            return _append_key(text, node, key, value)
        if is_empty(entry[1]):
            return _fill(text, node, entry, value)
        if isinstance(value, Mapping) and value:
            splice = _next_key(text, _own(entry), value, (*names, key))
            if splice is not None:
                return splice
    return None


def _line_start(text: str) -> str:
    return "" if not text or text.endswith("\n") else "\n"


def _append_key(text: str, node: Node, key: str, value: Any) -> Splice:
    if in_braces(node):
        return _into_flow(node, dump_flow({key: value})[1:-1])
    indent = node.start_mark.column
    at = _end_of_block(text, node, indent)
    return at, at, _break(text, at) + dump({key: value}, indent, _step(text))


def _append_item(text: str, node: Node, item: Any) -> Splice:
    if in_braces(node):
        return _into_flow(node, dump_flow([item])[1:-1])
    indent = node.start_mark.column
    at = _end_of_block(text, node, indent)
    return at, at, _break(text, at) + dump([item], indent, _step(text))


def _break(text: str, at: int) -> str:
    return "" if at == 0 or text[at - 1] == "\n" else "\n"


def _fill(text: str, parent: Node, entry: tuple[Node, Node], value: Any) -> Splice:
    """Give a key without value one: below it, or behind the colon."""
    name, _ = entry
    if in_braces(parent) or not isinstance(value, (Mapping, list, tuple)) or not value:
        at = text.index(":", name.end_mark.index) + 1
        return at, at, f" {dump_flow(value)}"
    end = text.find("\n", name.end_mark.index)
    end = len(text) if end < 0 else end + 1
    indent = name.start_mark.column + _step(text)
    data = dict(value) if isinstance(value, Mapping) else list(value)
    return end, end, _break(text, end) + dump(data, indent, _step(text))


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
    if node.end_mark.column == 0 and last == node.end_mark.line and last > first:
        last -= 1
    while last > first and _belongs_below(lines[last], indent):
        last -= 1
    return sum(len(line) for line in lines[: last + 1])


def _belongs_below(line: str, indent: int) -> bool:
    body = line.strip()
    depth = len(line) - len(line.lstrip(" "))
    return not body or (body.startswith("#") and depth <= indent)


def _step(text: str) -> int:
    """Return the width of one indentation: the smallest in the text; 2 when there is none."""
    lines = [line for line in lines_of(with_final_newline(text)) if line.strip() and not line.lstrip().startswith("#")]
    widths = {len(line) - len(line.lstrip(" ")) for line in lines} & {2, 3, 4, 8}
    return min(widths, default=2)


def _same_item(have: Node, item: Any, keys: Names) -> bool:
    meaning = Meaning()
    if not keys:
        return meaning.of(have) == meaning.of_data(item)
    if kind(have) != "mapping" or not isinstance(item, Mapping):
        return False
    entries = [(find(have, name), item.get(name)) for name in keys]
    return all(entry is not None and meaning.of(entry[1]) == meaning.of_data(value) for entry, value in entries)
