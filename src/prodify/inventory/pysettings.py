"""How Python asks for settings: fields of pydantic's BaseSettings, and whether code copes with a variable that is not set."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from prodify.inventory.polyglot.nodes import named
from prodify.inventory.pymodule import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.pymodule import PyModule

_ALIASES = ("env", "alias", "validation_alias")
_DEFAULTS = ("default", "default_factory")
_TESTS = frozenset(("if_statement", "elif_clause", "while_statement", "assert_statement", "not_operator", "comparison_operator"))
_ENDS = frozenset(("block", "module", "lambda", "function_definition", "class_definition"))
"""Where an expression's statement is over; a condition stands beside the block that it decides about."""


class Field(NamedTuple):
    """A field of a settings class: the variable that it reads, where it stands, whether it has a default."""

    name: str
    node: SgNode
    has_default: bool


def classes(repo: Inventory) -> frozenset[str]:
    """Names of classes that derive from pydantic's BaseSettings, directly or through one another, in whatever file they stand."""
    found = {"BaseSettings"}
    while True:
        more: set[str] = set()
        for module in repo.python.modules(sorted(found)):
            root = repo.syntax.tree(module.path, "python")
            for node in root.find_all(kind="class_definition") if root is not None else ():
                name = node.field("name")
                if name is not None and _bases(node) & found:
                    more.add(name.text())
        if more <= found:
            return frozenset(found)
        found |= more


def _bases(cls: SgNode) -> set[str]:
    listed = cls.field("superclasses")
    return {name.text() for name in listed.find_all(kind="identifier")} if listed is not None else set()


def fields(repo: Inventory, path: str, known: frozenset[str]) -> Iterator[Field]:
    """The fields of a file's settings classes, those that derive from a `known` one.

    The variable is the field's name in upper case, behind the class's prefix.
    """
    root = repo.syntax.tree(path, "python")
    for node in root.find_all(kind="class_definition") if root is not None else ():
        body = node.field("body")
        if body is None or not _bases(node) & known:
            continue
        prefix = _prefix(node)
        for statement in named(body):
            field = next(iter(named(statement)), None) if statement.kind() == "expression_statement" else None
            name, kind = (field.field("left"), field.field("type")) if field is not None and field.kind() == "assignment" else (None, None)
            if field is None or name is None or kind is None or name.text().startswith("model_") or "ClassVar" in kind.text():
                continue
            alias, has_default = _given(field.field("right"))
            yield Field((alias or prefix + name.text()).upper(), statement, has_default)


def _prefix(cls: SgNode) -> str:
    """`env_prefix` of a class, in its `model_config` or its inner `Config`."""
    for node in cls.find_all({"rule": {"any": [{"kind": "keyword_argument"}, {"kind": "assignment"}, {"kind": "pair"}]}}):
        key = node.field("name") or node.field("left") or node.field("key")
        value = node.field("value") or node.field("right")
        if key is not None and value is not None and key.text().strip("\"'") == "env_prefix":
            return str(literal(value)[0] or "")
    return ""


def _given(value: SgNode | None) -> tuple[str | None, bool]:
    """The variable that a field's value names for itself, and whether the value is a default."""
    if value is None or value.kind() == "ellipsis":
        return None, False
    function, listed = value.field("function"), value.field("arguments")
    if value.kind() != "call" or function is None or listed is None or function.text().rpartition(".")[2] != "Field":
        return None, True
    alias, has_default = None, False
    for place, argument in enumerate(named(listed)):
        name, inner = argument.field("name"), argument.field("value")
        if argument.kind() != "keyword_argument":
            has_default = has_default or (place == 0 and argument.kind() != "ellipsis")
        elif name is not None and inner is not None and name.text() in _ALIASES:
            said = literal(inner)[0]
            alias = said if isinstance(said, str) else alias
        elif name is not None and inner is not None and name.text() in _DEFAULTS:
            has_default = inner.kind() != "ellipsis"
    return alias, has_default


def is_asked(call: SgNode) -> bool:
    """Whether code copes with a variable that a call does not find: a fallback after `or`, a comparison, a condition."""
    direct, inner = True, call
    for around in call.ancestors():
        kind = around.kind()
        if kind in _ENDS:
            return False
        if kind in ("if_statement", "elif_clause", "while_statement", "assert_statement"):
            return True
        if direct and (kind in _TESTS or _falls_back(around, inner)):
            return True
        direct = direct and _only_wraps(around)
        inner = around
    return False


def _falls_back(around: SgNode, inner: SgNode) -> bool:
    """Whether an expression takes something else where the inner one is empty, or asks whether it is."""
    parts = [part.range().start.index for part in named(around)]
    first = inner.range().start.index
    if around.kind() == "boolean_operator":
        said = around.field("operator")
        return said is not None and said.text() == "or" and bool(parts) and parts[0] == first
    function = around.field("function")
    if around.kind() == "call":
        return function is not None and function.text() == "bool"
    return around.kind() == "conditional_expression" and first in parts[:2]


def _only_wraps(around: SgNode) -> bool:
    """Whether an expression stands for the one inside: parentheses, a method of it, a function of it alone."""
    kind = around.kind()
    return kind in ("parenthesized_expression", "attribute", "call") or (kind == "argument_list" and len(list(named(around))) == 1)


def tested(repo: Inventory, module: PyModule) -> frozenset[str]:
    """The variables that a file looks for in `os.environ` before it reads them."""
    root = repo.syntax.tree(module.path, "python") if "environ" in repo.syntax.text(module.path) else None
    found = set()
    for node in root.find_all(kind="comparison_operator") if root is not None else ():
        parts = list(named(node))
        if len(parts) == 2 and any(child.text() in ("in", "not in") for child in node.children()):
            name, known = literal(parts[0])
            if known and isinstance(name, str) and module.resolve(parts[1].text()) == "os.environ":
                found.add(name)
    return frozenset(found)
