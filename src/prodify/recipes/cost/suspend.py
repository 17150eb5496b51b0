"""The recipe `suspend`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Audience, File, Inventory, Profile, Review, Step, recipe
from prodify.recipes.cost.budget import BUDGETS, budget_files
from prodify.recipes.cost.cloud import MODULES, SHARED, account, runtime_account
from prodify.recipes.shared.layout import INFRA
from prodify.render import render

FUNCTION = f"{INFRA}/functions/suspend"


@dataclass(frozen=True, slots=True)
class FunctionContext:
    """What `cost/suspend/main.py` names: percent of the budget."""

    suspend_percent: str


@dataclass(frozen=True, slots=True)
class ModuleContext:
    """What the function's module and the cloud's part of the function name: nothing, they take all from variables."""


@dataclass(frozen=True, slots=True)
class SharedSuspendContext:
    """What `cost/infra/shared-suspend-gcp.tf` names; `staging_account`: account of Cloud Run's staging service, empty elsewhere."""

    service: str
    region: str
    suspend_percent: str
    staging_account: str


@dataclass(frozen=True, slots=True)
class SharedSuspendAwsContext:
    """What `cost/infra/shared-suspend-aws.tf` names."""

    service: str
    suspend_percent: str


@recipe(
    step=Step.COST,
    fixes=("overspend-is-remediated",),
    audiences=(Audience.TEAM, Audience.PUBLIC),
    after=("budget",),
    review=Review.CAREFUL,
)
def suspend(repo: Inventory, profile: Profile) -> Iterator[File]:
    """A function that suspends development and staging when the budget is nearly used up, and what calls it.

    A dry run until told otherwise; production and what is labelled suspend = never are out of its reach; Slack is told; every run leaves an
    audit record; a new month resumes. Comes with the budget that calls it; nothing where another budget is defined: it would not be called.
    """
    found = account(repo, profile)
    if found is None or any(block.kind in (*BUDGETS, "aws_budgets_budget_action") for block in repo.terraform):
        return
    percent, module = str(profile.budget.suspend_percent), ModuleContext()
    yield File(f"{FUNCTION}/main.py", render("cost/suspend/main.py", FunctionContext(percent)))
    if found.cloud == "gcp":
        staging = runtime_account(found.service, "staging") if profile.platform.runtime == "cloud-run" else ""
        shared = SharedSuspendContext(found.service, found.region, percent, staging)
        yield File(f"{FUNCTION}/cloud.py", render("cost/suspend/gcp.py", module))
        yield File(f"{MODULES}/suspend/main.tf", render("cost/infra/suspend-gcp.tf", module))
        yield File(f"{SHARED}/suspend.tf", render("cost/infra/shared-suspend-gcp.tf", shared))
    else:
        yield File(f"{FUNCTION}/cloud.py", render("cost/suspend/aws.py", module))
        yield File(f"{MODULES}/suspend/main.tf", render("cost/infra/suspend-aws.tf", module))
        shared_aws = SharedSuspendAwsContext(found.service, percent)
        yield File(f"{SHARED}/suspend.tf", render("cost/infra/shared-suspend-aws.tf", shared_aws))
    yield from budget_files(found, profile)
