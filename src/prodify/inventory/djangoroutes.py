"""Django's routes: `urlpatterns` read from the syntax tree, `include()` followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory import pyimports
from prodify.inventory.facts import Route
from prodify.inventory.pymodule import literal
from prodify.inventory.pynodes import function_at
from prodify.inventory.syntax import location_of
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Function
    from prodify.inventory.pymodule import PyModule
    from prodify.model import Location

_ROUTE_CALLS = frozenset(("path", "re_path", "url"))
_READ_VIEWS = lazy(r"(List|Detail|Template|Redirect|Archive)View$")
_WRITE_VIEWS = lazy(r"(Create|Update|Form|Delete|Login|Edit)View$")
_VERBS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE"))
_SENT = {"kind": "attribute", "all": [{"has": {"field": "object", "regex": r"(?-u)^(self\s*\.\s*)?request$"}},
                                      {"has": {"field": "attribute", "regex": "^(POST|FILES)$"}}]}  # fmt: skip
"""What a form sends."""
_METHOD = {"kind": "attribute", "has": {"field": "attribute", "regex": "^method$"}}
_COMPARED = {"kind": "string", "any": [
    {"inside": {"kind": "comparison_operator", "has": {**_METHOD, "stopBy": "end"}, "stopBy": {"kind": "call"}}},
    {"inside": {"kind": "case_pattern", "stopBy": {"kind": "block"}, "inside": {
        "kind": "match_statement", "has": {"field": "subject", **_METHOD}, "stopBy": "end"}}},
]}  # fmt: skip
"""A verb that the request's own is held against."""
_ASKED = {"rule": {"any": [_SENT, _COMPARED]}}
_MAY_ASK = lazy("method|POST|FILES")


def find(repo: Inventory) -> Iterator[Route]:
    """Every route of every `urlpatterns`, with the prefixes of the modules that include it."""
    modules = {m.path: m for m in repo.python.modules(("urlpatterns",)) if _is_urlconf(m)}
    tables = {path: list(_Table(repo, module).rows()) for path, module in modules.items()}
    parents: dict[str, list[tuple[str, str]]] = {}
    for path, rows in tables.items():
        for row in rows:
            if row.included is not None and row.included in modules:
                parents.setdefault(row.included, []).append((path, row.path))
    for path, rows in tables.items():
        for prefix in _prefixes(path, parents, frozenset()):
            for row in rows:
                if row.included is None or row.included not in modules:
                    yield Route(row.methods, clean(prefix + row.path), row.location, row.handler, ".", "django", _dotted(path))


def _is_urlconf(module: PyModule) -> bool:
    return any(note.note.startswith(("django.urls", "django.conf.urls")) for note in module.imported)


def _prefixes(path: str, parents: dict[str, list[tuple[str, str]]], seen: frozenset[str]) -> list[str]:
    if path in seen or path not in parents or len(seen) > 10:
        return [""]
    return list(dict.fromkeys(above + own for parent, own in parents[path] for above in _prefixes(parent, parents, seen | {path})))


def clean(path: str) -> str:
    """A route with a leading slash and without the closing anchor of a regular expression.

    >>> clean("posts/$"), clean("")
    ('/posts/', '/')
    """
    return "/" + path.removesuffix("$").lstrip("/")


def _dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").removeprefix("src/").replace("/", ".")


class _Row:
    __slots__ = ("handler", "included", "location", "methods", "path")

    def __init__(self, path: str, location: Location, methods: tuple[str, ...], handler: str | None, included: str | None) -> None:
        self.path, self.location, self.methods, self.handler, self.included = path, location, methods, handler, included


