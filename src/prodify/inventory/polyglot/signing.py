"""Signing keys that are handed over as literals, where no name beside the literal says what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Note
from prodify.inventory.query import query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory

_GO_BYTES = {"kind": "type_conversion_expression", "regex": r'(?s)^\[\]byte\("[^"]+"\)$'}
_RUST_KEY = r"(from_secret|from_base64_secret|from_rsa_pem)"
_RUST_TEXT = {"any": [{"kind": "string_literal"}, {"kind": "raw_string_literal"}, {"regex": r'^b?"[^"]+"(\.as_ref\(\)|\.as_bytes\(\))?$'}]}
_BYTES = {"kind": "string_literal", "inside": {"kind": "argument", "inside": {"kind": "argument_list", "inside": {
    "kind": "invocation_expression", "regex": r"(?s)^[\w.]*Encoding\.\w+\.GetBytes\("}}}}  # fmt: skip

KEYS = (
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
    query("ruby", {"kind": "string", "inside": {"kind": "argument_list", "inside": {
        "kind": "call", "has": {"field": "receiver", "regex": "^JWT$"}}}, "nthChild": 2, "not": {"regex": r"#\{"}}, keywords=("JWT.",)),
)  # fmt: skip
"""Literals where a library takes a key: the text itself is never repeated."""


def written_keys(repo: Inventory) -> Iterator[Note]:
    """Every signing key that code hands over as a literal."""
    for match in repo.find(*KEYS):
        yield Note(match.location, "a signing key is written down here")
