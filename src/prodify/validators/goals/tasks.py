"""Goals of background tasks: in their telemetry, starter, rules, dashboard, scaler and manifests."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from prodify.validators.goals.running import FEWEST, MOST
from prodify.validators.goals.slos import AVAILABILITY, TARGET, WINDOW, of_tasks
from prodify.validators.goals.stated import Reader, Stated, line_at, stated
from prodify.validators.grafana import load as load_dashboard
from prodify.validators.sources import Sources

WORKER = "the worker's name"
START, LIMIT, SOFT, AT_ONCE = "tasks.start_seconds", "tasks.limit_seconds", "tasks.limit_seconds (nine tenths)", "tasks.concurrency"
WAITING = "waiting tasks for one worker"
GRACE = "tasks.limit_seconds and ten"
_OBJECTIVE = {"success": AVAILABILITY, "freshness": TARGET}


def _matches(text: str, pattern: str, key: str) -> Iterator[Stated]:
    for found in re.finditer(pattern, text, re.MULTILINE):
        yield stated(key, line_at(text, found.start(1)), float(found[1]))


def _names(text: str, pattern: str) -> Iterator[Stated]:
    for found in re.finditer(pattern, text, re.MULTILINE):
        yield stated(WORKER, line_at(text, found.start(1)), found[1])


def read_telemetry(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield the bounds of waiting times, of which one is the goal."""
    text = sources.texts[path]
    found = re.search(r"^WAIT_BOUNDS = (\[[^\]]*\])", text, re.MULTILINE)
    if found:
        yield stated(START, line_at(text, found.start()), *(float(bound) for bound in ast.literal_eval(found[1])))


def read_starter(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield limits and number of tasks at once, and the worker's name."""
    text = sources.texts[path]
    yield from _matches(text, r'"task_time_limit": (\d+)', LIMIT)
    yield from _matches(text, r'"task_soft_time_limit": (\d+)', SOFT)
    yield from _matches(text, r'"WORKER_CONCURRENCY", "(\d+)"', AT_ONCE)
    yield from _names(text, r'"OTEL_SERVICE_NAME", "([^"]*)"')


def read_rules(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield objectives, window, the bound of what begins in time, and whose tasks it is about."""
    text = sources.texts[path]
    for found in re.finditer(r'wait_duration_seconds_bucket\{[^}]*\ble=~?"(\d+(?:\.\d+)?)', text):
        yield stated(START, line_at(text, found.start()), float(found[1]))
    yield from _names(text, r'service_name="([^"]*)"')
    for document in sources.documents(path):
        for group in document.get("groups") or []:
            for rule in group.get("rules") or []:
                constant = re.fullmatch(r"vector\(([\d.]+)\)", str(rule.get("expr", "")))
                key = _OBJECTIVE.get(str((rule.get("labels") or {}).get("slo", "")))
                if constant and rule.get("record") == "slo:time_period:days":
                    yield stated(WINDOW, 1, float(constant[1]))
                elif constant and key and rule.get("record") == "slo:objective:ratio":
                    yield stated(key, 1, 100 * float(constant[1]))


def read_openslo(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield targets and windows."""
    for document in sources.documents(path):
        spec, name = document.get("spec") or {}, str((document.get("metadata") or {}).get("name", ""))
        if document.get("kind") == "SLO":
            yield stated(WORKER, document.line, str(spec.get("service", "")))
            key = TARGET if name.endswith("freshness") else AVAILABILITY
            for objective in spec.get("objectives") or []:
                yield stated(key, document.line, 100 * float(objective.get("target", 0)))
            for window in spec.get("timeWindow") or []:
                yield stated(WINDOW, document.line, float(str(window.get("duration", "0d")).rstrip("d")))


def read_series(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield the worker whose series are shown or fed to tests."""
    yield from _names(sources.texts[path].replace('\\"', '"'), r'service_name="([^"]*)"')


def read_scaler(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield bounds, the number of waiting tasks for one worker, and whom it scales."""
    text = sources.texts[path]
    yield from _matches(text, r"^\s*minReplicaCount: (\d+)", FEWEST)
    yield from _matches(text, r"^\s*maxReplicaCount: (\d+)", MOST)
    yield from _matches(text, r'^\s*(?:listLength|value): "(\d+)"', WAITING)
    yield from _names(text, r"scaleTargetRef:\n\s+name: (\S+)")


def read_manifest(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield how long the worker may take to stop; that of the scheduler follows from nothing."""
    text = sources.texts[path]
    yield from _matches(text, r"The longest task may take (\d+) seconds", LIMIT)
    yield from _matches(text, r"The longest task may take .*\n\s*terminationGracePeriodSeconds: (\d+)", GRACE)
    yield from _matches(text, r'The longest task may take .*\n(?:\s*#.*\n|\s*kill_signal .*\n)*\s*kill_timeout = "(\d+)s"', GRACE)


def read_load(sources: Sources, path: str) -> Iterator[Stated]:
    """Yield the goal of a worker's load test: the share of tasks, and within how many seconds they begin."""
    text = sources.texts[path]
    found = re.search(r"^SHARE, START_SECONDS = ([\d.]+), (\d+)$", text, re.MULTILINE)
    if found:
        yield stated(TARGET, line_at(text, found.start(1)), round(100 * float(found[1]), 6))
        yield stated(START, line_at(text, found.start(2)), float(found[2]))


def _telemetry(sources: Sources) -> list[str]:
    return [path for path in sources.matching("*.py") if re.search(r"^WAIT_BOUNDS = ", sources.texts[path], re.MULTILINE)]


def _of_tasks(sources: Sources, key: str) -> list[str]:
    return [path for path in sources.yaml_where(lambda document: document.get(key) is not None) if of_tasks(sources.texts[path])]


READERS = (
    Reader("telemetry of tasks", _telemetry, read_telemetry, (START,)),
    Reader("worker's starter", lambda sources: sources.matching("run_worker.py"), read_starter, (WORKER,)),
    Reader("worker's load test", lambda sources: sources.ours("enqueue.py"), read_load, (TARGET, START)),
    Reader("alert rules of tasks", lambda sources: _of_tasks(sources, "groups"), read_rules, (WORKER,)),
    Reader("rule tests of tasks", lambda sources: _of_tasks(sources, "rule_files"), read_series, (WORKER,)),
    Reader(
        "OpenSLO objects of tasks",
        lambda sources: [path for path in _of_tasks(sources, "apiVersion") if "openslo/" in sources.texts[path]],
        read_openslo,
        (WORKER, AVAILABILITY, WINDOW),
    ),
    Reader(
        "dashboard of tasks",
        lambda sources: [p for p in sources.matching("*.json") if load_dashboard(sources.texts[p]) and of_tasks(sources.texts[p])],
        read_series,
        (WORKER,),
    ),
    Reader(
        "scaler of workers",
        lambda sources: sources.yaml_where(lambda document: document.get("kind") == "ScaledObject"),
        read_scaler,
        (FEWEST, MOST, WAITING, WORKER),
    ),
    Reader(
        "worker's Deployment",
        lambda sources: [p for p in sources.matching("*.yaml", "*.nomad.hcl") if "The longest task may take" in sources.texts[p]],
        read_manifest,
        (LIMIT, GRACE),
    ),
)
