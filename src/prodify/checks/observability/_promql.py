"""Which metrics a PromQL expression asks for, and which of them something in the repository emits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.api import Inventory
from prodify.inventory.data.capabilities import OTEL

if TYPE_CHECKING:
    from collections.abc import Iterable
from prodify.lazyre import lazy

_STRINGS = lazy(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`[^`]*`")
_LABELS = lazy(r"\{[^{}]*\}|\[[^\[\]]*\]")
_CLAUSES = lazy(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)", re.IGNORECASE)
_VARIABLES = lazy(r"\$\{[^{}]*\}|\$\w+|\[\[\w+\]\]")
_NAME = lazy(r"(?<![\w.:$])([a-zA-Z_:][\w:]*)(?!\s*\(|[\w:])")
_WORDS = frozenset("and or unless bool offset inf nan by without on ignoring group_left group_right start end atan2 true false".split())
_OTHER_LANGUAGE = lazy(r"\bselect\b.*\bfrom\b|\|=|\|~|\|\s*(json|logfmt|line_format)|^\s*\{|^\s*from\(", re.IGNORECASE | re.DOTALL)
_LABEL_VALUES = lazy(r"^\s*label_values\(\s*(?:(.*)\s*,)?\s*[\w.]+\s*\)\s*$", re.DOTALL)
_SUFFIX = lazy(r"_(total|bucket|count|sum|created|info)$")
_UNIT = lazy(r"_(seconds|milliseconds|bytes|ratio|percent)$")

_ALWAYS = ("up", "ALERTS", "ALERTS_FOR_STATE", "target_info", "absent", "scrape_")
_EXPORTERS = tuple(
    (
        "kube_ container_ kubelet_ node_ redis_ pg_ mysql_ mongodb_ nginx_ traefik_ envoy_ istio_ haproxy_ argocd_ rollout_ keda_ "
        "prometheus_ alertmanager_ grafana_ loki_ tempo_ otelcol_ probe_ apiserver_ coredns_ cert_ certmanager_ rabbitmq_ kafka_ "
        "celery_ aws_ stackdriver_ cloudrun_ run_googleapis_com_ postgresql_ traces_span_metrics_ traces_service_graph_ "
        "memcached_ elasticsearch_ machine_ windows_ blackbox_ jvm_ go_"
    ).split()
)
"""Prefixes of what clusters, servers and exporters emit: it comes from outside the repository."""
_STANDARD = {
    OTEL: ("http_server_", "http_client_", "process_", "system_", "runtime_", "cpython_", "gen_ai_", "db_client_",
           "rpc_", "messaging_", "otel_", "nodejs_", "v8js_"),
    ("prometheus-client",): ("process_", "python_"),
    ("prometheus-flask-exporter",): ("flask_", "process_", "python_"),
    ("prometheus-fastapi-instrumentator",): ("http_request", "http_requests_", "http_response", "process_", "python_"),
    ("starlette-exporter", "starlette-prometheus"): ("starlette_", "process_", "python_"),
    ("github.com/prometheus/client_golang",): ("process_", "promhttp_"),
    ("django-prometheus",): ("django_", "process_", "python_"),
    ("prom-client", "express-prom-bundle", "fastify-metrics"): ("process_", "nodejs_", "http_request_"),
    ("io.micrometer:micrometer-registry-prometheus", "micrometer-registry-prometheus"): ("http_server_", "jvm_", "process_", "system_"),
}  # fmt: skip
"""Packages and the prefixes of the metrics that they emit by themselves."""


def metrics_of(expression: str) -> tuple[str, ...]:
    """Names of the metrics that an expression asks for; none for a query in another language.

    >>> metrics_of('sum by (le) (rate(http_requests_total{job="a"}[5m])) / on (pod) group_left up')
    ('http_requests_total', 'up')
    >>> metrics_of("SELECT count(*) FROM orders")
    ()
    """
    asked = _LABEL_VALUES.match(expression)
    if asked:
        expression = asked[1] or ""
    if _OTHER_LANGUAGE.search(expression):
        return ()
    bare = _STRINGS.sub(" ", expression)
    for _ in range(3):
        bare = _LABELS.sub(" ", _VARIABLES.sub(" ", bare))
    bare = _CLAUSES.sub(" ", bare)
    found = (name for name in _NAME.findall(bare) if name.lower() not in _WORDS)
    return tuple(dict.fromkeys(name for name in found if "_" in name or ":" in name or name in _ALWAYS or name == name.lower()))


def unknown_metrics(repo: Inventory, names: Iterable[str]) -> frozenset[str]:
    """Those of the metrics that nothing in the repository emits, records or is known to bring along."""
    recorded = {rule.name for rule in repo.monitoring.recording}
    prefixes = (*_EXPORTERS, *(p for packages, known in _STANDARD.items() if repo.uses(*packages) for p in known))
    return frozenset(
        name
        for name in names
        if name not in recorded and not name.startswith(prefixes) and not name.startswith(_ALWAYS) and not _is_in_code(repo, name)
    )


def _is_in_code(repo: Inventory, name: str) -> bool:
    """Whether a metric's name, the OpenTelemetry name that it comes from, or namespace and name apart stand in production code."""
    base = _UNIT.sub("", _SUFFIX.sub("", name))
    parts = [part for part in base.split("_") if part]
    if not parts:
        return False
    whole = re.compile(r"[._-]?".join(map(re.escape, parts)), re.IGNORECASE)
    apart = [
        (f'"{"_".join(parts[:n])}"', re.compile(rf"[\"']{'[._-]'.join(map(re.escape, parts[n:]))}(_\w+)?[\"']"))
        for n in (1, 2)
        if len(parts) > n
    ]
    longest = max(parts, key=len)
    for language in repo.syntax.by_language:
        for path in repo.syntax.sources(language, (longest, longest.capitalize())):
            text = repo.files.text(path) or ""
            if whole.search(text) or any(space in text and rest.search(text) for space, rest in apart):
                return True
    return False
