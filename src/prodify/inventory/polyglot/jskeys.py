"""Keys of web tokens that JavaScript hands over as literals, whatever name the library or its function was imported under."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Note, Role
from prodify.inventory.polyglot.javascript import everywhere
from prodify.inventory.polyglot.nodes import arguments, line_of, named, string_of
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

_LIBRARIES = frozenset(("jsonwebtoken", "jose", "jwt-simple", "koa-jwt", "njwt"))
_CALLS = everywhere(
    {"kind": "call_expression", "has": {"field": "arguments", "has": {"nthChild": 2}}}, tuple(sorted(_LIBRARIES))
)
_ENCODED = everywhere(
    {"kind": "call_expression", "has": {"field": "function", "regex": r"^(new\s+TextEncoder\(\)|\w*[eE]ncoder)\.encode$"}}, ("jose",)
)
"""jose takes bytes: the literal stands inside the call that makes them."""
_BYTES = frozenset(("Buffer.from", "createSecretKey", "crypto.createSecretKey"))
_DECLARED = {"rule": {"kind": "variable_declarator"}}
_FEWEST = 3


def token_keys(repo: Inventory) -> Iterator[Note]:
    """Literals that a token is signed or checked with, at the literal: where it is used or where its constant is written."""
    for row in (*_CALLS, *_ENCODED):
        for path in repo.syntax.sources(row.language, row.keywords, (Role.PRODUCTION,)):
            names = {name for name, module in repo.scripts.imports(path).names.items() if module in _LIBRARIES}
            for _, call in repo.syntax.nodes(row, path) if names else ():
                given = arguments(call)
                key = given[0] if row in _ENCODED and given else given[1] if len(given) > 1 and _head(call) in names else None
                written = _literal(key, call) if key is not None else None
                if written is not None:
                    yield Note(Location(path, line_of(written)), "a signing key is written down here")


def _head(call: SgNode) -> str:
    """The first name of what is called: `sign` of `sign(...)`, `jwt` of `jwt.sign(...)`."""
    function = call.field("function")
    return function.text().removeprefix("await ").strip().partition(".")[0] if function is not None else ""


def _literal(node: SgNode, call: SgNode) -> SgNode | None:
    """The text that an expression is: itself, what is made into bytes, or the constant of the same file that it names."""
    text = string_of(node)
    if text is not None:
        return node if len(text) >= _FEWEST and "${" not in text else None
    if node.kind() == "call_expression" and (function := node.field("function")) is not None:
        inside = arguments(node)
        return _literal(inside[0], call) if inside and function.text() in _BYTES else None
    if node.kind() != "identifier":
        return None
    root = call.get_root().root()
    bound = [
        value
        for one in root.find_all(_DECLARED)  # type: ignore[call-overload]
        if next(iter(named(one)), one).text() == node.text() and (value := one.field("value")) is not None
    ]
    return _literal(bound[0], call) if len(bound) == 1 and string_of(bound[0]) is not None else None
