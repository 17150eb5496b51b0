"""Readers that turn YAML and JSON text into bounded trees without recursion."""

from __future__ import annotations

import re
from dataclasses import field
from typing import TYPE_CHECKING

from prodify.lazydata import dataclass
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 100
"""Levels of nesting, aliases included; real files stay below 30."""
MAX_NODES = 300_000
"""Nodes of a document with every alias written out."""
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = frozenset(("true", "True", "TRUE"))
_FALSE = frozenset(("false", "False", "FALSE"))
_INT = lazy(r"[-+]?[0-9]{1,30}|0o[0-7]{1,30}|0x[0-9a-fA-F]{1,30}")
_FLOAT = lazy(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?")


class Limit(ValueError):
    """A document that is too deep, too large or no document at all; `line` is where it was noticed."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass(slots=True, eq=False, repr=False)
class Tree:
    """A node. `plain`: an unquoted scalar, or a collection in brackets. `height` and `size` count what lies below, aliases written out."""

    kind: str
    line: int
    end_line: int = 0
    text: str = ""
    plain: bool = False
    tag: str | None = None
    content_line: int = 0
    height: int = 1
    size: int = 1
    entries: list[tuple[str, Tree]] = field(default_factory=list)
    elements: list[Tree] = field(default_factory=list)

    def __repr__(self) -> str:
        """Kind and line only: values may be secrets."""
        return f"<{self.kind}, line {self.line}>"

    def child(self, key: str | int) -> Tree | None:
        """The value under a key or index; the last one wins, as in every reader."""
        if isinstance(key, int):
            return self.elements[key] if -len(self.elements) <= key < len(self.elements) else None
        merged = None
        for name, value in reversed(self.entries):
            if name == key and key != "<<":
                return value
            if name == "<<" and merged is None:
                for source in [value] if value.kind == "mapping" else value.elements:
                    merged = source.child(key)
                    if merged is not None:
                        break
        return merged

    def pairs(self) -> Iterator[tuple[str, Tree]]:
        """Keys and values, what merge keys bring in after the node's own."""
        own = {name: value for name, value in self.entries if name != "<<"}
        yield from own.items()
        seen = set(own)
        for name, value in self.entries:
            if name == "<<":
                for source in [value] if value.kind == "mapping" else value.elements:
                    for key, inner in source.pairs():
                        if key not in seen:
                            seen.add(key)
                            yield key, inner

    def adopt(self, value: Tree, key: str | None) -> None:
        """Take a finished node in, and enforce the limits.

        Raises:
            Limit: when the tree becomes too deep or too large.
        """
        if key is None:
            self.elements.append(value)
        else:
            self.entries.append((key, value))
        self.end_line = max(self.end_line, value.end_line)
        self.height = max(self.height, value.height + 1)
        self.size += value.size
        if self.height > MAX_DEPTH:
            raise Limit(f"nested deeper than {MAX_DEPTH} levels", self.line)
        if self.size > MAX_NODES:
            raise Limit(f"more than {MAX_NODES} values once its aliases are written out", self.line)


def scalar(tree: Tree) -> str | int | float | bool | None:
    """The value of a scalar by YAML 1.2's core schema; quoted and tagged ones are text."""
    text = tree.text
    if not tree.plain or tree.tag is not None:
        return text
    if text in _NULLS:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INT.fullmatch(text):
        return int(text, 0 if text[:2] in ("0x", "0o") else 10)
    return float(text) if _FLOAT.fullmatch(text) else text


class _Builder:
    """Stacks open collections; a mapping waits for a key (`None`) or for the value of one."""

    def __init__(self, first_line: int = 1) -> None:
        self.first_line = first_line
        self.open: list[Tree] = []
        self.key: list[tuple[str, int] | None] = []
        self.done: list[Tree] = []
        self.anchors: dict[str, Tree] = {}

    def start(self, tree: Tree) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise Limit(f"nested deeper than {MAX_DEPTH} levels", tree.line)
        self.open.append(tree)
        self.key.append(None)

    def end(self, line: int) -> Tree:
        """Close a collection: one in brackets ends where its bracket does, a block where its last child does."""
        tree = self.open.pop()
        self.key.pop()
        if tree.plain or not tree.end_line:
            tree.end_line = line
        return tree

    def add(self, tree: Tree) -> None:
        if not self.open:
            self.done.append(tree)
            return
        parent, waiting = self.open[-1], self.key[-1]
        if parent.kind == "sequence":
            parent.adopt(tree, None)
        elif waiting is None:
            self.key[-1] = (tree.text if tree.kind == "scalar" else "?", tree.line)
        else:
            parent.adopt(_keyed(tree, waiting[1]), waiting[0])
            self.key[-1] = None


def _keyed(tree: Tree, line: int) -> Tree:
    """The value as seen from its key: it begins on the key's line. Aliased values are shared, so a copy is made."""
    if tree.line == line:
        return tree
    return Tree(tree.kind, line, tree.end_line if tree.line > line else line, tree.text, tree.plain, tree.tag, tree.content_line,
                tree.height, tree.size, tree.entries, tree.elements)  # fmt: skip


def read_yaml(text: str, first_line: int = 1) -> tuple[list[Tree], tuple[str, int] | None]:
    """Trees of the documents, their lines counted from `first_line`, and a syntax error's message and line if there is one.

    Raises:
        Limit: for documents that are too deep or too large.
    """
    import yaml

    loader_class = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder(first_line)
    try:
        loader = loader_class(text)
        try:
            while (event := loader.get_event()) is not None:
                _yaml_event(builder, event)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return builder.done, (
            f"no valid YAML: {error.problem or 'syntax error'}",
            mark.line + first_line if mark is not None else first_line,
        )
    except (yaml.YAMLError, UnicodeError):
        return builder.done, ("no valid YAML: it holds characters that YAML forbids", 1)
    return builder.done, None


def _yaml_event(builder: _Builder, event: object) -> None:
    name = type(event).__name__
    mark = getattr(event, "start_mark", None)
    line = mark.line + builder.first_line if mark is not None else builder.first_line
    anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
    if name == "ScalarEvent":
        builder.add(_anchored(builder, _scalar_of(event, line, tag, builder.first_line), anchor))
    elif name in ("MappingStartEvent", "SequenceStartEvent"):
        kind = "mapping" if name.startswith("M") else "sequence"
        tree = Tree(kind, line, plain=bool(getattr(event, "flow_style", False)), tag=_explicit(tag), content_line=line)
        builder.start(tree)
        builder.open[-1].text = anchor or ""
    elif name in ("MappingEndEvent", "SequenceEndEvent"):
        end = event.end_mark  # type: ignore[attr-defined]
        tree = builder.end(end.line + builder.first_line)
        anchor, tree.text = tree.text, ""
        builder.add(_anchored(builder, tree, anchor))
    elif name == "AliasEvent":
        builder.add(builder.anchors.get(anchor or "", Tree("scalar", line, line, plain=True)))
    elif name == "DocumentStartEvent":
        builder.anchors.clear()


def _scalar_of(event: object, line: int, tag: str | None, first_line: int) -> Tree:
    style, value = event.style, event.value  # type: ignore[attr-defined]
    end = event.end_mark  # type: ignore[attr-defined]
    block = style in ("|", ">")
    last = end.line + first_line - (1 if block or not end.column else 0)
    return Tree("scalar", line, max(last, line), value, style is None or style == "", _explicit(tag), line + 1 if block else line)


def _explicit(tag: str | None) -> str | None:
    return None if tag is None or tag in ("!", "") else tag


def _anchored(builder: _Builder, tree: Tree, anchor: str | None) -> Tree:
    if anchor:
        builder.anchors[anchor] = tree
    return tree


_JSON_TOKEN = lazy(
    r'(?>\s+|//[^\n]*|/\*.*?\*/)*+(?:(?P<punctuation>[{}\[\],:])|(?P<string>"(?:[^"\\\n]|\\.)*")|(?P<word>[^\s{}\[\],:"/]+)|(?P<end>\Z))',
    re.DOTALL,
)


def read_json(text: str, first_line: int = 1) -> Tree:
    """The tree of a JSON text, its lines counted from `first_line`.

    Raises:
        Limit: when it is no JSON, too deep or too large.
    """
    builder, line, position, counted = _Builder(), first_line, 0, 0
    while True:
        found = _JSON_TOKEN.match(text, position)
        if found is None:
            line += text.count("\n", counted, position)
            raise Limit(f"no valid JSON near line {line}", line)
        position, group = found.end(), found.lastgroup
        if group == "end":
            break
        lexeme = found[group or 0]
        if lexeme in ",:":
            continue
        line += text.count("\n", counted, position)  # no token spans lines
        counted = position
        _json_token(builder, group or "", lexeme, line)
    if builder.open or len(builder.done) != 1:
        raise Limit("no valid JSON: " + ("it ends too early" if builder.open or not builder.done else "text after its end"), line)
    return builder.done[0]


def _json_token(builder: _Builder, group: str, lexeme: str, line: int) -> None:
    if group == "string":
        builder.add(Tree("scalar", line, line, _unquote(lexeme), content_line=line))
    elif group == "word":
        if lexeme not in ("true", "false", "null") and not _FLOAT.fullmatch(lexeme):
            raise Limit(f"no valid JSON: an unquoted word on line {line}", line)
        builder.add(Tree("scalar", line, line, lexeme, plain=True, content_line=line))
    elif lexeme in "{[":
        builder.start(Tree("mapping" if lexeme == "{" else "sequence", line, plain=True, content_line=line))
    elif lexeme in "}]":
        if not builder.open or (builder.open[-1].kind == "mapping") != (lexeme == "}"):
            raise Limit(f"no valid JSON: a bracket on line {line} closes nothing", line)
        builder.add(builder.end(line))


def _unquote(lexeme: str) -> str:
    import json

    if "\\" not in lexeme:
        return lexeme[1:-1]
    try:
        value = json.loads(lexeme, strict=False)
    except ValueError:
        return lexeme[1:-1]
    return value if isinstance(value, str) else lexeme[1:-1]
