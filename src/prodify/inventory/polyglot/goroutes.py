"""Routes of Go servers: gin, echo, fiber, chi, gorilla and net/http, with the groups that are handed to functions elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Route
from prodify.inventory.polyglot.nodes import arguments, enclosing, named, string_of
from prodify.inventory.pyroutes import join
from prodify.inventory.query import query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import Config, SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.query import Query

_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "Get", "Post", "Put", "Patch", "Delete", "Head", "Options", "Any",
          "All", "Handle", "HandleFunc")  # fmt: skip


def _methods(*names: str) -> Query:
    called = {"field": "function", "kind": "selector_expression", "has": {"field": "field", "regex": f"^({'|'.join(names)})$"}}
    return query("go", {"kind": "call_expression", "has": called}, keywords=tuple(f".{name}(" for name in names))


QUERY = _methods(*_VERBS)
GROUPS = _methods("Group", "PathPrefix", "Route")
MOUNTS = _methods("Mount")
_FRAMEWORKS = {
    "gin-gonic/gin": "gin",
    "labstack/echo": "echo",
    "gofiber/fiber": "fiber",
    "go-chi/chi": "chi",
    "gorilla/mux": "gorilla",
    "net/http": "net/http",
}
_MAX_DEPTH = 6
_ASSIGNED: Config = {
    "rule": {"any": [{"kind": "short_var_declaration"}, {"kind": "assignment_statement"}], "regex": r"\.(Group|PathPrefix)\("}
}


def routes(repo: Inventory) -> Iterator[Route]:
    """Every route; a prefix is followed through variables, chi's blocks and the parameters of functions."""
    handed: dict[str, list[str]] | None = None
    for path in repo.syntax.sources("go", QUERY.keywords):
        text = repo.syntax.text(path)
        framework = next((name for package, name in _FRAMEWORKS.items() if package in text), None)
        if framework is None:
            continue
        bindings = _Bindings()
        for match, call in repo.syntax.nodes(QUERY, path):
            owner, verb, given = _called(call)
            where = string_of(given[0]) if len(given) > 1 else None
            if owner is None or where is None or not (where.startswith("/") or " /" in where or where == ""):
                continue
            if framework == "net/http" and verb not in ("Handle", "HandleFunc"):
                continue
            verb = verb.upper()
            if verb in ("HANDLE", "HANDLEFUNC"):
                method, _, where = where.rpartition(" ")
                verb = method or _chained_method(call) or "ANY"
            if handed is None:
                handed = _handed(repo)
            last = given[-1]
            handler = last.text().partition("(")[0].split(".")[-1] if last.kind() != "func_literal" else "func"
            for prefix in _prefixes(call, owner, handed, bindings):
                yield Route((verb,), join(prefix, where) or "/", match.location, handler, ".", framework, path)


def _called(call: SgNode) -> tuple[str | None, str, list[SgNode]]:
    """The variable that a method is called on, the method, and the arguments."""
    function = call.field("function")
    operand, field = (function.field("operand"), function.field("field")) if function is not None else (None, None)
    if operand is None or field is None:
        return None, "", []
    return operand.text(), field.text(), arguments(call)


def _chained_method(call: SgNode) -> str | None:
    """The method of `.HandleFunc(...).Methods("GET")`."""
    parent = call.parent()
    outer = parent.parent() if parent is not None and parent.kind() == "selector_expression" else None
    if outer is None or outer.kind() != "call_expression":
        return None
    _, name, given = _called(outer)
    if name != "Methods" or not given:
        return _chained_method(outer)
    return (string_of(given[-1]) or given[-1].text().rpartition(".Method")[2]).upper() or None


def _group_of(value: SgNode | None) -> tuple[str, str] | None:
    """The variable and prefix of `api.Group("/v1")` or `api.PathPrefix("/v1").Subrouter()`."""
    while value is not None and value.kind() == "call_expression":
        owner, name, given = _called(value)
        if owner is None:
            return None
        if name in ("Group", "PathPrefix") and given:
            prefix = string_of(given[0])
            return (owner, prefix) if prefix is not None else None
        function = value.field("function")
        value = function.field("operand") if function is not None else None
    return None


