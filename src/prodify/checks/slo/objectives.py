"""Objectives: whether they are written down, can be met, and have consequences."""

from __future__ import annotations

from prodify.api import TEAM_AND_PUBLIC, Effort, Inventory, Level, Location, Profile, Step, Verdict, check, failed, not_applicable, passed

_FASTEST_SHARE = 0.02
"""Share of the budget that the fastest page lets go within an hour (Site Reliability Workbook, "Alerting on SLOs")."""


def _operated(repo: Inventory) -> bool:
    return bool(repo.web_services)


@check(
    step=Step.SLO,
    level=Level.WARNING,
    maturity=2,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.HOURS,
    fixed_by="slo",
    hint="Write an objective for availability and one for latency as OpenSLO, Sloth or Pyrra beside the code.",
)
def slos_are_defined(repo: Inventory, profile: Profile) -> Verdict:
    """Service level objectives are written down as code.

    Why:
        An objective says how good is good enough. Without one every slow request is an emergency, or none is.

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
        ```yaml title="slo/openslo.yaml"
        apiVersion: openslo/v1
        kind: SLO
        metadata: {name: app-availability}
        spec:
          service: app
          budgetingMethod: Occurrences
          timeWindow: [{duration: 30d, isRolling: true}]
          indicatorRef: app-availability
          objectives: [{displayName: availability, target: 0.999}]
        ```
    """
    if not _operated(repo):
        return not_applicable("no web service")
    found = repo.monitoring.slos
    return passed("objectives are specified", *found) if found else failed("no objective is specified")


@check(
    step=Step.SLO,
    level=Level.WARNING,
    maturity=2,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.MINUTES,
    hint="Set slo.availability_percent and slo.latency.target_percent above 93, and the guardrail above the objective, in prodify.yaml.",
)
def slo_is_feasible(repo: Inventory, profile: Profile) -> Verdict:
    """The objectives can be met and can be missed.

    Why:
        Below about 93 % the fastest burn-rate alert can never fire, and an objective of 100 % leaves no budget for any change.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```yaml title="prodify.yaml"
        slo: {availability_percent: 90, latency: {threshold_ms: 300}}
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```yaml title="prodify.yaml"
        slo: {availability_percent: 99.9, latency: {threshold_ms: 300}}
        ```
    """
    if not _operated(repo):
        return not_applicable("no web service")
    if profile.source("slo") == "default" and not repo.monitoring.slos:
        return not_applicable("no objective is stated yet")
    fastest = round(_FASTEST_SHARE * profile.slo.window_days * 24, 2)
    where = [Location(p) for p in ("prodify.yaml", "prodify.yml") if p in repo.files]
    budgets = {"availability": profile.slo.error_budget_ratio, "latency": 1 - profile.slo.latency.target_percent / 100}
    impossible = [name for name, budget in budgets.items() if fastest * budget >= 1]
    if impossible:
        return failed(f"the fastest burn-rate alert (factor {fastest:g}) can never fire for {' and '.join(impossible)}", *where)
    if profile.slo.guardrails.latency_ms < profile.slo.latency.threshold_ms:
        return failed("the guardrail for latency is below the objective, so that it pages while the objective is met", *where)
    return passed("every burn-rate alert can fire, and the guardrail lies above the objective", *where)


@check(step=Step.SLO, level=Level.NOTE, maturity=3, audiences=TEAM_AND_PUBLIC, effort=Effort.MINUTES, fixed_by="budget-policy")
def error_budget_policy_exists(repo: Inventory, profile: Profile) -> Verdict:
    """It is agreed what happens when the error budget is spent.

    Why:
        Agreed beforehand, a freeze is a rule; decided during the incident, it is a quarrel.

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
        ```markdown title="docs/error-budget-policy.md"
        # Error budget policy

        When more than 50 % of the error budget is spent, risky releases stop.
        ```
    """
    if not _operated(repo):
        return not_applicable("no web service")
    found = []
    for path in repo.files.select("*.md", "*.rst", "*.adoc"):
        text = (repo.files.text(path) or "").lower()
        if path != "README.md" and "error budget" in text and any(word in text for word in ("freeze", "stop", "policy")):
            found.append(Location(path))
    return passed("a policy says what happens", *found[:3]) if found else failed("nothing says what happens when the error budget is spent")
