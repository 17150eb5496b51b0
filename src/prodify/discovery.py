"""Finding checks and recipes by walking a package: adding one touches one file."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TypeVar

from prodify.errors import InternalError

T = TypeVar("T")


def collect(package: str, kind: type[T]) -> list[T]:
    """The objects of a class that the modules of a package define, each once.

    Raises:
        InternalError: when two have the same id.
    """
    root = import_module(package)
    found: dict[str, T] = {}
    for info in pkgutil.walk_packages(root.__path__, package + "."):
        module = import_module(info.name)
        for value in vars(module).values():
            if isinstance(value, kind) and getattr(value, "module", "") == module.__name__:
                name = str(getattr(value, "id", ""))
                if name in found:
                    raise InternalError(f'two definitions of "{name}", one of them in {info.name}')
                found[name] = value
    return list(found.values())
