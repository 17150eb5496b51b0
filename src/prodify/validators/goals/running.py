"""Goals in what runs the service or presses it: telemetry, server, load tests, manifests, budgets."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from prodify.validators import nomad
from prodify.validators.goals.slos import AVAILABILITY, MOST_LATENCY, NAME, TARGET, THRESHOLD
from prodify.validators.goals.stated import Reader, Stated, line_at, stated
from prodify.validators.sources import Sources

BASELINE, PEAK = "traffic.baseline_rps", "traffic.peak_rps"
FEWEST, MOST, CPU, PER_REPLICA = "scaling.min_replicas", "scaling.max_replicas", "scaling.cpu_target_percent", "scaling.rps_per_replica"
BUDGET, SUSPEND, SHARES = "budget.monthly_usd", "budget.suspend_percent", "budget.alert_percents"
PORT = "port"
STOP = "seconds that a stopping server gets"


def _matches(text: str, pattern: str, key: str, scale: float = 1.0) -> Iterator[Stated]:
    """Yield a statement for every match of a pattern whose first group is a number."""
    for found in re.finditer(pattern, text, re.MULTILINE):
        yield stated(key, line_at(text, found.start(1)), float(found[1]) * scale)


def read_telemetry(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield the bounds of the duration histogram, of which two are goals, and the service's name."""
    text = sources.texts[path]
    found = re.search(r"^DURATION_BOUNDS = (\[[^\]]*\])", text, re.MULTILINE)
    if found:
        bounds = [1000 * float(bound) for bound in ast.literal_eval(found[1])]
        yield stated(THRESHOLD, line_at(text, found.start()), *bounds)
        yield stated(MOST_LATENCY, line_at(text, found.start()), *bounds)
    for name in re.finditer(r'"OTEL_SERVICE_NAME", "([^"]*)"', text):
        yield stated(NAME, line_at(text, name.start()), name[1])


