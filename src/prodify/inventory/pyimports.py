"""From an imported name to the file and the object behind it, without running anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.facts import Assignment, Call
    from prodify.inventory.pymodule import PyModule

_MAX_HOPS = 6


def locate(repo: Inventory, from_path: str, dotted: str) -> tuple[str, tuple[str, ...]] | None:
    """The file that a dotted name leads to, and the rest of the name inside it; None for what lies outside the repository.

    Relative names start with dots. Absolute ones are looked up beside the importing file and in every directory above it, with
    and without `src`, so that a missing package marker or a changed search path does not matter.
    """
    stripped = dotted.lstrip(".")
    dots = len(dotted) - len(stripped)
    parts = tuple(p for p in stripped.split(".") if p)
    for base in _bases(from_path, dots):
        for cut in range(len(parts), -1 if dots else 0, -1):
            stem = "/".join((*([base] if base else []), *parts[:cut]))
            for path in (f"{stem}.py", f"{stem}/__init__.py" if stem else "__init__.py"):
                if path in repo.files:
                    return path, parts[cut:]
    return None


def _bases(from_path: str, dots: int) -> list[str]:
    directories = from_path.split("/")[:-1]
    if dots:
        return ["/".join(directories[: len(directories) - dots + 1])] if dots - 1 <= len(directories) else []
    chain = ["/".join(directories[:n]) for n in range(len(directories), -1, -1)]
    return list(dict.fromkeys([*chain, *(f"{d}/src" if d else "src" for d in chain)]))


def assignment_of(module: PyModule, name: str) -> Assignment | None:
    """The last assignment to a name at module level."""
    return next((a for a in reversed(module.assignments) if a.target == name and a.function is None), None)


def bound_call(module: PyModule, assignment: Assignment) -> Call | None:
    """The call that makes an assignment's whole value, awaited or not."""
    text = assignment.text.removeprefix("await ").strip()
    first, last = assignment.location.line or 0, assignment.location.end_line or 0
    for call in module.calls:
        if first <= (call.location.line or 0) <= last and call.text[:200] == text[:200]:
            return call
    return None


def definition(repo: Inventory, path: str, dotted: str) -> tuple[str, str] | None:
    """Where a name used in `path` is defined: the file and its name there, imports and re-exports followed."""
    for _ in range(_MAX_HOPS):
        module = repo.python.module(path)
        if module is None:
            return None
        head, _, rest = dotted.partition(".")
        if head and head not in module.imports:
            return path, dotted
        found = locate(repo, path, module.imports[head] + ("." + rest if rest else "")) if head else None
        if found is None:
            return None
        path, parts = found
        dotted = ".".join(parts)
        if not parts:
            return path, ""
    return None


def constructor(repo: Inventory, path: str, name: str) -> tuple[str, str, Call] | None:
    """The call that makes the object behind a name used in `path`: defining file, name there, and the call."""
    place = definition(repo, path, name)
    if place is None or not place[1]:
        return None
    home = repo.python.module(place[0])
    assignment = assignment_of(home, place[1]) if home is not None else None
    call = bound_call(home, assignment) if home is not None and assignment is not None else None
    return (place[0], place[1], call) if call is not None else None
