"""Accounts whose password is a literal where a framework takes one, and no name beside the literal says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Note
from prodify.inventory.query import query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory

_TYPED = r'^"(\{noop\})?[^"{}$\\\s][^"{}\\]*"$'
"""No hash, which begins with a dollar or the name of its algorithm, and no reference to a setting."""
_PLAIN = r'^"\{noop\}[^"{}$\\\s]+"$'
"""Spring's mark of a password that is kept as it is typed."""
_ACCOUNT = r"(withUser(name)?\(|withDefaultPasswordEncoder\(|\bUser\.builder\()"
_ENCODES = r"^(encode|hash)$"
_JAVA_PASSWORD = {"kind": "argument_list", "inside": {"kind": "method_invocation", "all": [
    {"has": {"field": "name", "regex": "^password$"}}, {"has": {"field": "object", "regex": _ACCOUNT}}]}}  # fmt: skip
_JAVA_ENCODED = {"kind": "argument_list", "inside": {
    "kind": "method_invocation", "has": {"field": "name", "regex": _ENCODES}, "inside": _JAVA_PASSWORD}}  # fmt: skip


def _kotlin_argument(callee: str, **outside: object) -> dict[str, object]:
    """The only argument of a call of that name."""
    called = {"kind": "navigation_expression", "regex": callee}
    suffix = {"kind": "call_suffix", "follows": called, **({"inside": {"kind": "call_expression", "inside": outside}} if outside else {})}
    return {"kind": "value_argument", "inside": {"kind": "value_arguments", "inside": suffix}}


_KOTLIN_PASSWORD = _kotlin_argument(rf"(?s){_ACCOUNT}.*\.password$")
_KOTLIN_ENCODED = _kotlin_argument(r"\.(encode|hash)$", **_KOTLIN_PASSWORD)
_ASKS = r"^((\w+(::\w+)*\.)?use\s*\(?\s*(::)?Rack::Auth::Basic\b|(::)?Rack::Auth::Basic\.new|authenticate_(or_request_)?with_http_basic)"
"""Basic authentication of Rack and of Rails, whose block is asked whether a name and a password are right."""
_GIVEN = r"(?i)(p|pw|pwd|pass\w*|secret)"
_RUBY_PASSWORD = {"kind": "string", "not": {"any": [{"regex": r"#\{"}, {"regex": r"""^(""|'')$"""}]}}
_IN_BLOCK = {"inside": {"kind": "call", "stopBy": "end", "regex": _ASKS}}
_COMPARED = {"any": [
    {"inside": {"kind": "binary", "regex": "==", "has": {"field": "left", "regex": rf"^{_GIVEN}$"}, **_IN_BLOCK}},
    {"nthChild": 2, "inside": {"kind": "array", "inside": {
        "kind": "binary", "has": {"field": "left", "regex": rf",\s*{_GIVEN}\s*\]$"}, **_IN_BLOCK}}},
    {"nthChild": 2, "inside": {"kind": "array", "inside": {
        "kind": "binary", "has": {"field": "left", "kind": "call", "regex": r"\bauth\.credentials$"}}}},
    {"inside": {"kind": "argument_list", "has": {"kind": "identifier", "regex": rf"^{_GIVEN}$"}, "inside": {
        "kind": "call", "has": {"field": "method", "regex": "^secure_compare$"}, **_IN_BLOCK}}},
    {"inside": {"kind": "argument_list", "inside": {"kind": "call", "has": {"field": "method", "regex": "digest$"}, "inside": {
        "kind": "argument_list", "regex": rf"digest\(\s*{_GIVEN}\s*\)".replace("(?i)", ""), "inside": {
            "kind": "call", "has": {"field": "method", "regex": "^secure_compare$"}, **_IN_BLOCK}}}}},
]}  # fmt: skip

PASSWORDS = (
    query("java", {"kind": "string_literal", "any": [
        {"regex": _PLAIN}, {"regex": _TYPED, "any": [{"inside": _JAVA_PASSWORD}, {"inside": _JAVA_ENCODED}]},
    ]}, keywords=("{noop}", "withUser", "withDefaultPasswordEncoder", "User.builder")),
    query("kotlin", {"kind": "string_literal", "any": [
        {"regex": _PLAIN}, {"regex": _TYPED, "any": [{"inside": _KOTLIN_PASSWORD}, {"inside": _KOTLIN_ENCODED}]},
    ]}, keywords=("{noop}", "withUser", "withDefaultPasswordEncoder", "User.builder")),
    query("csharp", {"kind": "string_literal", "regex": _TYPED, "inside": {"kind": "argument", "nthChild": 2, "inside": {
        "kind": "argument_list", "has": {"kind": "argument", "nthChild": 1, "regex": r'^"[^"\s]+@[^"\s]+"$'}, "inside": {
            "kind": "invocation_expression", "has": {"field": "function", "regex": r"\.Authenticate(Async)?$"}}}}},
        keywords=(".Authenticate",)),
    query("ruby", {**_RUBY_PASSWORD, **_COMPARED}, keywords=("Auth::Basic", "http_basic", "auth.credentials")),
)  # fmt: skip
"""Literals that let somebody in: the text itself is never repeated."""


def written_accounts(repo: Inventory) -> Iterator[Note]:
    """Every account that code opens with a password of its own."""
    for match in repo.find(*PASSWORDS):
        yield Note(match.location, "the password of an account is written down here")