def read_k6(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield the thresholds and the rates of the load test."""
    text = sources.texts[path]
    first = True
    for found in re.finditer(r'"p\(([\d.]+)\)<([\d.]+)"', text):
        line = line_at(text, found.start())
        # The first is the objective; the one that aborts is the guardrail, which is a p95 whatever the objective.
        yield stated(THRESHOLD if first else MOST_LATENCY, line, float(found[2]))
        if first:
            yield stated(TARGET, line, float(found[1]))
        first = False
    for found in re.finditer(r'http_req_failed: \["rate<([\d.]+)"', text):
        yield stated(AVAILABILITY, line_at(text, found.start()), 100 * (1 - float(found[1])))
    baseline = re.search(r"baseline: \{[^}]*?\brate: ([\d.]+)", text)
    if baseline:
        yield stated(BASELINE, line_at(text, baseline.start(1)), float(baseline[1]))
    targets = [(float(found[1]), found.start()) for found in re.finditer(r"\{ target: ([\d.]+)", text)]
    if targets:
        highest, place = max(targets)
        yield stated(PEAK, line_at(text, place), highest)


def read_locust(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield the thresholds of the load test."""
    text = sources.texts[path]
    found = re.search(r"^SHARE, THRESHOLD_MS, MOST_FAILURES = ([\d.]+), ([\d.]+), ([\d.]+)", text, re.MULTILINE)
    if found:
        line = line_at(text, found.start())
        yield stated(TARGET, line, 100 * float(found[1]))
        yield stated(THRESHOLD, line, float(found[2]))
        yield stated(AVAILABILITY, line, 100 * (1 - float(found[3])))


def read_autoscaler(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield the bounds and the target of a HorizontalPodAutoscaler that scales the service in production."""
    text = sources.texts[path]
    yield from _matches(text, r"^\s*minReplicas: (\d+)", FEWEST)
    yield from _matches(text, r"^\s*maxReplicas: (\d+)", MOST)
    yield from _matches(text, r"^\s*averageUtilization: (\d+)", CPU)
    for found in re.finditer(r"scaleTargetRef:\n(?:\s+\S+: \S+\n){1,3}?\s+name: (\S+)", text):
        yield stated(NAME, line_at(text, found.start(1)), found[1])


def read_rightsizing(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield whose sizes the script proposes, and the share of the CPU at which the autoscaler adds pods."""
    text = sources.texts[path]
    yield from _matches(text, r"^CPU_TARGET_PERCENT = ([\d.]+)", CPU)
    for found in re.finditer(r'^SERVICE = "([^"]*)"', text, re.MULTILINE):
        yield stated(NAME, line_at(text, found.start(1)), found[1])


def read_deployment(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield name and port of the Deployment."""
    for document in sources.documents(path):
        if document.get("kind") == "Deployment":
            yield stated(NAME, document.line, str((document.get("metadata") or {}).get("name", "")))
    yield from _matches(sources.texts[path], r"containerPort: (\d+)", PORT)


def read_cloud_run(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield name, port and, in production, the bounds of a Cloud Run service."""
    text = sources.texts[path]
    for document in sources.documents(path):
        labels = (document.get("metadata") or {}).get("labels") or {}
        yield stated(NAME, document.line, str(labels.get("service", "")))
        if labels.get("environment") == "production":
            yield from _matches(text, r'minScale: "(\d+)"', FEWEST)
            yield from _matches(text, r'maxScale: "(\d+)"', MOST)
    yield from _matches(text, r"containerPort: (\d+)", PORT)


def read_nomad(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield name and port of the service in a job of Nomad, how long it may take to stop and, in production, its bounds."""
    text = sources.texts[path]
    for found in re.finditer(r'^job "([^"]*)"', text, re.MULTILINE):
        yield stated(NAME, line_at(text, found.start()), found[1])
    yield from _matches(text, r"^\s+(?:count|min) *= local\.production \? (\d+)", FEWEST)
    yield from _matches(text, r"^\s+max *= local\.production \? (\d+)", MOST)
    yield from _matches(text, r"^\s+target *= (\d+)", CPU)
    yield from _matches(text, r'^\s+(?:to|PORT) *= "?(\d+)"?$', PORT)
    for task in re.finditer(r'^ {4}task "web" \{\n.*?^ {4}\}$', text, re.MULTILINE | re.DOTALL):
        for found in re.finditer(r'^\s+kill_timeout = "(\d+)s"', task[0], re.MULTILINE):
            yield stated(STOP, line_at(text, task.start() + found.start(1)), float(found[1]))


def _nomad(sources: Sources) -> list[str]:
    return [path for path in nomad.select(sources) if re.search(r'^ +type *= "service"', sources.texts[path], re.MULTILINE)]


def read_dockerfile(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield the port that the image announces."""
    yield from _matches(sources.texts[path], r"^EXPOSE (\d+)", PORT)


def read_server(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield the port that the server listens on unless it is told otherwise."""
    yield from _matches(sources.texts[path], r'environ\.get\("PORT", "?(\d+)"?\)', PORT)


def read_budget(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield the amounts with which the budget module is called."""
    text = sources.texts[path]
    yield from _matches(text, r"^\s*monthly_usd\s*= ([\d.]+)", BUDGET)
    yield from _matches(text, r"^\s*suspend_percent\s*= ([\d.]+)", SUSPEND)
    for found in re.finditer(r"^\s*alert_percents\s*= \[([^\]]*)\]", text, re.MULTILINE):
        yield stated(SHARES, line_at(text, found.start()), ", ".join(part.strip() for part in found[1].split(",")))
    for found in re.finditer(r'^\s*service\s*= "([^"]*)"', text, re.MULTILINE):
        yield stated(NAME, line_at(text, found.start()), found[1])


def read_connections(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield the most replicas that the arithmetic of connections counts with, in production."""
    yield from _matches(sources.texts[path], r"^\| production \| \d+ \| \d+ \| (\d+) \|", MOST)


def _telemetry(sources: Sources) -> list[str]:
    return [path for path in sources.matching("*.py") if re.search(r"^DURATION_BOUNDS = ", sources.texts[path], re.MULTILINE)]


def _locust(sources: Sources) -> list[str]:
    return [path for path in sources.matching("*.py") if "from locust import" in sources.texts[path]]


def _k6(sources: Sources) -> list[str]:
    return [path for path in sources.matching("*.js") if '"k6/http"' in sources.texts[path]]


def _budget(sources: Sources) -> list[str]:
    return [path for path in sources.matching("*.tf") if re.search(r'^module "budget"', sources.texts[path], re.MULTILINE)]


READERS = (
    Reader("telemetry", _telemetry, read_telemetry, (THRESHOLD, MOST_LATENCY, NAME)),
    Reader("k6 load test", _k6, read_k6, (TARGET, THRESHOLD, MOST_LATENCY, AVAILABILITY, BASELINE, PEAK)),
    Reader("Locust load test", _locust, read_locust, (TARGET, THRESHOLD, AVAILABILITY)),
    Reader(
        "autoscaler",
        lambda sources: [
            path
            for path in sources.yaml_where(lambda document: document.get("kind") == "HorizontalPodAutoscaler")
            if "/overlays/staging/" not in path
        ],
        read_autoscaler,
        (FEWEST, MOST, CPU, NAME),
    ),
    Reader(
        "Deployment",
        lambda sources: [
            path
            for path in sources.yaml_where(lambda document: document.get("kind") == "Deployment")
            if "containerPort" in sources.texts[path] and "/otel/" not in path
        ],
        read_deployment,
        (NAME, PORT),
    ),
    Reader(
        "Cloud Run service",
        lambda sources: sources.yaml_where(lambda document: str(document.get("apiVersion")).startswith("serving.knative.dev/")),
        read_cloud_run,
        (NAME, PORT),
    ),
    Reader("Nomad job", _nomad, read_nomad, (NAME,)),
    Reader("Dockerfile", lambda sources: sources.matching("Dockerfile"), read_dockerfile, (PORT,)),
    Reader("rightsizing", lambda sources: sources.matching("rightsize.py"), read_rightsizing, (CPU, NAME)),
    Reader("server settings", lambda sources: sources.matching("gunicorn.conf.py", "serve.py"), read_server, (PORT,)),
    Reader("connections", lambda sources: sources.matching("infra/modules/database/README.md"), read_connections, (MOST,)),
    Reader("cost budget", _budget, read_budget, (BUDGET, SUSPEND, SHARES, NAME)),
)
