"""Where a project itself lists what its tests need, beside what runs in production: lists of requirements, extras and groups."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.edits.pyproject import table
from prodify.inventory.dependencies.model import DEVELOPMENT
from prodify.recipes.shared.packages import pyproject, taken_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.facts import ManifestFile

DEV_REQUIREMENTS = "requirements-dev.txt"
_RUNNER = re.compile(r"pytest([-_.][\w.-]+)?", re.IGNORECASE)
_BEST = ("test", "ci", "dev", "local")


def own_list(repo: Inventory, directory: str, production: str) -> str | None:
    """The requirements file of a component, from its folder, that brings what its tests need; None where there is none but ours.

    One file: two of them often pin the same packages differently. One that takes another in by `-r` counts with what it takes in.
    """
    folder = "" if directory in (".", "") else f"{directory}/"
    lists = {manifest.path: manifest for manifest in repo.manifests if manifest.manager == "pip" and not manifest.lock}
    ours = {folder + DEV_REQUIREMENTS, *taken_in(lists, folder + production)}
    names = [path.removeprefix(folder) for path in lists if path.startswith(folder) and path not in ours]
    found = [name for name in names if _is_list(name) and _runs_tests(lists, folder + name)]
    return min(found, key=_rank, default=None)


def _is_list(name: str) -> bool:
    """Whether a file is a list of requirements by its name, or by that of the folder it stands in.

    >>> [_is_list(name) for name in ("requirements-test.txt", "requirements/ci.txt", "docs/requirements.txt", "requirements/a/b.txt")]
    [True, True, False, False]
    """
    folder, _, file = name.rpartition("/")
    return name.endswith(".txt") and (folder == "requirements" or (not folder and "requirements" in file))


def _runs_tests(lists: dict[str, ManifestFile], path: str) -> bool:
    return any(_RUNNER.fullmatch(d.name) for file in taken_in(lists, path) for d in lists[file].dependencies)


def _rank(name: str) -> tuple[int, str]:
    return next((n for n, word in enumerate(_BEST) if word in name), len(_BEST)), name


def development_extras(repo: Inventory, directory: str) -> tuple[str, ...]:
    """The extras of pyproject.toml whose names say that development or tests need them."""
    return tuple(_development(table(pyproject(repo, directory), "project", "optional-dependencies")))


def development_groups(repo: Inventory, directory: str) -> tuple[str, ...]:
    """The dependency groups of pyproject.toml whose names say that development or tests need them."""
    return tuple(_development(table(pyproject(repo, directory), "dependency-groups")))


def _development(named: dict[str, object]) -> Iterator[str]:
    """Names that speak of tests or development, but not of documentation or releases, which tests never need."""
    for name in named:
        if re.fullmatch(r"[\w.-]+", name) and DEVELOPMENT.search(name) and not re.search(r"doc|release|build|bench", name, re.IGNORECASE):
            yield name
