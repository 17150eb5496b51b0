"""What a cluster lets pods do to each other, to itself, and which pods it lets in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.api import Audience, Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed

if TYPE_CHECKING:
    from prodify.inventory.kubernetes import KubernetesObject

_POLICY_KINDS = frozenset(
    (
        "ValidatingAdmissionPolicy",
        "ClusterPolicy",
        "ClusterImagePolicy",
        "ImageValidatingPolicy",
        "ValidatingPolicy",
        "ClusterAdmissionPolicy",
    )
)
_POLICY_GROUPS = ("constraints.gatekeeper.sh", "templates.gatekeeper.sh", "kyverno.io", "policies.kyverno.io", "policies.kubewarden.io")


def _pods(repo: Inventory) -> list[KubernetesObject]:
    """Long-running workloads in pods of one's own; Knative's have a network and accounts of the platform's."""
    return [o for o in repo.kubernetes if o.is_long_running and not o.group.endswith("knative.dev")]


@check(
    step=Step.SECURITY,
    level=Level.NOTE,
    maturity=3,
    audiences=(Audience.PUBLIC,),
    effort=Effort.HOURS,
    cwe=(284, 923),
    fixed_by="network-policy",
    hint="Add a NetworkPolicy that selects every pod and allows nothing, and one for each connection that is needed.",
)
def network_is_default_deny(repo: Inventory, profile: Profile) -> Verdict:
    """Pods reach, and are reached by, only what is allowed.

    Why:
        By default every pod of a cluster may talk to every other: who breaks into one of them is in front of all databases.

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
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: default-deny}
        spec:
          podSelector: {}
          policyTypes: [Ingress, Egress]
        ```
    """
    pods = _pods(repo)
    if not pods:
        return not_applicable("no long-running Kubernetes workload")
    policies = [o for o in repo.kubernetes if o.kind == "NetworkPolicy"]
    other = [
        o
        for o in repo.kubernetes
        if o.kind in ("CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy", "GlobalNetworkPolicy", "AdminNetworkPolicy")
    ]
    bare = [pod for pod in pods if not any(_selects(policy, pod) for policy in policies)]
    if not bare or other:
        return passed("network policies cover the pods", *policies, *other)
    return failed("no network policy covers a pod, so that everything may talk to it", *bare)


def _selects(policy: KubernetesObject, pod: KubernetesObject) -> bool:
    """Whether a policy's selector holds a workload's pods; expressions are taken to do so."""
    selector = policy.get("spec", "podSelector")
    if selector is None:
        return True
    labels = selector.get("matchLabels")
    return all(pod.pod_labels.get(key) == value.text for key, value in labels.items()) if labels is not None else True


@check(
    step=Step.SECURITY,
    level=Level.NOTE,
    maturity=3,
    effort=Effort.MINUTES,
    cwe=(250, 522),
    fixed_by="kubernetes",
    hint="Set automountServiceAccountToken: false in the pod, or in its service account, where the code does not call the cluster.",
)
def service_account_token_is_off(repo: Inventory, profile: Profile) -> Verdict:
    """Pods that do not call the cluster hold no key to it.

    Why:
        Every container gets a token of the cluster's API by default; whoever reads that file may do what the account may.

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
              automountServiceAccountToken: false
              containers: [{name: app, image: "ghcr.io/o/app:1.0.0"}]
        ```
    """
    pods = _pods(repo)
    if not pods:
        return not_applicable("no long-running Kubernetes workload")
    accounts = {o.name: o for o in repo.kubernetes if o.kind == "ServiceAccount"}
    bound = {
        node.text
        for o in repo.kubernetes
        if o.kind in ("RoleBinding", "ClusterRoleBinding")
        for subject in o.get("subjects") or ()
        if (node := subject.get("name")) is not None
    }
    bad = []
    for pod in pods:
        spec = pod.pod_spec
        if spec is None or not pod.containers:  # a rollout that takes its pods from a Deployment
            continue
        flag = spec.get("automountServiceAccountToken")
        name = spec.string("serviceAccountName") or "default"
        if flag is None and name in accounts:
            flag = accounts[name].get("automountServiceAccountToken")
        if name not in bound and (flag is None or flag.value is not False):
            bad.append(Note(pod.location, f"{pod.note} gets the token of {name}"))
    return (
        failed("a pod holds a key to the cluster that it does not need", *bad)
        if bad
        else passed("pods hold no key that they do not need", *pods)
    )


@check(
    step=Step.SECURITY,
    level=Level.NOTE,
    maturity=4,
    audiences=(Audience.PUBLIC,),
    effort=Effort.HOURS,
    cwe=(284,),
    fixed_by="admission-policy",
    hint="Let the cluster refuse what breaks the rules: a ValidatingAdmissionPolicy, Kyverno or Gatekeeper.",
)
def policies_guard_deploys(repo: Inventory, profile: Profile) -> Verdict:
    """The cluster refuses what breaks the rules.

    Why:
        A review can miss a privileged container or an image of a stranger, and a person with access can skip it; a policy does neither.

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
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicy
        metadata: {name: images-by-digest}
        spec:
          matchConstraints:
            resourceRules:
              - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}
          validations:
            - expression: object.spec.template.spec.containers.all(c, c.image.contains("@sha256:"))
        ```
    """
    workloads = [o for o in repo.kubernetes if o.is_workload and not o.group.endswith(("knative.dev", "run.googleapis.com"))]
    if not workloads:
        return not_applicable("no Kubernetes workload in a cluster of one's own")
    found = [o for o in repo.kubernetes if o.kind in _POLICY_KINDS or o.group in _POLICY_GROUPS]
    blocks = [b for b in repo.terraform if b.kind == "google_binary_authorization_policy"]
    if found or blocks:
        return passed("the cluster refuses what breaks the rules", *found, *blocks)
    return failed("the cluster takes whatever it is given", *workloads[:5])
