"""HTTP routes of production code, whatever the framework."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from prodify.inventory.components import component_of

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.facts import Route


def find_routes(repo: Inventory) -> tuple[Route, ...]:
    """Every route, by path of the file and line, each with the component that serves it."""
    from prodify.inventory import djangoroutes, polyglot, pyroutes

    found: list[Route] = [*pyroutes.find(repo), *djangoroutes.find(repo), *polyglot.routes(repo)]
    components = repo.components
    placed = dict.fromkeys(replace(route, component=component_of(components, route.location.path)) for route in found)
    return tuple(sorted(placed, key=lambda r: (r.location.path, r.location.line or 0, r.path, r.methods, r.handler or "")))
