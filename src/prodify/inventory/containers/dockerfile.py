"""Reading Dockerfiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.containers.model import Dockerfile


def read_dockerfiles(repo: Inventory) -> tuple[Dockerfile, ...]:
    """Every Dockerfile of the application."""
    return ()
