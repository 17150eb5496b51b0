"""Whether what is planned fits the budget, and whether what piles up is thrown away."""

from __future__ import annotations

import re

from prodify.api import (
    TEAM_AND_PUBLIC,
    Audience,
    Effort,
    Inventory,
    Level,
    Location,
    Profile,
    Step,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
    undecided,
)
from prodify.lazyre import lazy

_LOG_STORES = {
    "aws_cloudwatch_log_group": ("retention_in_days",),
    "azurerm_log_analytics_workspace": ("retention_in_days",),
    "google_logging_project_bucket_config": ("retention_days",),
}
"""Terraform resources that keep logs, and the attribute that says for how long."""
_EVER = ("aws_ecs_task_definition", "aws_lambda_function", "aws_apprunner_service")
"""Resources whose log groups keep everything for ever unless they are declared with a retention."""
_LOKI = lazy(r"^\s*(retention_period|retention_deletes_enabled)\s*:\s*\S", re.MULTILINE)
_IS_LOKI = lazy(r"^(schema_config|ingester|limits_config)\s*:", re.MULTILINE)


@check(
    step=Step.COST,
    level=Level.WARNING,
    maturity=2,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.DAYS,
    hint="Apply the recipe cost-report to see each line; then choose a smaller model, smaller machines or a larger budget.",
)
def estimate_fits_budget(repo: Inventory, profile: Profile) -> Verdict:
    """What is planned costs no more than the budget.

    Why:
        The bill of the first month should not be the first time that somebody multiplies users, requests, tokens and machines.

    Fails:
        ```text title="requirements.txt"
        flask
        psycopg2-binary
        ```
        ```python title="app.py"
        import psycopg2
        from flask import Flask

        app = Flask(__name__)
        db = psycopg2.connect("dbname=app")
        ```
        ```yaml title="prodify.yaml"
        audience: team
        budget: {monthly_usd: 5}
        platform: {runtime: kubernetes, cloud: gcp}
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
        audience: team
        traffic: {monthly_users: 200, baseline_rps: 0.1, peak_rps: 2}
        budget: {monthly_usd: 400}
        platform: {runtime: cloud-run, cloud: gcp}
        ```
    """
    if not repo.services:
        return not_applicable("no service that costs anything")
    if profile.source("budget.monthly_usd") not in ("stated", "set"):
        return not_applicable("no budget is stated that an estimate could fit")
    from prodify.cost.estimate import estimate
    from prodify.cost.usage import usage_of

    found = estimate(profile, usage_of(repo, secrets=len({v.name for v in repo.environment if v.secret})))
    where = [Location(p) for p in ("prodify.yaml", "prodify.yml", "pyproject.toml") if p in repo.files]
    budget = profile.budget.monthly_usd
    fits = found.fits(budget)
    if fits is None:
        unknown = ", ".join(line.item for line in found.unknown[:3])
        return undecided(f"${found.known_usd:,.0f} of ${budget:,.0f} a month are accounted for; no price is known for {unknown}", *where)
    dearest = max(found.lines, key=lambda line: line.monthly_usd or 0).item
    amounts = f"about ${found.known_usd:,.0f} a month of ${budget:,.0f}, most of it for: {dearest} (prices of {found.as_of})"
    return passed(amounts, *where) if fits else failed(f"the estimate is above the budget: {amounts}", *where)


@check(
    step=Step.COST,
    level=Level.NOTE,
    maturity=3,
    audiences=(Audience.PUBLIC,),
    effort=Effort.MINUTES,
    hint="Set a retention (30 days are a good start) for every place that keeps logs, and longer for the few that the law asks for.",
)
def log_retention_is_set(repo: Inventory, profile: Profile) -> Verdict:
    """Logs are thrown away after a stated time.

    Why:
        Logs that nobody deletes grow until they cost more than the service, and keep personal data longer than anybody promised.

    Fails:
        ```hcl title="infra/main.tf"
        resource "aws_cloudwatch_log_group" "app" {
          name = "/app"
        }
        ```

    Passes:
        ```hcl title="infra/main.tf"
        resource "aws_cloudwatch_log_group" "app" {
          name              = "/app"
          retention_in_days = 30
        }
        ```
    """
    stores = [b for b in repo.terraform if b.type == "resource" and b.kind in _LOG_STORES]
    loki = [p for p in repo.files.select("*loki*.y*ml", "loki/*.y*ml") if _IS_LOKI.search(repo.files.text(p) or "")]
    running = [b for b in repo.terraform if b.type == "resource" and b.kind in _EVER]
    if not stores and not loki and not running:
        return not_applicable("no place that keeps logs is defined in code")
    endless = [b for b in stores if not any(key in b.attributes for key in _LOG_STORES[b.kind])]
    kept = [Location(p) for p in loki if not _LOKI.search(repo.files.text(p) or "")]
    undeclared = running if not stores else []
    if endless or kept or undeclared:
        return failed("logs are kept for ever", *endless, *kept, *undeclared)
    return passed("logs are thrown away after a stated time", *stores, *(Location(p) for p in loki))
