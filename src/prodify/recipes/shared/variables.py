"""The environment variables of the service that a file can set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.facts import EnvVar

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def variables(repo: Inventory) -> tuple[EnvVar, ...]:
    """What the code reads under a name that every shell, manifest and example file can hold; others nobody can set there."""
    return tuple(variable for variable in repo.environment if _NAME.fullmatch(variable.name))
