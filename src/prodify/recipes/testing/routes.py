"""What a test can ask of a route without having run it: a plausible address, and what its code says of the answer."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from prodify.escape import Code
from prodify.inventory.django import setting
from prodify.inventory.facts import Role
from prodify.recipes.shared.layout import HEALTH_PATH, READY_PATH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Component, Route

Handler = ast.FunctionDef | ast.AsyncFunctionDef
_FLASK_PARAMETER = re.compile(r"<(?:(\w+)(?:\(([^)]*)\))?:)?(\w+)>")
_FASTAPI_PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")
_SAMPLES = {"int": "1", "float": "1.5", "uuid": "00000000-0000-0000-0000-000000000001", "path": "sample/sample"}
_QUERY_SAMPLES = {"int": "1", "float": "1.5", "bool": "true", "str": "sample", "date": "2026-01-01", "UUID": _SAMPLES["uuid"]}
_CONVERTERS = frozenset(("", "str", "int", "slug", "uuid", "path"))
_GUARDS = re.compile(r"session|current_user|g\.user|logged_in|is_authenticated")


@dataclass(frozen=True, slots=True)
class Case:
    """One request that a test makes. `kind` of an answer 200: html or json; `login` where a stranger is sent; `body`: json or form."""

    method: str
    rule: str
    address: str
    kind: str = ""
    login: str = ""
    body: str = "form"

    @property
    def source(self) -> Code:
        """The call that makes it, as Python source; what is default is left out."""
        extra = [f"{name}={quoted(value)}" for name, value in (("kind", self.kind), ("login", self.login)) if value]
        extra += ['body="json"'] if self.body == "json" else []
        return Code(f"Route({', '.join([quoted(self.method), quoted(self.rule), quoted(self.address), *extra])})")


@lru_cache(maxsize=8)
def cases(repo: Inventory, component: Component) -> tuple[Case, ...]:
    """One case for every method of every route of the component, but those that recipes add; by rule and method."""
    found = {}
    for route in routes_of(repo, component):
        if route.framework == "django" and not _certain(repo, route):
            continue
        handler = handler_of(repo, route)
        for method in route.methods or ("GET",):
            if method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
                body = "form" if method == "GET" else _body(handler)
                asked = address(route) + (query(handler, route.path) if route.framework == "fastapi" else "")
                found[route.path, method] = Case(method, route.path, asked, _kind(handler), _login(handler), body)
    return tuple(found[key] for key in sorted(found))


def routes_of(repo: Inventory, component: Component) -> Iterator[Route]:
    """The routes of a component that stand in its own code: health routes are left out, whoever wrote them."""
    for route in repo.routes:
        if route.component == component.path and route.path not in (HEALTH_PATH, READY_PATH) and route.framework == component.framework:
            yield route


def address(route: Route) -> str:
    """An address that the route's rule matches.

    >>> from prodify.model import Location
    >>> from prodify.inventory.facts import Route
    >>> address(Route(("GET",), "/a/<int:x>/<y>/<any(b, c):z>", Location("app.py"), framework="flask"))
    '/a/1/sample/b'
    """

    def flask(found: re.Match[str]) -> str:
        if found[1] == "any":
            return (found[2] or "").split(",")[0].strip(" '\"")
        return _SAMPLES.get(found[1] or "", "sample")

    def fastapi(found: re.Match[str]) -> str:
        return _SAMPLES.get(found[2] or "int", "1")

    return _FASTAPI_PARAMETER.sub(fastapi, route.path) if route.framework == "fastapi" else _FLASK_PARAMETER.sub(flask, route.path)


def query(handler: Handler | None, rule: str) -> str:
    """The query string with the parameters that a FastAPI handler demands: plain types without a default that the rule does not name.

    >>> query(ast.parse("def search(q: str, page: int, size: int = 5, db=Depends(get_db)): ...").body[0], "/search")
    '?q=sample&page=1'
    """
    if handler is None:
        return ""
    arguments, defaults = handler.args, handler.args.defaults
    positional = [*arguments.posonlyargs, *arguments.args]
    demanded = positional[: len(positional) - len(defaults)]
    demanded += [a for a, given in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if given is None]
    named = {found[1] for found in _FASTAPI_PARAMETER.finditer(rule)}
    plain = [(a.arg, _QUERY_SAMPLES.get(ast.unparse(a.annotation))) for a in demanded if a.annotation is not None and a.arg not in named]
    pairs = [f"{name}={sample}" for name, sample in plain if sample is not None]
    return f"?{'&'.join(pairs)}" if pairs else ""


def _certain(repo: Inventory, route: Route) -> bool:
    """Whether the address of a Django route is known for sure: a `path()` to a view, in the main table or one that others include."""
    written = "".join(repo.files.lines(route.location.path)[(route.location.line or 1) - 1 : route.location.end_line])
    known = all((found[1] or "") in _CONVERTERS for found in _FLASK_PARAMETER.finditer(route.path))
    if not known or not re.match(r"\s*(urlpatterns\s*\+?=\s*\[\s*)?path\(", written) or not (route.handler or "").isidentifier():
        return False
    tables = {path: repo.files.text(path) or "" for path in repo.files.select("*.py") if "urlpatterns" in (repo.files.text(path) or "")}
    if any("i18n_patterns(" in text for text in tables.values()):
        return False
    module = route.location.path.removesuffix(".py").replace("/", ".")
    table = setting(repo, "ROOT_URLCONF")
    if table is not None and isinstance(table.value, str) and f".{module}".endswith(f".{table.value}"):
        return True
    named = re.compile(rf"""include\([^)]*["'(]{re.escape(".".join(module.split(".")[-2:]))}["']""")
    return any(named.search(text) for path, text in tables.items() if path != route.location.path)


def plain_pages(repo: Inventory, component: Component) -> tuple[str, ...]:
    """Addresses that anyone may read and that change nothing by their name: GET, without parameters, without a login; sorted."""
    changing = re.compile(r"log-?out|delete|remove|reset|unsubscribe|callback|download|export|admin", re.IGNORECASE)
    return tuple(
        case.address
        for case in cases(repo, component)
        if case.method == "GET" and case.address.partition("?")[0] == case.rule and not case.login and not changing.search(case.rule)
    )


def knows_unknown(repo: Inventory, component: Component) -> bool:
    """Whether an address that no rule names is certain to be answered with 404: no rule takes all, and nothing handles that error."""
    if any(re.search(r"<path:|\{\w+:path\}|^/<\w+>$|^/\{\w+\}$", route.path) for route in repo.routes if route.component == component.path):
        return False
    handlers = re.compile(r"errorhandler\(|exception_handler\(|register_error_handler\(")
    return not any(handlers.search(repo.files.text(path) or "") for path in repo.files.select("*.py", roles=(Role.PRODUCTION,)))


def handler_of(repo: Inventory, route: Route) -> Handler | None:
    """The function that answers a route, where it stands in the file that names the route."""
    text = repo.files.text(route.location.path)
    if text is None or route.handler is None:
        return None
    return function_at(text, route.handler, route.location.line or 1, route.location.end_line or len(text))


def function_at(text: str | None, name: str, first: int = 1, last: int = sys.maxsize) -> Handler | None:
    """The function of that name in those lines; None also for text that is no Python."""
    return next((f for f in _functions(text or "") if f.name == name and f.lineno <= last and (f.end_lineno or 0) >= first), None)


@lru_cache(maxsize=32)
def _functions(text: str) -> tuple[Handler, ...]:
    """Every function of a text, which is asked for once for each of its routes."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return ()
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def returns_of(handler: Handler) -> Iterator[ast.expr | None]:
    """What the function itself returns, functions in it left out."""
    nodes = list(ast.walk(handler))
    inner = [n for n in nodes if n is not handler and isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)]
    hidden = {id(node) for function in inner for node in ast.walk(function)}
    return (node.value for node in nodes if isinstance(node, ast.Return) and id(node) not in hidden)


def _kind(handler: Handler | None) -> str:
    """html or json when every answer of the handler is one (redirects apart), else empty. A decorator may change it, so none is allowed."""
    if handler is None or len(handler.decorator_list) != 1:
        return ""
    kinds = {_kind_of(value) for value in returns_of(handler)} - {"redirect"}
    return kinds.pop() if len(kinds) == 1 else ""


def _kind_of(value: ast.expr | None) -> str:
    if isinstance(value, ast.Tuple) and value.elts:
        value = value.elts[0]
    if isinstance(value, ast.Dict):
        return "json"
    name = getattr(value.func, "id", getattr(value.func, "attr", "")) if isinstance(value, ast.Call) else ""
    return {"render_template": "html", "jsonify": "json", "redirect": "redirect"}.get(name, "")


def _login(handler: Handler | None) -> str:
    """Where a stranger is sent when the handler begins with that: `if not session.get("user"): return redirect("/login")`."""
    if handler is None or len(handler.decorator_list) != 1:
        return ""
    body = handler.body[1:] if ast.get_docstring(handler) else handler.body
    first = body[0] if body else None
    if not (isinstance(first, ast.If) and isinstance(first.test, ast.UnaryOp) and isinstance(first.test.op, ast.Not)):
        return ""
    answer = first.body[0]
    if not _GUARDS.search(ast.unparse(first.test)) or not isinstance(answer, ast.Return) or _kind_of(answer.value) != "redirect":
        return ""
    target = answer.value.args[0] if isinstance(answer.value, ast.Call) and answer.value.args else None
    while isinstance(target, ast.BinOp):
        target = target.left
    if isinstance(target, ast.JoinedStr) and target.values:
        target = target.values[0]
    return target.value if isinstance(target, ast.Constant) and isinstance(target.value, str) and target.value.startswith("/") else ""


def _body(handler: Handler | None) -> str:
    """How data is sent: json when that is all that the handler reads."""
    names = {node.attr for node in ast.walk(handler) if isinstance(node, ast.Attribute)} if handler is not None else set()
    return "json" if names & {"get_json", "json"} and "form" not in names else "form"


def quoted(text: str) -> str:
    """A text as a Python string in double quotes."""
    return '"' + text.encode("unicode_escape").decode("ascii").replace('"', '\\"') + '"'
