"""Which names of a file hold an object of some type: declared as one, given one, or made by its constructor or factory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.polyglot.nodes import named
from prodify.lazydata import dataclass
from prodify.lazyre import lazy

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

_KINDS: Mapping[str, tuple[str, ...]] = {
    "java": ("variable_declarator", "formal_parameter", "assignment_expression"),
    "csharp": ("variable_declarator", "parameter", "assignment_expression", "property_declaration"),
    "go": ("short_var_declaration", "assignment_statement", "var_spec", "field_declaration", "parameter_declaration", "keyed_element"),
    "rust": ("let_declaration", "field_declaration", "parameter", "static_item", "const_item", "field_initializer"),
    "php": ("assignment_expression", "property_element", "property_promotion_parameter", "simple_parameter"),
    "kotlin": ("property_declaration", "class_parameter", "parameter", "assignment"),
}
"""Nodes that give a name a type or a value; tree-sitter names their fields nearly alike, but for Kotlin's, which have none."""
_NAME_FIELDS, _VALUE_FIELDS = ("name", "left", "pattern", "field"), ("value", "right")
_KOTLIN_TYPES = frozenset(("user_type", "nullable_type"))
_BEFORE = lazy(r"^(?:by\s+lazy\s*(?:\([^)]*\))?\s*\{|=|&|\(|mut\b|await\b|new\b\s*\(?|\\|\s)+")
"""What stands before the type in an expression that makes an object: `&http.Client{}`, `new Client()`, `by lazy { HttpClient() }`."""


@dataclass(frozen=True, slots=True)
class Held:
    """Names that hold an object, and whether the file makes one itself."""

    names: frozenset[str]
    made: bool


def held(repo: Inventory, path: str, language: str, kind: re.Pattern[str], builder: re.Pattern[str] | None = None) -> Held:
    """The names that hold an object of a type that `kind` matches from its first letter, or of one that a `builder` of the file builds."""
    root = repo.syntax.tree(path, language)
    bound = list(_bindings(root, language)) if root is not None else []
    made = [is_made(value, kind) for _, _, value in bound]
    last = {name: is_one for (name, _, _), is_one in zip(bound, made, strict=True)}
    names = {name for (name, declared, _), is_one in zip(bound, made, strict=True) if is_one or _is_of(declared, kind)}
    builders = {name for name, declared, _ in bound if builder is not None and _is_of(declared, builder)}
    names |= {name for name, _, value in bound if ".build()" in value and last_word(value, first=True) in builders}
    return Held(frozenset(names), any(last.values()))


def is_made(expression: str, kind: re.Pattern[str]) -> bool:
    """Whether an expression begins with the type: a constructor, a literal, or a factory of its own, however it is qualified."""
    found = kind.match(_BEFORE.sub("", expression, count=1))
    return found is not None and expression.rstrip()[-1:] in ("}", ")", "{", ";", "?") and found.end() > 0


def last_word(text: str, *, first: bool = False) -> str:
    """The last name of an owner (`this.api`, `$this->api`, `a.http`), or the first that is no word for the object itself."""
    words = [word for word in _WORD.findall(text) if word not in ("this", "self")]
    return (words[0] if first else words[-1]) if words else ""


_WORD = lazy(r"[A-Za-z_]\w*")
_TYPE_WORDS = lazy(r"[\w.:\\]+")


def _is_of(declared: str, kind: re.Pattern[str]) -> bool:
    """Whether a declared type is the type or wraps it: `*http.Client`, `web::Data<Client>`, `?Client`."""
    return any((found := kind.match(word)) is not None and found.end() == len(word) for word in _TYPE_WORDS.findall(declared))


def _bindings(root: SgNode, language: str) -> Iterator[tuple[str, str, str]]:
    """Name, declared type and value of everything that binds a name."""
    rule = {"rule": {"any": [{"kind": kind} for kind in _KINDS[language]]}}
    for node in root.find_all(rule):  # type: ignore[call-overload]
        name, declared, value = _kotlin(node) if language == "kotlin" else _fields(node)
        word = last_word(name)
        if word:
            yield word, declared, value


def _fields(node: SgNode) -> tuple[str, str, str]:
    inside = list(named(node))
    first = next((part for field in _NAME_FIELDS if (part := node.field(field)) is not None), inside[0] if inside else None)
    value = next((part for field in _VALUE_FIELDS if (part := node.field(field)) is not None), None)
    if value is None and len(inside) > 1 and node.kind() in ("variable_declarator", "keyed_element"):
        value = inside[-1]
    holder, parent = node.field("type"), node.parent()
    if holder is None and parent is not None and node.kind() in ("variable_declarator", "property_element"):
        holder = parent.field("type")  # `private final Client api = ...`: the type stands before all its names
    return tuple(part.text() if part is not None else "" for part in (first, holder, value))  # type: ignore[return-value]


def _kotlin(node: SgNode) -> tuple[str, str, str]:
    inside = list(named(node))
    declared = next((part for part in inside if part.kind() == "variable_declaration"), node)
    words = list(named(declared))
    name = next((part.text() for part in words if part.kind() in ("simple_identifier", "directly_assignable_expression")), "")
    kind = next((part.text() for part in words if part.kind() in _KOTLIN_TYPES), "")
    return name, kind, inside[-1].text() if inside and node.kind() in ("property_declaration", "assignment") else ""
