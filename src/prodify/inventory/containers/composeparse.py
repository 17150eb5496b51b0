"""Reading compose files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.containers.compose import ComposeFile


def read_compose_files(repo: Inventory) -> tuple[ComposeFile, ...]:
    """Every compose file of the application."""
    return ()
