"""How the number of replicas follows the load."""

from __future__ import annotations

from prodify.api import (
    TEAM_AND_PUBLIC,
    Audience,
    Effort,
    Inventory,
    Level,
    Note,
    Profile,
    Step,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
)


@check(
    step=Step.SCALING,
    level=Level.WARNING,
    maturity=3,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.HOURS,
    fixed_by="kubernetes",
    hint="Add a HorizontalPodAutoscaler to your deployment, or the autoscaling of your platform.",
)
def autoscaling_is_configured(repo: Inventory, profile: Profile) -> Verdict:
    """The number of replicas follows the load.

    Why:
        A fixed number is too small on the day that matters and too dear on all others.

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
        ```yaml title="deploy/hpa.yaml"
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: app}
        spec:
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: app}
          minReplicas: 2
          maxReplicas: 20
          metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]
        ```
    """
    if not repo.services:
        return not_applicable("no service")
    objects = [o for o in repo.kubernetes if o.kind in ("HorizontalPodAutoscaler", "ScaledObject") or o.group.endswith("knative.dev")]
    blocks = [
        b
        for b in repo.terraform
        if b.kind in ("aws_appautoscaling_target", "aws_autoscaling_group", "google_cloud_run_v2_service", "google_cloud_run_service")
    ]
    if objects or blocks:
        return passed("replicas follow the load", *objects, *blocks)
    return failed("the number of replicas is fixed, or nothing says it")


@check(
    step=Step.SCALING,
    level=Level.ERROR,
    maturity=3,
    effort=Effort.MINUTES,
    fixed_by="kubernetes",
    hint="Set resources.requests.cpu on every container of what is autoscaled by CPU.",
)
def autoscaler_has_requests(repo: Inventory, profile: Profile) -> Verdict:
    """What is autoscaled by CPU requests CPU.

    Why:
        Utilisation is measured against the request. Without one the autoscaler knows nothing and does nothing.

    Fails:
        ```yaml title="deploy/app.yaml"
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: app}
        spec:
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: app}
          maxReplicas: 20
          metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]
        ---
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
        ```yaml title="deploy/app.yaml"
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: app}
        spec:
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: app}
          maxReplicas: 20
          metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: app}
        spec:
          selector: {matchLabels: {app: app}}
          template:
            metadata: {labels: {app: app}}
            spec:
              containers:
                - name: app
                  image: ghcr.io/o/app:1.0.0
                  resources: {requests: {cpu: 100m, memory: 128Mi}}
        ```
    """
    scalers = [o for o in repo.kubernetes if o.kind == "HorizontalPodAutoscaler"]
    if not scalers:
        return not_applicable("no autoscaler on CPU")
    bad = []
    for scaler in scalers:
        target = scaler.get("spec", "scaleTargetRef", "name")
        for item in repo.kubernetes:
            if target is not None and item.is_long_running and item.name == target.text and item.kind != "Rollout":
                bad += [Note(c.location, f"{item.note} {c.name} requests no CPU") for c in item.containers if "cpu" not in dict(c.requests)]
    return failed("an autoscaled container requests no CPU", *bad) if bad else passed("autoscaled containers request CPU", *scalers)


@check(
    step=Step.SCALING,
    level=Level.WARNING,
    maturity=3,
    audiences=(Audience.PUBLIC,),
    effort=Effort.MINUTES,
    fixed_by="kubernetes",
    hint="Set minReplicas to at least the profile's min_replicas, and maxReplicas so that the planned peak fits.",
)
def autoscaler_bounds_fit_goals(repo: Inventory, profile: Profile) -> Verdict:
    """The autoscaler's bounds fit the goals.

    Why:
        One replica is no redundancy, and an upper bound below the planned peak is an outage with a date.

    Fails:
        ```yaml title="deploy/hpa.yaml"
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: app}
        spec:
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: app}
          minReplicas: 1
          maxReplicas: 3
        ```

    Passes:
        ```yaml title="deploy/hpa.yaml"
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: app}
        spec:
          scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: app}
          minReplicas: 2
          maxReplicas: 20
        ```
    """
    scalers = [o for o in repo.kubernetes if o.kind == "HorizontalPodAutoscaler" and o.get("spec", "maxReplicas") is not None]
    production = [o for o in scalers if "staging" not in o.path and "dev" not in o.path.split("/")]
    if not production:
        return not_applicable("no autoscaler for production")
    bad = []
    for scaler in production:
        low, high = scaler.get("spec", "minReplicas"), scaler.get("spec", "maxReplicas")
        minimum = low.value if low is not None else 1
        maximum = high.value if high is not None else 0
        if isinstance(minimum, int) and minimum < profile.scaling.min_replicas:
            bad.append(Note(scaler.location, f"minReplicas {minimum}, the goals ask for {profile.scaling.min_replicas}"))
        if isinstance(maximum, int) and profile.stated and maximum < profile.max_replicas:  # a peak that nobody planned asks for nothing
            bad.append(Note(scaler.location, f"maxReplicas {maximum}, the goals ask for {profile.max_replicas}"))
    return failed("the autoscaler's bounds do not fit the goals", *bad) if bad else passed("the bounds fit the goals", *production)
