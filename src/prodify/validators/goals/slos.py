"""Goals in Prometheus rules and their tests, OpenSLO objects, dashboards and canary analysis."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from prodify.recipes.shared.burn import burn_windows
from prodify.validators.goals.stated import Reader, Stated, line_at, stated
from prodify.validators.grafana import load as load_dashboard
from prodify.validators.grafana import panels
from prodify.validators.sources import Sources

AVAILABILITY, TARGET, THRESHOLD = "slo.availability_percent", "slo.latency.target_percent", "slo.latency.threshold_ms"
WINDOW, MOST_ERRORS, MOST_LATENCY = "slo.window_days", "slo.guardrails.error_percent", "slo.guardrails.latency_ms"
NAME = "service.name"
_OBJECTIVE = {"availability": AVAILABILITY, "latency": TARGET}
_FACTORS = {
    days: {name: window.factor for window in burn_windows(days) for name in (window.long, window.short)} for days in (7, 28, 30)
}  # fmt: skip


def of_tasks(text: str) -> bool:
    """Whether an artefact is about background tasks: `tasks` reads its goals, which are others."""
    return "messaging_process_duration" in text or "alert: WorkerMissing" in text or 'alertname="WorkerMissing"' in text


def _rule_files(sources: Sources) -> list[str]:
    found = sources.yaml_where(lambda document: isinstance(document.get("groups"), list))
    return [path for path in found if not of_tasks(sources.texts[path])]


def read_rules(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield what recording and alerting rules state: objectives, window, bounds, guardrails, burn thresholds, the service."""
    text = sources.texts[path]
    for found in re.finditer(r'http_server_request_duration_seconds_bucket\{[^}]*\ble="([\d.]+)"', text):
        yield stated(THRESHOLD, line_at(text, found.start()), float(found[1]) * 1000)
    for found in re.finditer(r"^\s+service: (\S+)$", text, re.MULTILINE):
        yield stated(NAME, line_at(text, found.start(1)), found[1].strip("'\""))
    for found in re.finditer(r'service_name="([^"]*)"', text):
        yield stated(NAME, line_at(text, found.start()), found[1])
    days = 30
    for rule, line in _rules(sources, path, text):
        record, expression = str(rule.get("record", "")), str(rule.get("expr", ""))
        constant = re.fullmatch(r"vector\(([\d.]+)\)", expression)
        key = _OBJECTIVE.get(str((rule.get("labels") or {}).get("slo", "")))
        if constant and record == "slo:time_period:days":
            days = int(float(constant[1]))
            yield stated(WINDOW, line, float(constant[1]))
        elif constant and key and record in ("slo:objective:ratio", "slo:error_budget:ratio"):
            ratio = float(constant[1])
            yield stated(key, line, 100 * (ratio if record == "slo:objective:ratio" else 1 - ratio))
        elif rule.get("alert"):
            yield from _alert(str(rule["alert"]), expression, key, line, days)


def _rules(sources: Sources, path: str, text: str) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield the rules with the line that names each."""
    places = [line_at(text, found.start(1)) for found in re.finditer(r"^\s*-\s+(record|alert):", text, re.MULTILINE)]
    rules = [
        rule
        for document in sources.documents(path)
        for group in document.get("groups") or []
        if isinstance(group, dict)
        for rule in group.get("rules") or []
        if isinstance(rule, dict)
    ]
    yield from zip(rules, places if len(places) == len(rules) else [1] * len(rules), strict=True)


def _alert(name: str, expression: str, key: str | None, line: int, days: int) -> Iterator[Stated]:
    limits = re.findall(r"ratio_rate(\w+)\{[^}]*\}\s*>\s*([\d.]+)", expression)
    if name == "HighErrorRatio":
        yield from (stated(MOST_ERRORS, line, 100 * float(limit)) for _, limit in limits)
    elif name == "HighLatency" and (limit := re.search(r"\)\s*>\s*([\d.]+)", expression)):
        yield stated(MOST_LATENCY, line, 1000 * float(limit[1]))
    elif "Burns" in name and key is not None:
        factors = _FACTORS.get(days, {})
        # The short window of one pair can be the long one of another: the objective is among what the factors say.
        for window, limit in limits:
            named = {factor for pair, factor in factors.items() if pair == window} or set(factors.values())
            every = named | set(factors.values())
            yield stated(key, line, *sorted(round(100 * (1 - float(limit) / factor), 6) for factor in every))


def read_rule_tests(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield the bounds of the series that the rule tests feed, and the service."""
    text = sources.texts[path]
    bounds = {float(bound) * 1000 for bound in re.findall(r'\ble="([\d.]+)"', text)}
    for key in (THRESHOLD, MOST_LATENCY) if bounds else ():
        yield stated(key, 1, *sorted(bounds))
    for found in re.finditer(r'service_name="([^"]*)"', text):
        yield stated(NAME, line_at(text, found.start()), found[1])


