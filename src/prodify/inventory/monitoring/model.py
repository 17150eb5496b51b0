"""Typed views of monitoring configuration."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from prodify.lazydata import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prodify.inventory.facts import Note
    from prodify.inventory.yamlview import YamlNode
    from prodify.model import Location


@dataclass(frozen=True, slots=True, eq=False)
class AlertRule:
    """A Prometheus alerting rule, from a rule file, a PrometheusRule object or a Helm-less config map.

    `for_` and `keep_firing_for` are durations as written (None: not given). `group` is the rule group's name.
    """

    name: str
    expr: str
    location: Location
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    for_: str | None = None
    keep_firing_for: str | None = None
    group: str = ""

    @property
    def note(self) -> str:
        """The alert's name; makes a rule evidence."""
        return self.name


@dataclass(frozen=True, slots=True, eq=False)
class RecordingRule:
    """A Prometheus recording rule: `name` is the metric that it makes."""

    name: str
    expr: str
    location: Location
    labels: Mapping[str, str] = field(default_factory=dict)
    group: str = ""

    @property
    def note(self) -> str:
        """The metric's name."""
        return self.name


@dataclass(frozen=True, slots=True, eq=False)
class Receiver:
    """A receiver of Alertmanager. `integrations` are the configured kinds (pagerduty, slack, email ...); none: it drops alerts."""

    name: str
    integrations: tuple[str, ...]
    location: Location


@dataclass(frozen=True, slots=True, eq=False)
class AlertmanagerConfig:
    """An Alertmanager configuration. `routed` names the receivers that the routing tree sends to, the default first."""

    path: str
    location: Location
    receivers: tuple[Receiver, ...] = ()
    routed: tuple[str, ...] = ()
    node: YamlNode | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Dashboard:
    """A Grafana dashboard. `queries` are the expressions of its panels and variables with their places; `panels` the titles."""

    path: str
    title: str
    location: Location
    queries: tuple[tuple[str, Location], ...] = ()
    panels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class SloSpec:
    """A service level objective. `kind`: openslo, sloth, pyrra, google, datadog, nobl9 or prodify.

    `objective` is a ratio between 0 and 1 (0.999), None when it is not a number; `window` a duration as written ("30d"), None when
    not given. `kind` is also grafana for a Terraform resource of it.
    """

    kind: str
    name: str
    location: Location
    objective: float | None = None
    window: str | None = None
    service: str | None = None
    node: YamlNode | None = None

    @property
    def note(self) -> str:
        """Name and objective."""
        return f"{self.name} {self.objective:.6g}" if self.objective is not None else self.name


@dataclass(frozen=True, slots=True, eq=False)
class CollectorConfig:
    """An OpenTelemetry collector (or Alloy) configuration. `pipelines` maps "traces", "metrics", "logs" (also "traces/x") to exporters."""

    path: str
    location: Location
    receivers: tuple[str, ...] = ()
    processors: tuple[str, ...] = ()
    exporters: tuple[str, ...] = ()
    pipelines: tuple[tuple[str, tuple[str, ...]], ...] = ()
    node: YamlNode | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ScrapeConfig:
    """A job that Prometheus scrapes; ServiceMonitor and PodMonitor objects count as one. `metrics_path` as written."""

    job: str
    location: Location
    targets: tuple[str, ...] = ()
    metrics_path: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Monitoring:
    """All monitoring configuration of the repository, each by path and line.

    `rule_tests` are promtool test files with the alerts they name. `problems` are files that look like monitoring and cannot be read.
    """

    rules: tuple[AlertRule, ...] = ()
    recording: tuple[RecordingRule, ...] = ()
    rule_tests: tuple[Note, ...] = ()
    alertmanager: tuple[AlertmanagerConfig, ...] = ()
    dashboards: tuple[Dashboard, ...] = ()
    slos: tuple[SloSpec, ...] = ()
    collectors: tuple[CollectorConfig, ...] = ()
    scrapes: tuple[ScrapeConfig, ...] = ()
    problems: tuple[Note, ...] = ()
