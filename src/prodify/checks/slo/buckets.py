"""Whether the latency that an objective names can be measured."""

from __future__ import annotations

from prodify.api import TEAM_AND_PUBLIC, Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.checks._buckets import by_default, holding
from prodify.inventory.buckets import declared_boundaries


@check(
    step=Step.SLO,
    level=Level.WARNING,
    maturity=2,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.MINUTES,
    fixed_by="telemetry",
    hint="Give the histogram of request durations a boundary at the objective's threshold (a View, or buckets=).",
)
def latency_slo_has_its_bucket(repo: Inventory, profile: Profile) -> Verdict:
    """The latency histogram has a bucket at the objective's threshold.

    Why:
        The default buckets have none at 0.3 s: the rule that asks for it finds no data, and so never alerts, silently.

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
              - alert: LatencyBurn
                expr: |
                  1 - rate(http_server_request_duration_seconds_bucket{le="0.3"}[5m])
                  / rate(http_server_request_duration_seconds_count[5m]) > 0.05
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask
        from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View

        app = Flask(__name__)
        buckets = ExplicitBucketHistogramAggregation((0.1, 0.2, 0.3, 0.4, 1.0))
        view = View(instrument_name="http.server.request.duration", aggregation=buckets)
        ```
        ```yaml title="deploy/prometheus/rules/app.yaml"
        groups:
          - name: app
            rules:
              - alert: LatencyBurn
                expr: |
                  1 - rate(http_server_request_duration_seconds_bucket{le="0.3"}[5m])
                  / rate(http_server_request_duration_seconds_count[5m]) > 0.05
        ```
    """
    # How long a background task waits is another objective.
    rules = [Note(r.location, r.note) for r in repo.monitoring.rules if "_bucket" in r.expr and "messaging_" not in r.expr]
    rules += [Note(r.location, r.note) for r in repo.monitoring.recording if "_bucket" in r.expr and "messaging_" not in r.expr]
    wanted = profile.slo.latency.threshold_seconds
    declared = declared_boundaries(repo)
    if not rules and not declared:
        return not_applicable("nothing measures latency in buckets yet")
    good = holding(repo, wanted)
    if good:
        return passed(f"a bucket ends at {wanted:g} s", *good)
    if not declared and by_default(wanted):
        return passed(f"a bucket of the libraries' own ends at {wanted:g} s", *rules[:5])
    return failed(f"no bucket ends at {wanted:g} s", *(note for note, _ in declared), *rules[:5])
