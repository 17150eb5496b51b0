"""The port that code listens on, in every language: which literals say it, as queries by rank.

The queries match the literal itself, so that a comment, a log line or another program's port is none. A port that is put together
from a variable is followed to the variable's literal, or to the fallback of the environment's variable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.placed import PlacedInt
from prodify.inventory.query import query
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prodify.inventory import Inventory
    from prodify.inventory.query import Query

_OTHERS = (
    r"(?i)(db|database|sql|postgres|pg|mongo|redis|smtp|mail|ftp|ssh|proxy|kafka|rabbit|amqp|elastic|cache|metrics"
    r"|support|report|export|import)"
)
_NAMED: dict[str, object] = {"regex": r"(?i)port", "not": {"regex": _OTHERS}}
_PORT = ("port", "Port", "PORT")
_WORD = lazy(r"(?i)(?<!im)(?<!sup)(?<!re)(?<!ex)port")
"""In a text that could hold such a name: nearly every file imports something."""
_LEFT: dict[str, object] = {"field": "left", **_NAMED}
_DECLARED: dict[str, object] = {"field": "name", **_NAMED}
_LISTENS = r"(^|\.)(ListenAndServe(TLS)?|Run|Listen|Start|StartServer)$"
_ADDRESS_FLAG = r"""(?i)^.((http|server|web|api)[-_.]?)?(listen|addr|address|((listen|bind)[-_]?)?addr(ess)?|bind|http)"$"""
"""What flags and settings call the address that is listened on."""
_ADDRESS_NAME = r"(?i)^(http|server|web|api|listen|bind|app|default)?_?addr(ess)?$"
_GO_TEXT = {"kind": "interpreted_string_literal", "regex": r'^"[^":]*:\d{2,5}"$'}
_GO_NUMBER = {"any": [
    {"kind": "int_literal", "regex": r"^\d{2,5}$"}, {"kind": "interpreted_string_literal", "regex": r'^"[^":]*:?\d{2,5}"$'},
]}  # fmt: skip


def _go_call(function: str) -> dict[str, object]:
    return {"kind": "argument_list", "inside": {"kind": "call_expression", "has": {"field": "function", "regex": function}}}


_GO = (
    (
        query("go", {**_GO_TEXT, "inside": _go_call(_LISTENS)}, keywords=("Listen", ".Run(", ".Start")),
        query("go", {**_GO_TEXT, "inside": _go_call(r"^net\.Listen$")}, keywords=("net.Listen",)),
        query("go", {**_GO_TEXT, "inside": {"kind": "literal_element", "inside": {"kind": "keyed_element",
              "regex": r"^(Addr|(HTTP|Http|Server|Web|API|Api)?(Listen|Bind)?(Addr|Address)|(HTTP|Http)?Listen(On)?|Bind)\s*:"}}},
              keywords=("Addr", "Listen", "Bind")),
        query("go", {**_GO_TEXT, "inside": {"kind": "argument_list", "inside": {"kind": "call_expression", "has": {
            "field": "function", "regex": r"(?i)(^|\.)(string(var)?p?|default|setdefault)$"}}, "has": {
                "kind": "interpreted_string_literal", "regex": _ADDRESS_FLAG}}},
              keywords=("ddr", "isten", "ind", "http")),
        query("go", {**_GO_TEXT, "inside": {"kind": "argument_list", "inside": {"kind": "call_expression", "inside": _go_call(_LISTENS)}}},
              keywords=("Listen", ".Run(", ".Start")),
    ),
    (
        query("go", {"kind": "interpreted_string_literal", "regex": r'^"(0\.0\.0\.0|127\.0\.0\.1|localhost)?:\d{2,5}"$', "inside": {
            "kind": "expression_list", "any": [
                {"inside": {"any": [{"kind": "short_var_declaration"}, {"kind": "assignment_statement"}],
                            "has": {"field": "left", "regex": _ADDRESS_NAME}}},
                {"inside": {"any": [{"kind": "const_spec"}, {"kind": "var_spec"}], "has": {"field": "name", "regex": _ADDRESS_NAME}}},
            ]}}, keywords=("ddr", "ADDR")),
    ),
    (
        query("go", {**_GO_NUMBER, "inside": {"kind": "expression_list", "any": [
            {"inside": {"any": [{"kind": "short_var_declaration"}, {"kind": "assignment_statement"}], "has": _LEFT}},
            {"inside": {"any": [{"kind": "const_spec"}, {"kind": "var_spec"}], "has": _DECLARED}},
        ]}}, keywords=_PORT, where=_WORD),
        query("go", {**_GO_NUMBER, "inside": {"kind": "argument_list"},
                     "follows": {"kind": "interpreted_string_literal", **_NAMED, "stopBy": "neighbor"}}, keywords=_PORT, where=_WORD),
        query("go", {**_GO_NUMBER, "inside": {"kind": "argument_list"}, "follows": {"regex": "^,$", "follows": {
            "kind": "interpreted_string_literal", **_NAMED}}}, keywords=_PORT, where=_WORD),
        query("go", {"kind": "raw_string_literal", "regex": r'(env-?)?[dD]efault:"[^"]*\d{2,5}"`$', "inside": {
            "kind": "field_declaration", "has": {"field": "name", **_NAMED}}}, keywords=_PORT, where=_WORD),
        query("go", {**_GO_NUMBER, "inside": {"kind": "literal_element", "inside": {
            "kind": "keyed_element", "regex": r"^(Value|Default(Value)?)\s*:", "inside": {"kind": "literal_value", "has": {
                "kind": "keyed_element", "all": [{"regex": r"^(Env)?Name\s*:"}, _NAMED]}}}}}, keywords=_PORT, where=_WORD),
        query("go", {**_GO_NUMBER, "inside": {"kind": "return_statement", "inside": {
            "kind": "function_declaration", "stopBy": "end", "has": {"field": "name", **_NAMED}}}}, keywords=_PORT, where=_WORD),
    ),
)  # fmt: skip

