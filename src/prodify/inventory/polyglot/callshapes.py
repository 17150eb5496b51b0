"""How each language writes a call, as data: one table of shapes, so that a reader names an owner and a function and nothing else.

The grammars call the same thing by many names: `os.Getenv(...)` is a selector expression in Go, `System.getenv(...)` a method
invocation with two fields in Java, a navigation expression without any in Kotlin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.polyglot.nodes import named
from prodify.inventory.query import Query, query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ast_grep_py import SgNode

_Rule = dict[str, object]


def _field(name: str, pattern: str) -> _Rule:
    return {"has": {"field": name, "regex": pattern}}


def _inside_function(kind: str, owner: str, name: str) -> tuple[str, str, str, str]:
    return "function", kind, owner, name


_MEMBERS: Mapping[str, tuple[str, tuple[tuple[str, str, str, str], ...]]] = {
    "go": ("call_expression", (_inside_function("selector_expression", "operand", "field"),)),
    "rust": ("call_expression", (_inside_function("scoped_identifier", "path", "name"),
                                 _inside_function("field_expression", "value", "field"))),
    "csharp": ("invocation_expression", (_inside_function("member_access_expression", "expression", "name"),)),
    **{language: ("call_expression", (_inside_function("member_expression", "object", "property"),))
       for language in ("javascript", "typescript", "tsx")},
}  # fmt: skip
"""Kind of a call, and where owner and name stand within what it calls: field of the call, its kind, and two fields of that."""
_FLAT: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "java": (("method_invocation", "object", "name"),),
    "ruby": (("call", "receiver", "method"),),
    "php": (("member_call_expression", "object", "name"), ("scoped_call_expression", "scope", "name")),
}
"""Calls that hold owner and name themselves: kind and the two fields."""
_PLAIN: Mapping[str, tuple[str, str]] = {
    "go": ("call_expression", "function"), "rust": ("call_expression", "function"), "csharp": ("invocation_expression", "function"),
    "php": ("function_call_expression", "function"),
    **dict.fromkeys(("javascript", "typescript", "tsx"), ("call_expression", "function")),
}  # fmt: skip
"""Calls of a function without an owner: kind and the field that holds the name."""
_IDENTIFIER = r"^[\w$]+[!?]?$"


def call_rule(language: str, owner: str | None, name: str) -> _Rule:
    """The rule for calls of `name` on `owner`; both are patterns of the words in the code, `owner` None for a function by itself."""
    if owner is None:
        return _plain_rule(language, name)
    if language == "kotlin":
        return {"kind": "call_expression", "has": {"kind": "navigation_expression", "nthChild": 1, "all": [
            {"has": {"nthChild": 1, "regex": owner}}, {"has": {"kind": "navigation_suffix", "has": {"regex": name}}}]}}  # fmt: skip
    if language in _FLAT:
        return {"any": [{"kind": kind, "all": [_field(first, owner), _field(second, name)]} for kind, first, second in _FLAT[language]]}
    kind, shapes = _MEMBERS[language]
    return {"kind": kind, "any": [
        {"has": {"field": called, "kind": member, "all": [_field(first, owner), _field(second, name)]}}
        for called, member, first, second in shapes
    ]}  # fmt: skip


def _plain_rule(language: str, name: str) -> _Rule:
    if language == "kotlin":
        return {"kind": "call_expression", "has": {"kind": "simple_identifier", "nthChild": 1, "regex": name}}
    if language in ("java", "ruby"):
        kind, owner, called = _FLAT[language][0]
        return {"kind": kind, "all": [_field(called, name), {"not": {"has": {"field": owner, "regex": "."}}}]}
    kind, called = _PLAIN[language]
    return {"kind": kind, "has": {"field": called, "all": [{"regex": name}, {"regex": _IDENTIFIER}]}}


def called(language: str, owner: str | None, name: str, *keywords: str, where: _Rule | None = None) -> Query:
    """The query for calls of `name` on `owner`; `where` narrows it further."""
    rule = call_rule(language, owner, name)
    return query(language, {"all": [rule, where]} if where else rule, keywords=keywords)


def callee(call: SgNode) -> str:
    """What a call calls, as written: `client.Get`, `System.getenv`, `HTTP.get`."""
    for owner, name in (("object", "name"), ("receiver", "method"), ("scope", "name")):
        first, second = call.field(owner), call.field(name)
        if first is not None and second is not None:
            between = {"scope": "::", "object": "->" if call.kind() == "member_call_expression" else "."}.get(owner, ".")
            return first.text() + between + second.text()
    for field in ("function", "name", "method"):
        if (found := call.field(field)) is not None:
            return found.text()
    first = next(iter(named(call)), None)
    return first.text() if first is not None else ""


_OWNERS = ("object", "receiver", "scope", "operand", "value", "expression", "path")


def owner_of(call: SgNode) -> SgNode | None:
    """What a call is made on: `client` of `client.Get(...)`; None for a function by itself."""
    function = call.field("function")
    if function is not None and function.kind() == "generic_function":  # Rust's `client.get::<T>(...)`
        function = function.field("function")
    for node in (call, function, next(iter(named(call)), None)):
        if node is None or (node is not call and node.kind() in ("identifier", "simple_identifier", "name")):
            continue
        direct = next((found for field in _OWNERS if (found := node.field(field)) is not None), None)
        if direct is not None:
            return direct
        if node.kind() == "navigation_expression":
            return next(iter(named(node)), None)
    return None
