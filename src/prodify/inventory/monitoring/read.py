"""Finding monitoring configuration: each YAML or JSON file is told by what it holds, not by its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Note, Role
from prodify.inventory.kubernetes.read import is_definition
from prodify.inventory.monitoring import prometheus
from prodify.inventory.monitoring.dashboards import dashboard, is_dashboard
from prodify.inventory.monitoring.model import AlertRule, CollectorConfig, Monitoring
from prodify.inventory.monitoring.slos import slo_specs, terraform_slo
from prodify.inventory.yamlview import documents, load_all, load_json
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.monitoring.model import AlertmanagerConfig, Dashboard, RecordingRule, ScrapeConfig, SloSpec
    from prodify.inventory.yamlview import YamlNode

_HINT = lazy(
    r"^[ \t]*(?:- )?(?:alert|record|rule_files|scrape_configs|receivers|exporters|slos)[ \t]*:"
    r"|apiVersion:\s*[\"']?(?:openslo|n9|sloth|pyrra|monitoring\.coreos|opentelemetry|grafana)",
    re.MULTILINE,
)
_DASHBOARDS = lazy(r"(^|/)[^/]*(dashboard|grafana)", re.IGNORECASE)
"""Directories that are no example, whatever a directory below is called."""
_TEMPLATE = lazy(r"^[ \t]*\{\{[-%]|\{%", re.MULTILINE)


class _Collected:
    """Lists that fill up while files are read."""

    def __init__(self) -> None:
        self.rules: list[AlertRule] = []
        self.recording: list[RecordingRule] = []
        self.rule_tests: list[Note] = []
        self.alertmanager: list[AlertmanagerConfig] = []
        self.dashboards: list[Dashboard] = []
        self.slos: list[SloSpec] = []
        self.collectors: list[CollectorConfig] = []
        self.scrapes: list[ScrapeConfig] = []
        self.problems: list[Note] = []

    def frozen(self) -> Monitoring:
        """Everything collected, as values."""
        return Monitoring(
            tuple(self.rules), tuple(self.recording), tuple(self.rule_tests), tuple(self.alertmanager), tuple(self.dashboards),
            tuple(self.slos), tuple(self.collectors), tuple(self.scrapes), tuple(self.problems),
        )  # fmt: skip

    def add_rules(self, groups: YamlNode | None) -> None:
        """Take the rules of a list of groups in."""
        for rule in prometheus.rules(groups):
            if isinstance(rule, AlertRule):
                self.rules.append(rule)
            else:
                self.recording.append(rule)


def read_monitoring(repo: Inventory) -> Monitoring:
    """All monitoring configuration of production files, and rule tests wherever they lie."""
    found = _Collected()
    files = repo.files
    for path in files.select("*.yaml", "*.yml", "*.rules", roles=(Role.PRODUCTION, Role.TEST)):
        text = files.text(path)
        if text is None or path.startswith(".github/") or not _HINT.search(text) or is_definition(text):
            continue
        testing = files.entries[path].role == Role.TEST
        for doc in documents(files, path):
            if doc.problem is not None and not _TEMPLATE.search(text) and not testing:
                found.problems.append(Note(doc.location, doc.problem))
            elif doc.root is not None and doc.root.kind == "mapping":
                _document(doc.root, found, testing)
    for path in files.select("*.json", roles=(Role.PRODUCTION, Role.EXAMPLE)):
        if files.entries[path].role == Role.EXAMPLE and not _DASHBOARDS.search(path):
            continue
        text = files.text(path)
        if text is not None and ('"panels"' in text or '"rows"' in text) and _may_be_dashboard(text):
            for doc in documents(files, path):
                _json(doc.root, found)
    for block in repo.terraform:
        spec = terraform_slo(block)
        if spec is not None:
            found.slos.append(spec)
    return found.frozen()


def _may_be_dashboard(text: str) -> bool:
    """Whether a JSON text may be a dashboard: plain data tell at once what the tree with its lines takes a second a megabyte to say."""
    import json

    try:
        root = json.loads(text)
    except (ValueError, RecursionError):
        return True  # comments, perhaps
    inner = root.get("dashboard") if isinstance(root, dict) else None
    return any(isinstance(node, dict) and any(isinstance(node.get(key), list) for key in ("panels", "rows")) for node in (root, inner))


def _json(root: YamlNode | None, found: _Collected) -> None:
    inner = root.get("dashboard") if root is not None else None  # exports of the API wrap it
    for node in (root, inner):
        if node is not None and node.kind == "mapping" and is_dashboard(node):
            found.dashboards.append(dashboard(node))
            return


def _document(root: YamlNode, found: _Collected, testing: bool) -> None:
    """Take one YAML document in."""
    if root.get("rule_files") is not None and root.get("tests") is not None:
        found.rule_tests.extend(prometheus.rule_tests(root))
    if testing:
        return
    kind = root.string("kind") if "apiVersion" in root else None
    if kind is not None:
        _object(kind, root, found)
    if root.get("groups") is not None:
        found.add_rules(root.get("groups"))
    if root.get("route") is not None and root.get("receivers") is not None and kind is None:
        found.alertmanager.append(prometheus.alertmanager(root))
    if root.get("scrape_configs") is not None:
        found.scrapes.extend(prometheus.scrapes(root))
    if root.get("service", "pipelines") is not None and root.get("exporters") is not None:
        found.collectors.append(_collector(root))
    found.slos.extend(slo_specs(root))


def _object(kind: str, root: YamlNode, found: _Collected) -> None:
    """Take in what a Kubernetes object holds."""
    spec = root.get("spec")
    if kind == "PrometheusRule" and spec is not None:
        found.add_rules(spec.get("groups"))
    elif kind in ("ServiceMonitor", "PodMonitor"):
        found.scrapes.extend(prometheus.monitor(root))
    elif kind == "AlertmanagerConfig" and spec is not None:
        found.alertmanager.append(prometheus.alertmanager(spec))
    elif kind == "OpenTelemetryCollector" and spec is not None and (config := spec.get("config")) is not None:
        node = config if config.kind == "mapping" else _embedded(config, "config.yaml")
        if node is not None:
            found.collectors.append(_collector(node))
    elif kind == "GrafanaDashboard" and spec is not None and (body := spec.get("json")) is not None:
        _json(_embedded(body, "dashboard.json"), found)
    elif kind == "ConfigMap":
        data = root.get("data")
        for name, value in data.items() if data is not None else ():
            if value.kind == "scalar" and name.endswith((".json", ".yaml", ".yml", ".rules")):
                inner = _embedded(value, name)
                if inner is not None and inner.kind == "mapping":
                    _json(inner, found) if name.endswith(".json") else _document(inner, found, testing=False)


def _embedded(node: YamlNode, name: str) -> YamlNode | None:
    """A document inside a scalar, its lines counted in the outer file (right for block scalars)."""
    line = node.content_line
    docs = (load_json(node.text, node.path, line),) if name.endswith(".json") else load_all(node.text, node.path, line)
    return docs[0].root if docs else None


def _collector(root: YamlNode) -> CollectorConfig:
    names = []
    for key in ("receivers", "processors", "exporters"):
        part = root.get(key)
        names.append(part.keys() if part is not None else ())
    pipelines = root.get("service", "pipelines")
    pairs = tuple((name, node.strings("exporters")) for name, node in pipelines.items()) if pipelines is not None else ()
    return CollectorConfig(root.path, root.location, names[0], names[1], names[2], pairs, root)
