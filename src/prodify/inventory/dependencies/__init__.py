"""Declared and locked dependencies of every ecosystem, and how Python code's imports agree with them.

`Inventory.manifests` and `Inventory.uses` are the doors to the first two functions; the others are called with the inventory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.facts import Dependency, ManifestFile, Note
    from prodify.model import Location

__all__ = [
    "LockState",
    "declared_but_unused",
    "find_manifests",
    "first_use",
    "imported_but_undeclared",
    "lock_states",
    "package_managers",
    "problems",
]


@dataclass(frozen=True, slots=True)
class LockState:
    """Whether the dependencies that one directory declares for one ecosystem are locked.

    `ecosystem`: pypi, npm, go, maven, crates, gems, packagist or nuget. `locked`: a lock file lies there or above in a workspace, or every
    requirement of production is pinned with ==. `how`: lock, pinned-hashed, pinned, none, or nothing-to-lock (no dependency, or an
    ecosystem without lock files: Maven, Gradle without locking). `library`: the manifest publishes a package and no service is made of it.
    `unpinned` are the production dependencies that are not exact, when no lock file fixes them. `location` is the manifest.
    """

    component: str
    ecosystem: str
    locked: bool
    how: str
    location: Location
    unpinned: tuple[Dependency, ...] = ()
    library: bool = False

    @property
    def note(self) -> str:
        """One line of evidence."""
        return f"{self.ecosystem}: {self.how}"


def find_manifests(repo: Inventory) -> tuple[ManifestFile, ...]:
    """Every file that declares or locks dependencies, by path; vendored and generated ones, tests and examples left out."""
    return ()


def first_use(repo: Inventory, packages: tuple[str, ...]) -> Note | None:
    """Where one of these packages is declared (development groups left out) or imported by production Python; None if nowhere."""
    return None


def package_managers(repo: Inventory) -> dict[str, str]:
    """The package manager of each directory that has a manifest: pip, uv, poetry, pipenv, pdm, conda, npm, yarn, pnpm, bun, go, maven, gradle, cargo, bundler, composer, nuget."""
    return {}


def lock_states(repo: Inventory) -> tuple[LockState, ...]:
    """One entry a directory and ecosystem, by directory."""
    return ()


def imported_but_undeclared(repo: Inventory) -> tuple[Note, ...]:
    """Third-party modules that production Python imports and that no manifest of its component declares; the note is the distribution's name.

    Optional imports (in `try: ... except ImportError`, or under `if TYPE_CHECKING`) and first-party modules are left out. Empty when no manifest exists.
    """
    return ()


def declared_but_unused(repo: Inventory) -> tuple[Dependency, ...]:
    """Production dependencies of Python that no code imports and no configuration or command names. A hint: plug-ins are used unseen."""
    return ()


def problems(repo: Inventory) -> tuple[Note, ...]:
    """Manifests that could not be read, with the reason."""
    return ()