class _Bindings:
    """Group variables of the functions of one file: name to the variable they come from and the prefix in between; each function once."""

    def __init__(self) -> None:
        self._known: dict[int, dict[str, tuple[str, str]]] = {}

    def __call__(self, function: SgNode | None) -> dict[str, tuple[str, str]]:
        if function is None:
            return {}
        start = function.range().start.index
        if start not in self._known:
            found = self._known[start] = {}
            for statement in function.find_all(_ASSIGNED):
                left, right = statement.field("left"), statement.field("right")
                group = _group_of(next(iter(named(right)), None)) if right is not None else None
                if left is not None and group is not None:
                    found[left.text()] = group
        return self._known[start]


def _up(name: str, bindings: dict[str, tuple[str, str]]) -> tuple[str, str]:
    """The root variable behind a group variable, and the prefix on the way."""
    path, depth = "", 0
    while name in bindings and depth < _MAX_DEPTH:
        name, prefix = bindings[name]
        path, depth = join(prefix, path), depth + 1
    return name, path


def _handed(repo: Inventory) -> dict[str, list[str]]:
    """Prefixes of the groups that are passed to a function, or under which what it returns is mounted, by the function's name."""
    found: dict[str, list[str]] = {}
    for path in repo.syntax.sources("go", (".Group(", ".PathPrefix(", ".Mount(", ".Route(")):
        bindings = _Bindings()
        root = repo.syntax.tree(path, "go")
        for call in root.find_all(kind="call_expression") if root is not None else ():
            function = call.field("function")
            name = function.text().rpartition(".")[2] if function is not None else ""
            given = arguments(call)
            if name == "Mount" and len(given) == 2 and (prefix := string_of(given[0])) is not None:
                made = given[1].field("function") if given[1].kind() == "call_expression" else given[1]
                if made is not None:
                    found.setdefault(made.text().rpartition(".")[2], []).append(prefix)
                continue
            if name in ("Group", "Use", *_VERBS):
                continue
            around = enclosing(call, "function_declaration", "method_declaration")
            for argument in given:
                prefix = _passed(argument, around, call, bindings)
                if prefix:
                    found.setdefault(name, []).append(prefix)
    return found


def _passed(argument: SgNode, around: SgNode | None, call: SgNode, bindings: _Bindings) -> str:
    """The prefix of a group that is an argument: a variable, or made in place."""
    if argument.kind() == "identifier":
        name, path = _up(argument.text(), bindings(around))
        return _blocks(call, name) + path
    group = _group_of(argument)
    if group is None:
        return ""
    name, path = _up(group[0], bindings(around))
    return join(_blocks(call, name) + path, group[1])


def _blocks(node: SgNode, owner: str) -> str:
    """The prefixes of chi's blocks around a node: `r.Route("/api", func(r chi.Router) { ... })`."""
    found: list[str] = []
    for ancestor in node.ancestors():
        if ancestor.kind() != "call_expression":
            continue
        _, name, given = _called(ancestor)
        if name == "Route" and len(given) == 2 and given[1].kind() == "func_literal" and (prefix := string_of(given[0])) is not None:
            found.insert(0, join("", prefix).rstrip("/"))
    return "".join(found) if owner else ""


def _prefixes(call: SgNode, owner: str, handed: dict[str, list[str]], bindings: _Bindings) -> list[str]:
    function = enclosing(call, "function_declaration", "method_declaration")
    root, path = _up(owner, bindings(function))
    path = _blocks(call, root) + path
    name = function.field("name") if function is not None else None
    if name is None or name.text() not in handed:
        return [path]
    parameters = function.field("parameters") if function is not None else None
    given = {word.text() for word in parameters.find_all(kind="identifier")} if parameters is not None else set()
    made_here = root not in given and not given & {owner}
    if root in given or made_here:
        return [join(prefix, path) for prefix in dict.fromkeys(handed[name.text()])]
    return [path]
