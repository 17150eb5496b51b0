"""What Kubernetes has to know of a container to keep it running."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.api import Audience, Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed

if TYPE_CHECKING:
    from prodify.inventory.kubernetes import Container, KubernetesObject


@check(
    step=Step.SCALING,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.MINUTES,
    fixed_by="kubernetes",
    hint="Add a livenessProbe and a readinessProbe to every container that serves a port.",
)
def probes_are_set(repo: Inventory, profile: Profile) -> Verdict:
    """Containers have liveness and readiness probes.

    Why:
        Without readiness users are sent to a process that still starts; without liveness a hung one stays in the rotation for ever.

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
              containers: [{name: app, image: "ghcr.io/o/app:1.0.0", ports: [{containerPort: 8080}]}]
        ```

    Passes:
        ```yaml title="deploy/app.yaml"
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
                  ports: [{containerPort: 8080}]
                  livenessProbe: {httpGet: {path: /healthz, port: 8080}}
                  readinessProbe: {httpGet: {path: /readyz, port: 8080}}
        ```
    """
    serving = [(o, c) for o in repo.kubernetes if o.is_long_running for c in o.containers if c.ports]
    if not serving:
        return not_applicable("no container serves a port")
    bad = [
        Note(c.location, f"{o.note} {c.name} lacks {', '.join(sorted(_PROBES - _probed(o, c)))}")
        for o, c in serving
        if _PROBES - _probed(o, c)
    ]
    return (
        failed("a serving container lacks a probe", *bad)
        if bad
        else passed("every serving container is probed", *(c.location for _, c in serving))
    )


_PROBES = frozenset(("liveness", "readiness"))


def _probed(workload: KubernetesObject, container: Container) -> frozenset[str]:
    """The probes of a container; where the platform sends nothing to an instance until its start-up probe holds, that is readiness too."""
    found = frozenset(container.probes)
    return found | {"readiness"} if workload.group.endswith("knative.dev") and "startup" in found else found


def _requested(workload: KubernetesObject, container: Container) -> frozenset[str]:
    """What a container is promised; Knative's platforms give an instance its limits."""
    limits = dict(container.limits) if workload.group.endswith("knative.dev") else {}
    return frozenset(dict(container.requests)) | frozenset(limits)


@check(
    step=Step.SCALING,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.MINUTES,
    cwe=(770,),
    fixed_by="kubernetes",
    hint="Set requests for CPU and memory and a limit for memory on every container.",
)
def resources_are_set(repo: Inventory, profile: Profile) -> Verdict:
    """Containers request what they need and have a memory limit.

    Why:
        Without requests the scheduler packs blindly; without a memory limit one leak takes every other service on the machine down.

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
        ```yaml title="deploy/app.yaml"
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
                  resources: {requests: {cpu: 100m, memory: 256Mi}, limits: {memory: 512Mi}}
        ```
    """
    containers = [(o, c) for o in repo.kubernetes if o.is_workload for c in o.containers]
    if not containers:
        return not_applicable("no Kubernetes workload")
    bad = [
        Note(c.location, f"{o.note} {c.name}")
        for o, c in containers
        if "memory" not in dict(c.limits) or not {"cpu", "memory"} <= _requested(o, c)
    ]
    return (
        failed("a container has no requests or no memory limit", *bad)
        if bad
        else passed("every container's needs are stated", *(c.location for _, c in containers))
    )


@check(
    step=Step.SCALING,
    level=Level.NOTE,
    maturity=3,
    audiences=(Audience.PUBLIC,),
    effort=Effort.MINUTES,
    fixed_by="kubernetes",
    hint="Add a PodDisruptionBudget with maxUnavailable: 1 that selects the pods.",
)
def disruption_budget_exists(repo: Inventory, profile: Profile) -> Verdict:
    """Maintenance leaves a replica running.

    Why:
        Upgrading the cluster's machines evicts pods; a disruption budget keeps it from evicting all of them at once.

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
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: app}
        spec: {minAvailable: 1, selector: {matchLabels: {app: app}}}
        ```
    """
    workloads = [o for o in repo.kubernetes if o.is_long_running and not o.group.endswith("knative.dev")]
    if not workloads:
        return not_applicable("no long-running Kubernetes workload")
    budgets = [o for o in repo.kubernetes if o.kind == "PodDisruptionBudget"]
    return passed("a disruption budget is there", *budgets) if budgets else failed("maintenance may stop every replica at once", *workloads)
