"""How changes of infrastructure are looked at before they are made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.api import (
    TEAM_AND_PUBLIC,
    Audience,
    Effort,
    Inventory,
    Level,
    Location,
    Note,
    Profile,
    Step,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
    undecided,
)
from prodify.checks.ci._samples import live
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from prodify.inventory.commands import Command
    from prodify.inventory.workflows.model import Job, Pipeline

_PLANS = (
    "terraform plan",
    "tofu plan",
    "terragrunt plan",
    "terragrunt run-all plan",
    "pulumi preview",
    "cdk diff",
    "az deployment group what-if",
    "infracost",
)
_PLAN_ACTIONS = lazy(
    r"terraform-plan|tofu-plan|tf-?summarize|atlantis|tfcmt|digger|spacelift|terrateam|pulumi/actions|infracost", re.IGNORECASE
)
_APPLIES = ("terraform apply", "tofu apply", "terragrunt apply", "terragrunt run-all apply", "pulumi up", "cdk deploy")
_UNASKED = lazy(r"-auto-approve|--yes\b|--skip-preview|--require-approval[ =]never|--terragrunt-non-interactive|(?<!\w)-y\b")
_PLAN_FILE = lazy(r"\bapply\b.*\s[\w./$\{\}-]*(plan|\.tfplan|\.out)[\w./\"'\}]*\s*$|\bapply\s+(-\S+\s+)*\"?\$?\{?\w*plan", re.IGNORECASE)
_POLICIES = (
    "conftest",
    "opa",
    "kyverno",
    "checkov",
    "tfsec",
    "trivy config",
    "kics",
    "terrascan",
    "kube-linter",
    "kube-score",
    "polaris",
    "datree",
    "sentinel",
    "regula",
    "kubescape",
    "gator",
    "terraform-compliance",
)
_POLICY_ACTIONS = lazy(r"checkov|tfsec|kics|kube-linter|conftest|opa|kyverno|terrascan|kubescape|datree|polaris", re.IGNORECASE)
_ELSEWHERE = ("atlantis.yaml", "digger.yml", ".spacelift/config.yml", ".terrateam/config.yml")
"""Files of services that plan every pull request by themselves."""


@check(
    step=Step.CI,
    level=Level.WARNING,
    maturity=3,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.HOURS,
    fixed_by="policy",
    hint="Run terraform plan (or pulumi preview) on pull requests that touch infrastructure, and show its output in them.",
)
def infrastructure_is_planned_on_pull_requests(repo: Inventory, profile: Profile) -> Verdict:
    """A pull request shows what it will change in the cloud.

    Why:
        Three changed lines can replace a database; the plan says so before the merge, in one line: "1 to destroy".

    Fails:
        ```hcl title="infra/main.tf"
        resource "google_storage_bucket" "files" {
          name     = "files"
          location = "EU"
        }
        ```
        ```yaml title=".github/workflows/infra.yml"
        name: infra
        on: {push: {branches: [main]}}
        jobs:
          apply:
            runs-on: ubuntu-24.04
            steps:
              - run: terraform apply tfplan
        ```

    Passes:
        ```hcl title="infra/main.tf"
        resource "google_storage_bucket" "files" {
          name     = "files"
          location = "EU"
        }
        ```
        ```yaml title=".github/workflows/infra.yml"
        name: infra
        on: [pull_request]
        jobs:
          plan:
            runs-on: ubuntu-24.04
            steps:
              - run: terraform plan
        ```
    """
    blocks = [b for b in repo.terraform if b.type in ("resource", "module")]
    other = [Location(p) for p in repo.files.select("Pulumi.yaml", "cdk.json")]
    if not blocks and not other:
        return not_applicable("no infrastructure as code")
    before = [p for p in live(repo) if p.on_pull_request or (p.on_push and not p.branches)]
    plans = [Note(c.location, c.note) for p in before for c in p.runs(*_PLANS)]
    plans += [Note(u.location, u.note) for p in before for u in p.uses if _PLAN_ACTIONS.search(u.name)]
    services = [Location(p) for p in _ELSEWHERE if p in repo.files]
    if plans or services:
        return passed("pull requests show the plan", *plans[:5], *services)
    cloud = [b for b in repo.terraform if b.type == "terraform" and b.block("cloud") is not None]
    if cloud:
        return undecided("HCP Terraform may plan pull requests; whether it does is a setting outside the repository", *cloud)
    return failed("a pull request does not show what it changes in the cloud", *blocks[:3], *other)


@check(
    step=Step.CI,
    level=Level.WARNING,
    maturity=3,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.HOURS,
    cwe=(862,),
    hint="Save the plan, let a person approve it (an environment with reviewers), and apply exactly that file.",
)
def apply_is_never_auto_approved(repo: Inventory, profile: Profile) -> Verdict:
    """Nobody changes the cloud without a look at the plan.

    Why:
        With -auto-approve the plan that somebody read and the one that is carried out are two; the second may delete what the first kept.

    Fails:
        ```yaml title=".github/workflows/infra.yml"
        name: infra
        on: {push: {branches: [main]}}
        jobs:
          apply:
            runs-on: ubuntu-24.04
            steps:
              - run: terraform apply -auto-approve
        ```

    Passes:
        ```yaml title=".github/workflows/infra.yml"
        name: infra
        on: {push: {branches: [main]}}
        jobs:
          plan:
            runs-on: ubuntu-24.04
            steps:
              - run: terraform plan -out=tfplan
          apply:
            needs: plan
            environment: production
            runs-on: ubuntu-24.04
            steps:
              - run: terraform apply tfplan
        ```
    """
    applies = [(p, j, c) for p in live(repo) for j in p.jobs for c in j.runs(*_APPLIES)]
    if not applies:
        return not_applicable("no pipeline applies infrastructure")
    blind = [(p, j, c) for p, j, c in applies if _is_blind(p, j, c)]
    if not blind:
        return passed("what is applied was looked at", *(c for _, _, c in applies))
    if all(j.environment for _, j, _ in blind):
        return undecided("whether the environment asks for an approval is a setting outside the repository", *(c for _, _, c in blind))
    return failed("infrastructure is changed without a look at the plan", *(c for _, _, c in blind))


def _is_blind(pipeline: Pipeline, job: Job, command: Command) -> bool:
    """Whether a command applies without asking, no saved plan, and nobody starts or approves the job."""
    by_hand = job.manual or set(pipeline.triggers) <= {"workflow_dispatch", "manual"} or any(j.manual for j in pipeline.before(job))
    return _UNASKED.search(command.text) is not None and not _PLAN_FILE.search(command.text) and not by_hand


@check(
    step=Step.CI,
    level=Level.NOTE,
    maturity=4,
    audiences=(Audience.PUBLIC,),
    effort=Effort.HOURS,
    fixed_by="policy",
    hint="Hold manifests and plans against rules in CI: conftest with rules of your own, or checkov, kube-linter, trivy config.",
)
def policy_checks_run(repo: Inventory, profile: Profile) -> Verdict:
    """The pipeline holds infrastructure against rules.

    Why:
        "No public bucket, no container as root" is forgotten in the fortieth review; a rule is not.

    Fails:
        ```hcl title="infra/main.tf"
        resource "google_storage_bucket" "files" {
          name     = "files"
          location = "EU"
        }
        ```

    Passes:
        ```hcl title="infra/main.tf"
        resource "google_storage_bucket" "files" {
          name     = "files"
          location = "EU"
        }
        ```
        ```yaml title=".github/workflows/infra.yml"
        name: infra
        on: [pull_request]
        jobs:
          rules:
            runs-on: ubuntu-24.04
            steps:
              - run: conftest test infra
        ```
    """
    blocks = [b for b in repo.terraform if b.type in ("resource", "module")]
    workloads = [o for o in repo.kubernetes if o.is_workload]
    if not blocks and not workloads:
        return not_applicable("no infrastructure as code")
    found = [Note(c.location, c.note) for p in live(repo) for c in p.runs(*_POLICIES)]
    for use in (u for p in live(repo) for u in p.uses):
        trivy = use.name.lower() == "aquasecurity/trivy-action" and (
            use.input("scan-type") == "config" or "misconfig" in (use.input("scanners") or "")
        )
        if trivy or _POLICY_ACTIONS.search(use.name.rpartition("/")[2]):
            found.append(Note(use.location, use.note))
    if found:
        return passed("rules are checked", *found[:5])
    return failed("no rule is checked against the infrastructure", *blocks[:3], *workloads[:3])
