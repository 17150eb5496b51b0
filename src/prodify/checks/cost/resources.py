"""What cloud resources cost: whose they are, and whether they sleep."""

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
)
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from prodify.inventory.kubernetes import KubernetesObject

_MEASURES = lazy(r"\b(goldilocks|krr|vpa|rightsiz\w*|robusta)\b", re.IGNORECASE)
_BUDGETS = (
    "google_billing_budget",
    "aws_budgets_budget",
    "azurerm_consumption_budget_subscription",
    "azurerm_consumption_budget_resource_group",
)
_UNTAGGED = re.compile(
    r"_(iam|policy|attachment|association|rule|route|member|binding|version|record|api|service)$|_iam_"
    r"|^azurerm_(subnet|management_lock|postgresql_flexible_server_(configuration|database|firewall_rule))$"
)
"""Kinds of resources that take no tags: parts of others, and rights."""


@check(step=Step.COST, level=Level.WARNING, maturity=3, audiences=TEAM_AND_PUBLIC, effort=Effort.MINUTES, fixed_by="tags")
def resources_are_tagged(repo: Inventory, profile: Profile) -> Verdict:
    """Cloud resources carry tags.

    Why:
        The bill lists resources, not services: without tags nobody knows whose database costs 90 dollars.

    Fails:
        ```hcl title="infra/main.tf"
        resource "aws_db_instance" "main" {
          engine         = "postgres"
          instance_class = "db.t4g.micro"
        }
        ```

    Passes:
        ```hcl title="infra/main.tf"
        provider "aws" {
          default_tags {
            tags = { service = "app", owner = "team" }
          }
        }

        resource "aws_db_instance" "main" {
          engine         = "postgres"
          instance_class = "db.t4g.micro"
        }
        ```
    """
    resources = [
        b for b in repo.terraform if b.type == "resource" and b.kind.startswith(("aws_", "google_", "azurerm_")) and b.kind not in _BUDGETS
    ]
    if not resources:
        return not_applicable("no cloud resource in Terraform")
    defaults = [
        b for b in repo.terraform if b.type == "provider" and ("default_labels" in b.attributes or b.block("default_tags") is not None)
    ]
    if defaults:
        return passed("the provider tags everything", *defaults)
    taggable = [b for b in resources if not _UNTAGGED.search(b.kind)]
    bare = [b for b in taggable if not any(key in inner.attributes for inner in b.walk() for key in ("tags", "labels", "user_labels"))]
    return (
        failed(f"{len(bare)} of {len(taggable)} resources carry no tag", *bare) if bare else passed("resources carry tags", *taggable[:5])
    )


@check(step=Step.COST, level=Level.NOTE, maturity=3, audiences=TEAM_AND_PUBLIC, effort=Effort.HOURS, fixed_by="staging-schedule")
def staging_scales_to_zero(repo: Inventory, profile: Profile) -> Verdict:
    """Staging sleeps when nobody uses it.

    Why:
        Nights and weekends are 128 of the week's 168 hours: three quarters of staging's bill buy nothing.

    Fails:
        ```yaml title="deploy/kubernetes/overlays/staging/app.yaml"
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app, namespace: staging}
        spec:
          replicas: 2
          selector: {matchLabels: {app: app}}
          template:
            metadata: {labels: {app: app}}
            spec: {containers: [{name: app, image: "ghcr.io/o/app:1.0.0"}]}
        ```

    Passes:
        ```yaml title="deploy/kubernetes/overlays/staging/schedule.yaml"
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: staging-sleep, namespace: staging}
        spec:
          schedule: "0 20 * * 1-5"
          jobTemplate:
            spec:
              template:
                spec:
                  restartPolicy: Never
                  containers:
                    - name: scale
                      image: ghcr.io/o/kubectl:1.37.0
                      command: [kubectl, scale, deploy/app, --replicas=0]
        ```
    """
    staging = [o for o in repo.kubernetes if "staging" in f"{o.path} {o.namespace or ''}".lower()]
    if not staging:
        return not_applicable("no staging environment")
    sleeping = [o for o in staging if o.kind in ("CronJob", "ScaledObject") or _sleeps(o)]
    zero = [o for o in staging if o.replicas == 0]
    workflow = [
        Note(c.location, c.note)
        for p in repo.pipelines
        if "schedule" in p.triggers
        for c in p.commands
        if re.search(r"--replicas[= ]0|min-instances[= ]0", c.text)
    ]
    return (
        passed("staging sleeps", *sleeping, *zero, *workflow)
        if sleeping or zero or workflow
        else failed("staging runs day and night", *staging[:3])
    )


def _sleeps(item: KubernetesObject) -> bool:
    """Whether a Knative service (Cloud Run's) may have no instance; Cloud Run reads the bound from the revision's template."""
    places = (("metadata",), ("spec", "template", "metadata"))
    bounds = [item.get(*place, "annotations", "autoscaling.knative.dev/minScale") for place in places]
    return any(bound is not None and bound.text == "0" for bound in bounds)


@check(
    step=Step.COST,
    level=Level.NOTE,
    maturity=4,
    audiences=(Audience.PUBLIC,),
    effort=Effort.HOURS,
    status="preview",
    fixed_by="rightsizing",
    hint="Let something compare what pods ask for with what they use: a VerticalPodAutoscaler in the mode Off, Goldilocks, KRR.",
)
def sizes_follow_measurements(repo: Inventory, profile: Profile) -> Verdict:
    """What pods ask for follows from what they use.

    Why:
        Requests are guessed once and paid for every hour: too much is money for nothing, too little is pods that are ended for memory.

    Fails:
        ```yaml title="deploy/kubernetes/base/deployment.yaml"
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app}
        spec:
          selector: {matchLabels: {app: app}}
          template:
            metadata: {labels: {app: app}}
            spec:
              containers: [{name: app, image: "ghcr.io/o/app:1.0.0", resources: {requests: {cpu: "2", memory: 4Gi}}}]
        ```

    Passes:
        ```yaml title="deploy/kubernetes/base/deployment.yaml"
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app}
        spec:
          selector: {matchLabels: {app: app}}
          template:
            metadata: {labels: {app: app}}
            spec:
              containers: [{name: app, image: "ghcr.io/o/app:1.0.0", resources: {requests: {cpu: "2", memory: 4Gi}}}]
        ```
        ```yaml title="deploy/kubernetes/base/vpa.yaml"
        apiVersion: autoscaling.k8s.io/v1
        kind: VerticalPodAutoscaler
        metadata: {name: app}
        spec:
          targetRef: {apiVersion: apps/v1, kind: Deployment, name: app}
          updatePolicy: {updateMode: "Off"}
        ```
    """
    sized = [o for o in repo.kubernetes if o.is_long_running]
    if not sized:
        return not_applicable("no pods are described")
    autoscalers = [o for o in repo.kubernetes if o.kind == "VerticalPodAutoscaler"]
    commands = [Note(c.location, c.note) for p in repo.pipelines for c in p.commands if _MEASURES.search(c.text)]
    scripts = [Note(Location(path, 1), "compares use and requests") for path in repo.files.select("*rightsiz*.py", "*rightsiz*.sh")]
    if autoscalers or commands or scripts:
        return passed("sizes are compared with what is used", *autoscalers[:3], *commands[:3], *scripts[:3])
    return failed("nothing compares sizes with what is used", *sized[:3])
