"""What handlers of requests read and write: shared by the checks of inputs and of forgery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.polyglot.nodes import code_of
from prodify.inventory.pynodes import Lines
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prodify.api import Inventory, Route
    from prodify.inventory.facts import Function

WRITING = frozenset(("POST", "PUT", "PATCH", "DELETE"))
_READS_BODY = lazy(
    r"request\.(json|form|get_json|get_data|data|POST|body|files|values)\b"
    r"|(req|request|ctx\.request|c\.req)\.(body|json\(|formData\()|await request\."
)
_REQUEST = r"(?-u)(^|\.\s*)(req|request)$"
_REQUEST_WORD = lazy("req")
_READS: dict[str, object] = {"any": [
    {"kind": "attribute", "all": [
        {"has": {"field": "object", "regex": _REQUEST}},
        {"has": {"field": "attribute", "regex": "^(json|form|get_json|get_data|data|POST|FILES|body|files|values|formData)$"}},
    ]},
    {"kind": "await", "has": {"kind": "call", "has": {"field": "function", "kind": "attribute", "has": {
        "field": "object", "regex": _REQUEST}}}},
]}  # fmt: skip
"""How Python's handlers read the body of a request."""
_SCRIPTS: Mapping[str, str] = {
    "js": "javascript", "jsx": "javascript", "mjs": "javascript", "cjs": "javascript", "ts": "typescript", "mts": "typescript",
    "cts": "typescript", "tsx": "tsx",
}  # fmt: skip
_INLINE = {"rule": {"any": [{"kind": "arrow_function"}, {"kind": "function_expression"}]}}


def python_handler(repo: Inventory, route: Route) -> Function | None:
    """The function that answers a route of Python, where it is known and stands in the route's file."""
    module = repo.python.module(route.location.path) if route.location.path.endswith(".py") else None
    name = (route.handler or "").rpartition(".")[2]
    return next((f for f in module.functions if f.name == name), None) if module is not None and name else None


def handler_text(repo: Inventory, route: Route) -> str:
    """The code of a route's declaration where the handler stands inside, else forty lines from there on."""
    language = _SCRIPTS.get(route.location.path.rpartition(".")[2])
    root = repo.syntax.tree(route.location.path, language) if language is not None else None
    for node in root.find_all(kind="call_expression") if root is not None else ():
        if node.range().start.line + 1 == route.location.line and node.find(_INLINE) is not None:  # type: ignore[call-overload]
            return code_of(node)
    lines = repo.files.lines(route.location.path)
    start, end = (route.location.line or 1) - 1, route.location.end_line or 0
    return "\n".join(lines[start : end if end > start + 1 else start + 40])


def reading_routes(repo: Inventory) -> tuple[Route, ...]:
    """Routes that change something and whose handler reads the request's body."""
    reading = Lines(repo, _READS, _REQUEST_WORD)
    return tuple(route for route in repo.routes if WRITING & set(route.methods) and _reads(repo, route, reading))


def _reads(repo: Inventory, route: Route, reading: Lines) -> bool:
    handler = python_handler(repo, route)
    if handler is not None:
        return reading.within(handler)
    return _READS_BODY.search(handler_text(repo, route)) is not None
