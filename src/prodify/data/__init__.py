"""Dated facts that generated files are pinned to: one YAML table a subject, every row with the day it was true and where it was read.

A table is a list of rows; every row has `name`, `as_of` (ISO date) and `source`. Pins stand here and nowhere in a template, so that
raising one is one line and a test sees all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from prodify.errors import InternalError
from prodify.escape import Code

__all__ = ["Action", "Package", "action", "actions", "packages", "requirement", "requirements", "rows", "version"]


@dataclass(frozen=True, slots=True)
class Action:
    """A GitHub action, pinned to the full commit id of a released version."""

    name: str
    version: str
    sha: str
    as_of: str
    source: str

    @property
    def pin(self) -> str:
        """What stands behind `uses:`, with the version as the comment that Dependabot keeps up to date.

        >>> Action("actions/checkout", "v7.0.1", "3d3c42e5aac5ba805825da76410c181273ba90b1", "2026-10-06", "").pin
        'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1'
        """
        return f"{self.name}@{self.sha} # {self.version}"


@dataclass(frozen=True, slots=True)
class Package:
    """A package of PyPI in the version that generated requirements name."""

    name: str
    version: str
    as_of: str
    source: str
    needs: Mapping[str, str]
    """Ranges of other packages that it asks for."""
    python: str
    """The oldest version of the language that it runs on; empty where every supported one does."""

    @property
    def requirement(self) -> str:
        """The exact requirement, as a requirements file holds it."""
        return f"{self.name}=={self.version}"


@lru_cache(maxsize=16)
def rows(table: str) -> tuple[dict[str, Any], ...]:
    """The rows of a table of this package, in the file's order.

    Raises:
        InternalError: when there is no such table, a row has no name, or a name stands twice.
    """
    import yaml

    try:
        text = files(__name__).joinpath(f"{table}.yaml").read_text(encoding="utf-8")
    except OSError as error:
        raise InternalError(f'the table "{table}" is missing from this installation', "Install prodify again.") from error
    found = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    names = [row.get("name") for row in found]
    if None in names or len(set(names)) < len(names):
        raise InternalError(f'the table "{table}" has a row without a name, or two with the same')
    return tuple(found)


@lru_cache(maxsize=1)
def actions() -> dict[str, Action]:
    """Every pinned GitHub action, by name (`owner/repository`)."""
    return {row["name"]: Action(row["name"], row["version"], row["sha"], row["as_of"], row["source"]) for row in rows("actions")}


def action(name: str) -> Code:
    """The pin of a GitHub action with its version as a comment, ready to stand behind `uses:`.

    An action in a folder takes the pin of its repository.

    Raises:
        InternalError: for an action that is not in the table.

    >>> action("github/codeql-action/init").startswith("github/codeql-action/init@")
    True
    """
    repository = "/".join(name.split("/")[:2])
    if repository not in actions():
        raise InternalError(f'no pin is known for the action "{name}"', "Add it to data/actions.yaml.")
    return Code(name + actions()[repository].pin.removeprefix(repository))


@lru_cache(maxsize=1)
def packages() -> dict[str, Package]:
    """Every pinned Python package, by name."""
    found = (
        Package(row["name"], row["version"], row["as_of"], row["source"], row.get("needs", {}), row.get("python", ""))
        for row in rows("packages")
    )
    return {package.name: package for package in found}


def version(name: str) -> str:
    """The pinned version of a Python package.

    Raises:
        InternalError: for a package that is not in the table.
    """
    if name not in packages():
        raise InternalError(f'no version is known for the package "{name}"', "Add it to data/packages.yaml.")
    return packages()[name].version


def requirement(name: str) -> str:
    """The exact requirement of a Python package: `requirement("ruff")` is "ruff==0.17.6" or what the table says."""
    return f"{name}=={version(name)}"


def requirements(*names: str) -> tuple[str, ...]:
    """The exact requirements of several packages, in the order asked."""
    return tuple(requirement(name) for name in names)
