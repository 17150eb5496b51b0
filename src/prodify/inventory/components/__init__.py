"""Components: the deployable or distributable parts of a repository, each with its entry point, port and evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from prodify.inventory.components.layout import Layout

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.facts import Component

__all__ = ["component_of", "find_components", "kind_of"]

_ORDER = ("service", "web", "static-site", "bot", "worker", "cli", "library", "notebook", "script")


def find_components(repo: Inventory) -> tuple[Component, ...]:
    """Every component, sorted by path; helpers (scripts, notebooks) are left out where something deployable was found beside them."""
    from prodify.inventory.components import dotnet, go, jvm, node, php, ruby, rust, static
    from prodify.inventory.components.commands import launches
    from prodify.inventory.components.proof import proven
    from prodify.inventory.components.python import PythonRoot

    layout = Layout(repo.files)
    found: list[Component] = []
    starts = launches(repo) if repo.syntax.by_language["python"] else ()
    for root in layout.roots("python"):
        if layout.sources("python", root):
            found += PythonRoot(repo, layout, root, starts).components()
    for ecosystem, module in (
        ("javascript", node),
        ("go", go),
        ("rust", rust),
        ("java", jvm),
        ("ruby", ruby),
        ("php", php),
        ("csharp", dotnet),
    ):
        found += module.find(repo, layout, layout.roots(ecosystem))
    return tuple(proven(repo, component) for component in _sorted(_pruned(repo, found) or list(static.find(repo))))


def kind_of(components: tuple[Component, ...]) -> str:
    """The repository's kind: what its components agree on, monorepo when several are deployed from different places."""
    if not components:
        return "unknown"
    deployed = [c for c in components if c.kind in ("service", "worker", "bot", "web", "static-site")]
    offered = [c for c in components if c.kind != "script"]
    if len({c.path for c in deployed}) > 1 or (not deployed and len({c.path for c in offered}) > 1):
        return "monorepo"
    kinds = {c.kind for c in deployed or offered or components}
    for kind, shown in (
        ("service", "service"),
        ("worker", "worker"),
        ("bot", "worker"),
        ("web", "static-site"),
        ("static-site", "static-site"),
        ("cli", "cli"),
        ("library", "library"),
        ("script", "cli"),
        ("notebook", "notebook"),
    ):
        if kind in kinds:
            return shown
    return "unknown"


def component_of(components: tuple[Component, ...], path: str) -> str:
    """The path of the component that a file belongs to: the deepest that holds it, "." when none does.

    >>> component_of((), "app.py")
    '.'
    """
    best = "."
    for component in components:
        if component.path != "." and path.startswith(component.path + "/") and len(component.path) > len(best) - (best == "."):
            best = component.path
    return best


def _pruned(repo: Inventory, components: list[Component]) -> list[Component]:
    """Drop helpers that nothing packs (no manifest, no image of their own) when there is something better."""
    images = {image.component for image in repo.dockerfiles}
    helpers = ("script", "notebook", "cli")
    better = [c for c in components if c.kind not in helpers or c.package_manager]
    kept = [c for c in components if c.kind not in helpers or c.package_manager or c.path in images or not better]
    return kept or components


def _sorted(components: list[Component]) -> tuple[Component, ...]:
    """Sorted by path, then kind; names made unique."""
    ordered = sorted(components, key=lambda c: (c.path, _ORDER.index(c.kind) if c.kind in _ORDER else 99, c.name))
    seen: set[str] = set()
    found = []
    for component in ordered:
        name = component.name
        if name in seen:
            name = f"{name}-{component.kind}" if f"{name}-{component.kind}" not in seen else f"{name}-{component.path.replace('/', '-')}"
        seen.add(name)
        found.append(component if name == component.name else replace(component, name=name))
    return tuple(found)
