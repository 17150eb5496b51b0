"""Recording and alerting rules of the SLOs, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prodify.recipes.shared.alerts import Alert, Objective, objectives, recorded
from prodify.recipes.shared.burn import burn_windows, number
from prodify.recipes.shared.metrics import error_rate, error_ratio, request_count, request_rate, selector, slow_rate, slow_ratio

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prodify.profile import Profile

INTERVAL = 60
"""Seconds between two evaluations; the request count of the SLO window is computed from it."""


def rule_groups(profile: Profile, service: str, wanted: Iterable[Alert]) -> list[dict[str, Any]]:
    """Groups of a Prometheus rule file: what is recorded first, then the alerts that read it."""
    interval = f"{INTERVAL}s"
    return [
        {"name": f"{service}-slo-ratios", "interval": interval, "rules": _ratios(profile, service)},
        {"name": f"{service}-slo-budget", "interval": interval, "rules": _budget(profile, service)},
        {"name": f"{service}-alerts", "interval": interval, "rules": [alert_rule(profile, service, alert) for alert in wanted]},
    ]


def windows(profile: Profile) -> tuple[str, ...]:
    """Every window that burn alerts compare, short ones first; 30m is what the guardrails need as well."""
    pairs = burn_windows(profile.slo.window_days)
    minutes = {w.short_minutes: w.short for w in pairs} | {60 * w.long_hours: w.long for w in pairs}
    return tuple(minutes[length] for length in sorted(minutes))


def record(name: str, expr: str, service: str, slo: str = "") -> dict[str, Any]:
    """A recording rule with the labels of a service and, where it is about one, an objective."""
    return {"record": name, "expr": expr, "labels": {"service": service, **({"slo": slo} if slo else {})}}


def _ratios(profile: Profile, service: str) -> list[dict[str, Any]]:
    selected, seconds = selector(service), profile.slo.latency.threshold_seconds
    rules = [
        record("slo:requests:rate5m", request_rate(selected, "5m"), service),
        record("slo:errors:rate5m", error_rate(selected, "5m"), service, "availability"),
        record("slo:errors:rate5m", slow_rate(selected, seconds, "5m"), service, "latency"),
    ]
    for window in windows(profile):
        name = f"slo:sli_error:ratio_rate{window}"
        rules.append(record(name, error_ratio(selected, window), service, "availability"))
        rules.append(record(name, slow_ratio(selected, seconds, window), service, "latency"))
        if window != "5m":
            rules.append(record(f"slo:requests:increase{window}", request_count(selected, window), service))
    return rules


def _budget(profile: Profile, service: str) -> list[dict[str, Any]]:
    days = profile.slo.window_days
    requests = recorded("slo:requests:rate5m", service)
    rules = [record(f"slo:requests:increase{days}d", f"{INTERVAL} * sum_over_time({requests}[{days}d])", service)]
    for objective in objectives(profile):
        rules += budget_of(objective, service, days, requests)
    return rules


def budget_of(objective: Objective, service: str, days: int, requests: str) -> list[dict[str, Any]]:
    """What is recorded of the budget of one objective; `requests` is the recorded rate of what is counted."""
    slo = objective.slo
    budget = recorded("slo:error_budget:ratio", service, slo)
    # Errors by requests, not the mean of ratios: a quiet night with one failure must not weigh as much as a busy day.
    errors = recorded("slo:errors:rate5m", service, slo)
    period = f"sum_over_time({errors}[{days}d]) / on (service) (sum_over_time({requests}[{days}d]) > 0)"
    return [
        record("slo:objective:ratio", f"vector({number(1 - objective.budget)})", service, slo),
        record("slo:error_budget:ratio", f"vector({number(objective.budget)})", service, slo),
        record("slo:time_period:days", f"vector({days})", service, slo),
        record("slo:period_error:ratio", period, service, slo),
        record("slo:current_burn_rate:ratio", f"{recorded('slo:sli_error:ratio_rate5m', service, slo)} / {budget}", service, slo),
        record("slo:period_burn_rate:ratio", f"{recorded('slo:period_error:ratio', service, slo)} / {budget}", service, slo),
        record("slo:period_error_budget_remaining:ratio", f"1 - {recorded('slo:period_burn_rate:ratio', service, slo)}", service, slo),
    ]


def alert_rule(profile: Profile, service: str, alert: Alert) -> dict[str, Any]:
    """An alerting rule."""
    return {
        "alert": alert.name,
        "expr": alert.expr,
        **({"for": alert.wait} if alert.wait else {}),
        "labels": alert.labels(service),
        "annotations": {
            "summary": alert.summary,
            "description": alert.description,
            "runbook_url": alert.runbook_url(profile.service.repository),
        },
    }
