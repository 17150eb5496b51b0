"""Who is told, and what they look at: alerts, dashboards, collected errors."""

from __future__ import annotations

from prodify.api import TEAM_AND_PUBLIC, Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.checks.observability._promql import metrics_of, unknown_metrics
from prodify.inventory.data.capabilities import OTEL

_ERRORS = (
    "sentry-sdk",
    "raven",
    "rollbar",
    "bugsnag",
    "honeybadger",
    "airbrake",
    "@sentry/node",
    "@sentry/nextjs",
    "@sentry/react",
    "newrelic",
    "ddtrace",
    "elastic-apm",
)


@check(
    step=Step.OBSERVABILITY,
    level=Level.NOTE,
    maturity=2,
    effort=Effort.HOURS,
    hint="Send unhandled errors to Sentry (or an OpenTelemetry backend) with the version and the trace id.",
)
def error_reports_are_collected(repo: Inventory, profile: Profile) -> Verdict:
    """Unhandled errors are collected somewhere.

    Why:
        Users rarely report an error; a collector shows each new one with its stack, its version and how many it hit.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        sentry-sdk[flask]
        ```
        ```python title="app.py"
        import os

        import sentry_sdk
        from flask import Flask

        sentry_sdk.init(dsn=os.environ.get("SENTRY_DSN"))
        app = Flask(__name__)
        ```
    """
    if not repo.services:
        return not_applicable("no service")
    found = repo.uses(*_ERRORS) or (repo.uses(*OTEL) if repo.has["otel"] else None)
    return passed("errors are collected", found) if found else failed("nothing collects unhandled errors")


@check(step=Step.OBSERVABILITY, level=Level.NOTE, maturity=2, audiences=TEAM_AND_PUBLIC, effort=Effort.MINUTES, fixed_by="dashboard")
def dashboard_exists(repo: Inventory, profile: Profile) -> Verdict:
    """A dashboard shows how the service does.

    Why:
        The first minute of an incident is spent looking: a page with rate, errors, duration and saturation saves the next twenty.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```json title="deploy/grafana/app.json"
        {"title": "app", "schemaVersion": 41, "panels": [{"title": "Requests", "type": "timeseries",
         "targets": [{"expr": "sum(rate(http_server_request_duration_seconds_count[5m]))"}]}]}
        ```
    """
    if not repo.services:
        return not_applicable("no service")
    found = repo.monitoring.dashboards
    return (
        passed("a dashboard is kept with the code", *(d.location for d in found)) if found else failed("no dashboard is kept with the code")
    )


@check(
    step=Step.OBSERVABILITY,
    level=Level.WARNING,
    maturity=2,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.MINUTES,
    fixed_by="slo",
    hint="Write an alert that fires when the service is down, and one for its error rate, in the monitoring that you have.",
)
def alerts_exist(repo: Inventory, profile: Profile) -> Verdict:
    """Somebody is told when the service is down.

    Why:
        Otherwise the users are the monitoring, and most of them leave without a word.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```yaml title="deploy/prometheus/rules/app.yaml"
        groups:
          - name: app
            rules:
              - alert: AppDown
                expr: absent(up{job="app"}) or up{job="app"} == 0
                for: 5m
        ```
    """
    if not repo.services:
        return not_applicable("no service")
    rules = repo.monitoring.rules
    cloud = [
        b
        for b in repo.terraform
        if b.type == "resource"
        and b.kind in ("google_monitoring_alert_policy", "aws_cloudwatch_metric_alarm", "azurerm_monitor_metric_alert")
    ]
    if rules or cloud:
        return passed("alerts are defined", *rules[:5], *cloud[:5])
    return failed("no alert is defined")


@check(
    step=Step.OBSERVABILITY,
    level=Level.WARNING,
    maturity=2,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.MINUTES,
    fixed_by="dashboard",
    hint="Emit the metric, or ask for one that is emitted; the names are those of the code and of the recording rules.",
)
def dashboard_metrics_exist(repo: Inventory, profile: Profile) -> Verdict:
    """Every metric that a dashboard shows is emitted.

    Why:
        A panel that asks for a metric nobody emits says "No data", and in an incident that looks like everything is quiet.

    Fails:
        ```text title="requirements.txt"
        flask
        prometheus-client
        ```
        ```python title="app.py"
        from flask import Flask
        from prometheus_client import Counter

        app = Flask(__name__)
        orders = Counter("orders_total", "Orders")
        ```
        ```json title="deploy/grafana/app.json"
        {"title": "app", "schemaVersion": 41, "panels": [{"title": "Payments", "type": "timeseries",
         "targets": [{"expr": "sum(rate(payments_total[5m]))"}]}]}
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        prometheus-client
        ```
        ```python title="app.py"
        from flask import Flask
        from prometheus_client import Counter

        app = Flask(__name__)
        orders = Counter("orders_total", "Orders")
        ```
        ```json title="deploy/grafana/app.json"
        {"title": "app", "schemaVersion": 41, "panels": [{"title": "Orders", "type": "timeseries",
         "targets": [{"expr": "sum(rate(orders_total[5m]))"}]}]}
        ```
    """
    asked = [(name, place) for board in repo.monitoring.dashboards for query, place in board.queries for name in metrics_of(query)]
    if not asked:
        return not_applicable("no dashboard asks Prometheus for a metric")
    missing = unknown_metrics(repo, dict.fromkeys(name for name, _ in asked))
    if missing:
        places = [Note(place, name) for name, place in asked if name in missing]
        return failed(f"nothing emits {', '.join(sorted(missing)[:6])}", *places)
    return passed(
        f"all {len({name for name, _ in asked})} metrics of the dashboards are emitted", *(d.location for d in repo.monitoring.dashboards)
    )
