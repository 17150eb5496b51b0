"""Small services of one framework each: how a test writes one down, and what must hold of all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from prodify.inventory import Inventory
from prodify.inventory.facts import Component
from prodify.model import Location

PINS: Mapping[str, tuple[str, str, str]] = {
    "python": (".python-version", "3.13.1\n", "3.13.1"),
    "javascript": (".nvmrc", "v22.11.0\n", "22.11.0"),
    "typescript": (".nvmrc", "v22.11.0\n", "22.11.0"),
    "go": ("", "", "1.24"),
    "java": ("Dockerfile", "FROM eclipse-temurin:21-jre\n", "21"),
    "kotlin": ("Dockerfile", "FROM eclipse-temurin:21-jre\n", "21"),
    "ruby": (".ruby-version", "3.4.1\n", "3.4.1"),
    "rust": ("rust-toolchain.toml", '[toolchain]\nchannel = "1.91"\n', "1.91"),
    "php": ("", "", "^8.4"),
    "csharp": ("", "", "10.0"),
    "html": ("", "", ""),
}
"""The file that a language's case gets to name its runtime, and the version in it; none where a manifest of the case says it."""


@dataclass(frozen=True)
class Case:
    """`component`: kind, framework, entry point and port. `default_port`: no file says the port, the framework does."""

    files: Mapping[str, str]
    component: tuple[str, str | None, str | None, int | None]
    routes: frozenset[tuple[str, str]] = frozenset()
    environment: frozenset[str] = frozenset()
    datastores: tuple[str, ...] = ()
    unbounded: tuple[str, ...] = ()
    language: str = ""
    manager: str = ""
    default_port: bool = False


def manifest(*names: str, **keys: object) -> str:
    """A package.json."""
    return json.dumps({"name": "shop", "private": True, "dependencies": dict.fromkeys(names, "1.0.0"), **keys}, indent=1)


def paths(*pairs: str) -> frozenset[tuple[str, str]]:
    """Routes, each as methods, a blank and the path."""
    return frozenset((p.split(" ")[0], p.split(" ")[1]) for p in pairs)


def files_of(case: Case, language: str) -> dict[str, str]:
    """The case's files, and the one that pins its runtime."""
    name, text, _ = PINS[language]
    return {**case.files, **({name: text} if name else {})}


def check(inventory: Inventory, case: Case, language: str, manager: str | None) -> None:
    """Every fact of a case, and that each points at the line that shows it."""
    (found,) = inventory.components
    assert (found.kind, found.framework, found.entrypoint, found.port) == case.component
    assert (found.language, found.package_manager) == (language, manager)
    assert found.runtime_version == (PINS[language][2] if manager else None)
    assert {(",".join(r.methods), r.path) for r in inventory.routes} == case.routes
    assert {v.name for v in inventory.environment} == case.environment
    assert tuple(t.name for t in inventory.datastores) == case.datastores
    assert tuple(c.name for c in inventory.outbound_calls if c.timeout is False) == case.unbounded
    _proofs(inventory, found, case)
    _lines(inventory)


def _line(inventory: Inventory, location: Location) -> str:
    lines = inventory.files.lines(location.path)
    return "\n".join(lines[(location.line or 1) - 1 : location.end_line or location.line or 1])


def _proofs(inventory: Inventory, found: Component, case: Case) -> None:
    """Every field that says something says where it is written, and there it is."""
    assert found.evidence
    assert all(note.location.path in inventory.files for note in found.evidence)
    assert set(found.proof) == {(name, place) for name, place in found.proof if place.path in inventory.files and place.line}
    optional = ("framework", "entrypoint", "package_manager", "runtime_version")
    told = {"kind", "language", *(name for name in optional if getattr(found, name))}
    told |= {"port"} if found.port and not case.default_port else set()
    assert {name for name, _ in found.proof} == told
    if found.port and not case.default_port:
        place = found.place("port")
        assert place is not None and str(found.port) in _line(inventory, place)
    if found.runtime_version:
        place = found.place("runtime_version")
        assert place is not None and found.runtime_version in _line(inventory, place)
    if found.entrypoint and found.framework != "spring-boot":
        place = found.place("entrypoint")
        assert place is not None and place.path.rpartition("/")[2].partition(".")[0] in found.entrypoint.replace("__init__", "")


def _lines(inventory: Inventory) -> None:
    for variable in inventory.environment:
        assert variable.name in _line(inventory, variable.location)
    for technology in inventory.datastores:
        assert _line(inventory, technology.location).strip()
    for call in inventory.outbound_calls:
        assert call.name.rpartition(".")[2] in _line(inventory, call.location)
    for route in inventory.routes:
        last = route.path.rstrip("/").rpartition("/")[2].strip("{}<>:")
        by_name = route.framework in ("next", "nuxt", "sveltekit", "remix", "react-router", "rails", "laravel")
        shown = _line(inventory, route.location)
        if route.location.path.endswith(".py"):  # the function's line; decorators stand above it
            first = (route.location.line or 1) - 1
            shown = "\n".join((*inventory.files.lines(route.location.path)[max(first - 2, 0) : first], shown))
        assert by_name or last in shown, (route.path, shown)
