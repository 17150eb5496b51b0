"""Where the values of a JSON text stand. Comments and trailing commas (JSONC) are understood and skipped."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from prodify.edits.text import CannotEdit

DEPTH = 100
"""Deeper texts are refused: no settings file comes near."""

_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
SPACE = re.compile(r"(?>[ \t\r\n]++|//[^\n]*+|/\*.*?\*/)*+", re.DOTALL)
"""White space and comments between tokens."""
_SCALAR = re.compile(r"-?\d[\d.eE+-]*|true|false|null")


@dataclass(slots=True)
class Node:
    """A value from `start` to `end` (characters). `members` are an object's by key, `items` an array's; else `value` is set."""

    start: int
    end: int = 0
    kind: str = "scalar"
    value: object = None
    members: dict[str, Node] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)

    @property
    def last(self) -> Node | None:
        """The last value in an object or array."""
        values = [*self.members.values(), *self.items]
        return max(values, key=lambda node: node.end) if values else None

    def plain(self) -> object:
        """Return the value as Python data."""
        if self.kind == "object":
            return {key: node.plain() for key, node in self.members.items()}
        return [node.plain() for node in self.items] if self.kind == "array" else self.value


def parse(text: str) -> Node:
    """Return the one value of a text.

    Raises:
        CannotEdit: with the line, when it is not JSON.
    """
    node, at = _value(text, _skip(text, 0), 0)
    if _skip(text, at) != len(text):
        raise _wrong(text, at)
    return node


def _wrong(text: str, at: int) -> CannotEdit:
    return CannotEdit(f"line {text.count(chr(10), 0, at) + 1} is not valid JSON", "Correct it and run again.")


def _skip(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at


def _string(text: str, at: int) -> tuple[str, int]:
    found = _STRING.match(text, at)
    if not found:
        raise _wrong(text, at)
    try:
        return str(json.loads(found[0])), found.end()
    except ValueError:
        raise _wrong(text, at) from None


def _value(text: str, at: int, depth: int) -> tuple[Node, int]:
    if depth > DEPTH:
        raise CannotEdit("the file is nested too deeply", "Edit it by hand.")
    node = Node(at)
    if text.startswith(("{", "["), at):
        node.end = _container(text, at, node, depth)
    elif text.startswith('"', at):
        node.value, node.end = _string(text, at)
    else:
        found = _SCALAR.match(text, at)
        if not found:
            raise _wrong(text, at)
        try:
            node.value, node.end = json.loads(found[0]), found.end()
        except ValueError:
            raise _wrong(text, at) from None
    return node, node.end


def _container(text: str, at: int, node: Node, depth: int) -> int:
    node.kind, close = ("object", "}") if text[at] == "{" else ("array", "]")
    at = _skip(text, at + 1)
    while not text.startswith(close, at):
        key = ""
        if node.kind == "object":
            if not text.startswith('"', at):
                raise _wrong(text, at)
            key, at = _string(text, at)
            at = _skip(text, at)
            if not text.startswith(":", at):
                raise _wrong(text, at)
            at = _skip(text, at + 1)
        child, at = _value(text, at, depth + 1)
        if node.kind == "object":
            node.members[key] = child
        else:
            node.items.append(child)
        at = _skip(text, at)
        if text.startswith(",", at):
            at = _skip(text, at + 1)
        elif not text.startswith(close, at):
            raise _wrong(text, at)
    return at + 1
