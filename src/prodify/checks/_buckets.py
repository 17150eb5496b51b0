"""Which histogram boundaries latency is measured with: shared by the checks of objectives and of telemetry."""

from __future__ import annotations

from prodify.api import Inventory, Note
from prodify.inventory.buckets import declared_boundaries

DEFAULTS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""Boundaries in seconds that OpenTelemetry's conventions advise for http.server.request.duration, and prometheus_client's own."""


def holding(repo: Inventory, seconds: float) -> tuple[Note, ...]:
    """Where a histogram is declared that has a boundary at `seconds`."""
    return tuple(note for note, values in declared_boundaries(repo) if any(abs(value - seconds) < 1e-9 for value in values))


def by_default(seconds: float) -> bool:
    """Whether the libraries' own boundaries have one at `seconds`."""
    return any(abs(value - seconds) < 1e-9 for value in DEFAULTS)
