"""The recipe `budget`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Audience, File, Inventory, Profile, Review, Step, recipe
from prodify.escape import Code, code
from prodify.recipes.cost.cloud import MODULES, SHARED, Account, account, emails, number, numbers, text
from prodify.recipes.cost.tags import labels_module
from prodify.render import render

BUDGETS = ("google_billing_budget", "aws_budgets_budget")


@dataclass(frozen=True, slots=True)
class BudgetContext:
    """What the modules of the budget name; they take everything else as variables."""


@dataclass(frozen=True, slots=True)
class ThresholdsTestContext:
    """What `cost/infra/thresholds.tftest.hcl` names: US dollars, percent."""

    monthly_usd: str
    alert_percents: str
    suspend_percent: str


@dataclass(frozen=True, slots=True)
class SharedContext:
    """What `cost/infra/shared-*.tf` name: US dollars a month, percent; `bucket`, `project` and `emails` are text of HCL."""

    service: str
    owner: str
    data_class: str
    region: str
    project: Code
    bucket: Code
    init: Code
    monthly_usd: str
    alert_percents: str
    suspend_percent: str
    emails: Code


@recipe(
    step=Step.COST,
    fixes=("budget-alerts-exist",),
    audiences=(Audience.TEAM, Audience.PUBLIC),
    after=("tags",),
    review=Review.CAREFUL,
)
def budget(repo: Inventory, profile: Profile) -> Iterator[File]:
    """Terraform for a budget on Google Cloud or AWS: somebody is told at the shares that the profile names, and of the forecast.

    Its arithmetic is a module of its own that `terraform test` proves without a provider. Where a budget is defined already, nothing.
    """
    found = account(repo, profile)
    if found is None or any(block.kind in BUDGETS for block in repo.terraform):
        return
    yield from budget_files(found, profile)


def budget_files(found: Account, profile: Profile) -> Iterator[File]:
    """The module, its arithmetic with tests, and the root module that staging and production share."""
    shares = profile.budget.alert_percents, profile.budget.suspend_percent
    tests = ThresholdsTestContext(number(profile.budget.monthly_usd), numbers(shares[0]), str(shares[1]))
    folder, empty = f"{MODULES}/budget", BudgetContext()
    yield File(f"{folder}/thresholds/main.tf", render("cost/infra/thresholds.tf", empty))
    yield File(f"{folder}/thresholds/thresholds.tftest.hcl", render("cost/infra/thresholds.tftest.hcl", tests))
    if found.cloud == "gcp":
        yield File(f"{folder}/main.tf", render("cost/infra/budget-gcp.tf", empty))
        yield File(f"{SHARED}/main.tf", render("cost/infra/shared-gcp.tf", shared_context(found, profile)))
    else:
        yield File(f"{folder}/main.tf", render("cost/infra/budget-aws.tf", empty))
        yield File(f"{SHARED}/main.tf", render("cost/infra/shared-aws.tf", shared_context(found, profile)))
    yield from labels_module(found)


def shared_context(found: Account, profile: Profile) -> SharedContext:
    """The values of the shared root module."""
    return SharedContext(
        service=found.service,
        owner=found.owner,
        data_class=found.data_class,
        region=found.region,
        project=text(found.project) if found.project else Code(""),
        bucket=text(found.bucket) if found.bucket else Code(""),
        init=found.init,
        monthly_usd=number(profile.budget.monthly_usd),
        alert_percents=numbers(profile.budget.alert_percents),
        suspend_percent=str(profile.budget.suspend_percent),
        emails=code((text(address) for address in emails(profile)), ", "),
    )
