"""Routes of JavaScript servers: Express and its relatives by calls, Nest by decorators; those that are files stand in `jsfileroutes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Route
from prodify.inventory.polyglot import jsfileroutes
from prodify.inventory.polyglot.javascript import everywhere, server_side
from prodify.inventory.polyglot.jsmodules import language_of
from prodify.inventory.polyglot.jsmounts import Mounts, member, option
from prodify.inventory.polyglot.nodes import arguments, line_of, named, string_of
from prodify.inventory.pyroutes import join
from prodify.inventory.syntax import location_of
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "all")
_TEXTS = {"any": [{"kind": "string"}, {"kind": "template_string"}, {"kind": "array"}]}
ROUTES = everywhere(
    {"kind": "call_expression",
     "has": {"field": "function", "kind": "member_expression", "has": {"field": "property", "regex": f"^({'|'.join(VERBS)})$"}},
     "any": [
         {"has": {"field": "arguments", "has": {"nthChild": 2}, "all": [{"has": {"nthChild": 1, **_TEXTS}}]}},
         {"has": {"field": "function", "has": {"field": "object", "kind": "call_expression"}}},
     ]},
    tuple(f".{verb}{end}" for verb in VERBS for end in ("(", "<")),
)  # fmt: skip
"""`app.get("/places", handler)`, and what follows `.route("/places")`."""
TABLES = everywhere(
    {"kind": "call_expression", "has": {"field": "function", "kind": "member_expression", "has": {"field": "property", "regex": "^route$"}},
     "all": [{"has": {"field": "arguments", "has": {"nthChild": 1, "kind": "object"}}}]},
    (".route(",),
)  # fmt: skip
"""Fastify's `app.route({ method, url, handler })`."""
CONTROLLERS = everywhere(
    {"kind": "decorator", "has": {"kind": "call_expression", "has": {"field": "function", "regex": "^Controller$"}}}, ("@Controller",)
)
"""Nest's classes of routes."""
MAKERS = frozenset((
    "express", "express.Router", "Router", "fastify", "Fastify", "Hono", "Koa", "KoaRouter", "OpenAPIHono", "Elysia", "polka",
    "restify.createServer", "createRouter", "jsonServer.create",
))  # fmt: skip
"""What makes an application or a router."""
FRAMEWORKS = (
    ("express", "express"), ("fastify", "fastify"), ("hono", "hono"), ("koa", "koa"), ("@koa/router", "koa"), ("koa-router", "koa"),
    ("restify", "restify"), ("polka", "polka"), ("elysia", "elysia"), ("@hapi/hapi", "hapi"),
)  # fmt: skip
_NAMES = frozenset(name for _, name in FRAMEWORKS)
_USUAL = lazy(r"^(app|router|server|fastify|api|route|routes|\w+Router|\w+App|instance)$")
"""What people call an application that is handed to them as a parameter."""
_NEST = {"Get": "GET", "Post": "POST", "Put": "PUT", "Patch": "PATCH", "Delete": "DELETE", "Head": "HEAD", "Options": "OPTIONS",
         "All": "ANY"}  # fmt: skip


def routes(repo: Inventory) -> Iterator[Route]:
    """Every server-side route."""
    yield from _calls(repo)
    yield from _nest(repo)
    yield from jsfileroutes.routes(repo)


def _calls(repo: Inventory) -> Iterator[Route]:
    found = [
        (path, node)
        for row in (*ROUTES, *TABLES)
        for path in repo.syntax.sources(row.language, row.keywords)
        for _, node in repo.syntax.nodes(row, path)
    ]
    if not found:
        return
    modules = repo.scripts
    mounts = Mounts(repo, modules)
    serving = [c.framework for c in repo.components if c.language in ("javascript", "typescript") and c.kind == "service"]
    default = next((f for f in serving if f), None)
    made: dict[str, dict[str, str]] = {}
    for path, call in found:
        parsed = _parsed(call)
        if parsed is None:
            continue
        methods, wheres, handler, owner = parsed
        owners = made[path] if path in made else made.setdefault(path, _owners(repo, path))
        imported = modules.imports(path).modules
        framework = next((name for package, name in FRAMEWORKS if package in imported), None)
        known = owner in owners or _USUAL.match(owner) is not None
        if not known or (framework is None and not _NAMES.intersection(f for f in serving if f)) or not server_side(repo, path):
            continue
        for where in wheres:
            for prefix in mounts.prefixes(path, call, owner):
                full = join(join(prefix, owners.get(owner, "")), where) or "/"
                yield Route(methods, full, location_of(path, call), handler, ".", framework or default, path)


def _owners(repo: Inventory, path: str) -> dict[str, str]:
    """Variables of a file that hold an application or a router, each with the prefix that it was made with."""
    root = repo.syntax.tree(path, language_of(path))
    found: dict[str, str] = {}
    rule = {"rule": {"any": [{"kind": "variable_declarator"}, {"kind": "assignment_expression"}]}}
    for node in root.find_all(rule) if root is not None else ():  # type: ignore[call-overload]
        target, value = node.field("name") or node.field("left"), node.field("value") or node.field("right")
        prefix = _made(value) if value is not None else None
        if target is not None and prefix is not None:
            found[target.text()] = prefix
    return found


