"""Reading Prometheus rule files, rule tests, scrape configurations and Alertmanager configurations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Note
from prodify.inventory.monitoring.model import AlertmanagerConfig, AlertRule, Receiver, RecordingRule, ScrapeConfig

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.yamlview import YamlNode

_RECEIVER_SUFFIX = "_configs"


def texts(node: YamlNode | None) -> dict[str, str]:
    """A mapping's scalars as text."""
    return {key: value.text for key, value in node.items() if value.kind == "scalar"} if node is not None else {}


def rules(groups: YamlNode | None) -> Iterator[AlertRule | RecordingRule]:
    """The rules of a list of groups, as in a rule file and in a PrometheusRule's spec."""
    for group in groups or ():
        name = group.string("name") or ""
        for rule in group.get("rules") or ():
            alert, record, expr = rule.string("alert"), rule.string("record"), rule.string("expr") or ""
            if alert is not None:
                yield AlertRule(
                    alert,
                    expr.strip(),
                    rule.location,
                    texts(rule.get("labels")),
                    texts(rule.get("annotations")),
                    rule.string("for"),
                    rule.string("keep_firing_for"),
                    name,
                )
            elif record is not None:
                yield RecordingRule(record, expr.strip(), rule.location, texts(rule.get("labels")), name)


def rule_tests(root: YamlNode) -> Iterator[Note]:
    """The alerts and expressions that a promtool test file exercises."""
    for test in root.get("tests") or ():
        for case in test.get("alert_rule_test") or ():
            yield Note(case.location, case.string("alertname") or "")
        for case in test.get("promql_expr_test") or ():
            yield Note(case.location, case.string("expr") or "")


def alertmanager(root: YamlNode) -> AlertmanagerConfig:
    """The receivers of an Alertmanager configuration, and which ones its routes name."""
    receivers = []
    for node in root.get("receivers") or ():
        kinds = []
        for key, value in node.items():
            if key != "name" and (value.kind != "sequence" or any(True for _ in value)):
                kinds.append(_integration(key))
        receivers.append(Receiver(node.string("name") or "", tuple(kinds), node.location))
    route = root.get("route")
    routed = [part.text for node in (route.walk() if route is not None else ()) if (part := node.get("receiver")) is not None]
    return AlertmanagerConfig(root.path, root.location, tuple(receivers), tuple(dict.fromkeys(routed)), root)


def _integration(key: str) -> str:
    """pagerduty for `pagerduty_configs` and for the operator's `pagerdutyConfigs`."""
    return key.removesuffix(_RECEIVER_SUFFIX).removesuffix("Configs").lower()


def scrapes(root: YamlNode) -> Iterator[ScrapeConfig]:
    """The jobs of a Prometheus configuration."""
    for job in root.get("scrape_configs") or ():
        targets = [t.text for config in job.get("static_configs") or () for t in config.get("targets") or ()]
        yield ScrapeConfig(job.string("job_name") or "", job.location, tuple(targets), job.string("metrics_path"))


def monitor(root: YamlNode) -> Iterator[ScrapeConfig]:
    """The endpoints of a ServiceMonitor or PodMonitor object."""
    name = root.string("metadata", "name") or ""
    for endpoint in root.get("spec", "endpoints") or root.get("spec", "podMetricsEndpoints") or ():
        port = endpoint.string("port") or endpoint.string("targetPort")
        yield ScrapeConfig(name, endpoint.location, (port,) if port else (), endpoint.string("path"))
