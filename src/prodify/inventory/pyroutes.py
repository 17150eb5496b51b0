"""Routes of Python's decorator and table frameworks: Flask, Quart, FastAPI, Starlette, Sanic, Bottle, aiohttp, Falcon, Tornado."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from prodify.inventory import pyimports
from prodify.inventory.facts import Call, Route
from prodify.lazydata import dataclass
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Function
    from prodify.inventory.pymodule import PyModule

Key = tuple[str, str]
"""A router: the file that makes it and its name there."""

ROUTERS: Mapping[str, tuple[str, str]] = {
    "flask.Flask": ("flask", "replace"), "flask.Blueprint": ("flask", "replace"), "quart.Quart": ("quart", "replace"),
    "quart.Blueprint": ("quart", "replace"), "flask_restx.Namespace": ("flask", "add"), "flask_smorest.Blueprint": ("flask", "replace"),
    "apiflask.APIFlask": ("flask", "replace"), "apiflask.APIBlueprint": ("flask", "replace"),
    "fastapi.FastAPI": ("fastapi", "add"), "fastapi.APIRouter": ("fastapi", "add"), "fastapi.routing.APIRouter": ("fastapi", "add"),
    "starlette.applications.Starlette": ("starlette", "add"), "starlette.routing.Router": ("starlette", "add"),
    "litestar.Router": ("litestar", "add"), "sanic.Sanic": ("sanic", "add"), "sanic.Blueprint": ("sanic", "add"),
    "bottle.Bottle": ("bottle", "add"), "aiohttp.web.RouteTableDef": ("aiohttp", "add"), "aiohttp.web.Application": ("aiohttp", "add"),
    "robyn.Robyn": ("robyn", "add"), "chalice.Chalice": ("chalice", "add"),
    "falcon.App": ("falcon", "add"), "falcon.asgi.App": ("falcon", "add"),
}  # fmt: skip
"""Constructors of things that hold routes: framework, and whether a prefix given on registration replaces or precedes their own."""

VERBS = frozenset(("get", "post", "put", "patch", "delete", "head", "options"))
_TABLE_CALLS = frozenset(("add_url_rule", "add_api_route", "add_route", "add_api_websocket_route", "add_resource", "add_websocket_route"))
_WORDS = ("route", "Route", "router", ".get(", ".post(", ".put(", ".patch(", ".delete(", "websocket", "add_url_rule", "add_resource")
_DECORATED = lazy(r"@[\w.]*\b(route|api_route|get|post|put|patch|delete|head|options|websocket|websocket_route|view)\(")
"""A decorator, if it is the first of its line; that is asked afterwards, for a search that begins with a character is faster."""
_MARKS = ("add_url_rule(", "add_api_route(", "add_route(", "add_resource(", "add_websocket_route(", "Route(", "tornado.web",
          *(f"{owner}{verb}(" for owner in (".add_", "web.") for verb in ("get", "post", "put", "patch", "delete")))  # fmt: skip
"""What a file with routes has, besides a keyword, when it has no decorator."""
_REGISTER = frozenset(("register_blueprint", "include_router", "blueprint", "mount", "add_subapp", "add_namespace"))


@dataclass(slots=True)
class _Router:
    framework: str
    mode: str
    prefix: str
    parents: list[tuple[Key, str | None]] = field(default_factory=list)


def find(repo: Inventory) -> Iterator[Route]:
    """Every route of the frameworks above."""
    paths = [path for path in repo.syntax.sources("python", _WORDS) if _may_route(repo.files.text(path) or "")]
    modules = [module for path in paths if (module := repo.python.module(path)) is not None]
    if not modules:
        return
    routers = _Routers(repo, modules)
    for module in modules:
        for function in module.functions:
            yield from _decorated(routers, module, function)
        yield from _tables(routers, module)


def _may_route(text: str) -> bool:
    return any(mark in text for mark in _MARKS) or any(_is_first(text, match.start()) for match in _DECORATED.finditer(text))


def _is_first(text: str, start: int) -> bool:
    """Whether nothing but blanks stands before a place in its line."""
    return not text[text.rfind("\n", 0, start) + 1 : start].strip(" \t")


class _Routers:
    """All routers of the repository, and under which prefixes they are reached."""

    def __init__(self, repo: Inventory, modules: list[PyModule]) -> None:
        self.repo = repo
        self.known: dict[Key, _Router] = {}
        makers = repo.python.modules({name.split(".")[-1] for name in ROUTERS})
        for module in {m.path: m for m in (*modules, *makers)}.values():
            for assignment in module.assignments:
                call = pyimports.bound_call(module, assignment) if "(" in assignment.text else None
                kind = _router_kind(call.name) if call is not None else None
                if call is not None and kind is not None:
                    self.known[(module.path, assignment.target)] = _Router(*kind, _own_prefix(call))
        for module in repo.python.modules(_REGISTER):
            for call in module.calls:
                if call.name.split(".")[-1] in _REGISTER and "." in call.name:
                    self._register(module, call)

    def _register(self, module: PyModule, call: Call) -> None:
        child = next((a for a in call.args if a.name in (None, "blueprint", "router", "app") and not a.literal), None)
        if child is None:
            return
        key = self.key(module, child.text)
        parent = self.key(module, call.text.split("(", 1)[0].rpartition(".")[0]) or (module.path, "?")
        given = (
            call.arg("url_prefix")
            or call.arg("prefix")
            or (call.args[0] if call.name.endswith(("mount", "add_subapp")) and call.args else None)
        )
        prefix = given.value if given is not None and isinstance(given.value, str) else None
        if key in self.known and key != parent:
            self.known[key].parents.append((parent, prefix))

    def key(self, module: PyModule, name: str) -> Key | None:
        """The router behind a name as written in a module."""
        name = name.strip()
        if (module.path, name) in self.known:
            return module.path, name
        place = pyimports.definition(self.repo, module.path, name)
        if place is not None and place in self.known:
            return place
        return None

    def prefixes(self, key: Key, seen: frozenset[Key] = frozenset()) -> list[str]:
        """Every prefix under which a router is reached; its own when nothing registers it."""
        router = self.known.get(key)
        if router is None or key in seen or len(seen) > 10:
            return [""]
        if not router.parents:
            return [router.prefix]
        found = []
        for parent, given in router.parents:
            own = (given if given is not None else router.prefix) if router.mode == "replace" else join(given or "", router.prefix)
            found += [join(above, own) for above in self.prefixes(parent, seen | {key})]
        return list(dict.fromkeys(found))


def join(prefix: str, path: str) -> str:
    """One path of two, with a single slash between.

    >>> join("/api/", "/users"), join("", "/"), join("/api", "")
    ('/api/users', '/', '/api')
    """
    if not prefix or not path:
        return prefix or path
    return prefix.rstrip("/") + "/" + path.lstrip("/")


def _router_kind(name: str) -> tuple[str, str] | None:
    if name in ROUTERS:
        return ROUTERS[name]
    head, _, last = name.rpartition(".")
    if last in ("Blueprint", "APIRouter", "Namespace") and head:
        return ("fastapi", "add") if last == "APIRouter" else ("flask", "replace")
    return None


def _own_prefix(call: Call) -> str:
    given = call.arg("url_prefix") or call.arg("prefix") or (call.arg("path") if call.name.endswith("Namespace") else None)
    return given.value if given is not None and isinstance(given.value, str) else ""


def _decorated(routers: _Routers, module: PyModule, function: Function) -> Iterator[Route]:
    for decorator in function.decorators:
        written, _, verb = _written_name(decorator).rpartition(".")
        path = decorator.arg("rule", 0) or decorator.arg("path", 0) or decorator.arg("uri", 0)
        if path is None or not isinstance(path.value, str) or not (path.value.startswith("/") or path.value == ""):
            continue
        if verb not in VERBS and verb not in ("route", "api_route", "websocket", "websocket_route", "view"):
            continue
        key = routers.key(module, written)
        framework = routers.known[key].framework if key is not None else _guess(module)
        if framework is None or (not written and framework != "bottle"):
            continue
        methods = (verb.upper(),) if verb in VERBS else ("WEBSOCKET",) if verb.startswith("websocket") else _methods(decorator)
        for prefix in routers.prefixes(key) if key is not None else [""]:
            yield Route(methods, join(prefix, path.value) or "/", function.location, function.name, ".", framework, _dotted(module))


def _written_name(call: Call) -> str:
    return re.split(r"[(\s]", call.text, maxsplit=1)[0]


def _methods(call: Call) -> tuple[str, ...]:
    given = call.arg("methods") or call.arg("method")
    if given is not None and isinstance(given.value, (list, tuple, set)):
        return tuple(sorted({str(m).upper() for m in given.value})) or ("GET",)
    if given is not None and isinstance(given.value, str):
        return (given.value.upper(),)
    return ("GET",)


def _guess(module: PyModule) -> str | None:
    """The framework that a file imports, for routers that could not be followed."""
    for note in module.imported:
        head = note.note.split(".")[0]
        if head in ("flask", "fastapi", "quart", "sanic", "bottle", "starlette", "aiohttp", "robyn", "chalice"):
            return head
        if head in ("flask_restx", "flask_smorest", "apiflask", "flask_openapi3"):
            return "flask"
    return None


def _dotted(module: PyModule) -> str:
    return module.path.removesuffix(".py").removesuffix("/__init__").removeprefix("src/").replace("/", ".")


def _tables(routers: _Routers, module: PyModule) -> Iterator[Route]:
    """Routes given as calls: add_url_rule, Route(...), web.get(...), router.add_get(...)."""
    mounts = _mount_prefixes(module)
    for call in module.calls:
        owner, _, last = call.name.rpartition(".")
        if call.name in ("starlette.routing.Route", "starlette.routing.WebSocketRoute", "fastapi.routing.APIRoute"):
            prefix = next((p for first, end, p in mounts if first <= (call.location.line or 0) <= end), "")
            yield from _row(module, call, "starlette", [prefix], ("WEBSOCKET",) if "WebSocket" in last else _methods(call))
        elif owner == "aiohttp.web" and last in VERBS:
            yield from _row(module, call, "aiohttp", [""], (last.upper(),))
        elif owner.endswith("router") and last.startswith("add_") and last[4:] in VERBS:
            yield from _row(module, call, "aiohttp", [""], (last[4:].upper(),))
        elif owner.endswith("router") and last == "add_route" and len(call.args) > 2:
            method = call.args[0].value
            yield from _row(
                module, call, "aiohttp", [""], (str(method).upper() if method and method != "*" else "GET",), at=1, handler_at=2
            )
        elif last in _TABLE_CALLS and owner:
            key = routers.key(module, _written_name(call).rpartition(".")[0])
            framework = routers.known[key].framework if key else _guess(module)
            if framework is not None:
                first, second = (1, 0) if last == "add_resource" else (0, 2 if last == "add_url_rule" else 1)
                yield from _row(
                    module, call, framework, routers.prefixes(key) if key else [""], _methods(call), at=first, handler_at=second
                )
    if any(note.note.startswith("tornado.web") for note in module.imported):
        yield from _tornado(module)


def _row(
    module: PyModule, call: Call, framework: str, prefixes: list[str], methods: tuple[str, ...], *, at: int = 0, handler_at: int = 1
) -> Iterator[Route]:
    path = call.arg("path", at) or call.arg("rule", at)
    handler = call.arg("view_func") or call.arg("endpoint") or call.arg("handler") or call.arg("", handler_at)
    if path is None or not isinstance(path.value, str):
        return
    name = handler.text.split("(")[0].split(".")[-1].strip("'\"") if handler is not None else None
    for prefix in prefixes:
        yield Route(methods, join(prefix, path.value) or "/", call.location, name, ".", framework, _dotted(module))


def _mount_prefixes(module: PyModule) -> list[tuple[int, int, str]]:
    """Line ranges of `Mount("/x", routes=[...])` with their prefix."""
    found = []
    for call in module.calls:
        if call.name == "starlette.routing.Mount" and call.arg("routes") is not None:
            path = call.arg("path", 0)
            if path is not None and isinstance(path.value, str):
                found.append((call.location.line or 0, call.location.end_line or 0, path.value))
    return found


_TORNADO_ROW = lazy(r"""\(\s*r?["'](/[^"']*)["']\s*,\s*([\w.]+)""")


def _tornado(module: PyModule) -> Iterator[Route]:
    handlers = {f.cls: {g.name for g in module.functions if g.cls == f.cls} for f in module.functions if f.cls}
    for call in module.calls:
        if call.name == "tornado.web.Application":
            for match in _TORNADO_ROW.finditer(call.text):
                verbs = tuple(sorted(v.upper() for v in handlers.get(match[2], set()) & VERBS)) or ("GET",)
                yield Route(verbs, match[1], call.location, match[2], ".", "tornado", _dotted(module))
