"""Panels of the Grafana dashboard as data: what is asked and how it is shown. Positions are given when the dashboard is put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prodify.recipes.shared.alerts import model_error_ratio, objectives, recorded
from prodify.recipes.shared.burn import number, usable_windows
from prodify.recipes.shared.metrics import (
    ACTIVE_REQUESTS,
    CACHE_LOOKUPS,
    CPU_TIME,
    MEMORY,
    MODEL_DURATION,
    MODEL_TOKENS,
    REQUEST_DURATION,
    THREADS,
    error_ratio,
    quantile,
    selector,
)

if TYPE_CHECKING:
    from prodify.profile import Profile
    from prodify.recipes.shared.alerts import Objective

ENVIRONMENT = "$environment"
"""The dashboard's own variable, so that staging can be looked at as well."""


@dataclass(frozen=True, slots=True)
class Query:
    """A PromQL expression and the name of its series."""

    expr: str
    legend: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. `unit` as Grafana names it; `limits` are values at which the colour turns yellow and red; `kind` timeseries or stat.

    `rising` False turns the colours round: red below the first limit, green from the second on.
    """

    title: str
    queries: tuple[Query, ...]
    unit: str
    about: str
    limits: tuple[float, ...] = ()
    rising: bool = True
    kind: str = "timeseries"
    width: int = 8

    def thresholds(self) -> dict[str, Any]:
        """Grafana's threshold steps."""
        colours = ("green", "yellow", "red") if self.rising else ("red", "yellow", "green")
        values = (None, *self.limits)
        used = colours if len(values) == len(colours) else (colours[0], colours[-1])
        steps = [{"color": colour, "value": value} for colour, value in zip(used, values, strict=False)]
        return {"mode": "absolute", "steps": steps}


def sections(profile: Profile, service: str, *, model: bool, cache: bool = False) -> list[tuple[str, list[Panel]]]:
    """Rows of the dashboard, what matters most first."""
    found = [
        ("Goals", _goals(profile, service)),
        ("Requests", _requests(profile, service)),
        ("How full it is", _saturation(service)),
    ]
    found += [("Answers of other services", _cache(service))] if cache else []
    return [*found, ("Language model", _model(service))] if model else found


def _goals(profile: Profile, service: str) -> list[Panel]:
    return objective_panels(profile, service, objectives(profile), "requests")


def objective_panels(profile: Profile, service: str, wanted: tuple[Objective, ...], counted: str) -> list[Panel]:
    """Panels of objectives: what is reached, what is left of the budgets, which alerts fire, how fast the budgets burn."""
    days = profile.slo.window_days
    found = []
    for objective in wanted:
        good = f"1 - {recorded('slo:period_error:ratio', service, objective.slo)}"
        about = f"Share of good {counted} in {days} days. The goal is {objective.percent} %."
        limits = (round(1 - 2 * objective.budget, 6), round(1 - objective.budget, 6))
        title = f"{objective.slo.capitalize()}, {days} days"
        found.append(Panel(title, (Query(good, objective.slo),), "percentunit", about, limits, rising=False, kind="stat", width=4))
    firing = Query(f'count by (alertname) (ALERTS{{service="{service}", alertstate="firing"}})', "{{alertname}}")
    left = Query(recorded("slo:period_error_budget_remaining:ratio", service), "{{slo}}")
    rule = "Below 50 % risky releases wait, below 0 all but fixes."
    found += [Panel("Error budget left", (left,), "percentunit", rule, (0, 0.5), rising=False)] if wanted else []
    found.append(Panel("Firing alerts", (firing,), "short", "The watchdog is always among them: it proves that alerting works."))
    for objective in wanted:
        windows = usable_windows(days, objective.budget)
        budget = recorded("slo:error_budget:ratio", service, objective.slo)
        burning = tuple(
            Query(f"{recorded(f'slo:sli_error:ratio_rate{w.long}', service, objective.slo)} / {budget}", w.long) for w in windows
        )
        pace = tuple(sorted({windows[-1].factor, windows[0].factor})) if windows else ()
        about = f"1 uses up the budget in exactly {days} days. Alerts page when a long and a short window are too high."
        found.append(Panel(f"Burn rate, {objective.slo}", burning, "short", about, pace, width=12))
    return found