def _made(value: SgNode) -> str | None:
    """The prefix of an application that an expression makes, None when it makes none."""
    prefix = ""
    for _ in range(8):
        if value.kind() in ("await_expression", "parenthesized_expression"):
            value = next(iter(named(value)), value)
            continue
        if value.kind() not in ("call_expression", "new_expression"):
            return None
        made = value.field("function") or value.field("constructor")
        given = arguments(value)
        own = next((p for a in given if (p := option(a, "prefix", "basePath")) is not None), "")
        if made is not None and (made.text() in MAKERS or _is_required(made)):
            return join(own, prefix) if prefix else own
        owner, method = member(value) if value.kind() == "call_expression" else (None, "")
        if owner is None:
            return None
        prefix = join(string_of(given[0]) or "", prefix) if method == "basePath" and given else prefix
        value = owner
    return None


def _is_required(made: SgNode) -> bool:
    """Whether what is called is a framework that is required on the spot: `require("express")()` or `require("express").Router()`."""
    inner = made.field("object") if made.kind() == "member_expression" else made
    function = inner.field("function") if inner is not None and inner.kind() == "call_expression" else None
    given = arguments(inner) if inner is not None and function is not None and function.text() == "require" else []
    return bool(given) and string_of(given[0]) in {package for package, _ in FRAMEWORKS}


def _parsed(call: SgNode) -> tuple[tuple[str, ...], list[str], str | None, str] | None:
    """Methods, paths and handler of one call, and the name of what it is called on."""
    owner, method = member(call)
    given = arguments(call)
    if owner is None or not given:  # `collection.find().all()` asks no server for a path
        return None
    if method == "route":
        url, verbs = option(given[0], "url", "path"), _verbs(given[0])
        return (verbs, [url], _handler(_value(given[0], "handler")), owner.text()) if url is not None and verbs else None
    verb = "ANY" if method == "all" else method.upper()
    while owner.kind() == "call_expression":  # .route("/places").get(list).post(add)
        inner, name = member(owner)
        if inner is None or (name != "route" and name not in VERBS):
            return None
        where = string_of(arguments(owner)[0]) if name == "route" and arguments(owner) else None
        if where is not None:
            return ((verb,), [where], _handler(given[-1] if given else None), inner.text())
        owner = inner
    wheres = [string_of(each) for each in (named(given[0]) if given[0].kind() == "array" else [given[0]])]
    texts = [where for where in wheres if where is not None]
    return ((verb,), texts, _handler(given[-1]), owner.text()) if texts and len(given) > 1 else None


def _value(node: SgNode, key: str) -> SgNode | None:
    for pair in named(node):
        name = pair.field("key")
        if name is not None and name.text().strip("\"'") == key:
            return pair.field("value")
    return None


def _verbs(node: SgNode) -> tuple[str, ...]:
    value = _value(node, "method")
    texts = [] if value is None else [string_of(each) for each in (named(value) if value.kind() == "array" else [value])]
    return tuple(sorted(text.upper() for text in texts if text))


def _handler(node: SgNode | None) -> str | None:
    """The name of a handler that is given by name."""
    return node.text().rpartition(".")[2] if node is not None and node.kind() in ("identifier", "member_expression") else None


def _nest(repo: Inventory) -> Iterator[Route]:
    for row in CONTROLLERS:
        for path in repo.syntax.sources(row.language, row.keywords):
            for _, decorator in repo.syntax.nodes(row, path):
                prefix = _given(decorator)
                for each, handler in _decorated(decorator):
                    verb = _NEST.get(_called(each))
                    if verb is not None:
                        place = Location(path, line_of(each), location_of(path, each).end_line)
                        yield Route((verb,), join("/" + prefix.strip("/"), _given(each)) or "/", place, handler, ".", "nest", path)


def _called(decorator: SgNode) -> str:
    """The name of a decorator that is called."""
    call = next((child for child in named(decorator) if child.kind() == "call_expression"), None)
    function = call.field("function") if call is not None else None
    return function.text() if function is not None else ""


def _given(decorator: SgNode) -> str:
    """The path that a decorator is given, as a string or under the key `path`."""
    call = next((child for child in named(decorator) if child.kind() == "call_expression"), decorator)
    given = arguments(call)
    return (string_of(given[0]) or option(given[0], "path") or "") if given else ""


def _decorated(decorator: SgNode) -> Iterator[tuple[SgNode, str]]:
    """The decorators of the methods of the class that a decorator stands above, each with the method's name."""
    home = decorator.parent()
    while home is not None and home.kind() not in ("class_declaration", "export_statement"):
        home = home.parent()
    body = next(iter(home.find_all(kind="class_body")), None) if home is not None else None
    waiting: list[SgNode] = []
    for child in named(body) if body is not None else ():
        if child.kind() == "decorator":
            waiting.append(child)
            continue
        name = child.field("name")
        for each in (*waiting, *(own for own in named(child) if own.kind() == "decorator")):
            if name is not None:
                yield each, name.text()
        waiting = []
