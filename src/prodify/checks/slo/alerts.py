"""Alerts that follow from objectives."""

from __future__ import annotations

import re

from prodify.api import TEAM_AND_PUBLIC, Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.lazyre import lazy

_BURN = lazy(r"burn|error_budget|slo:|sli_error|\b14\.4\b")
_TRAFFIC_FLOOR = lazy(r"\band\b.*(increase|rate)\(.*(count|total)|\band\b.*>\s*\d", re.DOTALL)


def _operated(repo: Inventory) -> bool:
    return bool(repo.web_services)


@check(
    step=Step.SLO,
    level=Level.WARNING,
    maturity=2,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.HOURS,
    fixed_by="slo",
    hint="Alert on how fast the error budget burns, with a long and a short window: 14.4 times for an hour, 6 times for six hours.",
)
def alerts_use_burn_rate(repo: Inventory, profile: Profile) -> Verdict:
    """Alerts fire on how fast the error budget burns.

    Why:
        A threshold on the error rate pages for one bad minute and sleeps through a slow leak; a burn rate pages in proportion to what is
        at stake.

    Fails:
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
              - alert: ErrorsHigh
                expr: rate(http_requests_total{code="500"}[5m]) > 1
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
              - alert: ErrorBudgetBurnFast
                expr: slo:sli_error:ratio_rate1h > 14.4 * 0.001 and slo:sli_error:ratio_rate5m > 14.4 * 0.001
        ```
    """
    if not _operated(repo):
        return not_applicable("no web service")
    rules = repo.monitoring.rules
    burning = [r for r in rules if _BURN.search(r.expr) or _BURN.search(r.name.lower())]
    if burning or any(s.kind in ("sloth", "pyrra", "google", "nobl9", "datadog") for s in repo.monitoring.slos):
        return passed("alerts follow the error budget", *burning[:5])
    return failed("no alert follows the error budget", *rules[:5])


@check(
    step=Step.SLO,
    level=Level.WARNING,
    maturity=2,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.MINUTES,
    fixed_by="slo",
    hint="Add a floor to every alert on a ratio: and sum(increase(requests_total[1h])) > 100.",
)
def alerts_survive_low_traffic(repo: Inventory, profile: Profile) -> Verdict:
    """One failed request at night does not page.

    Why:
        With five requests an hour one error is 20 %: every ratio alert fires. A floor of requests keeps small numbers from paging.

    Fails:
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
              - alert: ErrorBudgetBurnFast
                expr: sum(rate(errors_total[1h])) / sum(rate(requests_total[1h])) > 14.4 * 0.001
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
              - alert: ErrorBudgetBurnFast
                expr: |
                  sum(rate(errors_total[1h])) / sum(rate(requests_total[1h])) > 14.4 * 0.001
                  and sum(increase(requests_total[1h])) > 100
        ```
    """
    ratios = [r for r in repo.monitoring.rules if _BURN.search(r.expr) or "/" in r.expr]
    if not ratios:
        return not_applicable("no alert on a ratio")
    bare = [r for r in ratios if not _TRAFFIC_FLOOR.search(r.expr)]
    if len(bare) == len(ratios):
        return failed("an alert on a ratio has no floor of requests", *bare)
    return passed("ratio alerts need a number of requests", *(r for r in ratios if r not in bare))


@check(
    step=Step.SLO,
    level=Level.NOTE,
    maturity=2,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.HOURS,
    fixed_by="slo",
    hint="Write a promtool test for every alert: series that make it fire, and series that leave it silent.",
)
def alert_rules_have_tests(repo: Inventory, profile: Profile) -> Verdict:
    """Alert rules have tests that fire and stay silent.

    Why:
        A rule with a misspelt metric never fires, and nobody notices until the outage that it should have told of.

    Fails:
        ```yaml title="deploy/prometheus/rules/app.yaml"
        groups:
          - name: app
            rules:
              - alert: AppDown
                expr: up{job="app"} == 0
        ```

    Passes:
        ```yaml title="deploy/prometheus/rules/app.yaml"
        groups:
          - name: app
            rules:
              - alert: AppDown
                expr: up{job="app"} == 0
        ```
        ```yaml title="deploy/prometheus/tests/app_test.yaml"
        rule_files: [../rules/app.yaml]
        evaluation_interval: 1m
        tests:
          - interval: 1m
            input_series:
              - series: up{job="app"}
                values: 0x10
            alert_rule_test:
              - eval_time: 5m
                alertname: AppDown
                exp_alerts: [{exp_labels: {job: app}}]
        ```
    """
    if not repo.monitoring.rules:
        return not_applicable("no alert rule")
    tests = repo.monitoring.rule_tests
    return passed("alert rules are tested", *tests) if tests else failed("no test fires these alerts", *repo.monitoring.rules[:5])


@check(
    step=Step.SLO,
    level=Level.NOTE,
    maturity=2,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.MINUTES,
    fixed_by="slo",
    hint="Add a paging alert that fires within minutes when p95 or the error rate passes a fixed limit.",
)
def guardrails_are_set(repo: Inventory, profile: Profile) -> Verdict:
    """An alert pages at once when latency or errors pass a limit.

    Why:
        Burn rates look at hours; a release that breaks everything should page within minutes.

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
          - name: guardrails
            rules:
              - alert: LatencyGuardrail
                expr: histogram_quantile(0.95, sum by (le) (rate(http_server_request_duration_seconds_bucket[5m]))) > 0.4
                for: 5m
                labels: {severity: page}
        ```
    """
    if not _operated(repo):
        return not_applicable("no web service")
    limits = [
        r
        for r in repo.monitoring.rules
        if "histogram_quantile" in r.expr or "guardrail" in f"{r.name} {r.group} {r.labels.get('kind', '')}".lower()
    ]
    paging = [Note(r.location, r.name) for r in limits if r.labels.get("severity", "page") in ("page", "critical", "error")]
    return (
        passed("a limit pages at once", *paging)
        if paging
        else failed("no alert pages on a limit for latency or errors", *repo.monitoring.rules[:3])
    )