def _requests(profile: Profile, service: str) -> list[Panel]:
    selected = selector(service, environment=ENVIRONMENT)
    name = REQUEST_DURATION.prometheus
    limits, goal = profile.slo.guardrails, profile.slo.latency
    latency = tuple(Query(quantile(selected, share, "5m"), f"p{round(100 * share)}") for share in (0.5, 0.95, 0.99))
    by_status = Query(f"sum by (http_response_status_code) (rate({name}_count{{{selected}}}[5m]))", "{{http_response_status_code}}")
    routes = f"topk(8, histogram_quantile(0.95, sum by (http_route, le) (rate({name}_bucket{{{selected}}}[5m]))))"
    seconds = tuple(sorted({goal.threshold_seconds, limits.latency_seconds}))
    errors = Query(error_ratio(selected, "5m"), "failed")
    failing = number(limits.error_percent)
    active = Query(f"sum({ACTIVE_REQUESTS.prometheus}{{{selected}}})", "now")
    return [
        Panel("Requests a second", (by_status,), "reqps", "By status. 404 is asked for by robots all day; 5xx is ours."),
        Panel("Error ratio", (errors,), "percentunit", f"Share of requests that fail. {failing} % pages.", (limits.error_percent / 100,)),
        Panel("Latency", latency, "s", f"p95: 95 of 100 requests are faster. {limits.latency_ms} ms pages.", seconds),
        Panel("p95 by route", (Query(routes, "{{http_route}}"),), "s", "The slowest routes.", seconds, width=16),
        Panel("Requests in work", (active,), "short", "Waiting for an answer at this moment."),
    ]  # fmt: skip


def _saturation(service: str) -> list[Panel]:
    selected = selector(service, environment=ENVIRONMENT)
    each = "{{service_instance_id}}"
    processes = Query(f"count by (service_version) ({MEMORY.prometheus}{{{selected}}})", "{{service_version}}")
    versions = "Reporting processes by version: a release shows as one line replacing another."
    cpu = Query(f"sum by (service_instance_id) (rate({CPU_TIME.prometheus}{{{selected}}}[5m]))", each)
    memory = Query(f"sum by (service_instance_id) ({MEMORY.prometheus}{{{selected}}})", each)
    threads = Query(f"sum by (service_instance_id) ({THREADS.prometheus}{{{selected}}})", each)
    return [
        Panel("Processes", (processes,), "short", versions, width=6),
        Panel("CPU", (cpu,), "short", "Processor cores in use, by process.", width=6),
        Panel("Memory", (memory,), "bytes", "By process. A line that only climbs is a leak.", width=6),
        Panel("Threads", (threads,), "short", "By process. All busy means requests wait.", width=6),
    ]


def _cache(service: str) -> list[Panel]:
    selected, name = selector(service, environment=ENVIRONMENT), CACHE_LOOKUPS.prometheus
    all_of = f"(sum by (cache_name) (rate({name}{{{selected}}}[15m])) > 0)"
    hits = f'sum by (cache_name) (rate({name}{{{selected}, cache_result="hit"}}[15m]))'
    # Zero, not "no data", while none was kept yet.
    kept = Query(f"({hits} or 0 * {all_of}) / {all_of}", "{{cache_name}}")
    anew = f'sum by (cache_name, cache_result) (rate({name}{{{selected}, cache_result!="hit"}}[15m]))'
    asked = Query(anew, "{{cache_name}} {{cache_result}}")
    return [
        Panel("Answers that were kept", (kept,), "percentunit", "Near 0: the cache is of no use, or Redis is away.", width=12),
        Panel("Asked anew a second", (asked,), "reqps", "What the other services see of us; error: they did not answer.", width=12),
    ]  # fmt: skip


def _model(service: str) -> list[Panel]:
    selected = selector(service, environment=ENVIRONMENT)
    name = MODEL_DURATION.prometheus
    calls = Query(f"sum by (gen_ai_request_model) (rate({name}_count{{{selected}}}[5m]))", "{{gen_ai_request_model}}")
    slow = f"histogram_quantile(0.95, sum by (gen_ai_request_model, le) (rate({name}_bucket{{{selected}}}[5m])))"
    kinds = "sum by (gen_ai_request_model, gen_ai_token_type)"
    tokens = Query(f"{kinds} (increase({MODEL_TOKENS.prometheus}_sum{{{selected}}}[1h]))", "{{gen_ai_request_model}} {{gen_ai_token_type}}")
    errors = Query(model_error_ratio(selected, "15m"), "failed")
    return [
        Panel("Model calls a second", (calls,), "reqps", "By model.", width=6),
        Panel("Model errors", (errors,), "percentunit", "Share of calls that fail.", (0.2,), width=6),
        Panel("Model latency, p95", (Query(slow, "{{gen_ai_request_model}}"),), "s", "95 of 100 calls are faster.", width=6),
        Panel("Tokens an hour", (tokens,), "short", "Times the price of the model: what the last hour cost.", width=6),
    ]  # fmt: skip
