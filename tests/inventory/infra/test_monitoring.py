"""Rules, rule tests, Alertmanager, dashboards, SLO specifications, collectors and scrape jobs."""

from __future__ import annotations

import pytest

from .conftest import Make

RULES = """\
groups:
  - name: web
    rules:
      - record: job:errors:ratio5m
        expr: sum(rate(errors[5m]))
      - alert: HighErrors
        expr: |
          job:errors:ratio5m > 0.01
        for: 5m
        labels: {severity: page}
        annotations: {runbook_url: "https://x/{{ $labels.job }}"}
"""


def test_rules_wherever_they_stand(repo: Make) -> None:
    indented = "".join(f"    {line}\n" for line in RULES.splitlines())
    config_map = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: r}}\ndata:\n  a.rules.yml: |\n{indented}"
    spec = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: r}\nspec:\n" + "".join(
        f"  {line}\n" for line in RULES.splitlines()
    )
    found = repo({"a/rules.yml": RULES, "b/map.yaml": config_map, "c/object.yaml": spec}).monitoring
    assert [(r.name, r.location.path, r.location.line) for r in found.rules] == [
        ("HighErrors", "a/rules.yml", 6), ("HighErrors", "b/map.yaml", 11), ("HighErrors", "c/object.yaml", 10),
    ]  # fmt: skip
    rule = found.rules[0]
    assert (rule.expr, rule.for_, dict(rule.labels), rule.group) == ("job:errors:ratio5m > 0.01", "5m", {"severity": "page"}, "web")
    assert "runbook_url" in rule.annotations
    assert {r.name for r in found.recording} == {"job:errors:ratio5m"}


def test_rule_tests_count_in_test_directories_too(repo: Make) -> None:
    text = (
        "rule_files: [../rules.yml]\ntests:\n  - alert_rule_test:\n"
        "      - {alertname: HighErrors}\n    promql_expr_test:\n      - {expr: up}\n"
    )
    found = repo({"tests/rules_test.yml": text, "tests/rules.yml": RULES}).monitoring
    assert [n.note for n in found.rule_tests] == ["HighErrors", "up"]
    assert found.rules == ()


def test_alertmanager(repo: Make) -> None:
    text = ("route:\n  receiver: default\n  routes:\n    - receiver: pager\nreceivers:\n"
        "  - name: default\n  - name: pager\n    pagerduty_configs: [{}]\n"
            "    slack_configs: []\n")  # fmt: skip
    (config,) = repo({"alertmanager.yml": text}).monitoring.alertmanager
    assert config.routed == ("default", "pager")
    assert [(r.name, r.integrations) for r in config.receivers] == [("default", ()), ("pager", ("pagerduty",))]


def test_dashboards(repo: Make) -> None:
    text = """{"title": "Web", "schemaVersion": 41, "panels": [
 {"title": "Latency", "type": "timeseries", "gridPos": {}, "targets": [
  {"refId": "A", "expr": "rate(x[5m])"}]},
 {"type": "row", "title": "Row", "gridPos": {}, "panels": [{"title": "In", "type": "stat", "gridPos": {}, "targets": [{"refId": "B",
  "expr": "up"}]}]}],
 "templating": {"list": [{"name": "job", "datasource": "p", "query": "label_values(up, job)"}]}}"""
    (board,) = repo({"dashboards/web.json": text, "package.json": '{"rows": [], "name": "x"}'}).monitoring.dashboards
    assert board.title == "Web"
    assert [(query, place.line) for query, place in board.queries] == [("rate(x[5m])", 3), ("up", 5), ("label_values(up, job)", 6)]
    assert board.panels == ("Latency", "Row", "In")


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "slo.yaml",
            (
                "apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: api}\nspec:\n  service: web\n"
                "  timeWindow: [{duration: 28d}]\n  objectives: [{target: 0.999}]\n"
            ),
            ("openslo", "api", 0.999, "28d"),
        ),
        ("slo.yml", "version: prometheus/v1\nservice: web\nslos:\n  - name: api\n    objective: 99.9\n", ("sloth", "api", 0.999, "30d")),
        (
            "pyrra.yaml",
            "apiVersion: pyrra.dev/v1alpha1\nkind: ServiceLevelObjective\nmetadata: {name: api}\nspec: {target: '99', window: 2w}\n",
            ("pyrra", "api", 0.99, "2w"),
        ),
        (
            "slo.tf",
            'resource "google_monitoring_slo" "api" {\n  goal = 0.995\n  rolling_period_days = 30\n}\n',
            ("google", "api", 0.995, "30d"),
        ),
    ],
)
def test_objectives(repo: Make, path: str, text: str, expected: tuple[str, str, float, str]) -> None:
    (slo,) = repo({path: text}).monitoring.slos
    assert (slo.kind, slo.name, slo.objective, slo.window) == expected


def test_collectors_and_scrapes(repo: Make) -> None:
    collector = (
        "receivers: {otlp: {}}\nprocessors: {batch: {}}\nexporters: {debug: {}, otlp/x: {}}\n"
        "service:\n  pipelines:\n    traces: {receivers: [otlp], exporters: [debug]}\n"
    )
    prometheus = "scrape_configs:\n  - job_name: web\n    metrics_path: /m\n    static_configs: [{targets: ['web:8000']}]\n"
    monitor = (
        "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: web}\n"
        "spec: {endpoints: [{port: http, path: /metrics}]}\n"
    )
    found = repo({"collector.yaml": collector, "prometheus.yml": prometheus, "sm.yaml": monitor}).monitoring
    assert found.collectors[0].pipelines == (("traces", ("debug",)),)
    assert [(s.job, s.targets, s.metrics_path) for s in found.scrapes] == [("web", ("web:8000",), "/m"), ("web", ("http",), "/metrics")]


def test_unreadable_rules_are_problems_and_other_files_are_not(repo: Make) -> None:
    found = repo(
        {
            "rules.yml": "groups:\n  - name: x\n    rules:\n  - alert: [\n",
            "other.yml": "a: [\n",
            "nonsense.yml": "groups: 3\nreceivers: x\nroute: []\n",
        }
    ).monitoring
    assert [n.location.path for n in found.problems] == ["rules.yml"]
    assert found.rules == ()
