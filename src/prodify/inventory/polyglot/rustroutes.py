"""Routes of Rust servers: axum's and actix-web's tables with what nests them, and the attributes of actix-web and rocket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Route
from prodify.inventory.polyglot.nodes import arguments, enclosing, line_of, named, string_of
from prodify.inventory.pyroutes import join
from prodify.inventory.query import query
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

VERBS = frozenset(("get", "post", "put", "patch", "delete", "head", "options", "any", "trace"))
ATTRIBUTES = query(
    "rust",
    {"kind": "attribute_item", "regex": r'^#\[\w*:*(get|post|put|patch|delete|head)\("'},
    keywords=("get(", "post(", "put(", "delete(", "patch(", "head("),
)


ROUTE = query(
    "rust",
    {"kind": "call_expression", "has": {"field": "function", "kind": "field_expression", "has": {"field": "field", "regex": "^route$"}}},
    keywords=(".route(",),
)
NEST = query(
    "rust",
    {"kind": "call_expression", "has": {"field": "function", "kind": "field_expression", "has": {
        "field": "field", "regex": "^(nest|mount)$"}}},
    keywords=(".nest(", ".mount("),
)  # fmt: skip
_ATTRIBUTE = lazy(r'^#\[(?:\w+::)*(?P<verb>\w+)\("(?P<path>[^"]*)"')
_SCOPES = frozenset(("resource", "scope"))


def routes(repo: Inventory) -> Iterator[Route]:
    """Every route."""
    nests = list(_nests(repo))
    yield from _attributes(repo, nests)
    for path in repo.syntax.sources("rust", (".route(",)):
        text = repo.syntax.text(path)
        framework = "actix-web" if "actix_web" in text or "web::" in text else "axum"
        if framework == "axum" and "axum" not in text and "Router" not in text:
            continue
        for _, call in repo.syntax.nodes(ROUTE, path):
            yield from _table(call, path, framework, nests)


def _attributes(repo: Inventory, nests: list[_Nest]) -> Iterator[Route]:
    """`#[get("/places")]` above a function; rocket mounts the functions by name."""
    for path in repo.syntax.sources("rust", ATTRIBUTES.keywords):
        for match, node in repo.syntax.nodes(ATTRIBUTES, path):
            found = _ATTRIBUTE.match(match.text)
            function = node.next()
            while function is not None and function.kind() in ("attribute_item", "line_comment", "block_comment"):
                function = function.next()
            name = function.field("name") if function is not None else None
            if found is None or name is None:
                continue
            rocket = "rocket" in repo.syntax.text(path) or any(n.mounted and name.text() in n.names for n in nests)
            prefixes = [n.prefix for n in nests if n.mounted and name.text() in n.names] if rocket else []
            for prefix in dict.fromkeys(prefixes or [""]):
                full = join(prefix, found["path"]) or "/"
                yield Route((found["verb"].upper(),), full, match.location, name.text(), ".", "rocket" if rocket else "actix-web", None)


def _table(call: SgNode, path: str, framework: str, nests: list[_Nest]) -> Iterator[Route]:
    """`.route("/places", get(list).post(add))`, or `.route(web::get().to(list))` on a resource."""
    given = arguments(call)
    where = string_of(given[0]) if given else None
    service = given[1] if where is not None and len(given) > 1 else given[0] if given and where is None else None
    if service is None:
        return
    own = _receivers(call)
    around = [prefix for scope in call.ancestors() if scope.kind() == "call_expression" for prefix in _scope_around(scope, call)]
    local = "".join(join("", part).rstrip("/") for part in reversed([*own, *around]))
    if where is None and not local:
        return
    full = join(local, where or "")
    function = enclosing(call, "function_item")
    name = function.field("name") if function is not None else None
    reached = [n.prefix for n in nests if not n.mounted and _reaches(n, path, name.text() if name is not None else None)]
    line = line_of(given[0])
    for verb, handler in _services(service):
        for prefix in dict.fromkeys(reached or [""]):
            yield Route((verb,), join(prefix, full) or "/", Location(path, line), handler, ".", framework, None)


def _receivers(call: SgNode) -> list[str]:
    """Paths of the scopes or resources that the chain before a `.route(` starts with, the nearest first."""
    found: list[str] = []
    function = call.field("function")
    value = function.field("value") if function is not None else None
    while value is not None and value.kind() == "call_expression":
        inner = value.field("function")
        if inner is not None and inner.text().rpartition("::")[2] in _SCOPES:
            given = arguments(value)
            found.append((string_of(given[0]) or "") if given else "")
        value = inner.field("value") if inner is not None and inner.kind() == "field_expression" else None
    return found


def _scope_around(scope: SgNode, call: SgNode) -> list[str]:
    """The prefix of `web::scope("/v1").service(<call>)`: the chain before an enclosing `.service(`."""
    function = scope.field("function")
    field = function.field("field") if function is not None and function.kind() == "field_expression" else None
    if field is None or field.text() not in ("service", "configure"):
        return []
    inside = next((c for c in scope.children() if c.kind() == "arguments"), None)
    span = call.range()
    if inside is None or not (inside.range().start.index <= span.start.index and span.end.index <= inside.range().end.index):
        return []
    return _receivers(scope)


def _services(node: SgNode) -> Iterator[tuple[str, str | None]]:
    """Verbs with their handlers, of `get(list).post(add)` and of `web::get().to(list)`."""
    while node.kind() == "call_expression":
        function = node.field("function")
        if function is None:
            return
        chained = function.kind() == "field_expression"
        field = function.field("field") if chained else None
        name = field.text() if field is not None else function.text().rpartition("::")[2]
        given = arguments(node)
        handler = given[0].text().rpartition("::")[2] if given else None
        if name == "to" and chained:
            value = function.field("value")
            inner = value.field("function") if value is not None and value.kind() == "call_expression" else None
            verb = inner.text().rpartition("::")[2] if inner is not None else ""
            if verb in VERBS:
                yield verb.upper(), handler
            return
        if name in VERBS:
            yield "ANY" if name == "any" else name.upper(), handler
        value = function.field("value") if chained else None
        if value is None:
            return
        node = value


class _Nest:
    """A prefix, the path segments of what is nested under it, and the file that nests it; `mounted`: rocket's list of handlers."""

    def __init__(self, prefix: str, names: tuple[str, ...], home: str, mounted: bool) -> None:
        self.prefix, self.names, self.home, self.mounted = prefix, names, home, mounted


