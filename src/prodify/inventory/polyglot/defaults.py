"""Credentials that a schema, a tag or an attribute fills in when nobody sets them: the name stands beside the default, not before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Note
from prodify.inventory.polyglot.javascript import everywhere
from prodify.inventory.query import query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory

_NAMES = r"\w*(secret|secret_?key|password|passwd|api_?key|private_?key|(jwt|auth|access|bot|session|signing|cookie)_?(token|key))"
"""The end of a name that means the credential itself: `TOKEN_TTL` and `PASSWORD_MIN_LENGTH` are settings of another kind."""
_TYPED = r"[^\"'`\s{}]{6,}"
"""A value that somebody typed: no text with blanks, no reference to something else."""
_GAP = r"[\"'`](your|<|\$|change|replace|example|placeholder|xxx|todo|undefined\b)"
"""What a gap to be filled in begins with."""
_KEY = {"has": {"field": "key", "regex": rf"(?i)^[\"']?{_NAMES}[\"']?$"}}
_TEXT = {"kind": "string", "regex": rf"(?i)^[\"'`]{_TYPED}[\"'`]$", "not": {"regex": rf"(?i)^{_GAP}"}}
_IN_KEY = {"inside": {"kind": "pair", **_KEY, "inside": {"kind": "object", "inside": {"kind": "arguments"}}}}
_DEFAULTED = {"kind": "arguments", "inside": {"kind": "call_expression", "has": {
    "field": "function", "has": {"field": "property", "regex": "^(default|catch)$"}},
    "any": [_IN_KEY, {"inside": {"kind": "member_expression", "inside": {"kind": "call_expression", **_IN_KEY}}}]}}  # fmt: skip
"""`JWT_SECRET: z.string().default("...")`, and Joi's, with a call behind it or none."""
_OPTION = {"kind": "pair", "has": {"field": "key", "regex": "^(default|devDefault)$"}, "inside": {"kind": "object", "inside": {
    "kind": "arguments", "inside": {"kind": "call_expression", **_IN_KEY}}}}  # fmt: skip
"""envalid's `JWT_SECRET: str({ default: "..." })`."""

DEFAULTS = (
    *everywhere({**_TEXT, "any": [{"inside": _DEFAULTED}, {"inside": _OPTION}]}, ("default(", "default:", "efault:", "catch(")),
    query("go", {"kind": "raw_string_literal", "inside": {"kind": "field_declaration"}, "all": [
        {"regex": rf'(?i)\b(env|envconfig|mapstructure|koanf|long):"{_NAMES}[",]'},
        {"regex": rf'(?i)\b(env-?)?default:"{_TYPED}"'},
        {"not": {"regex": rf"(?i)default:{_GAP}"}},
    ]}, keywords=("efault:",)),
    query("rust", {"kind": "attribute_item", "all": [
        {"regex": rf'(?i)\benv\s*=\s*"{_NAMES}"'}, {"regex": rf'(?i)\bdefault_value(_t)?\s*=\s*"{_TYPED}"'},
        {"not": {"regex": rf"(?i)default_value(_t)?\s*=\s*{_GAP}"}}]}, keywords=("default_value",)),
)  # fmt: skip
"""Literals that stand in for a credential: the text itself is never repeated."""


def defaulted_credentials(repo: Inventory) -> Iterator[Note]:
    """Every credential that has a default of its own."""
    for match in repo.find(*DEFAULTS):
        yield Note(match.location, "a credential has a default that is written down here")
