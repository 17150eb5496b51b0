"""The recipe `kubernetes`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Audience, File, Inventory, Profile, Review, Step, recipe
from prodify.recipes.scaling.migrations import SERVER, migrate_file, migrates
from prodify.recipes.scaling.rollouts import canary_files, is_judged
from prodify.recipes.scaling.service import GRACEFUL_SECONDS, PRESTOP_SECONDS, TERMINATION_SECONDS, WORKERS, Deployable
from prodify.recipes.scaling.settings import COLLECTOR_URL, PROMETHEUS_URL, hosts, optional_names
from prodify.recipes.scaling.target import kubernetes_service
from prodify.recipes.security.network_policy import network_policy_file
from prodify.recipes.security.pod_security import namespace_file
from prodify.recipes.security.secret_store import STORE_NAMES, external_secret_file
from prodify.recipes.shared.layout import KUBERNETES, PORT, UID
from prodify.render import render

BASE = f"{KUBERNETES}/base"


@dataclass(frozen=True, slots=True)
class BaseContext:
    """What `scaling/kubernetes/base.yaml` names."""

    service: str
    folder: str
    resources: tuple[str, ...]
    port: int
    workers: int
    collector: str
    optional: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeploymentContext:
    """What `scaling/kubernetes/deployment.yaml` names; times in seconds."""

    service: str
    image: str
    role_arn: str
    has_secrets: bool
    health_path: str
    ready_path: str
    writable: tuple[str, ...]
    sticky: bool
    component: str
    port: int
    uid: int
    prestop: int
    graceful: int
    termination: int


@dataclass(frozen=True, slots=True)
class AutoscalingContext:
    """What `scaling/kubernetes/autoscaling.yaml` names: requests a second, replicas, percent of the requested CPU."""

    service: str
    baseline_rps: str
    peak_rps: str
    rps_per_replica: str
    baseline_replicas: int
    min_replicas: int
    max_replicas: int
    cpu_target: int


@dataclass(frozen=True, slots=True)
class StagingContext:
    """What `scaling/kubernetes/staging.yaml` names."""

    namespace: str
    image: str
    hosts: tuple[tuple[str, str], ...]
    has_secrets: bool


@dataclass(frozen=True, slots=True)
class ProductionContext:
    """What `scaling/kubernetes/production.yaml` names."""

    namespace: str
    image: str
    hosts: tuple[tuple[str, str], ...]
    canary: bool


@dataclass(frozen=True, slots=True)
class ReadmeContext:
    """What `scaling/kubernetes/README.md` names."""

    service: str
    folder: str
    image: str
    has_secrets: bool
    secret: str
    store_name: str
    canary: bool
    migrates: bool
    prometheus: str
    collector: str


@recipe(
    step=Step.SCALING,
    fixes=(
        "autoscaling-is-configured", "autoscaler-has-requests", "autoscaler-bounds-fit-goals", "probes-are-set", "resources-are-set",
        "ports-agree", "disruption-budget-exists", "replicas-are-spread", "shutdown-is-graceful", "pods-are-restricted",
        "containers-are-not-privileged", "service-account-token-is-off", "secrets-come-from-a-store", "infrastructure-is-code",
    ),
    audiences=(Audience.TEAM, Audience.PUBLIC),
    after=("dockerfile",),
    review=Review.CAREFUL,
)  # fmt: skip
def kubernetes(repo: Inventory, profile: Profile) -> Iterator[File]:
    """Manifests for Kubernetes with kustomize: a base, staging and production; autoscaling, probes, restricted pods, secrets from a store.

    Written when `platform.runtime` is kubernetes and the audience is a team or the public; an application that other manifests deploy is
    left to them. For the public, network rules and canary releases belong to it.
    """
    service = kubernetes_service(repo, profile)
    if service is None:
        return
    public, canary = profile.audience is Audience.PUBLIC, is_judged(repo, profile)
    secrets = external_secret_file(repo, profile, service)
    network = network_policy_file(repo, profile, service) if public else None
    command = migrates(repo, service)
    deployment = _deployment(service, profile, secrets is not None, SERVER if command else "")
    objects = [namespace_file(service), deployment, _autoscaling(service, profile)]
    migration = migrate_file(f"{BASE}/migrate.yaml", service, command, has_secrets=secrets is not None) if command else None
    objects += [file for file in (migration, secrets, network) if file is not None]
    yield from objects
    names, namespace = service.names, service.names.namespace
    resources = tuple(file.path.removeprefix(f"{BASE}/") for file in objects)
    base = BaseContext(names.service, KUBERNETES, resources, PORT, WORKERS, COLLECTOR_URL, optional_names(repo, profile))
    yield File(f"{BASE}/kustomization.yaml", render("scaling/kubernetes/base.yaml", base))
    staging = StagingContext(namespace, names.image, hosts(repo, profile, "staging"), secrets is not None)
    yield File(f"{KUBERNETES}/overlays/staging/kustomization.yaml", render("scaling/kubernetes/staging.yaml", staging))
    production = ProductionContext(namespace, names.image, hosts(repo, profile, "production"), canary)
    yield File(f"{KUBERNETES}/overlays/production/kustomization.yaml", render("scaling/kubernetes/production.yaml", production))
    if canary:
        yield from canary_files(service, profile)
    yield _readme(service, profile, has_secrets=secrets is not None, canary=canary, migrated=bool(command))


def _readme(service: Deployable, profile: Profile, *, has_secrets: bool, canary: bool, migrated: bool) -> File:
    name = service.names.service
    context = ReadmeContext(
        service=name,
        folder=KUBERNETES,
        image=service.names.image,
        has_secrets=has_secrets,
        secret=f"{name}-production",
        store_name=STORE_NAMES[profile.secret_store],
        canary=canary,
        migrates=migrated,
        prometheus=PROMETHEUS_URL,
        collector=COLLECTOR_URL,
    )
    return File(f"{KUBERNETES}/README.md", render("scaling/kubernetes/README.md", context))


def _deployment(service: Deployable, profile: Profile, has_secrets: bool, component: str) -> File:
    role = STORE_NAMES[profile.secret_store] == STORE_NAMES["aws"] and profile.platform.project and has_secrets
    context = DeploymentContext(
        service=service.names.service,
        image=service.names.image,
        role_arn=f"arn:aws:iam::{profile.platform.project}:role/{service.names.service}" if role else "",
        has_secrets=has_secrets,
        health_path=service.health_path or "",
        ready_path=service.ready_path or "",
        writable=service.writable,
        sticky=service.server == "streamlit",
        component=component,
        port=PORT,
        uid=UID,
        prestop=PRESTOP_SECONDS,
        graceful=GRACEFUL_SECONDS,
        termination=TERMINATION_SECONDS,
    )
    return File(f"{BASE}/deployment.yaml", render("scaling/kubernetes/deployment.yaml", context))


def _autoscaling(service: Deployable, profile: Profile) -> File:
    context = AutoscalingContext(
        service=service.names.service,
        baseline_rps=f"{profile.traffic.baseline_rps:g}",
        peak_rps=f"{profile.traffic.peak_rps:g}",
        rps_per_replica=f"{profile.scaling.rps_per_replica:g}",
        baseline_replicas=profile.baseline_replicas,
        min_replicas=profile.scaling.min_replicas,
        max_replicas=profile.max_replicas,
        cpu_target=profile.scaling.cpu_target_percent,
    )
    return File(f"{BASE}/autoscaling.yaml", render("scaling/kubernetes/autoscaling.yaml", context))
