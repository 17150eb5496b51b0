"""Which JSON fields a route's code puts into every good answer, as far as its text alone says so."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from prodify.recipes.testing.routes import function_at, handler_of, returns_of, routes_of

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.facts import Component, Route
    from prodify.recipes.testing.routes import Case, Handler

_WRAPPERS = ("jsonify", "JsonResponse", "JSONResponse")
_ERRORS = 400
_SHAPED_ELSEWHERE = ("response_model", "response_class", "response_model_exclude", "response_model_include")


def promised(repo: Inventory, component: Component, case: Case) -> tuple[bool, tuple[str, ...]]:
    """Whether the answer to a case is JSON by its code, and its fields, sorted; none where an answer is made other than as a literal."""
    route = next((r for r in routes_of(repo, component) if r.path == case.rule and case.method in (r.methods or ("GET",))), None)
    handler = _view(repo, route) if route is not None else None
    if handler is None or not _only_routed(handler, component.framework or ""):
        return False, ()
    good = [value for value in map(_good, returns_of(handler)) if value is not None]
    sets = [_keys(value) for value in good]
    # A route for several methods may answer each in its own way.
    alone = route is not None and len(route.methods) == 1
    sure = alone and bool(sets) and None not in sets
    fields = set.intersection(*[names for names in sets if names is not None]) if sure else set()
    return any(_is_json(value) for value in good), tuple(sorted(fields))


def _view(repo: Inventory, route: Route) -> Handler | None:
    """The route's function: Django's stands in the module of views beside the table of addresses."""
    if route.framework != "django":
        return handler_of(repo, route)
    folder = route.location.path.rpartition("/")[0]
    return function_at(repo.files.text(f"{folder}/views.py" if folder else "views.py"), route.handler or "")


def _only_routed(handler: Handler, framework: str) -> bool:
    """Whether nothing stands between the function and the answer: no further decorator, and for FastAPI no model that filters."""
    if framework == "django":
        return all(ast.unparse(d).partition("(")[0].startswith(("csrf_exempt", "require_")) for d in handler.decorator_list)
    if len(handler.decorator_list) != 1 or handler.returns is not None:
        return False
    decorator = handler.decorator_list[0]
    return not isinstance(decorator, ast.Call) or not any(k.arg in _SHAPED_ELSEWHERE for k in decorator.keywords)


def _good(value: ast.expr | None) -> ast.expr | None:
    """What is returned, without its status; None for an error or a redirect."""
    if isinstance(value, ast.Tuple) and value.elts:
        status = value.elts[1] if len(value.elts) > 1 else None
        if isinstance(status, ast.Constant) and isinstance(status.value, int) and status.value >= _ERRORS:
            return None
        return value.elts[0]
    if isinstance(value, ast.Call):
        given = next((k.value for k in value.keywords if k.arg in ("status", "status_code")), None)
        if isinstance(given, ast.Constant) and isinstance(given.value, int) and given.value >= _ERRORS:
            return None
        if _name(value) in ("redirect", "RedirectResponse", "HttpResponseRedirect"):
            return None
    return value


def _name(call: ast.Call) -> str:
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def _is_json(value: ast.expr) -> bool:
    return isinstance(value, ast.Dict) or (isinstance(value, ast.Call) and _name(value) in _WRAPPERS)


def _keys(value: ast.expr) -> set[str] | None:
    """The names in a dictionary that is written out; None for anything else."""
    if isinstance(value, ast.Call) and _name(value) in _WRAPPERS:
        given = value.args[0] if value.args else next((k.value for k in value.keywords if k.arg == "content"), None)
        value = given if given is not None else value
    if not isinstance(value, ast.Dict) or not value.keys:
        return None
    names = {key.value for key in value.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
    return names if len(names) == len(value.keys) else None