def read_openslo(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield targets, windows, the bound of the good requests and the service."""
    for document in sources.documents(path):
        spec, name = document.get("spec") or {}, str((document.get("metadata") or {}).get("name", ""))
        if document.get("kind") == "Service":
            yield stated(NAME, document.line, name)
        if document.get("kind") != "SLO":
            continue
        yield stated(NAME, document.line, str(spec.get("service", "")))
        key = TARGET if name.endswith("latency") else AVAILABILITY
        for objective in spec.get("objectives") or []:
            if isinstance(objective.get("target"), (int, float)):
                yield stated(key, document.line, 100 * float(objective["target"]))
        for window in spec.get("timeWindow") or []:
            if days := re.fullmatch(r"(\d+)d", str(window.get("duration", ""))):
                yield stated(WINDOW, document.line, float(days[1]))
        for bound in re.findall(r'le=\\?"([\d.]+)', json.dumps(spec)):
            yield stated(THRESHOLD, document.line, float(bound) * 1000)


def read_dashboard(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield the limits that panels draw, and the service whose series they show."""
    text = sources.texts[path]
    for panel in panels(load_dashboard(text) or {"panels": []}):
        title = str(panel.get("title", ""))
        steps = ((panel.get("fieldConfig") or {}).get("defaults") or {}).get("thresholds") or {}
        limits = [float(step["value"]) for step in steps.get("steps") or [] if isinstance(step.get("value"), (int, float))]
        at = text.find(f'"title": {json.dumps(title, ensure_ascii=False)}')
        line = line_at(text, at) if at >= 0 else 1
        if limits and title in ("Latency", "p95 by route"):
            yield stated(THRESHOLD, line, *(1000 * limit for limit in limits))
            yield stated(MOST_LATENCY, line, *(1000 * limit for limit in limits))
        elif limits and title == "Error ratio":
            yield stated(MOST_ERRORS, line, *(100 * limit for limit in limits))
        elif limits and (days := re.fullmatch(r"(Availability|Latency), (\d+) days", title)):
            yield stated(WINDOW, line, float(days[2]))
            yield stated(_OBJECTIVE[days[1].lower()], line, *(100 * limit for limit in limits))


def read_analysis(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield what a canary is judged by."""
    text = sources.texts[path]
    for found in re.finditer(r'\ble="([\d.]+)"', text):
        yield stated(THRESHOLD, line_at(text, found.start()), float(found[1]) * 1000)
    for name, key in (("error-ratio", MOST_ERRORS), ("slow-requests", TARGET)):
        found_limit = re.search(rf"name: {name}\n(?:.*\n)*?\s+successCondition: .*<= ([\d.]+)", text)
        if found_limit:
            ratio = float(found_limit[1])
            yield stated(key, line_at(text, found_limit.start(1)), 100 * (ratio if key == MOST_ERRORS else 1 - ratio))


READERS = (
    Reader("alert rules", _rule_files, read_rules, (AVAILABILITY, TARGET, THRESHOLD, WINDOW, MOST_ERRORS, MOST_LATENCY, NAME)),
    Reader(
        "rule tests",
        lambda sources: [
            path
            for path in sources.yaml_where(lambda document: document.get("rule_files") is not None and document.get("tests") is not None)
            if not of_tasks(sources.texts[path])
        ],
        read_rule_tests,
        (THRESHOLD, MOST_LATENCY, NAME),
    ),
    Reader(
        "OpenSLO objects",
        lambda sources: [
            path
            for path in sources.yaml_where(lambda document: str(document.get("apiVersion")).startswith("openslo/"))
            if not of_tasks(sources.texts[path])
        ],
        read_openslo,
        (AVAILABILITY, TARGET, THRESHOLD, WINDOW, NAME),
    ),
    Reader(
        "dashboard",
        lambda sources: [
            path
            for path in sources.matching("*.json")
            if load_dashboard(sources.texts[path]) is not None and not of_tasks(sources.texts[path])
        ],
        read_dashboard,
        (AVAILABILITY, TARGET, THRESHOLD, WINDOW, MOST_ERRORS, MOST_LATENCY),
    ),
    Reader(
        "canary analysis",
        lambda sources: sources.yaml_where(lambda document: document.get("kind") == "AnalysisTemplate"),
        read_analysis,
        (TARGET, THRESHOLD, MOST_ERRORS),
    ),
)
