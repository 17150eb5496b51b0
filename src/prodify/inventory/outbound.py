"""Server-side HTTP calls and calls of language models."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.facts import ModelCall, OutboundCall


def find_outbound_calls(repo: Inventory) -> tuple[OutboundCall, ...]:
    """Every outbound HTTP call of production code on the server's side, by path and line."""
    from prodify.inventory import polyglot, pyoutbound

    found = {*pyoutbound.find(repo), *polyglot.outbound(repo)}
    return tuple(sorted(found, key=lambda c: (c.location.path, c.location.line or 0, c.name)))


def find_model_calls(repo: Inventory) -> tuple[ModelCall, ...]:
    """Every call of a language model, by path and line."""
    from prodify.inventory import llm, polyglot

    found = {*llm.model_calls(repo), *polyglot.model_calls(repo)}
    return tuple(sorted(found, key=lambda c: (c.location.path, c.location.line or 0, c.name)))
