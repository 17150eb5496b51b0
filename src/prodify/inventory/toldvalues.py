"""Which variables a log call tells: those between the pieces of a text, and those that are handed over, not what a text says itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.polyglot.nodes import arguments
from prodify.inventory.pymodule import literal
from prodify.inventory.pynodes import dotted
from prodify.lazydata import dataclass
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

_NAMES = (
    r"password|passwd|secret|api_?key|access_?token|auth_?token|session_?token|client_?secret|private_?key|credit_?card|authorization"
    r"|secrets?_(?:info|data|details?|dict|doc|document|values?)(?:_cache|_store)?|(?:\w+_)?credentials?(?:_(?:info|data|dict|details?))?"
    r"|e_?mail|phone|birth_?date|(?:home|street|postal|billing|shipping|mailing)_?address"
)
_TELLING = lazy(_NAMES, re.IGNORECASE)
_PREFIXED = lazy(
    r"(?!\w*(?:hash|crypt|mask|redact|confirm|forgot|reset|has|is|no|num|min|max|wrong|invalid|show|hide|csrf|xsrf)\w*_)"
    r"[a-z]\w*_(?:password|passwd|secret|api_?key|access_?token|auth_?token|bot_?token|refresh_?token|client_?secret|private_?key)",
    re.IGNORECASE,
)
"""Whose it is may stand before: `app_access_token`, `db_password`."""
_SECRET_KEY = lazy(
    r"(?:\w+_)?(?:password|passwd|secret|secret_key|api_?key|access_?token|auth_?token|private_key)", re.IGNORECASE
)
"""The name of a secret by which a setting is looked up."""
_HARMLESS = lazy(r"_*(?:len|bool|type|mask|redact|hash|is_valid|count)\w*")
"""Calls that tell of a value without showing it."""
_AS_IT_IS = frozenset("lower upper strip lstrip rstrip title casefold encode decode format".split())
"""Methods of texts that show nearly all of them."""
_CHOSEN = frozenset(("conditional_expression", "if_clause"))


@dataclass(slots=True)
class _Hole:
    """What an expression is made of: the last part of each name, the keys that are looked up, and whether it hides what it takes."""

    words: list[str]
    keys: list[str]
    hides: bool = False


def value_told(call: SgNode, connection: re.Pattern[str] | None = None) -> str | None:
    """The first variable among a log call's values whose name is secret or personal; words inside literal text do not count."""
    for argument in arguments(call):
        value = argument.field("value") if argument.kind() == "keyword_argument" else argument
        for expression in _holes(value) if value is not None else ():
            hole = _look(expression)
            if hole.hides:
                continue
            if any(_SECRET_KEY.fullmatch(key) for key in hole.keys):
                return "a secret setting"
            for word in hole.words:
                if _TELLING.fullmatch(word) or _PREFIXED.fullmatch(word) or (connection is not None and connection.fullmatch(word)):
                    return word
    return None


_WHOLE = {"rule": {"any": [{"kind": "identifier"}, {"kind": "attribute"}], "inside": {"any": [
    {"kind": "interpolation"},
    {"kind": "binary_operator"},
    {"kind": "tuple", "inside": {"kind": "binary_operator"}},
    {"kind": "argument_list", "inside": {"kind": "call", "has": {"field": "function", "kind": "attribute", "has": {
        "field": "attribute", "regex": "^format$"}}}},
]}}}  # fmt: skip
"""What is put into a text as it is: in a hole, by `%` or `+`, or by `format`."""


def names_told_whole(call: SgNode) -> frozenset[str]:
    """What a log call is given as it is, and what stands alone in the texts among its arguments."""
    values = [argument.field("value") if argument.kind() == "keyword_argument" else argument for argument in arguments(call)]
    inside = (one for value in values if value is not None for one in value.find_all(_WHOLE))  # type: ignore[call-overload]
    return frozenset((*(value.text() for value in values if value is not None), *(one.text() for one in inside)))


def _holes(value: SgNode) -> Iterator[SgNode]:
    """The expressions that a text with holes shows, each for itself; anything else is one expression."""
    if value.kind() in ("string", "concatenated_string"):
        for part in value.children():
            if part.kind() == "interpolation":
                yield part
            elif part.kind() == "string":
                yield from _holes(part)
    else:
        yield value


def _look(expression: SgNode) -> _Hole:
    hole, stack = _Hole([], []), [expression]
    while stack:
        node = stack.pop()
        kind = node.kind()
        hole.hides = hole.hides or kind in _CHOSEN
        if kind == "identifier":
            hole.words.append(node.text())
        elif kind == "attribute":
            stack += _of_attribute(hole, node)
        elif kind == "call":
            stack += _of_call(hole, node)
        else:
            if kind == "subscript":
                _add_key(hole, node.field("subscript"))
            stack += node.children()[::-1]
    return hole


def _of_attribute(hole: _Hole, node: SgNode) -> list[SgNode]:
    """Of `user.address.street` the street counts, of `users[0].name` what stands in front of it as well."""
    last, owner = node.field("attribute"), node.field("object")
    if last is not None:
        hole.words.append(last.text())
    while owner is not None and owner.kind() == "attribute":
        owner = owner.field("object")
    return [owner] if owner is not None and owner.kind() != "identifier" else []


def _of_call(hole: _Hole, node: SgNode) -> list[SgNode]:
    function, given = node.field("function"), node.field("arguments")
    name = dotted(function).rpartition(".")[2]
    hole.hides = hole.hides or _HARMLESS.fullmatch(name) is not None
    if name in ("get", "getenv"):
        _add_key(hole, next(iter(arguments(node)), None))
    owner = function.field("object") if function is not None and function.kind() == "attribute" and name in _AS_IT_IS else function
    return [part for part in (given, owner) if part is not None]


def _add_key(hole: _Hole, key: SgNode | None) -> None:
    value = literal(key)[0] if key is not None else None
    if isinstance(value, str):
        hole.keys.append(value)
