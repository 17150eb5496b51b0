"""What a JavaScript file imports and exports, by name, read from its syntax tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.polyglot.javascript import resolve
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

    `exported`: what the module itself calls such a name (`OpenAI` of `{ OpenAI: Client }`), `default` for its default export and `*`
    for all of it. `passed_on`: names that the file exports straight from a module. `loaded`: modules with the lines that name them,
    in the file's order; an import of types alone loads nothing.
    """

    names: Mapping[str, str]
    modules: frozenset[str]
    exported: Mapping[str, str]
    passed_on: Mapping[str, str]
    loaded: tuple[tuple[str, int], ...]

    @property
    def whole(self) -> frozenset[str]:
        """Names that stand for a module or its default export, and for no member of it."""
        return frozenset(name for name, original in self.exported.items() if original in ("*", "default"))


class Modules:
    """Imports and exports of files, each read once."""

    def __init__(self, repo: Inventory) -> None:
        self._repo = repo
        self._imports: dict[str, Imports] = {}

    def imports(self, path: str) -> Imports:
        """What a file imports, by statement, `require` or `import()`."""
        if path not in self._imports:
            root = self._repo.syntax.tree(path, language_of(path))
            self._imports[path] = _read(list(root.find_all(_STATEMENTS)) if root is not None else [])  # type: ignore[call-overload]
        return self._imports[path]

    def home(self, path: str, source: str) -> str | None:
        """The file of the repository behind an import, relative or by the usual names for a project's own top (`@/lib/ai`)."""
        if source.startswith("."):
            return resolve(self._repo, path, source)
        if not source.startswith(("@/", "~/")):
            return None
        parts = path.split("/")[:-1]
        tops = ("/".join([*parts[:count], ""]) for count in range(len(parts), -1, -1))
        places = ((f"{top}_", sub + source[2:]) for top in tops for sub in ("", "src/"))
        return next((home for top, target in places if (home := resolve(self._repo, top, target)) is not None), None)


_STATEMENTS = {"rule": {"any": [
    {"kind": "import_statement"}, {"kind": "export_statement", "has": {"field": "source", "regex": "."}},
    {"kind": "call_expression", "has": {"field": "function", "regex": "^(require|import)$"}}]}}  # fmt: skip
_CLIMBED = ("member_expression", "await_expression", "parenthesized_expression", "call_expression")


def _read(statements: list[SgNode]) -> Imports:
    names: dict[str, str] = {}
    exported: dict[str, str] = {}
    passed_on: dict[str, str] = {}
    loaded: list[tuple[str, int]] = []
    every: set[str] = set()
    for node in statements:
        place = _source(node)
        source = string_of(place)
        if place is None or source is None:
            continue
        every.add(source)
        if not _is_of_types(node):
            loaded.append((source, line_of(place)))
        if node.kind() == "export_statement":
            passed_on.update((name, source) for name in _passed_on(node))
            continue
        for name, original in _bound(node) if node.kind() == "call_expression" else _clauses(node):
            names[name], exported[name] = source, original
    return Imports(names, frozenset(every), exported, passed_on, tuple(loaded))


def _source(statement: SgNode) -> SgNode | None:
    """Where a statement or a call names the module."""
    if statement.kind() == "call_expression":
        return next(iter(arguments(statement)), None)
    required = next((child for child in named(statement) if child.kind() == "import_require_clause"), None)
    return (required or statement).field("source")


def _is_of_types(statement: SgNode) -> bool:
    """Whether nothing but types is imported, so that nothing of the module is there when the program runs."""
    if _says_type(statement):
        return True
    clause = next((child for child in named(statement) if child.kind() == "import_clause"), None)
    parts = list(named(clause)) if clause is not None and statement.kind() == "import_statement" else []
    specifiers = [s for part in parts if part.kind() == "named_imports" for s in named(part)]
    return bool(specifiers) and len(parts) == 1 and all(map(_says_type, specifiers))


def _says_type(node: SgNode) -> bool:
    return any(child.text() == "type" and not child.is_named() for child in node.children())


def _passed_on(statement: SgNode) -> Iterator[str]:
    """Names that `export ... from` exports; `*` for all of them."""
    clause = next((child for child in named(statement) if child.kind() in ("export_clause", "namespace_export")), None)
    if clause is None:
        yield "*"
    for part in named(clause) if clause is not None else ():
        yield (part.field("alias") or part.field("name") or part).text()


def _clauses(statement: SgNode) -> Iterator[tuple[str, str]]:
    """The names that an import statement binds, each with what the module calls it."""
    for clause in named(statement):
        if clause.kind() == "import_require_clause":
            yield from ((part.text(), "*") for part in named(clause) if part.kind() == "identifier")
        for part in named(clause) if clause.kind() == "import_clause" else ():
            if part.kind() == "identifier":
                yield part.text(), "default"
            elif part.kind() == "namespace_import":
                yield from ((child.text(), "*") for child in named(part))
            for specifier in named(part) if part.kind() == "named_imports" else ():
                name = specifier.field("name")
                if name is not None:
                    yield (specifier.field("alias") or name).text(), name.text()


def _bound(call: SgNode) -> Iterator[tuple[str, str]]:
    """The names that a declaration gives to what `require(...)` returns or to a member of it, each with what the module calls it."""
    parent, member = call.parent(), "*"
    while parent is not None and parent.kind() in _CLIMBED:
        read = parent.field("property") if parent.kind() == "member_expression" else None
        member = read.text() if read is not None and member == "*" else member
        parent = parent.parent()
    target = parent.field("name") if parent is not None and parent.kind() == "variable_declarator" else None
    if target is None:
        return
    if target.kind() == "identifier":
        yield target.text(), member
    for part in named(target) if target.kind() == "object_pattern" else ():
        key = part.field("key") or part.field("left") or part
        value = part.field("value") or key
        yield (value.field("left") or value).text(), key.text()


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
