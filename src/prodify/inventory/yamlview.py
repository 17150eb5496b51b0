"""YAML and JSON files as trees that remember their lines, safe to read from hostile files.

YAML is read event by event, so that neither deep nesting nor aliases that multiply cost more than the file's length: a document
that nests too deep or whose aliases expand to too much is reported as a problem. No tag constructs anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from prodify.inventory.yamltree import Limit, Tree, read_json, read_yaml, scalar
from prodify.lazydata import dataclass
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.files import FileIndex


@dataclass(frozen=True, slots=True, eq=False)
class YamlNode:
    """One mapping, sequence or scalar of a document. Keys are text as written: `on:` is "on", never True."""

    path: str
    tree: Tree

    @property
    def kind(self) -> str:
        """mapping, sequence or scalar."""
        return self.tree.kind

    @property
    def line(self) -> int:
        """First line, counted from 1; for a value in a mapping the line of its key."""
        return self.tree.line

    @property
    def end_line(self) -> int:
        """Last line."""
        return max(self.tree.end_line, self.tree.line)

    @property
    def location(self) -> Location:
        """Path and line range."""
        return Location(self.path, self.line, self.end_line)

    @property
    def text(self) -> str:
        """A scalar as text without its quotes; empty for mappings and sequences."""
        return self.tree.text

    @property
    def content_line(self) -> int:
        """The line on which a scalar's text begins: below the key for block scalars (`run: |`)."""
        return self.tree.content_line

    @property
    def tag(self) -> str | None:
        """An explicit tag such as `!reference`."""
        return self.tree.tag

    def get(self, *keys: str | int) -> YamlNode | None:
        """The node under keys and indices (`get("a", "b", 0)`), None when one is missing. Merge keys (`<<`) are followed."""
        tree: Tree | None = self.tree
        for key in keys:
            tree = tree.child(key) if tree is not None else None
        return YamlNode(self.path, tree) if tree is not None else None

    def __contains__(self, key: str | int) -> bool:
        return self.tree.child(key) is not None

    def items(self) -> Iterator[tuple[str, YamlNode]]:
        """Keys and values of a mapping, merged ones included; nothing for other kinds."""
        for key, tree in self.tree.pairs():
            yield key, YamlNode(self.path, tree)

    def keys(self) -> tuple[str, ...]:
        """Keys of a mapping."""
        return tuple(key for key, _ in self.tree.pairs())

    def __iter__(self) -> Iterator[YamlNode]:
        """The elements of a sequence; nothing for other kinds."""
        for tree in self.tree.elements:
            yield YamlNode(self.path, tree)

    def walk(self) -> Iterator[YamlNode]:
        """This node and all below it, in document order."""
        stack = [self.tree]
        while stack:
            tree = stack.pop()
            yield YamlNode(self.path, tree)
            stack.extend(reversed([value for _, value in tree.entries] or list(tree.elements)))

    @property
    def value(self) -> object:
        """Plain data: dict, list, str, int, float, bool or None, by YAML 1.2's core schema (`yes` and `on` are text)."""
        if self.kind == "mapping":
            return {key: node.value for key, node in self.items()}
        if self.kind == "sequence":
            return [node.value for node in self]
        return scalar(self.tree)

    def string(self, *keys: str | int) -> str | None:
        """The text of the scalar under keys, None when there is none or it is null."""
        node = self.get(*keys)
        if node is None or node.kind != "scalar" or (node.value is None):
            return None
        return node.text

    def strings(self, *keys: str | int) -> tuple[str, ...]:
        """The texts of a sequence of scalars under keys; one scalar counts as a sequence of one."""
        node = self.get(*keys)
        if node is None:
            return ()
        if node.kind == "scalar":
            return (node.text,) if node.value is not None else ()
        return tuple(n.text for n in node if n.kind == "scalar")


@dataclass(frozen=True, slots=True, eq=False)
class Doc:
    """One document of a file: its `root`, or a `problem` in one sentence and the line where reading stopped."""

    path: str
    line: int
    root: YamlNode | None
    problem: str | None = None

    @property
    def location(self) -> Location:
        """Where the document begins."""
        return Location(self.path, self.line)

    def get(self, *keys: str | int) -> YamlNode | None:
        """Like YamlNode.get on the root; None when the document is empty or broken."""
        return self.root.get(*keys) if self.root is not None else None


def load_all(text: str, path: str, first_line: int = 1) -> tuple[Doc, ...]:
    """The documents of a YAML text. What follows a syntax error is lost: the last document then carries the problem.

    `first_line` is the line of the text's beginning, for texts inside other files.
    """
    try:
        trees, problem = read_yaml(text, first_line)
    except Limit as error:
        return (Doc(path, error.line, None, str(error)),)
    docs = [Doc(path, tree.line, YamlNode(path, tree)) for tree in trees]
    if problem is not None:
        docs.append(Doc(path, problem[1], None, problem[0]))
    return tuple(docs)


def load_json(text: str, path: str, first_line: int = 1) -> Doc:
    """The one document of a JSON text. Comments and trailing commas are let through."""
    try:
        tree = read_json(text, first_line)
    except Limit as error:
        return Doc(path, error.line, None, str(error))
    return Doc(path, first_line, YamlNode(path, tree))


_CACHE: WeakKeyDictionary[FileIndex, dict[str, tuple[Doc, ...]]] = WeakKeyDictionary()


def documents(files: FileIndex, path: str) -> tuple[Doc, ...]:
    """The documents of a file of the index, read once: JSON by its extension, else YAML. Empty when it cannot be read."""
    cache = _CACHE.setdefault(files, {})
    if path not in cache:
        text = files.text(path)
        if text is None:
            cache[path] = ()
        elif path.endswith(".json"):
            cache[path] = (load_json(text, path),)
        else:
            cache[path] = load_all(text, path)
    return cache[path]


def document(files: FileIndex, path: str) -> YamlNode | None:
    """The root of a file's first document, None when there is none or it is broken."""
    docs = documents(files, path)
    return docs[0].root if docs else None
