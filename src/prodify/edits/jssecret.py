"""Replacing a secret in JavaScript and TypeScript source by a reading of the environment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.edits.jssource import Source, checked, parse, span, written
from prodify.edits.secretplace import Target, choose, environment_name, secrets_in, shape_of
from prodify.edits.text import Editor, preserving

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_STRINGS = {"rule": {"any": [{"kind": "string"}, {"kind": "template_string", "not": {"has": {"kind": "template_substitution"}}}]}}
_READINGS = {"rule": {"any": [{"kind": "member_expression"}, {"kind": "subscript_expression"}]}}
_VALUE_OF = {
    "variable_declarator": "value", "assignment_expression": "right", "augmented_assignment_expression": "right", "pair": "value",
    "assignment_pattern": "right", "object_assignment_pattern": "right", "field_definition": "value", "public_field_definition": "value",
    "required_parameter": "value", "optional_parameter": "value",
}  # fmt: skip
"""Parents of which one field alone is a value."""
_HOLDERS = frozenset((
    "arguments", "array", "return_statement", "ternary_expression", "parenthesized_expression", "as_expression", "satisfies_expression",
    "template_substitution", "arrow_function", "await_expression", "binary_expression", "export_statement", "non_null_expression",
))  # fmt: skip
"""Parents of which any child may be a value."""
_MOST_PARENTS = 40


@dataclass(frozen=True, slots=True)
class _Literal:
    node: SgNode
    parents: tuple[SgNode, ...]
    names: frozenset[str]

    @property
    def line(self) -> int:
        return self.node.range().start.line + 1

    @property
    def secrets(self) -> list[str]:
        return secrets_in(written(self.node))


def replace_literal_with_env(target: Target, env_name: str, language: str) -> Editor:
    """Put `process.env.ENV_NAME` in the place of a secret (TypeScript: with `?? ""`, for its type is otherwise another one).

    Handled are variables, properties, fields, defaults, arguments, list items, returned and compared values, and the fallback of
    `process.env.KEY || "..."` and `?? "..."`, which goes. A text without the secret stays as it is.

    >>> edit = replace_literal_with_env(Target(1, "*** (7 characters)", "token"), "API_TOKEN", "javascript")
    >>> edit("const token = 'hunter2';\\n")
    'const token = process.env.API_TOKEN;\\n'

    Raises:
        CannotEdit: (from the editor) when the text cannot be parsed, or several literals fit equally.
        ValueError: for a redacted form of another shape, or a name that is no environment variable's.
    """
    shape = shape_of(target)
    environment_name(env_name)

    @preserving
    def edit(text: str) -> str:
        source = parse(text, language)
        after = text
        read = _lines_reading(source, env_name)
        marks = ["x" if number in read else "" for number, _ in enumerate(text.split("\n"), 1)]
        chosen = choose(list(_literals(source)), target, shape, marks, bool)
        for start, end, new in sorted({_splice(source, item, env_name) for item in chosen}, reverse=True):
            after = after[:start] + new + after[end:]
        return checked(source, after)

    return edit


def _lines_reading(source: Source, env_name: str) -> frozenset[int]:
    """The lines on which the variable is read; a reading with a literal behind it is no work of ours."""
    found = set()
    for node in source.root.find_all(_READINGS):  # type: ignore[call-overload]
        around = node.parent()
        other = around.field("right") if around is not None and around.kind() == "binary_expression" else None
        fallback = other is not None and other.kind() in ("string", "template_string") and written(other) != ""
        if _variable(node) == env_name and not fallback:
            found.add(node.range().start.line + 1)
    return frozenset(found)


def _variable(node: SgNode | None) -> str | None:
    """The environment variable that an expression reads, also in parentheses or by subscript; None for anything else."""
    while node is not None and node.kind() == "parenthesized_expression":
        node = next((child for child in node.children() if child.is_named() and child.kind() != "comment"), None)
    owner = node.field("object") if node is not None else None
    if node is None or owner is None or owner.kind() != "member_expression" or "".join(owner.text().split()) != "process.env":
        return None
    name, index = node.field("property"), node.field("index")
    if index is not None:
        return written(index) if index.kind() == "string" else None
    return name.text() if name is not None else None


def _literals(source: Source) -> Iterator[_Literal]:
    """Yield the strings that are values, with their parents (nearest first) and the names that they are bound to, in lower case."""
    for node in source.root.find_all(_STRINGS):  # type: ignore[call-overload]
        parents: list[SgNode] = []
        above = node.parent()
        while above is not None and len(parents) < _MOST_PARENTS:
            parents.append(above)
            above = above.parent()
        if parents and _is_value(node, parents[0]):
            yield _Literal(node, tuple(parents), frozenset(name.casefold() for name in _names(node, parents)))


def _is_value(node: SgNode, parent: SgNode) -> bool:
    field = _VALUE_OF.get(parent.kind())
    if field is not None:
        value = parent.field(field)
        return value is not None and span(value) == span(node)
    return parent.kind() in _HOLDERS and not (parent.kind() == "export_statement" and parent.field("source") is not None)


def _names(node: SgNode, parents: list[SgNode]) -> Iterator[str]:
    child = node
    for parent in parents:
        kind = parent.kind()
        name = None
        if kind in ("variable_declarator", "field_definition", "public_field_definition"):
            name = parent.field("name") or parent.field("property")
        elif kind in ("assignment_expression", "assignment_pattern", "object_assignment_pattern"):
            name = parent.field("left")
        elif kind == "pair":
            name = parent.field("key")
        elif kind == "arguments":
            first = next((item for item in parent.children() if item.kind() == "string"), None)
            name = first if first is not None and span(first) != span(child) else None
        if name is not None:
            words = re.findall(r"[\w$-]+", name.text())
            yield from words[-1:]
        if kind.endswith(("_statement", "_declaration")):
            return
        child = parent


def _splice(source: Source, item: _Literal, env_name: str) -> tuple[int, int, str]:
    parent = item.parents[0]
    if parent.kind() == "binary_expression":
        operator, left, right = parent.field("operator"), parent.field("left"), parent.field("right")
        known = _variable(left)
        is_fallback = operator is not None and operator.text() in ("||", "??") and right is not None and span(right) == span(item.node)
        if is_fallback and known is not None:
            return (*span(parent), _reading(source, known, item.parents[1] if len(item.parents) > 1 else None))
    return (*span(item.node), _reading(source, env_name, parent))


def _reading(source: Source, name: str, parent: SgNode | None) -> str:
    """Write the reading; what stands in another expression is bracketed, for `??` must not stand beside `||` and `&&`."""
    if not source.typed:
        return f"process.env.{name}"
    reading = f'process.env.{name} ?? ""'
    loose = parent is None or parent.kind() in _VALUE_OF or parent.kind() in ("arguments", "array", "return_statement", "arrow_function")
    return reading if loose else f"({reading})"
