"""What makes a file one that is started, by language: main functions, guards, servers that listen, loops that wait. Queries as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.query import query

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from prodify.inventory import Inventory
    from prodify.inventory.query import Query

_GUARD = {"kind": "comparison_operator", "all": [
    {"has": {"kind": "identifier", "regex": "^__name__$"}}, {"has": {"kind": "string", "regex": "^.__main__.$"}}]}  # fmt: skip
MAIN: Mapping[str, tuple[Query, ...]] = {
    "python": (query("python", {"kind": "if_statement", "inside": {"kind": "module"}, "has": {"field": "condition", "any": [
        _GUARD, {"kind": "parenthesized_expression", "has": _GUARD}]}}, keywords=("__main__",)),),
    "java": (query("java", {"kind": "method_declaration", "has": {"field": "name", "regex": "^main$"}, "all": [
        {"has": {"kind": "modifiers", "regex": r"\bstatic\b"}}, {"has": {"field": "type", "kind": "void_type"}}]},
        keywords=("main(", "main (")),),
    "kotlin": (query("kotlin", {"kind": "function_declaration", "has": {"kind": "simple_identifier", "regex": "^main$"}, "any": [
        {"inside": {"kind": "source_file"}}, {"has": {"stopBy": "end", "kind": "annotation", "regex": "JvmStatic"}}]},
        keywords=("main(", "main (")),),
    "go": (query("go", {"kind": "function_declaration", "has": {"field": "name", "regex": "^main$"}, "inside": {
        "kind": "source_file", "has": {"kind": "package_clause", "regex": r"\bmain$"}}}, keywords=("func main()",)),),
}  # fmt: skip
"""Main functions, and Python's guard at the end of a file."""



def _method(names: str) -> dict[str, object]:
    return {"kind": "call", "has": {"field": "function", "kind": "attribute", "has": {"field": "attribute", "regex": f"^({names})$"}}}


FOREVER: Mapping[str, tuple[Query, ...]] = {
    "python": (query("python", _method("run_forever|start_consuming"), keywords=("run_forever", "start_consuming")),)
}
"""Calls of libraries that return only when the program ends."""
ENDLESS: Mapping[str, tuple[Query, ...]] = {
    "python": (query("python", {"kind": "while_statement", "has": {"field": "condition", "any": [
        {"regex": "^(True|1)$"}, {"kind": "not_operator", "has": {"field": "argument", "kind": "identifier"}}]}}, keywords=("while",)),)
}  # fmt: skip
"""Loops without an end of their own."""
WAITS: Mapping[str, tuple[Query, ...]] = {
    "python": (query("python", _method(r"sleep|blpop|brpop|receive_message\w*|poll|get_message\w*|xread\w*|consume\w*|dequeue|fetch_job"),
                     keywords=("sleep(", "pop(", "receive_message", "poll(", "get_message", "xread", "consume", "dequeue", "fetch_job")),)
}  # fmt: skip
"""Calls that wait for time to pass or for work to come."""
ASKS: Mapping[str, tuple[Query, ...]] = {
    "python": (query("python", {"kind": "call", "has": {"field": "function", "regex": "^input$"}}, keywords=("input(",)),)
}
"""Questions to whoever sits at the terminal."""

_JVM_NAMES = "^(SpringApplication|SpringBootApplication|runApplication|Quarkus|QuarkusMain|Micronaut|embeddedServer|Javalin|EngineMain)$"
_JVM_WORDS = ("SpringApplication", "SpringBootApplication", "runApplication", "Quarkus", "Micronaut", "embeddedServer", "Javalin",
              "EngineMain")  # fmt: skip
_NODE_WORDS = (".listen(", ".login(", ".launch(", "serve(", "startServer", "createServer(")
_NODE_STARTS = {"kind": "call_expression", "any": [
    {"has": {"field": "function", "kind": "member_expression", "has": {
        "field": "property", "regex": "^(listen|login|launch|serve|createServer|startServer)$"}}},
    {"has": {"field": "function", "kind": "identifier", "regex": "^(serve|createServer|startServer)$"}},
]}  # fmt: skip
SERVES: Mapping[str, tuple[Query, ...]] = {
    "go": (
        query("go", {"kind": "call_expression", "has": {"field": "function", "kind": "selector_expression", "has": {
            "field": "field", "regex": "^(ListenAndServe(TLS)?|Run|Listen|Start|Serve(TLS)?)$"}}},
            keywords=("ListenAndServe", ".Run(", ".Listen(", ".Start(", ".Serve(", ".ServeTLS(")),
        query("go", {"kind": "composite_literal", "has": {"field": "type", "regex": r"^http\.Server$"}}, keywords=("http.Server{",)),
    ),
    "java": (query("java", {"any": [{"kind": "identifier"}, {"kind": "type_identifier"}], "regex": _JVM_NAMES}, keywords=_JVM_WORDS),),
    "kotlin": (query("kotlin", {"any": [{"kind": "simple_identifier"}, {"kind": "type_identifier"}], "regex": _JVM_NAMES},
                     keywords=_JVM_WORDS),),
    **{name: (query(name, _NODE_STARTS, keywords=_NODE_WORDS),) for name in ("javascript", "typescript", "tsx")},
}  # fmt: skip
"""Calls and names by which a program serves."""

