"""Recipe: the OpenTelemetry collector between services and stores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import TEAM_AND_PUBLIC, File, Inventory, Profile, Review, Step, recipe
from prodify.data.images import image
from prodify.recipes.observability.task_telemetry import reporting_worker
from prodify.recipes.observability.telemetry import covers
from prodify.recipes.scaling.settings import OBSERVABILITY_NAMESPACE, PROMETHEUS_URL
from prodify.recipes.shared.layout import COLLECTOR, HEALTH_PATH, READY_PATH, UID
from prodify.render import render

FOLDER = COLLECTOR.rpartition("/")[0]
PERSONAL = (
    "client.address", "enduser.id", "http.client_ip", "network.peer.address", "net.peer.ip", "url.query", "user.email", "user.full_name",
    "user.id", "user.name", "user_agent.original",
)  # fmt: skip
"""Attributes of the semantic conventions that name or locate a person."""


@dataclass(frozen=True, slots=True)
class CollectorContext:
    """Values of observability/collector.yaml."""

    image: str
    probes: tuple[str, ...]
    personal: tuple[str, ...]
    prometheus: str
    traces: str


@dataclass(frozen=True, slots=True)
class ClusterContext:
    """Values of observability/collector-kubernetes.yaml."""

    folder: str
    namespace: str
    pod_security: str
    image: str
    uid: int


@dataclass(frozen=True, slots=True)
class KustomizationContext:
    """Values of observability/collector-kustomization.yaml."""

    namespace: str


@recipe(
    step=Step.OBSERVABILITY,
    review=Review.CAREFUL,
    after=("telemetry", "task-telemetry"),
    audiences=TEAM_AND_PUBLIC,
)
def collector(repo: Inventory, profile: Profile) -> Iterator[File]:
    """Configuration of the OpenTelemetry collector: takes in traces and metrics, drops probes and personal data, passes the rest on.

    For Kubernetes also the objects that run it, under the address that the service sends to. Nothing is written where a collector is
    configured elsewhere.
    """
    elsewhere = any(config.path != COLLECTOR for config in repo.monitoring.collectors)
    if elsewhere or not (covers(repo) or reporting_worker(repo, profile) is not None):
        return
    cluster = profile.platform.runtime == "kubernetes"
    reference = image("otel-collector").reference
    context = CollectorContext(
        image=reference,
        probes=(HEALTH_PATH, READY_PATH),
        personal=PERSONAL,
        prometheus=PROMETHEUS_URL if cluster else "http://prometheus:9090",
        traces=f"http://traces.{OBSERVABILITY_NAMESPACE}.svc:4318" if cluster else "http://traces:4318",
    )
    yield File(COLLECTOR, render("observability/collector.yaml", context))
    if cluster:
        objects = ClusterContext(FOLDER, OBSERVABILITY_NAMESPACE, image("pod-security").tag, reference, UID)
        yield File(f"{FOLDER}/kubernetes.yaml", render("observability/collector-kubernetes.yaml", objects))
        kustomization = KustomizationContext(OBSERVABILITY_NAMESPACE)
        yield File(f"{FOLDER}/kustomization.yaml", render("observability/collector-kustomization.yaml", kustomization))
