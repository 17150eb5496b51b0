"""What a JavaScript file imports and exports, by name, read from its syntax tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.polyglot.nodes import arguments, line_of, named, string_of
from prodify.lazydata import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory


def language_of(path: str) -> str:
    """The dialect of a file."""
    return "tsx" if path.endswith(".tsx") else "typescript" if path.endswith((".ts", ".mts", ".cts")) else "javascript"


@dataclass(frozen=True, slots=True)
class Imports:
    """The names that a file binds by importing, each with the module as written, and every module that it imports.

    `whole`: names that stand for a module or its default export, and for no member of it.
    """

    names: Mapping[str, str]
    modules: frozenset[str]
    whole: frozenset[str] = frozenset()


class Modules:
    """Imports and exports of files, each read once."""

    def __init__(self, repo: Inventory) -> None:
        self._repo = repo
        self._imports: dict[str, Imports] = {}

    def imports(self, path: str) -> Imports:
        """What a file imports, by statement, `require` or `import()`."""
        if path not in self._imports:
            root = self._repo.syntax.tree(path, language_of(path))
            found = list(_imported(root)) if root is not None else []
            names = {name: source for name, source, _ in found if name}
            whole = frozenset(name for name, _, alone in found if name and alone)
            self._imports[path] = Imports(names, frozenset(source for _, source, _ in found), whole)
        return self._imports[path]


_STATEMENTS = {"rule": {"any": [
    {"kind": "import_statement"}, {"kind": "export_statement", "has": {"field": "source", "regex": "."}},
    {"kind": "call_expression", "has": {"field": "function", "regex": "^(require|import)$"}}]}}  # fmt: skip


def _imported(root: SgNode) -> Iterator[tuple[str, str, bool]]:
    """Name and module of everything imported, and whether the name stands for all of it; an empty name where only the module is."""
    for node in root.find_all(_STATEMENTS):  # type: ignore[call-overload]
        called = node.kind() == "call_expression"
        source = string_of(arguments(node)[0] if called and arguments(node) else node.field("source"))
        if source is None:
            continue
        yield "", source, True
        if called:
            yield from ((name, source, alone) for name, alone in _bound(node))
        elif node.kind() == "import_statement":
            clause = next((child for child in named(node) if child.kind() == "import_clause"), None)
            yield from ((name, source, alone) for name, alone in (_clause(clause) if clause is not None else ()))


def _clause(clause: SgNode) -> Iterator[tuple[str, bool]]:
    for part in named(clause):
        if part.kind() == "identifier":
            yield part.text(), True
        elif part.kind() == "namespace_import":
            yield from ((child.text(), True) for child in named(part))
        for specifier in named(part) if part.kind() == "named_imports" else ():
            bound = specifier.field("alias") or specifier.field("name")
            if bound is not None:
                yield bound.text(), False


def _bound(call: SgNode) -> Iterator[tuple[str, bool]]:
    """The names that a declaration gives to what `require(...)` returns, or to a member of it."""
    parent, alone = call.parent(), True
    while parent is not None and parent.kind() in ("member_expression", "await_expression", "parenthesized_expression", "call_expression"):
        member = parent.field("property") if parent.kind() == "member_expression" else None
        alone = alone and parent.kind() != "call_expression" and (member is None or member.text() == "default")
        parent = parent.parent()
    target = parent.field("name") if parent is not None and parent.kind() == "variable_declarator" else None
    if target is None:
        return
    if target.kind() == "identifier":
        yield target.text(), alone
    for part in named(target) if target.kind() == "object_pattern" else ():
        yield (part.field("value") or part.field("left") or part).text(), False


_EXPORTS = {"rule": {"kind": "export_statement"}}


def exports(repo: Inventory, path: str) -> Mapping[str, int]:
    """The names that a module exports, each with its line; `default` for the default export."""
    root = repo.syntax.tree(path, language_of(path))
    found: dict[str, int] = {}
    for node in root.find_all(_EXPORTS) if root is not None else ():  # type: ignore[call-overload]
        for name in _exported(node):
            found.setdefault(name, line_of(node))
    return found


def _exported(statement: SgNode) -> Iterator[str]:
    if any(child.text() == "default" for child in statement.children()):
        yield "default"
    for part in named(statement):
        if part.kind() == "export_clause":
            for specifier in named(part):
                name = specifier.field("alias") or specifier.field("name")
                if name is not None:
                    yield name.text()
        elif part.kind() in ("lexical_declaration", "variable_declaration"):
            for declarator in named(part):
                name = declarator.field("name")
                if name is not None:
                    yield name.text()
        elif (name := part.field("name")) is not None:
            yield name.text()
