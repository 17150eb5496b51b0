"""Which version of Python a service runs on."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from prodify.data import rows
from prodify.data.images import image
from prodify.inventory.dependencies.model import normalised
from prodify.recipes.shared.packages import is_in, meets

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.facts import Component, Dependency

_EXACT = re.compile(r"\s*+(?:python-|==|~=)?\s*+(\d+\.\d+)(?:\.[\d*]+)?\s*")


def python_of(repo: Inventory, component: Component) -> str:
    """The version for a component's image and pipeline: the one that it states, else the newest on which all that it pins installs.

    Packages with compiled parts are published for the versions of Python of their day; an old pin on a new Python is built from source,
    which takes a compiler and often fails. A version that is stated and no longer published counts as none.
    """
    stated = component.runtime_version
    chosen = python_version(stated)
    exact = _EXACT.fullmatch(stated or "")
    if exact is not None and exact[1] == chosen:
        return chosen
    inside = [version for version in image("python").versions if is_in(version, stated or "") and _number(version) <= _number(chosen)]
    pins = _pinned(repo, component.path)
    suit = [version for version in inside if not any(_too_old(pin, version) for pin in pins)]
    return max(suit, key=_number, default=chosen)


def _pinned(repo: Inventory, directory: str) -> list[Dependency]:
    """What the manifests of a component's own folder declare with a version."""
    folder = "" if directory in (".", "") else directory
    places = (folder, f"{folder}/requirements".lstrip("/"))
    return [
        dependency
        for manifest in repo.manifests
        if not manifest.lock and manifest.path.rpartition("/")[0] in places
        for dependency in manifest.dependencies
        if dependency.ecosystem == "pypi" and dependency.specifier
    ]


def _too_old(pin: Dependency, version: str) -> bool:
    """Whether every release that a requirement allows is older than the first one published for a version of Python."""
    floor = _floors().get(normalised(pin.name), {}).get(version)
    return floor is not None and not meets(pin.specifier, f">={floor}")


@cache
def _floors() -> dict[str, Any]:
    """The oldest releases by package and version of Python."""
    return {row["name"]: row for row in rows("python_floors")}


def _number(version: str) -> int:
    return int(version.split(".")[1])


def python_version(stated: str | None) -> str:
    """The language version of the image: as stated when an image exists for it, else the default; a lower bound (`>=3.9`) is no choice.

    A range that the default is outside of gets the newest version inside: Poetry and uv install nothing elsewhere.

    >>> python_version("3.12.4"), python_version(">=3.10"), python_version(None), python_version(">=3.10.0,<3.11"), python_version("~3.11")
    ('3.12', '3.14', '3.14', '3.10', '3.11')
    """
    known = image("python")
    found = _EXACT.fullmatch(stated or "")
    if found is not None:
        return found[1] if found[1] in known.versions else known.default
    inside = [version for version in known.versions if is_in(version, stated or "")]
    return known.default if known.default in inside or not inside else max(inside, key=_number)
