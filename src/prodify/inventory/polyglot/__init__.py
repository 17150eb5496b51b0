"""What the inventory asks of code in languages other than Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Never

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.facts import EnvVar, OutboundCall, Route, Technology


def datastores(repo: Inventory) -> Iterator[Technology]:
    """Datastores whose driver code imports."""
    yield from _none(repo)


def brokers(repo: Inventory) -> Iterator[Technology]:
    """Brokers whose client code imports."""
    yield from _none(repo)


def llm_providers(repo: Inventory) -> Iterator[Technology]:
    """Model providers whose client code constructs."""
    yield from _none(repo)


def routes(repo: Inventory) -> Iterator[Route]:
    """HTTP routes."""
    yield from _none(repo)


def environment(repo: Inventory) -> Iterator[EnvVar]:
    """Environment variables that code reads."""
    yield from _none(repo)


def outbound(repo: Inventory) -> Iterator[OutboundCall]:
    """Server-side HTTP calls."""
    yield from _none(repo)


def _none(_: Inventory) -> Iterator[Never]:
    yield from ()
