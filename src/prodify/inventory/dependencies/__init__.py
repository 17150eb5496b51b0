"""Declared and locked dependencies of every ecosystem, and how Python code's imports agree with them.

`Inventory.manifests` and `Inventory.uses` are the doors to the first two functions; the others are called with the inventory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.dependencies.model import LockState, Manifest, normalised
from prodify.inventory.facts import Note

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.facts import Dependency, ManifestFile

__all__ = [
    "LockState", "Manifest", "declared", "declared_but_unused", "find_manifests", "first_use",
    "imported_but_undeclared", "imported_but_undeclared_node", "lock_states",
    "package_managers", "problems",
]  # fmt: skip

_MANAGER_ORDER = "uv poetry pdm pipenv rye hatch conda pixi pip pnpm yarn bun deno npm go maven gradle cargo bundler composer nuget".split()


def find_manifests(repo: Inventory) -> tuple[ManifestFile, ...]:
    """Every file that declares or locks dependencies, by path; vendored and generated ones, tests and examples left out."""
    from prodify.inventory.dependencies.registry import read_manifests

    return read_manifests(repo.files)


def declared(repo: Inventory, *names: str, dev: bool = False) -> tuple[Dependency, ...]:
    """Every declaration of one of these packages, in any ecosystem, development groups only with `dev`; lock files are not looked at."""
    wanted = {normalised(name) for name in names}
    return tuple(d for m in repo.manifests if not m.lock for d in m.dependencies if normalised(d.name) in wanted and (dev or not d.dev))


def first_use(repo: Inventory, packages: tuple[str, ...]) -> Note | None:
    """Where one of these packages is declared (development groups left out) or imported by production Python or Go; None if nowhere."""
    found = declared(repo, *packages)
    if found:
        return Note(found[0].location, found[0].name)
    from prodify.inventory.dependencies.names import modules_of

    modules = tuple(dict.fromkeys(module for package in packages for module in (package.replace("-", "_"), *modules_of(package))))
    imported = repo.python.imports(*modules)
    from prodify.inventory.dependencies.gousage import imported_by_go

    return imported[0] if imported else imported_by_go(repo, packages)


def package_managers(repo: Inventory) -> dict[str, str]:
    """The package manager of each directory that has a manifest: of the ecosystem with the most dependencies where there are several.

    Values: pip, uv, poetry, pdm, pipenv, rye, hatch, conda, npm, yarn, pnpm, bun, go, maven, gradle, cargo, bundler, composer, nuget.
    """
    weight: dict[tuple[str, str], int] = {}
    ranked: dict[tuple[str, str], list[tuple[bool, int, str]]] = {}
    for manifest in repo.manifests:
        if manifest.manager in _MANAGER_ORDER:
            key = (manifest.component, getattr(manifest, "ecosystem", "pypi"))
            weight[key] = weight.get(key, 0) + (0 if manifest.lock else len(manifest.dependencies))
            ranked.setdefault(key, []).append((not manifest.lock, _MANAGER_ORDER.index(manifest.manager), manifest.manager))
    best: dict[str, tuple[int, int, str]] = {}
    for (directory, ecosystem), entries in ranked.items():
        _, order, manager = min(entries)
        best[directory] = min(best.get(directory, (1, 0, "")), (-weight[directory, ecosystem], order, manager))
    return {directory: manager for directory, (_, _, manager) in sorted(best.items())}


def lock_states(repo: Inventory) -> tuple[LockState, ...]:
    """Whether dependencies are locked: one entry a directory and ecosystem, by directory."""
    from prodify.inventory.dependencies.locking import lock_states

    return lock_states(repo)


def imported_but_undeclared(repo: Inventory) -> tuple[Note, ...]:
    """Third-party modules that production Python imports and that no manifest at or above the file declares.

    The note is the distribution's usual name, the place the first import. Optional imports (in `try: ... except ImportError`, or under
    a condition on type checking, versions or platforms) and first-party modules are left out. Empty when there is no Python manifest.
    """
    from prodify.inventory.dependencies.usage import undeclared

    return undeclared(repo)


def imported_but_undeclared_node(repo: Inventory) -> tuple[Note, ...]:
    """Packages that production JavaScript imports and that no package.json at or above the file declares; the note is the package."""
    from prodify.inventory.dependencies.nodeusage import undeclared_node

    return undeclared_node(repo)


def declared_but_unused(repo: Inventory) -> tuple[Dependency, ...]:
    """Production dependencies of Python that no code imports and no configuration or command names. A hint: plug-ins are used unseen."""
    from prodify.inventory.dependencies.usage import unused

    return unused(repo)


def problems(repo: Inventory) -> tuple[Note, ...]:
    """Manifests that could not be read, with the reason."""
    return tuple(Note(m.location, m.problem) for m in repo.manifests if isinstance(m, Manifest) and m.problem is not None)
