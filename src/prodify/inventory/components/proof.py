"""Where each field of a component is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from prodify.inventory.placed import place_of
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Component


def proven(repo: Inventory, component: Component) -> Component:
    """A component of plain values, with the place of every field that stands somewhere."""
    found = tuple((name, place) for name, place in _places(repo, component) if place is not None)
    port, manager, runtime = component.port, component.package_manager, component.runtime_version
    return replace(
        component,
        port=None if port is None else int(port),
        package_manager=None if manager is None else str(manager),
        runtime_version=None if runtime is None else str(runtime),
        proof=found,
    )


def _places(repo: Inventory, component: Component) -> Iterator[tuple[str, Location | None]]:
    first = component.evidence[0].location if component.evidence else None
    yield "kind", first
    yield "language", first
    if component.framework is not None:
        yield "framework", first
    if component.entrypoint is not None:
        yield "entrypoint", _entry(repo, component, component.entrypoint)
    yield "port", place_of(component.port)
    yield "package_manager", place_of(component.package_manager)
    yield "runtime_version", place_of(component.runtime_version)


def _entry(repo: Inventory, component: Component, entry: str) -> Location | None:
    """The evidence that stands in the entry point's file, else that file's first line."""
    target = entry.partition(":")[0]
    names = [target] if target in repo.files or "/" in target or target.endswith((".py", ".js", ".ts")) else [target, *_module(target)]
    bases = ("",) if component.path == "." else (f"{component.path}/", f"{component.path}/src/")
    paths = [base + name for base in (*bases, "src/") for name in names]
    path = next((p for p in paths if p in repo.files), None)
    if path is None:
        return None
    return next((note.location for note in component.evidence if note.location.path == path and note.location.line), Location(path, 1))


def _module(dotted: str) -> tuple[str, ...]:
    name = dotted.replace(".", "/")
    return f"{name}.py", f"{name}/__init__.py"
