"""Rust components: one a package of a Cargo.toml."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory import starting
from prodify.inventory.components.common import first_match, image_version, name_of, note_at, port_in
from prodify.inventory.components.configured import configured_port, exemplary_port
from prodify.inventory.components.pyproject import read_toml, table
from prodify.inventory.data.frameworks import RUST
from prodify.inventory.facts import Component
from prodify.inventory.placed import PlacedStr
from prodify.inventory.polyglot.listening import written_port
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.components.layout import Layout, Root


def find(repo: Inventory, layout: Layout, roots: Iterable[Root]) -> Iterator[Component]:
    """The component of every Cargo.toml that declares a package."""
    for root in roots:
        data = read_toml(repo, root.join("Cargo.toml"))
        package = table(data, "package")
        if package:
            yield _component(repo, layout, root, data, package)


def _component(repo: Inventory, layout: Layout, root: Root, data: dict[str, object], package: dict[str, object]) -> Component:
    manifest = root.join("Cargo.toml")
    dependencies = table(data, "dependencies")
    name, runtime = name_of(root, package.get("name")), _runtime(repo, root, package)
    manager = PlacedStr("cargo", Location(manifest, 1))
    entry = _entry(repo, root, data)
    crate = next((crate for crate in RUST if crate in dependencies), None)
    framework = RUST[crate] if crate else None
    notes = [note_at(repo, manifest, crate or "[package]", f"depends on {crate}" if crate else "package")]
    if entry is None:
        return Component(root.path, name, "library", "rust", None, None, None, manager, runtime, tuple(notes))
    sources = (root.join(entry), *layout.sources("rust", root))
    if framework is not None and framework.name == "hyper" and not starting.holding(repo, sources, starting.HYPER):
        framework = None
    kind = framework.kind if framework is not None else "cli"
    port = None
    if kind == "service":
        rocket = [p for p in (root.join("Rocket.toml"),) if p in repo.files]
        written = port_in(repo, rocket, re.compile(r"^\s*port\s*=\s*(\d+)", re.MULTILINE)) or written_port(repo, "rust", sources)
        told = written or configured_port(repo, root, "rust") or exemplary_port(repo, root)
        port = told or (framework.port if framework else None)
    notes.append(note_at(repo, root.join(entry), "fn main", "fn main"))
    shown = framework.name if framework is not None and (kind != "cli" or framework.name == "clap") else None
    return Component(root.path, name, kind, "rust", shown, entry, port, manager, runtime, tuple(notes))


def _entry(repo: Inventory, root: Root, data: dict[str, object]) -> str | None:
    if root.join("src/main.rs") in repo.files:
        return "src/main.rs"
    binaries = data.get("bin")
    for binary in binaries if isinstance(binaries, list) else ():
        path = binary.get("path") if isinstance(binary, dict) else None
        if isinstance(path, str) and root.join(path) in repo.files:
            return path
    found = [root.relative(p) for p in repo.files.select(root.join("src/bin/*.rs"))]
    return found[0] if len(found) == 1 else None


def _runtime(repo: Inventory, root: Root, package: dict[str, object]) -> str | None:
    for name in ("rust-toolchain.toml", "rust-toolchain"):
        match = first_match(
            repo,
            [p for p in (root.join(name), name) if p in repo.files],
            re.compile(r"(?:channel\s*=\s*\")?(\d+\.\d+(?:\.\d+)?|stable|nightly[\w-]*)"),
        )
        if match:
            return match
    declared = package.get("rust-version")
    if isinstance(declared, str):
        return PlacedStr(declared, note_at(repo, root.join("Cargo.toml"), "rust-version", "").location)
    return image_version(repo, root, "rust")