_OWN_SERVER = {"kind": "call_expression", "has": {"field": "function", "regex": r"^(https?\s*\.\s*createServer|(Bun|Deno)\.serve)$"}}
OWN_SERVERS: Mapping[str, tuple[Query, ...]] = {
    name: (query(name, _OWN_SERVER, keywords=("createServer(", "Bun.serve(", "Deno.serve(")),)
    for name in ("javascript", "typescript", "tsx")
}
"""Servers of the runtime itself, without a framework."""
NEST: Mapping[str, tuple[Query, ...]] = {
    name: (query(name, {"kind": "call_expression", "has": {"field": "function", "regex": r"\.listen$"}}, keywords=(".listen(",)),)
    for name in ("javascript", "typescript", "tsx")
}
"""An application of Nest that listens: one that is made as a context for a bot or for jobs does not."""
NET_HTTP: Mapping[str, tuple[Query, ...]] = {
    "go": (
        query("go", {"kind": "call_expression", "has": {"field": "function", "regex": r"^http\.(ListenAndServe(TLS)?|Serve(TLS)?)$"}},
              keywords=("http.ListenAndServe", "http.Serve")),
        query("go", {"kind": "composite_literal", "has": {"field": "type", "regex": r"^http\.Server$"}}, keywords=("http.Server{",)),
    ),
}  # fmt: skip
"""Go's own server."""
GRPC: Mapping[str, tuple[Query, ...]] = {
    "go": (query("go", {"kind": "call_expression", "has": {"field": "function", "regex": r"^grpc\.NewServer$"}},
                 keywords=("grpc.NewServer",)),),
    **{name: (query(name, {"kind": "new_expression", "has": {"field": "constructor", "regex": r"Server$"}}, keywords=("Server(",)),)
       for name in ("javascript", "typescript", "tsx")},
}  # fmt: skip
HYPER: Mapping[str, tuple[Query, ...]] = {
    "rust": (query("rust", {"kind": "call_expression", "has": {"field": "function", "regex": r"(^|::)Server::bind$|serve_connection$"}},
                   keywords=("Server::bind", "serve_connection")),),
}  # fmt: skip
"""A hyper that serves: it is a client's part as well."""
LOOPS: Mapping[str, tuple[Query, ...]] = {
    "csharp": (query("csharp", {"any": [
        {"kind": "while_statement", "any": [
            {"has": {"kind": "boolean_literal", "regex": "^true$"}},
            {"has": {"kind": "prefix_unary_expression", "regex": r"^!\s*\w+\.IsCancellationRequested$"}}]},
        {"kind": "identifier", "regex": "^(BackgroundService|IHostedService)$"},
        {"kind": "generic_name", "regex": "^AddHostedService"},
    ]}, keywords=("while", "BackgroundService", "HostedService")),),
}  # fmt: skip
"""Programs that go on for ever."""


def dialect_of(path: str) -> str:
    """The grammar of a file, by the end of its name.

    >>> dialect_of("src/a.tsx"), dialect_of("src/A.kt"), dialect_of("main.go")
    ('tsx', 'kotlin', 'go')
    """
    return _ENDS.get(path.rpartition(".")[2], "javascript")


_ENDS = {
    "py": "python", "pyw": "python", "ts": "typescript", "mts": "typescript", "cts": "typescript", "tsx": "tsx", "go": "go", "java": "java",
    "kt": "kotlin", "kts": "kotlin", "rs": "rust", "cs": "csharp", "rb": "ruby", "php": "php",
}  # fmt: skip
_NO_GRAMMAR = (".vue", ".svelte", ".astro", ".scala", ".groovy", ".gradle", ".fs")


def first_place(repo: Inventory, path: str, table: Mapping[str, tuple[Query, ...]]) -> int | None:
    """The line of the first thing in a file that one of a table's queries finds, None when there is none."""
    if path.endswith(_NO_GRAMMAR):
        return None
    lines = [match.location.line or 1 for row in table.get(dialect_of(path), ()) for match, _ in repo.syntax.nodes(row, path)]
    return min(lines, default=None)


def holds(repo: Inventory, path: str, table: Mapping[str, tuple[Query, ...]]) -> bool:
    """Whether a table's query finds anything in a file."""
    rows = () if path.endswith(_NO_GRAMMAR) else table.get(dialect_of(path), ())
    return any(True for row in rows for _ in repo.syntax.nodes(row, path))


def holding(repo: Inventory, paths: Iterable[str], table: Mapping[str, tuple[Query, ...]]) -> list[str]:
    """Those of the files in which a table's query finds something."""
    return [path for path in paths if holds(repo, path, table)]