def _nests(repo: Inventory) -> Iterator[_Nest]:
    for path in repo.syntax.sources("rust", NEST.keywords):
        for _, call in repo.syntax.nodes(NEST, path):
            given = arguments(call)
            prefix = string_of(given[0]) if len(given) > 1 else None
            if prefix is None:
                continue
            what = given[1]
            if what.kind() == "macro_invocation":
                tree = next((c for c in named(what) if c.kind() == "token_tree"), None)
                words = tuple(c.text() for c in named(tree)) if tree is not None else ()
                yield _Nest(prefix, words, path, mounted=True)
                continue
            function = what.field("function") if what.kind() == "call_expression" else None
            name = function.text() if function is not None else what.text()
            yield _Nest(prefix, tuple((_bound(call, name) or name).split("::")), path, mounted=False)


def _bound(call: SgNode, name: str) -> str | None:
    """What a variable was bound to in the same function: the path of the function that made it."""
    function = enclosing(call, "function_item")
    for declaration in function.find_all(kind="let_declaration") if function is not None and "::" not in name else ():
        pattern, value = declaration.field("pattern"), declaration.field("value")
        if pattern is not None and value is not None and pattern.text().removeprefix("mut ") == name:
            while value.kind() in ("call_expression", "await_expression", "try_expression"):
                inner = value.field("function") or next(iter(named(value)), None)
                if inner is None:
                    break
                value = inner
            return value.text()
    return None


def _reaches(nest: _Nest, path: str, function: str | None) -> bool:
    """Whether what is nested is made by a function of this file: named so here, or reached through the file's module."""
    stem = path.rpartition("/")[2].removesuffix(".rs")
    module = path.split("/")[-2] if stem == "mod" and "/" in path else stem
    if len(nest.names) == 1:
        return path == nest.home and function == nest.names[0]
    return nest.names[-1] == function and module in nest.names[:-1]
