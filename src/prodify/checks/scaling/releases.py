"""How a new release reaches the users."""

from __future__ import annotations

import re

from prodify.api import Audience, Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed

_PLATFORM_SCALES = ("cloud-run", "serverless")


def _workloads(repo: Inventory) -> list[object]:
    return [o for o in repo.kubernetes if o.is_long_running]


@check(
    step=Step.SCALING,
    level=Level.WARNING,
    maturity=3,
    audiences=(Audience.PUBLIC,),
    effort=Effort.HOURS,
    fixed_by="rollouts",
    hint="Release to a share of the users first: a canary (Argo Rollouts, Flagger, traffic splits), or a feature flag.",
)
def releases_are_progressive(repo: Inventory, profile: Profile) -> Verdict:
    """A release reaches a few users first.

    Why:
        A canary that is watched shows a bad release to one user in twenty for five minutes instead of to all of them for an hour.

    Fails:
        ```yaml title="deploy/app.yaml"
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app}
        spec:
          selector: {matchLabels: {app: app}}
          template:
            metadata: {labels: {app: app}}
            spec:
              containers: [{name: app, image: "ghcr.io/o/app:1.0.0"}]
        ```

    Passes:
        ```yaml title="deploy/rollout.yaml"
        apiVersion: argoproj.io/v1alpha1
        kind: Rollout
        metadata: {name: app}
        spec:
          selector: {matchLabels: {app: app}}
          strategy: {canary: {steps: [{setWeight: 5}, {pause: {duration: 5m}}]}}
          template:
            metadata: {labels: {app: app}}
            spec:
              containers: [{name: app, image: "ghcr.io/o/app:1.0.0"}]
        ```
    """
    if not repo.services and not _workloads(repo):
        return not_applicable("no service is released")
    objects = [o for o in repo.kubernetes if o.kind in ("Rollout", "Canary")]
    gradual = [
        Note(c.location, c.note)
        for p in repo.pipelines
        for c in p.commands
        if re.search(r"update-traffic|--to-tags|--canary|codedeploy|--no-traffic", c.text)
    ]
    flags = repo.uses("openfeature-sdk", "launchdarkly-server-sdk", "unleash-client", "flagsmith", "growthbook")
    if objects or gradual or flags:
        return passed("releases reach a few users first", *objects, *gradual, *([flags] if flags else []))
    return failed("a release reaches every user at once")
