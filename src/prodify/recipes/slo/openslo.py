"""The objectives as OpenSLO v1 documents: the same numbers as the rules, in the form that other tools read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prodify.recipes.shared.alerts import Objective, objectives
from prodify.recipes.shared.burn import number
from prodify.recipes.shared.metrics import REQUEST_DURATION, bucket, selector

if TYPE_CHECKING:
    from prodify.profile import Profile


def documents(profile: Profile, service: str) -> list[dict[str, Any]]:
    """A Service and one SLO for each objective."""
    availability, latency = objectives(profile)
    selected = selector(service)
    name = REQUEST_DURATION.prometheus
    failed = f'{name}_count{{{selected}, http_response_status_code=~"5.."}}'
    fast = f"{name}_bucket{{{selected}, {bucket(profile.slo.latency.threshold_seconds)}}}"
    total = f"{name}_count{{{selected}}}"
    about = profile.service.description or f"The service {service}."
    threshold = profile.slo.latency.threshold_ms
    return [
        service_document(service, about),
        objective_document(
            profile, service, availability, f"{availability.percent} % of the requests succeed", {"bad": failed, "total": total}
        ),
        objective_document(
            profile, service, latency, f"{latency.percent} % of the requests take at most {threshold} ms", {"good": fast, "total": total}
        ),
    ]


def service_document(service: str, about: str) -> dict[str, Any]:
    """The service that objectives belong to."""
    return {"apiVersion": "openslo/v1", "kind": "Service", "metadata": {"name": service}, "spec": {"description": about}}


def objective_document(profile: Profile, service: str, objective: Objective, words: str, series: dict[str, str]) -> dict[str, Any]:
    """One SLO; `series` are two of good, bad and total."""
    metrics = {part: {"metricSource": {"type": "Prometheus", "spec": {"query": query}}} for part, query in series.items()}
    name = f"{service}-{objective.slo}"
    return {
        "apiVersion": "openslo/v1",
        "kind": "SLO",
        "metadata": {"name": name, "displayName": f"{service}: {objective.slo}"},
        "spec": {
            "description": f"{words}, measured over {profile.slo.window_days} days.",
            "service": service,
            "indicator": {"metadata": {"name": f"{name}-ratio"}, "spec": {"ratioMetric": {"counter": True, **metrics}}},
            "timeWindow": [{"duration": f"{profile.slo.window_days}d", "isRolling": True}],
            "budgetingMethod": "Occurrences",
            "objectives": [{"displayName": words, "target": float(number(1 - objective.budget))}],
        },
    }
