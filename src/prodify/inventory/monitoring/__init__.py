"""Prometheus rules, Alertmanager, dashboards, SLO specifications and collectors as typed views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.monitoring.model import (
    AlertmanagerConfig,
    AlertRule,
    CollectorConfig,
    Dashboard,
    Monitoring,
    Receiver,
    RecordingRule,
    ScrapeConfig,
    SloSpec,
)

if TYPE_CHECKING:
    from prodify.inventory import Inventory

__all__ = [
    "AlertRule", "AlertmanagerConfig", "CollectorConfig", "Dashboard", "Monitoring", "Receiver", "RecordingRule", "ScrapeConfig", "SloSpec",
    "find_monitoring",
]  # fmt: skip


def find_monitoring(repo: Inventory) -> Monitoring:
    """All monitoring configuration of production files, also inside PrometheusRule, ConfigMap and GrafanaDashboard objects."""
    from prodify.inventory.monitoring.read import read_monitoring

    return read_monitoring(repo)
