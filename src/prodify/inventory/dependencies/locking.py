"""Whether what is declared is locked, by directory and ecosystem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.dependencies.model import LockState, Manifest, normalised
from prodify.inventory.dependencies.registry import read_manifest
from prodify.model import Location

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.facts import Dependency
    from prodify.inventory.files import FileIndex

_UNLOCKABLE = frozenset(("maven",))
"""Ecosystems whose tools have no lock file by default."""
_WORKSPACES = frozenset(("npm", "crates", "pypi"))
"""Ecosystems where one lock file at the top serves the directories below."""


def lock_states(repo: Inventory) -> tuple[LockState, ...]:
    """One entry for each directory and ecosystem that declares dependencies."""
    groups: dict[tuple[str, str], list[Manifest]] = {}
    locks: dict[tuple[str, str], list[Manifest]] = {}
    for manifest in repo.manifests:
        if isinstance(manifest, Manifest):
            (locks if manifest.lock else groups).setdefault((manifest.component, manifest.ecosystem), []).append(manifest)
    serving = (
        {c.path for c in repo.components if c.kind not in ("library", "cli")} if any(_publishes(g) for g in groups.values()) else set()
    )
    return tuple(_state(key, group, locks, serving, repo.files) for key, group in sorted(groups.items(), key=lambda item: item[0]))


def _publishes(group: list[Manifest]) -> bool:
    return any(m.publishes for m in group)


def _state(
    key: tuple[str, str], group: list[Manifest], locks: dict[tuple[str, str], list[Manifest]], serving: set[str], files: FileIndex
) -> LockState:
    component, ecosystem = key
    library = _publishes(group) and component not in serving
    first = group[0].location
    wanted = [d for m in group for d in m.dependencies if not d.dev]
    if _lock_for(component, ecosystem, locks) is not None:
        return LockState(component, ecosystem, True, "lock", first, (), library)
    if ecosystem in _UNLOCKABLE or not any(m.dependencies or m.includes or m.problem for m in group):
        return LockState(component, ecosystem, True, "nothing-to-lock", first, (), library)
    if ecosystem == "pypi":
        return _python(component, group, wanted, library, files)
    exact = ecosystem == "nuget" and bool(wanted) and all(d.pin == "exact" for d in wanted)
    if exact:
        return LockState(component, ecosystem, True, "pinned", first, (), library)
    loose = tuple(d for d in wanted if d.pin != "exact") or tuple(wanted)
    return LockState(component, ecosystem, False, "none", first, loose, library)


def _lock_for(component: str, ecosystem: str, locks: dict[tuple[str, str], list[Manifest]]) -> Manifest | None:
    """The lock file of a directory: its own, or that of a workspace above."""
    parts = component.split("/") if component != "." else []
    for count in range(len(parts), -1, -1):
        directory = "/".join(parts[:count]) or "."
        found = locks.get((directory, ecosystem))
        if found and (directory == component or ecosystem in _WORKSPACES):
            return found[0]
    return None


def _python(component: str, group: list[Manifest], wanted: list[Dependency], library: bool, files: FileIndex) -> LockState:
    """Requirement files that pin everything count as locked. A compiled file stands for the one that it was made from."""
    first = group[0].location
    texts = {m.path.rpartition(".")[0] for m in group if m.path.endswith(".txt")}
    compiled = any(m.compiled for m in group)
    sources = [m for m in group if m.path.endswith(".in") and not compiled and m.path.rpartition(".")[0] not in texts]
    lists = [m for m in group if m.path.endswith((".txt", ".pip"))] + sources
    if lists and any(not d.dev for m in lists for d in m.dependencies):
        wanted = [d for m in lists for d in m.dependencies if not d.dev]
        first = lists[0].location
    if not wanted:
        return LockState(component, "pypi", True, "nothing-to-lock", first, (), library)
    pins = _constrained(group, files)
    loose = tuple(d for d in wanted if d.pin != "exact" and normalised(d.name) not in pins)
    if not loose:
        how = "pinned-hashed" if all(d.hashed for d in wanted) else "pinned"
        return LockState(component, "pypi", True, how, first, (), library)
    return LockState(component, "pypi", False, "none", Location(loose[0].location.path, loose[0].location.line), loose, library)


def _constrained(group: list[Manifest], files: FileIndex) -> set[str]:
    """Names that constraint files pin."""
    found: set[str] = set()
    for path in {c for m in group for c in m.constraints}:
        manifest = read_manifest(path, files) if path in files else None
        found |= {normalised(d.name) for d in (manifest.dependencies if manifest is not None else ()) if d.pin == "exact"}
    return found
