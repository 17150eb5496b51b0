"""Recipe: a Grafana dashboard made of nothing but what the service really emits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from prodify.api import TEAM_AND_PUBLIC, File, Inventory, Profile, Review, Step, recipe
from prodify.recipes.observability.panels import Panel, sections
from prodify.recipes.observability.task_panels import task_sections
from prodify.recipes.observability.task_telemetry import reporting_worker
from prodify.recipes.observability.telemetry import covers, measures_model
from prodify.recipes.shared.layout import DASHBOARDS, naming
from prodify.recipes.shared.metrics import MEMORY, PRODUCTION, REQUEST_DURATION

SCHEMA = 41
"""Version of Grafana's classic dashboard format; newer servers import it."""
COLUMNS = 24
HEIGHT = 8
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


@recipe(
    step=Step.OBSERVABILITY,
    fixes=("dashboard-exists", "dashboard-metrics-exist"),
    review=Review.CURSORY,
    after=("telemetry", "task-telemetry"),
    audiences=TEAM_AND_PUBLIC,
)
def dashboard(repo: Inventory, profile: Profile) -> Iterator[File]:
    """A Grafana dashboard: goals and error budget first, then requests, errors and latency, how full the service is, model calls.

    Background tasks have one of their own. It asks only for metrics that the recipe telemetry emits and series that the recipe slo
    records. Import the file in Grafana.
    """
    worker, service = reporting_worker(repo, profile), naming(repo, profile).service
    shown = {service: document(profile, service, model=measures_model(repo), cache=keeps_answers(repo))} if covers(repo) else {}
    if worker is not None:
        shown[worker.name] = board(worker.name, task_sections(profile, worker), MEMORY.prometheus)
    paths = {f"{DASHBOARDS}/{name}.json" for name in shown}
    if any(found.path not in paths for found in repo.monitoring.dashboards):
        return
    for name, shape in shown.items():
        yield File(f"{DASHBOARDS}/{name}.json", json.dumps(shape, indent=2, ensure_ascii=False) + "\n")


def keeps_answers(repo: Inventory) -> bool:
    """Whether the user's code uses the cache of answers: the recipe that brings it is applied by name only."""
    return any("answer_cache" in name.split(".") for module in repo.python.modules(("answer_cache",)) for name in module.imports.values())


def document(profile: Profile, service: str, *, model: bool, cache: bool = False) -> dict[str, Any]:
    """The dashboard of a web service."""
    return board(service, sections(profile, service, model=model, cache=cache), f"{REQUEST_DURATION.prometheus}_count")


def board(service: str, rows: list[tuple[str, list[Panel]]], series: str) -> dict[str, Any]:
    """A dashboard as Grafana's classic JSON; the environments to choose from are those that `series` has."""
    return {
        "title": service,
        "uid": service[:40],
        "description": "Written by prodify (recipe dashboard); yours to edit, upgrades merge.",
        "tags": ["prodify"],
        "schemaVersion": SCHEMA,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "utc",
        "annotations": {"list": []},
        "templating": {"list": _variables(service, series)},
        "panels": _panels(rows),
    }


def _variables(service: str, series: str) -> list[dict[str, Any]]:
    query = f'label_values({series}{{service_name="{service}"}}, deployment_environment_name)'
    return [
        {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"},
        {
            "name": "environment",
            "label": "Environment",
            "type": "query",
            "datasource": SOURCE,
            "query": {"query": query, "refId": "environment"},
            "current": {"text": PRODUCTION, "value": PRODUCTION},
            "refresh": 1,
        },
    ]


def _panels(rows: list[tuple[str, list[Panel]]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    y = 0
    for title, panels in rows:
        row = {"type": "row", "title": title, "collapsed": False, "panels": []}
        found.append({"id": len(found) + 1, **row, "gridPos": _place(0, y, COLUMNS, 1)})
        y += 1
        x = 0
        for panel in panels:
            if x + panel.width > COLUMNS:
                x, y = 0, y + HEIGHT
            found.append(_panel(panel, len(found) + 1, _place(x, y, panel.width, HEIGHT)))
            x += panel.width
        y += HEIGHT
    return found


def _place(x: int, y: int, width: int, height: int) -> dict[str, int]:
    return {"x": x, "y": y, "w": width, "h": height}


def _panel(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    defaults: dict[str, Any] = {"unit": panel.unit, "thresholds": panel.thresholds()}
    options: dict[str, Any] = {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True}, "tooltip": {"mode": "multi"}}
    if panel.kind == "stat":
        defaults["decimals"] = 3
        last = {"calcs": ["lastNotNull"], "fields": "", "values": False}
        options = {"reduceOptions": last, "colorMode": "background", "graphMode": "none"}
    else:
        defaults["min"] = 0 if panel.rising else None
        defaults["custom"] = {"drawStyle": "line", "lineWidth": 1, "thresholdsStyle": {"mode": "line" if panel.limits else "off"}}
        defaults = {key: value for key, value in defaults.items() if value is not None}
    targets = [
        {"refId": chr(ord("A") + i), "datasource": SOURCE, "expr": query.expr, "legendFormat": query.legend}
        for i, query in enumerate(panel.queries)
    ]
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": options,
        "targets": targets,
    }