_RUST_ADDRESS = {"kind": "string_literal", "regex": r'^"(\d+\.\d+\.\d+\.\d+|localhost|\[::\d?\]):\d{2,5}"$'}
_RUST_NUMBER = {"any": [{"kind": "integer_literal", "regex": r"^\d{2,5}"}, {"kind": "string_literal", "regex": r'^"\d{2,5}"$'}]}
_RUST_BINDS = r"(?s)(bind\w*|listen\w*|serve\w*|run|SocketAddr\w*|TcpListener.*|from|new|parse.*)$"
_RUST_TUPLE = {"kind": "tuple_expression", "inside": {"kind": "arguments", "inside": {
    "kind": "call_expression", "has": {"field": "function", "regex": _RUST_BINDS}}}}  # fmt: skip
_RUST_PORT = {"kind": "let_declaration", "stopBy": "end", "regex": r"PORT|port"}
_RUST = (
    (
        query("rust", {**_RUST_ADDRESS, "inside": {"kind": "arguments", "inside": {
            "kind": "call_expression", "has": {"field": "function", "regex": r"(?s)(bind\w*|listen\w*|serve\w*|run|TcpListener.*)$"}}}},
            keywords=("bind", "listen", "serve", "run(")),
        query("rust", {"kind": "integer_literal", "regex": r"^\d{2,5}", "inside": _RUST_TUPLE}, keywords=("bind", "SocketAddr", "run(")),
    ),
    (
        query("rust", {"kind": "integer_literal", "regex": r"^\d{2,5}", "inside": {"kind": "token_tree", "inside": {
            "kind": "macro_invocation", "regex": r'^format!\(\s*"[\w.:\[\]]*:\{\}"\s*,\s*\d+\s*\)$'}}}, keywords=("format!",)),
        query("rust", {**_RUST_ADDRESS, "not": {"inside": {"kind": "token_tree", "stopBy": "end"}}}, keywords=('"',)),
    ),
    (
        query("rust", {**_RUST_NUMBER, "inside": _RUST_PORT, "not": {"any": [
            {"inside": {"kind": "token_tree", "stopBy": "end"}}, {"inside": {"kind": "array_expression"}}]}},
              keywords=_PORT, where=_WORD),
        query("rust", {**_RUST_NUMBER, "inside": {"any": [{"kind": "const_item"}, {"kind": "static_item"}], "regex": r"(?i)port\s*:"}},
              keywords=("PORT",)),
        query("rust", {**_RUST_NUMBER, "not": {"inside": {"kind": "token_tree", "stopBy": "end"}}, "inside": {
            "kind": "call_expression", "stopBy": "end", "regex": r'(?s)^(std::)?env::var\(\s*"\w*PORT"'}}, keywords=("PORT",)),
    ),
)  # fmt: skip

_STARTS = r"^(start|port|listen|setPort)$"
_JAVA_CALL = {"kind": "argument_list", "inside": {"kind": "method_invocation", "has": {"field": "name", "regex": _STARTS}}}
_KOTLIN_CALL = {"kind": "value_arguments", "inside": {"kind": "call_suffix", "follows": {"any": [
    {"kind": "simple_identifier", "regex": _STARTS}, {"kind": "navigation_expression", "regex": r"\.(start|port|listen)$"}]}}}  # fmt: skip
