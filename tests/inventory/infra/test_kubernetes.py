"""Kubernetes objects, Helm charts, kustomize overrides."""

from __future__ import annotations

import pytest

from prodify.inventory.kubernetes import find_charts, find_templated, kustomize_images

from .conftest import Make

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  replicas: 3
  template:
    metadata: {labels: {app: web}}
    spec:
      securityContext: {runAsNonRoot: true}
      initContainers: [{name: wait, image: busybox:1.37}]
      containers:
        - name: web
          image: shop/web
          resources: {requests: {cpu: 100m}, limits: {memory: 256Mi}}
          readinessProbe: {httpGet: {path: /ready, port: 8000}}
          securityContext: {privileged: false}
          env:
            - {name: A, value: b}
            - name: KEY
              valueFrom: {secretKeyRef: {name: s, key: k}}
          envFrom: [{configMapRef: {name: c}}]
          ports: [{containerPort: 8000}]
          args: [serve]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80}]}
"""


def test_a_deployment(repo: Make) -> None:
    web, service = repo({"k8s/web.yaml": DEPLOYMENT}).kubernetes
    assert (web.api_version, web.kind, web.name, web.namespace, web.group) == ("apps/v1", "Deployment", "web", "shop", "apps")
    assert web.is_long_running
    assert web.replicas == 3
    assert web.pod_labels == {"app": "web"}
    (container,) = web.containers
    assert container.location.line == 12
    assert container.image is not None
    assert container.image.is_floating
    assert (dict(container.requests), dict(container.limits)) == ({"cpu": "100m"}, {"memory": "256Mi"})
    assert container.probes == {"readiness"}
    assert container.security_context is not None
    assert [(e.name, e.value, e.from_secret) for e in container.env] == [("A", "b", False), ("KEY", None, True)]
    assert container.env_from[0].note == "configMap/c"
    assert (container.ports, container.command) == ((8000,), ("serve",))
    assert [c.name for c in web.init_containers] == ["wait"]
    assert not service.is_workload
    assert service.location.line == 25


@pytest.mark.parametrize(
    ("head", "path"),
    [
        ("apiVersion: batch/v1\nkind: CronJob", "spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: c}]}}}}}"),
        ("apiVersion: v1\nkind: Pod", "spec: {containers: [{name: c}]}"),
        ("apiVersion: argoproj.io/v1alpha1\nkind: Rollout", "spec: {template: {spec: {containers: [{name: c}]}}}"),
        ("apiVersion: serving.knative.dev/v1\nkind: Service", "spec: {template: {spec: {containers: [{name: c}]}}}"),
        ("apiVersion: apps/v1\nkind: StatefulSet", "spec: {template: {spec: {containers: [{name: c}]}}}"),
    ],
)
def test_every_workload_has_containers(repo: Make, head: str, path: str) -> None:
    (workload,) = repo({"a.yaml": f"{head}\nmetadata: {{name: x}}\n{path}\n"}).kubernetes
    assert [c.name for c in workload.containers] == ["c"]


def test_secrets_lose_their_values(repo: Make) -> None:
    value = "hunter" + "2"
    (secret,) = repo({"s.yaml": f"apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData:\n  PASSWORD: {value}\n"}).kubernetes
    assert [(n.note, n.location.line) for n in secret.data_keys] == [("PASSWORD", 5)]
    assert secret.doc is not None
    assert value not in str(secret.doc.value)


def test_lists_are_opened(repo: Make) -> None:
    text = (
        "apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: Namespace, metadata: {name: a}}\n"
        "  - {apiVersion: v1, kind: Pod, metadata: {name: b}}\n"
    )
    assert [o.note for o in repo({"l.yaml": text}).kubernetes] == ["Namespace/a", "Pod/b"]


def test_generic_objects_of_extensions(repo: Make) -> None:
    kinds = [
        ("keda.sh/v1alpha1", "ScaledObject"),
        ("external-secrets.io/v1", "ExternalSecret"),
        ("monitoring.coreos.com/v1", "PrometheusRule"),
        ("networking.k8s.io/v1", "NetworkPolicy"),
        ("policy/v1", "PodDisruptionBudget"),
    ]
    text = "---\n".join(f"apiVersion: {a}\nkind: {k}\nmetadata: {{name: x}}\nspec: {{minReplicaCount: 1}}\n" for a, k in kinds)
    found = repo({"x.yaml": text}).kubernetes
    assert [(o.api_version, o.kind) for o in found] == kinds
    assert found[0].get("spec", "minReplicaCount") is not None


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: Config\ncontexts: []\nclusters: []\n",
        "apiVersion: skaffold/v4beta11\nkind: Config\n",
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: x}\n",
        "apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: x}\n",
        "kind: pipeline\nname: x\n",
        "openapi: 3.1.0\n",
    ],
)
def test_what_only_looks_like_an_object(repo: Make, text: str) -> None:
    assert repo({"a.yaml": text}).kubernetes == ()


def test_templates_are_counted_and_not_guessed(repo: Make) -> None:
    template = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n{{- if .Values.x }}\nspec: {}\n{{- end }}\n"
    alert = ('apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: r}\n'
             'spec: {groups: [{name: g, rules: [{alert: A, expr: up, annotations: {s: "{{ $value }}"}}]}]}\n')  # fmt: skip
    inventory = repo({"chart/Chart.yaml": ("apiVersion: v2\n"
        "name: shop\n"), "chart/templates/pod.yaml": template, "chart/values.yaml": "name: a\n",
                      "rule.yaml": alert})  # fmt: skip
    assert [o.note for o in inventory.kubernetes] == ["PrometheusRule/r"]
    assert find_templated(inventory) == ("chart/templates/pod.yaml",)
    (chart,) = find_charts(inventory)
    assert (chart.name, chart.templates) == ("shop", ("chart/templates/pod.yaml",))
    assert chart.values is not None


def test_kustomize_overrides(repo: Make) -> None:
    inventory = repo(
        {
            "k/kustomization.yaml": f"resources: [d.yaml]\nimages:\n  - name: shop/web\n    digest: sha256:{'a' * 64}\n",
            "k/d.yaml": DEPLOYMENT,
        }
    )
    assert inventory.kubernetes[2].kind == "Kustomization"
    assert kustomize_images(inventory)["shop/web"].is_pinned


def test_broken_manifests_are_told(repo: Make) -> None:
    found = repo({"a.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Pod\nspec: [\n"}).kubernetes
    assert [(o.kind, o.problem is None) for o in found] == [("Pod", True), ("", False)]
    assert repo({"b.yaml": "apiVersion: v1\nkind: Pod\nmetadata: 3\nspec: {containers: 5}\n"}).kubernetes[-1].containers == ()
