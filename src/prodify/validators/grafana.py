"""Grafana dashboards: the shape that Grafana loads, and every Prometheus query through promtool."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from prodify.validators.base import Job, Problem, Validator
from prodify.validators.promtool import INSTALL, QUANTILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources

GRID_COLUMNS = 24
"""Width of Grafana's grid, https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/."""

BUILT_IN_DURATION = re.compile(r"\$(?:__rate_interval|__interval|__range)\b|\$\{__(?:rate_interval|interval|range)\}")
BUILT_IN_NUMBER = re.compile(r"\$\{?__(?:interval_ms|range_s|range_ms|from|to)\}?")
VARIABLE = re.compile(r"\$\{[A-Za-z_]\w*(?::\w+)?\}|\$[A-Za-z_]\w*|\[\[\w+\]\]")
IN_BRACKETS = re.compile(r"\[([^\]\"']*)\]")
LABEL_LIST = re.compile(r"\b(by|without|on|ignoring)\s*\(([^)]*)\)")
TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`[^`]*`|[^"\'`]+')


def load(text: str) -> dict[str, Any] | None:
    """Return a dashboard, or None where the text is none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    inner = value.get("dashboard", value) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) and isinstance(inner.get("panels"), list) and "title" in inner else None


def select(sources: Sources) -> Sequence[str]:
    """Return JSON files that are dashboards."""
    return [path for path in sources.matching("*.json") if load(sources.texts[path]) is not None]


def panels(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all panels, those inside collapsed rows too."""
    for panel in dashboard["panels"]:
        if isinstance(panel, dict):
            yield panel
            yield from panels({"panels": panel.get("panels") or []})


def concrete(expression: str) -> str:
    """Return a query with Grafana's variables replaced by something of the right kind for their place.

    >>> concrete('rate(x{job=~"$job"}[$__rate_interval]) > $limit')
    'rate(x{job=~"v"}[5m]) > 1'
    """
    text = BUILT_IN_NUMBER.sub("300", BUILT_IN_DURATION.sub("5m", expression))
    parts: list[str] = []
    for token in TOKENS.findall(text):
        if token[0] in "\"'`":
            parts.append(VARIABLE.sub("v", token))
        else:
            durations = IN_BRACKETS.sub(lambda match: "[" + VARIABLE.sub("5m", match[1]) + "]", token)
            parts.append(VARIABLE.sub("1", LABEL_LIST.sub(lambda match: f"{match[1]} ({VARIABLE.sub('v', match[2])})", durations)))
    return "".join(parts)


def queries(dashboard: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the title of the panel and the expression of every Prometheus query."""
    for panel in panels(dashboard):
        for target in panel.get("targets") or []:
            if isinstance(target, dict) and isinstance(target.get("expr"), str) and _is_prometheus(target, panel):
                yield str(panel.get("title", "")), target["expr"]


def _is_prometheus(target: dict[str, Any], panel: dict[str, Any]) -> bool:
    source = target.get("datasource") or panel.get("datasource") or {}
    return not isinstance(source, dict) or source.get("type") in (None, "prometheus")


def run_shape(job: Job) -> Iterator[Problem]:
    """Yield what makes Grafana refuse or garble a dashboard: ids used twice, panels without a place, variables that do not exist."""
    for path in job.files:
        dashboard = load(job.sources.texts[path]) or {"panels": []}
        found = list(panels(dashboard))
        if not found:
            yield Problem(path, None, "a dashboard without a panel")
        ids = [panel["id"] for panel in found if "id" in panel]
        for number in sorted({number for number in ids if ids.count(number) > 1}, key=str):
            yield Problem(path, None, f"panel id {number} is used {ids.count(number)} times")
        for panel in found:
            yield from (Problem(path, None, f'panel "{panel.get("title", "")}": {message}') for message in _faults(panel))
        yield from (Problem(path, None, message) for message in _unknown_variables(dashboard))


def _faults(panel: dict[str, Any]) -> Iterator[str]:
    if not isinstance(panel.get("type"), str):
        yield "no type"
    place = panel.get("gridPos")
    numbers = [number for key in "hwxy" if isinstance(place, dict) and isinstance(number := place.get(key), int) and number >= 0]
    if len(numbers) < 4:
        yield "gridPos needs h, w, x and y as whole numbers"
    elif numbers[1] + numbers[2] > GRID_COLUMNS:
        yield f"gridPos reaches column {numbers[1] + numbers[2]}; the grid has {GRID_COLUMNS}"
    targets = panel.get("targets")
    if panel.get("type") not in ("row", "text") and isinstance(targets, list) and not targets:
        yield "no query"


def _unknown_variables(dashboard: dict[str, Any]) -> Iterator[str]:
    variables = (dashboard.get("templating") or {}).get("list") or []
    known = {str(variable.get("name")) for variable in variables if isinstance(variable, dict)}
    for title, expression in queries(dashboard):
        for used in VARIABLE.findall(expression):
            name = re.split(r"[:}\]]", used.lstrip("${["))[0]
            if not name.startswith("__") and name not in known:
                yield f'panel "{title}": variable ${name} is not in templating.list'


def run_queries(job: Job) -> Iterator[Problem]:
    """Yield every query that promtool rejects, by wrapping each into a rule of its own."""
    for path in job.files:
        found = list(queries(load(job.sources.texts[path]) or {"panels": []}))
        rules = [{"record": f"query:{number}", "expr": concrete(expression)} for number, (_, expression) in enumerate(found)]
        if not rules:
            continue
        file = job.scratch() / "queries.json"
        file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}), encoding="utf-8")
        done = job.call([job.tools["promtool"], "check", "rules", str(file)])
        for number, message in re.findall(r'rule \d+, "query:(\d+)": (.*)', done.stderr):
            yield Problem(path, None, f'panel "{found[int(number)][0]}": {message[:300]}')
        if done.code != 0 and "rule " not in done.stderr:
            yield Problem(path, None, f"promtool rejects the queries: {done.last_words}")
        for title, expression in found:
            if any(float(quantile) > 1 for quantile in QUANTILE.findall(expression)):
                yield Problem(path, None, f'panel "{title}": a quantile is between 0 and 1')


VALIDATORS = (
    Validator(name="grafana-dashboard", title="Grafana dashboards: panels, places, variables", select=select, run=run_shape),
    Validator(
        name="grafana-queries",
        title="Grafana dashboards: every Prometheus query parses",
        select=select,
        run=run_queries,
        executables=("promtool",),
        install=INSTALL,
    ),
)