_JAVA = (
    (
        query("java", {"kind": "decimal_integer_literal", "regex": r"^\d{2,5}$", "inside": _JAVA_CALL},
              keywords=(".start(", "port(", "listen(", "setPort(")),
        query("kotlin", {"kind": "integer_literal", "regex": r"^\d{2,5}$", "inside": {"kind": "value_argument", "inside": {
            "kind": "value_arguments", "inside": {"kind": "call_suffix", "follows": {
                "kind": "simple_identifier", "regex": "^(Undertow|Jetty\\w*|Netty|SunHttp\\w*|ApacheServer|Ktor(CIO|Netty)|Helidon)$"},
                "inside": {"kind": "call_expression", "inside": {"kind": "value_argument"}}}}}}, keywords=("asServer",)),
        query("kotlin", {"kind": "integer_literal", "regex": r"^\d{2,5}$", "inside": {"kind": "value_argument", "any": [
            {"regex": r"^port\s*="}, {"inside": _KOTLIN_CALL}]}}, keywords=(".start(", "port", "listen(")),
    ),
    (
        query("java", {"kind": "decimal_integer_literal", "regex": r"^\d{2,5}$", "inside": {
            "kind": "variable_declarator", "stopBy": "end", "has": {"field": "name", **_NAMED}}}, keywords=_PORT, where=_WORD),
        query("java", {"kind": "string_literal", "regex": r'^"\d{2,5}"$', "inside": {"kind": "argument_list"}, "follows": {
            "regex": "^,$", "follows": {"kind": "string_literal", **_NAMED}}}, keywords=_PORT, where=_WORD),
        query("kotlin", {"kind": "integer_literal", "regex": r"^\d{2,5}$", "inside": {
            "kind": "property_declaration", "stopBy": "end", "has": {"kind": "variable_declaration", **_NAMED}}},
              keywords=_PORT, where=_WORD),
    ),
)  # fmt: skip

_CSHARP = (
    (query("csharp", {"kind": "string_literal", "regex": r'^"https?://[^":]+:\d{2,5}/?"$', "inside": {"kind": "argument", "inside": {
        "kind": "argument_list", "inside": {
            "kind": "invocation_expression", "regex": r"(?s)(UseUrls|\w*[aA]pp\.Run|RunAsync|Urls\.Add)\("}}}},
           keywords=("UseUrls", ".Run(", "RunAsync(", "Urls.Add")),
     query("csharp", {"kind": "integer_literal", "regex": r"^\d{2,5}$", "inside": {"kind": "argument", "inside": {
         "kind": "argument_list", "inside": {"kind": "invocation_expression", "regex": r"(?s)(ListenAnyIP|ListenLocalhost)\("}}}},
           keywords=("ListenAnyIP", "ListenLocalhost"))),
    (query("csharp", {"any": [{"kind": "string_literal", "regex": r'^"\d{2,5}"$'}, {"kind": "integer_literal", "regex": r"^\d{2,5}$"}],
                      "inside": {"kind": "binary_expression", "stopBy": "end",
                                 "regex": r'(?s)^\(?(Environment\.GetEnvironmentVariable\(|[\w.]*[cC]onfiguration\[)\s*"(\w+[:_])*PORT"'
                                          r'\s*[)\]]\s*\?\?'}}, keywords=('PORT"',)),),
)  # fmt: skip

_RUBY_NUMBER = {"any": [{"kind": "integer", "regex": r"^\d{2,5}$"}, {"kind": "string", "regex": r"""^["'](tcp://[^:]+:)?\d{2,5}["']$"""}]}
_CLIENT = r"^:?(address|user_?name|user|password|database|authentication|domain|enable_starttls_auto)\b"
"""Beside these a port is that of the server which the program calls: a mail server's, a database's."""
_RUBY = (
    (query("ruby", {**_RUBY_NUMBER, "inside": {"kind": "argument_list", "inside": {
        "kind": "call", "regex": r"^(set\s*\(?\s*:port\b|port\b|bind\b)"}}}, keywords=("port", "bind")),
     query("ruby", {**_RUBY_NUMBER, "inside": {"kind": "pair", "regex": r"(?i)^(:?port\b|:Port)", "not": {"inside": {
         "kind": "hash", "has": {"kind": "pair", "regex": _CLIENT}}}}}, keywords=("port", "Port"))),
    (query("ruby", {**_RUBY_NUMBER, "inside": {"stopBy": "end", "any": [
        {"kind": "call", "regex": r"""^ENV\.fetch\(\s*["']PORT["']"""},
        {"kind": "binary", "regex": r"""^\(?ENV\[["']PORT["']\]"""},
    ]}}, keywords=("PORT",)),),
)  # fmt: skip

PORTS: Mapping[str, tuple[tuple[Query, ...], ...]] = {"go": _GO, "rust": _RUST, "java": _JAVA, "csharp": _CSHARP, "ruby": _RUBY}
"""Queries by language, those of the first rank that finds something decide."""
_DIGITS = lazy(r"(\d{2,5})(?:_?[ui]\d+)?/?[\"'`]*$")


def written_port(repo: Inventory, language: str, *groups: Iterable[str]) -> int | None:
    """The port that the first group of files which says one listens on, by rank and then by file and line."""
    for paths in groups:
        known = tuple(paths)
        for rank in PORTS[language]:
            for path in known:
                found = [
                    (match.location.line or 0, PlacedInt(int(digits[1]), match.location))
                    for row in rank
                    if _speaks(row.language, path)
                    for match, _ in repo.syntax.nodes(row, path)
                    if (digits := _DIGITS.search(match.text)) is not None and 0 < int(digits[1]) < 65536
                ]
                if found:
                    return min(found)[1]
    return None


def _speaks(language: str, path: str) -> bool:
    return language == "kotlin" if path.endswith((".kt", ".kts")) else language != "kotlin"