class _Table:
    """The rows of one module's `urlpatterns`."""

    def __init__(self, repo: Inventory, module: PyModule) -> None:
        self.repo = repo
        self.module = module
        self.inside = False

    def rows(self) -> Iterator[_Row]:
        """Rows in the order of the file."""
        root = self.repo.syntax.tree(self.module.path, "python")
        for kind in ("assignment", "augmented_assignment"):
            for node in root.find_all(kind=kind) if root is not None else ():
                left, right = node.field("left"), node.field("right")
                if left is not None and right is not None and left.text() == "urlpatterns":
                    yield from self._of(right, "")
        yield from self._registered()

    def _of(self, node: SgNode, prefix: str) -> Iterator[_Row]:
        """Rows of the outermost route calls inside a node."""
        if node.kind() == "call":
            function = node.field("function")
            if function is not None and function.text().split(".")[-1] in _ROUTE_CALLS:
                yield from self._row(node, prefix)
                return
        for child in node.children():
            yield from self._of(child, prefix)

    def _row(self, node: SgNode, prefix: str) -> Iterator[_Row]:
        arguments = node.field("arguments")
        parts = [c for c in arguments.children() if c.kind() not in ("(", ")", ",", "comment")] if arguments is not None else []
        value = literal(parts[0])[0] if parts else None
        if len(parts) < 2 or not isinstance(value, str):
            return
        path, view = prefix + value.removeprefix("^"), parts[1]
        function = view.field("function") if view.kind() == "call" else None
        if function is not None and function.text().split(".")[-1] == "include":
            yield from self._include(view, path)
            return
        yield _Row(path, location_of(self.module.path, node), self._methods(view.text()), _handler(view.text()), None)

    def _include(self, view: SgNode, path: str) -> Iterator[_Row]:
        arguments = view.field("arguments")
        target = (
            next((c for c in arguments.children() if c.kind() not in ("(", ")", ",", "comment")), None) if arguments is not None else None
        )
        if target is None:
            return
        if target.kind() in ("list", "tuple") and target.find(kind="call") is not None:
            yield from self._of(target, path)
            return
        named = self._list(target.text()) if target.kind() == "identifier" else None
        if named is not None and not self.inside:
            self.inside = True  # a list of routes may include others, not itself
            yield from self._of(named, path)
            self.inside = False
            return
        name = literal(target)[0]
        dotted = name if isinstance(name, str) else self.module.resolve(target.text().strip("("))
        found = pyimports.locate(self.repo, self.module.path, dotted.split(",")[0].strip("'\" "))
        included = found[0] if found is not None else None
        yield _Row(path, location_of(self.module.path, view), ("GET",), target.text(), included)

    def _list(self, name: str) -> SgNode | None:
        """The list of routes that a name of the module stands for."""
        root = self.repo.syntax.tree(self.module.path, "python")
        for node in root.find_all(kind="assignment") if root is not None else ():
            left, right = node.field("left"), node.field("right")
            if left is not None and left.text() == name and right is not None and right.kind() in ("list", "tuple"):
                return right
        return None

    def _registered(self) -> Iterator[_Row]:
        """View sets registered on a REST framework router."""
        for call in self.module.calls:
            path = call.arg("prefix", 0)
            if call.name.endswith(".register") and "outer" in call.name and path is not None and isinstance(path.value, str):
                view = call.arg("viewset", 1)
                yield _Row(path.value + "/", call.location, ("GET", "POST"), view.text.split(".")[-1] if view else None, None)

    def _methods(self, view: str) -> tuple[str, ...]:
        name = view.split("(", maxsplit=1)[0]
        last = name.removesuffix(".as_view").split(".")[-1]
        if _READ_VIEWS.search(last):
            return ("GET",)
        if _WRITE_VIEWS.search(last):
            return ("GET", "POST")
        place = pyimports.definition(self.repo, self.module.path, name.removesuffix(".as_view"))
        module = self.repo.python.module(place[0]) if place is not None else None
        if module is None or place is None:
            return ("GET",)
        functions = [f for f in module.functions if f.name == place[1] or f.cls == place[1]]
        return _verbs(self.repo, functions, place[1])


def _verbs(repo: Inventory, functions: list[Function], name: str) -> tuple[str, ...]:
    found: set[str] = set()
    for function in functions:
        if function.cls == name:
            found |= {function.name.upper()} & _VERBS
            continue
        for decorator in function.decorators:
            last = decorator.name.split(".")[-1]
            if last in ("require_GET", "require_POST"):
                found.add(last.removeprefix("require_"))
            elif last in ("require_http_methods", "api_view") and decorator.args and isinstance(decorator.args[0].value, (list, tuple)):
                found |= {str(v).upper() for v in decorator.args[0].value}
        found = found or {"GET", *_asked(repo, function)}
    return tuple(sorted(found)) or ("GET",)


def _asked(repo: Inventory, function: Function) -> set[str]:
    """The verbs that a view tells apart by itself."""
    node = function_at(repo, function)
    if node is None or _MAY_ASK.search(node.text()) is None:
        return set()
    found = node.find_all(_ASKED)  # type: ignore[call-overload]
    return {str(literal(one)[0]) if one.kind() == "string" else "POST" for one in found} & _VERBS


def _handler(text: str) -> str:
    return text.split("(", maxsplit=1)[0].removesuffix(".as_view").split(".")[-1] if not text.endswith(".urls") else text
