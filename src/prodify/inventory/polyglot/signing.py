"""Signing keys that are handed over as literals, where no name beside the literal says what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory import pykeys
from prodify.inventory.facts import Note
from prodify.inventory.polyglot.jskeys import token_keys
from prodify.inventory.query import query
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory

_GO_BYTES = {"kind": "type_conversion_expression", "regex": r'(?s)^\[\]byte\("[^"]+"\)$'}
_RUST_KEY = r"(from_secret|from_base64_secret|from_rsa_pem)"
_RUST_TEXT = {"any": [{"kind": "string_literal"}, {"kind": "raw_string_literal"}, {"regex": r'^b?"[^"]+"(\.as_ref\(\)|\.as_bytes\(\))?$'}]}
_BYTES = {"kind": "string_literal", "inside": {"kind": "argument", "inside": {"kind": "argument_list", "inside": {
    "kind": "invocation_expression", "regex": r"(?s)^[\w.]*Encoding\.\w+\.GetBytes\("}}}}  # fmt: skip
_KEY_NAME = r"(?i)^(get_?)?((jwt|hmac|token|auth|app|session|my)_?)?(secret|(secret|signing|jwt)_?key|secret_?token)(_base)?$"
_SIGNS = lazy(r"(?i)\bjwt|hmac|session_secret|rack::session|message_?(verifier|encryptor)")
_NO_KEY: dict[str, object] = {"any": [{"regex": r"#\{"}, {"regex": """^(["']).?["']$"""}, {"regex": r"""^["'][A-Z][A-Z0-9_]+["']$"""}]}
"""Text that is put together, none at all, or the name of a variable."""


def _returned(literal: str, method: str, *between: str) -> dict[str, object]:
    """The literal that a method of a key's name gives back, whatever asks; `between` stand the nodes around it, from the inside."""
    outside: dict[str, object] = {"kind": method, "has": {"field": "name", "regex": _KEY_NAME}}
    for kind in reversed(between):
        outside = {"kind": kind, "inside": outside}
    return {"kind": literal, "not": _NO_KEY, "inside": outside}


_RETURNED = {
    "ruby": [_returned("string", kind, *way) for kind in ("method", "singleton_method")
             for way in ((), ("body_statement",), ("argument_list", "return", "body_statement"))],
    "java": [_returned("string_literal", "method_declaration", "return_statement", "block")],
    "php": [_returned(text, kind, "return_statement", "compound_statement") for text in ("string", "encapsed_string")
            for kind in ("method_declaration", "function_definition")],
    "go": [_returned("interpreted_string_literal", "function_declaration",
                     "expression_list", "return_statement", "statement_list", "block")],
}  # fmt: skip

KEYS = (
    *(query(language, {"any": rules}, keywords=("ecret", "ECRET", "Key", "key"), where=_SIGNS) for language, rules in _RETURNED.items()),
    query("go", {**_GO_BYTES, "inside": {"kind": "argument_list", "inside": {
        "kind": "call_expression", "has": {"field": "function", "regex": r"\.SignedString$"}}}}, keywords=("SignedString",)),
    query("go", {**_GO_BYTES, "inside": {"kind": "expression_list", "inside": {"kind": "return_statement", "inside": {
        "kind": "func_literal", "stopBy": "end", "regex": r"^func\([^)]*\*jwt\.Token\)"}}}}, keywords=("jwt.Token",)),
    query("go", {**_GO_BYTES, "inside": {"kind": "argument_list", "inside": {
        "kind": "call_expression", "has": {"field": "function", "regex": r"\.(NewCookieStore|NewFilesystemStore)$"}}}},
        keywords=("NewCookieStore", "NewFilesystemStore", "NewStore")),
    query("rust", {**_RUST_TEXT, "inside": {"kind": "arguments", "inside": {
        "kind": "call_expression", "has": {"field": "function", "regex": rf"(En|De)codingKey::{_RUST_KEY}$"}}}},
        keywords=("codingKey::",)),
    query("rust", {"kind": "reference_expression", "regex": r"^&\[(\d+(u8)?\s*;\s*\d+|\d+(\s*,\s*\d+)*)\]$", "inside": {
        "kind": "arguments", "inside": {"kind": "call_expression", "has": {
            "field": "function", "regex": r"(CookieIdentityPolicy|CookieSession|CookieSessionStore)::(new|signed|private)$|Key::from$"}}}},
        keywords=("Cookie", "Key::from")),
    query("java", {"kind": "string_literal", "inside": {"kind": "argument_list", "inside": {
        "kind": "method_invocation", "has": {"field": "name", "regex": "^signWith$|^setSigningKey$"}}}},
        keywords=("signWith", "setSigningKey")),
    query("java", {"kind": "string_literal", "inside": {"kind": "method_invocation", "regex": r"\.getBytes\(", "inside": {
        "kind": "argument_list", "inside": {"kind": "method_invocation", "has": {"field": "name", "regex": "^hmacShaKeyFor$"}}}}},
        keywords=("hmacShaKeyFor",)),
    query("csharp", {**_BYTES, "all": [{"inside": {"kind": "object_creation_expression", "stopBy": "end",
                                                   "regex": r"^new\s+SymmetricSecurityKey\b"}}]}, keywords=("SymmetricSecurityKey",)),
    *(query("php", {"kind": kind, "not": _NO_KEY, "inside": {"kind": "argument", "nthChild": 3, "inside": {"kind": "arguments", "inside": {
        "kind": "function_call_expression", "has": {"field": "function", "regex": r"^\\?hash_hmac$"}}}}}, keywords=("hash_hmac",))
      for kind in ("string", "encapsed_string")),
    query("ruby", {"kind": "string", "inside": {"kind": "argument_list", "inside": {
        "kind": "call", "has": {"field": "receiver", "regex": "^JWT$"}}}, "nthChild": 2, "not": {"regex": r"#\{"}}, keywords=("JWT.",)),
)  # fmt: skip
"""Literals where a library takes a key: the text itself is never repeated."""


def written_keys(repo: Inventory) -> Iterator[Note]:
    """Every signing key that code hands over as a literal."""
    for match in repo.find(*KEYS):
        yield Note(match.location, "a signing key is written down here")
    yield from token_keys(repo)
    yield from pykeys.written_keys(repo)
