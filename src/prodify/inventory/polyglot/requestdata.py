"""Where the data of a request is read, in each language's syntax: members and functions of the objects that frameworks call a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.polyglot.callshapes import call_rule
from prodify.inventory.query import in_ascii

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ast_grep_py import SgNode

_Rule = dict[str, object]


def _member(kind: str, owner: str, owners: str, name: str, names: str) -> _Rule:
    """A member of an object, read without a call."""
    return {"kind": kind, "all": [{"has": {"field": owner, "regex": owners}}, {"has": {"field": name, "regex": names}}]}


_JS_PARTS = "^(body|query|params|headers|cookies)$"
_JS: _Rule = {"any": [
    _member("member_expression", "object", r"^(req|request|ctx|c|(ctx|c)\.request)$", "property", _JS_PARTS),
    _member("subscript_expression", "object", r"^(req|request|ctx|(ctx|c)\.request)$", "index", r"^.(body|query|params|headers|cookies).$"),
    _member("member_expression", "object", r"^event$", "property", "^(body|queryStringParameters|pathParameters)$"),
]}  # fmt: skip
_JS_CALLS: _Rule = call_rule("javascript", r"^c\.req$", "^(query|param|json|parseBody|text)$")
_GO: _Rule = {"any": [
    _member("selector_expression", "operand", "^(r|req|request)$", "field", "^(Form|PostForm)$"),
    call_rule("go", r"^(r|req|request)(\.URL)?$", "^(Query|FormValue|PostFormValue|PathValue)$"),
    call_rule("go", "^mux$", "^Vars$"), call_rule("go", "^chi$", "^URLParam$"),
    call_rule("go", "^(c|ctx)$", "^(Query|Param|PostForm|FormValue|QueryParam|Params|DefaultQuery|Body|GetHeader)$"),
]}  # fmt: skip
_JAVA = call_rule("java", r"^(\w+\.)?(req|request|ctx)$",
                  "^(getParameter(Values|Map)?|getHeader|getInputStream|getReader|getQueryString|queryParams?|params|body|queryParam|pathParam"
                  "|formParam)$")  # fmt: skip
_RUBY: _Rule = {"any": [
    {"kind": "identifier", "regex": "^(params|cookies)$", "not": {"any": [
        {"inside": {"kind": "call", "has": {"field": "method", "regex": "^(params|cookies)$"},
                    "not": {"has": {"field": "receiver", "regex": "^(params|cookies)$"}}}},
        {"inside": {"kind": "method_parameters"}}]}},
    call_rule("ruby", "^request$", "^(body|params|query_string|raw_post|headers|cookies)$"),
]}  # fmt: skip
_PHP: _Rule = {"any": [
    {"kind": "variable_name", "regex": r"^\$_(GET|POST|REQUEST|COOKIE|FILES)$"},
    {"kind": "variable_name", "regex": r"^\$request$", "inside": {
        "any": [{"kind": "member_call_expression"}, {"kind": "member_access_expression"}]}},
    _member("member_access_expression", "object", r"^\$this$", "name", "^request$"),
    {"any": [{"kind": "string"}, {"kind": "encapsed_string"}], "regex": r"^.php://input.$"},
]}  # fmt: skip
_CSHARP = _member("member_access_expression", "expression", r"(^|\.)Request$", "name", "^(Query|Form|Body|Headers|Cookies|QueryString)$")

ORIGINS: Mapping[str, Mapping[str, object]] = {
    **{language: {"rule": in_ascii({"any": [_JS, _JS_CALLS]})} for language in ("javascript", "typescript", "tsx")},
    **{language: {"rule": in_ascii(rule)} for language, rule in (
        ("go", _GO), ("java", _JAVA), ("ruby", _RUBY), ("php", _PHP), ("csharp", _CSHARP))},
}  # fmt: skip
"""What reads a request's data."""


def origins(language: str, node: SgNode) -> Iterator[SgNode]:
    """The places at or below a node where a request's data is read."""
    yield from node.find_all(ORIGINS[language])  # type: ignore[call-overload]


_TAKEN_APART = frozenset(("req", "request", "ctx"))
_JS_NAMES = frozenset(("body", "query", "params", "headers", "cookies"))


def taken_apart(names: frozenset[str], value: SgNode) -> frozenset[str]:
    """Those of the names that a declaration like `const { body, query } = req` gives to a request's data."""
    return names & _JS_NAMES if value.kind() == "identifier" and value.text() in _TAKEN_APART else frozenset()
