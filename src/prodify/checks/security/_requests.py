"""What handlers of requests read and write: shared by the checks of inputs and of forgery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.lazyre import lazy

if TYPE_CHECKING:
    from prodify.api import Inventory, Route

WRITING = frozenset(("POST", "PUT", "PATCH", "DELETE"))
READS_BODY = lazy(
    r"request\.(json|form|get_json|get_data|data|POST|body|files|values)\b"
    r"|(req|request|ctx\.request|c\.req)\.(body|json\(|formData\()|await request\."
)


def handler_text(repo: Inventory, route: Route) -> str:
    """The source of a route's Python handler, else its declaration where the handler stands inside, else forty lines from there on."""
    lines = repo.files.lines(route.location.path)
    module = repo.python.module(route.location.path) if route.location.path.endswith(".py") else None
    name = (route.handler or "").rpartition(".")[2]
    for function in module.functions if module is not None and name else ():
        if function.name == name:
            return "\n".join(lines[(function.location.line or 1) - 1 : function.location.end_line])
    start, end = (route.location.line or 1) - 1, route.location.end_line or 0
    return "\n".join(lines[start : end if end > start + 1 else start + 40])


def reading_routes(repo: Inventory) -> tuple[Route, ...]:
    """Routes that change something and whose handler reads the request's body."""
    return tuple(r for r in repo.routes if WRITING & set(r.methods) and READS_BODY.search(handler_text(repo, r)))
