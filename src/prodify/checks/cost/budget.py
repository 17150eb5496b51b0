"""What it may cost, and who is told when it costs more."""

from __future__ import annotations

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
)

_BUDGETS = (
    "google_billing_budget",
    "aws_budgets_budget",
    "azurerm_consumption_budget_subscription",
    "azurerm_consumption_budget_resource_group",
)


@check(
    step=Step.COST,
    level=Level.WARNING,
    maturity=1,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.MINUTES,
    fixed_by="profile",
    hint="Set budget.monthly_usd in prodify.yaml.",
)
def budget_is_stated(repo: Inventory, profile: Profile) -> Verdict:
    """A monthly budget is stated.

    Why:
        Without a number nobody can say whether 300 dollars are too much, and no alert can be set.

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
        ```yaml title="prodify.yaml"
        budget: {monthly_usd: 100}
        ```
    """
    if not repo.services:
        return not_applicable("no service that costs anything")
    blocks = [b for b in repo.terraform if b.kind in _BUDGETS]
    if profile.source("budget.monthly_usd") in ("stated", "set") or blocks:
        return passed(
            f"the budget is ${profile.budget.monthly_usd:g} a month",
            *(Location(p) for p in ("prodify.yaml", "prodify.yml", "pyproject.toml") if p in repo.files),
            *blocks,
        )
    return failed("no budget is stated")


@check(step=Step.COST, level=Level.WARNING, maturity=3, audiences=TEAM_AND_PUBLIC, effort=Effort.HOURS, fixed_by="budget")
def budget_alerts_exist(repo: Inventory, profile: Profile) -> Verdict:
    """Somebody is told at 50, 80 and 100 % of the budget.

    Why:
        Cloud bills arrive after the month; an alert at half of it arrives while something can still be done.

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
        ```hcl title="infra/budget.tf"
        resource "google_billing_budget" "app" {
          billing_account = var.billing_account
          amount {
            specified_amount { units = "200" }
          }
          threshold_rules { threshold_percent = 0.8 }
        }
        ```
    """
    if not repo.services:
        return not_applicable("no service that costs anything")
    blocks = [b for b in repo.terraform if b.kind in _BUDGETS]
    return passed("a budget with alerts is defined", *blocks) if blocks else failed("nothing tells anybody that the budget runs out")


@check(step=Step.COST, level=Level.NOTE, maturity=4, audiences=(Audience.PUBLIC,), effort=Effort.HOURS, fixed_by="suspend")
def overspend_is_remediated(repo: Inventory, profile: Profile) -> Verdict:
    """Development and staging stop before the budget is gone.

    Why:
        An alert that arrives on Friday evening is read on Monday; what costs money and serves nobody can stop by itself.

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
        ```hcl title="infra/budget.tf"
        resource "aws_budgets_budget_action" "suspend" {
          budget_name = "app"
          action_type = "RUN_SSM_DOCUMENTS"
        }
        ```
    """
    if not repo.services:
        return not_applicable("no service that costs anything")
    blocks = [b for b in repo.terraform if b.kind == "aws_budgets_budget_action" or "suspend" in b.note]
    code = [
        Location(p)
        for p in repo.files.select("*suspend*.py", "*/suspend/*.py", "*suspend*.sh")
        if repo.files.entries[p].role.value == "production"
    ]
    return (
        passed("overspending stops what can be stopped", *blocks, *code)
        if blocks or code
        else failed("nothing stops when the budget runs out")
    )
