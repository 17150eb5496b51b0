"""Routes that plain calls register: Spark, Javalin, Ktor and ASP.NET's minimal interfaces."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from prodify.inventory.facts import Route
from prodify.inventory.polyglot.others import calls
from prodify.inventory.query import Query
from prodify.lazydata import dataclass
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Match


@dataclass(frozen=True, slots=True)
class _RouteQuery:
    framework: str
    query: Query
    read: re.Pattern[str]


ROUTES: tuple[_RouteQuery, ...] = (
    _RouteQuery(
        "sparkjava",
        calls("java", "method_invocation", r'^(Spark\.)?(get|post|put|patch|delete|options)\("/', "spark."),
        lazy(r'^(?:Spark\.)?(?P<verb>\w+)\("(?P<path>/[^"]*)"\s*,\s*(?:new\s+)?(?P<handler>\w+)?'),
    ),
    _RouteQuery(
        "javalin",
        calls("java", "method_invocation", r'^\w+\.(get|post|put|patch|delete)\("/', "javalin"),
        lazy(r'^\w+\.(?P<verb>\w+)\("(?P<path>/[^"]*)"\s*,\s*(?P<handler>[\w:]+)?'),
    ),
    _RouteQuery(
        "ktor",
        calls("kotlin", "call_expression", r'^(get|post|put|patch|delete)\("', "ktor"),
        lazy(r'^(?P<verb>\w+)\("(?P<path>[^"]*)"'),
    ),
    _RouteQuery(
        "aspnetcore",
        calls("csharp", "invocation_expression", r'^\w+\.Map(Get|Post|Put|Patch|Delete)\("', "MapGet", "MapPost", "MapPut", "MapDelete"),
        lazy(r'^\w+\.Map(?P<verb>\w+)\("(?P<path>[^"]*)"\s*,\s*(?P<handler>\w+\b(?!\s*=>))?'),
    ),
)
"""Calls that register a route, by framework."""


def routes(repo: Inventory) -> Iterator[Route]:
    """Routes of the frameworks above."""
    for row in ROUTES:
        for match in repo.find(row.query):
            found = row.read.search(match.text)
            if found is not None and (row.framework != "javalin" or "javalin" in repo.syntax.text(match.location.path)):
                yield _route(row, match, found.groupdict())


def _route(row: _RouteQuery, match: Match, parts: Mapping[str, str | None]) -> Route:
    path, handler = parts.get("path") or "", parts.get("handler")
    verb = (parts.get("verb") or "get").upper()
    return Route((verb,), path or "/", match.location, handler.split(".")[-1] if handler else None, ".", row.framework, match.location.path)
