"""What code imports in languages other than Python: every import of a file with its line, from the syntax tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.polyglot.javascript import LANGUAGES as DIALECTS
from prodify.inventory.polyglot.nodes import arguments, line_of, named, string_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

_CRATES: dict[str, object] = {"any": [{"kind": kind, "all": [
    {"has": {"field": "path", "kind": "identifier"}}, {"has": {"field": "name", "regex": "^(Client|connect|Connection|Pool)"}}]}
    for kind in ("scoped_identifier", "scoped_type_identifier")]}  # fmt: skip
"""A crate that is used by its path, without an import."""
_RULES: Mapping[str, Mapping[str, object]] = {
    "go": {"kind": "import_spec"},
    "java": {"kind": "import_declaration"},
    "kotlin": {"kind": "import_header"},
    "ruby": {"kind": "call", "all": [
        {"has": {"field": "method", "regex": "^(require|gem)$"}}, {"not": {"has": {"field": "receiver", "regex": "."}}}]},
    "rust": {"any": [{"kind": "use_declaration"}, {"kind": "extern_crate_declaration"}, _CRATES]},
    "csharp": {"kind": "using_directive"},
    "php": {"kind": "namespace_use_declaration"},
}  # fmt: skip
_FORMS: Mapping[str, tuple[str, ...]] = {
    "javascript": ("'{}", '"{}', "`{}"), "go": ('"{}', "`{}"), "ruby": ("'{}", '"{}'), "csharp": ("{}.", "{};"),
}  # fmt: skip
"""How an imported name begins or ends in the text, so that no file is parsed for a word that only resembles it."""


def imports(repo: Inventory, language: str, names: Iterable[str]) -> Iterator[tuple[str, str, int]]:
    """Path, imported name and line of every import in files that hold one of these names; dialects and Kotlin are asked as well."""
    dialects = DIALECTS if language == "javascript" else ("java", "kotlin") if language == "java" else (language,)
    if not any(repo.syntax.by_language[dialect] for dialect in dialects):
        return
    words = tuple(form.format(name) for name in names for form in _FORMS.get(language, ("{}",)))
    if language == "javascript":
        for dialect in dialects:
            for path in repo.syntax.sources(dialect, words):
                yield from ((path, source, line) for source, line in repo.scripts.imports(path).loaded)
        return
    for dialect in dialects:
        read, rule = _READERS[dialect], {"rule": dict(_RULES[dialect])}
        for path in repo.syntax.sources(dialect, words):
            root = repo.syntax.tree(path, dialect)
            nodes = root.find_all(rule) if root is not None else ()  # type: ignore[call-overload]
            yield from dict.fromkeys((path, name, line_of(place)) for node in nodes for name, place in read(node))


def _spec(node: SgNode) -> Iterator[tuple[str, SgNode]]:
    name = string_of(node.field("path"))
    if name is not None:
        yield name, node


def _dotted(node: SgNode) -> Iterator[tuple[str, SgNode]]:
    """The first name of an import: behind it stands an alias or a star."""
    name = next((child for child in named(node) if child.kind() in ("scoped_identifier", "identifier")), None)
    if name is not None:
        yield name.text(), node


def _required(node: SgNode) -> Iterator[tuple[str, SgNode]]:
    name = string_of(next(iter(arguments(node)), None))
    if name is not None:
        yield name, node


def _crates(node: SgNode) -> Iterator[tuple[str, SgNode]]:
    """The crates of a `use`, of several in braces as well, and the crate at the begin of a path."""
    declared = node.field("argument") or node.field("name") if node.kind() in ("use_declaration", "extern_crate_declaration") else node
    waiting = [declared] if declared is not None else []
    while waiting:
        part = waiting.pop(0)
        inner = part.field("path")
        if part.kind() == "use_list":
            waiting += named(part)
        elif inner is not None and inner.kind() != part.kind():
            yield inner.text(), part
        elif inner is not None:
            waiting.append(inner)
        elif part.kind() in ("identifier", "crate"):
            yield part.text(), part
        elif (first := next(iter(named(part)), None)) is not None:
            waiting.append(first)


def _using(node: SgNode) -> Iterator[tuple[str, SgNode]]:
    """What a `using` makes known, the type behind an alias of its own as well."""
    names = [child for child in named(node) if child.kind() in ("qualified_name", "identifier", "alias_qualified_name")]
    if names:
        yield names[-1].text(), node


def _uses(node: SgNode) -> Iterator[tuple[str, SgNode]]:
    """The classes of a `use`, each behind the name that a group has in front."""
    prefix = next((child.text() + "\\" for child in named(node) if child.kind() == "namespace_name"), "")
    for clause in node.find_all(kind="namespace_use_clause"):
        name = next(iter(named(clause)), None)
        if name is not None:
            yield prefix + name.text().lstrip("\\"), clause


_READERS: Mapping[str, Callable[[SgNode], Iterator[tuple[str, SgNode]]]] = {
    "go": _spec, "java": _dotted, "kotlin": _dotted, "ruby": _required, "rust": _crates, "csharp": _using, "php": _uses,
}  # fmt: skip
