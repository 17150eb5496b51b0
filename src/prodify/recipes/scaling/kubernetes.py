"""The recipe `kubernetes`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Audience, File, Inventory, Profile, Review, Step, recipe
from prodify.connections import WORKERS
from prodify.recipes.scaling.keda import scaling_files
from prodify.recipes.scaling.migrations import SERVER, migrate_file, migrates
from prodify.recipes.scaling.rollouts import canary_files, is_judged
from prodify.recipes.scaling.service import GRACEFUL_SECONDS, PRESTOP_SECONDS, TERMINATION_SECONDS, Deployable
from prodify.recipes.scaling.settings import COLLECTOR_URL, PROMETHEUS_URL, hosts, optional_names, origins
from prodify.recipes.scaling.target import kubernetes_service, kubernetes_target, kubernetes_worker
from prodify.recipes.scaling.worker_manifests import worker_file
from prodify.recipes.security.network_policy import network_policy_files
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
    web: bool
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
    web: bool
    settings: tuple[tuple[str, str], ...]
    has_secrets: bool


@dataclass(frozen=True, slots=True)
class ProductionContext:
    """What `scaling/kubernetes/production.yaml` names."""

    namespace: str
    image: str
    hosts: tuple[tuple[str, str], ...]
    origins: tuple[tuple[str, str], ...]
    canary: bool
    scaled: bool


@dataclass(frozen=True, slots=True)
class ReadmeContext:
    """What `scaling/kubernetes/README.md` names."""

    service: str
    folder: str
    image: str
    web: bool
    scaled: bool
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
    service, worker = kubernetes_service(repo, profile), kubernetes_worker(repo, profile)
    target = kubernetes_target(repo, profile)
    if target is None:
        return
    public, canary = profile.audience is Audience.PUBLIC, service is not None and is_judged(repo, profile)
    secrets = external_secret_file(repo, profile, target)
    has_secrets = secrets is not None
    objects = [namespace_file(target)]
    command = migrates(repo, service) if service is not None else ()
    if service is not None:
        objects += [_deployment(service, profile, has_secrets, SERVER if command else ""), _autoscaling(service, profile)]
    if service is not None and command:
        objects.append(migrate_file(f"{BASE}/migrate.yaml", service, command, has_secrets=has_secrets))
    if worker is not None:
        objects.append(worker_file(worker, profile, has_secrets=has_secrets, role_arn=_role(target, profile, has_secrets)))
    objects += [secrets] if secrets is not None else []
    objects += network_policy_files(repo, profile, service, worker) if public else []
    yield from objects
    resources = tuple(file.path.removeprefix(f"{BASE}/") for file in objects)
    yield _base(target, resources, optional_names(repo, profile), web=service is not None)
    scaled = worker is not None and worker.listens_to_queue
    staged = tuple(pair for read in (hosts, origins) for pair in read(repo, profile, "staging") if pair[1])
    named = (staged, hosts(repo, profile, "production"), origins(repo, profile, "production"))
    yield from _overlays(target, named, web=service is not None, has_secrets=has_secrets, canary=canary, scaled=scaled)
    if service is not None and canary:
        yield from canary_files(service, profile)
    if worker is not None and scaled:
        yield from scaling_files(worker, profile)
    yield _readme(target, profile, web=service is not None, has_secrets=has_secrets, canary=canary, scaled=scaled, migrated=bool(command))


def _base(target: Deployable, resources: tuple[str, ...], settings: tuple[str, ...], *, web: bool) -> File:
    context = BaseContext(target.names.service, KUBERNETES, resources, web, PORT, WORKERS, COLLECTOR_URL, settings)
    return File(f"{BASE}/kustomization.yaml", render("scaling/kubernetes/base.yaml", context))


_Hosts = tuple[tuple[str, str], ...]


def _overlays(
    target: Deployable, named: tuple[_Hosts, _Hosts, _Hosts], *, web: bool, has_secrets: bool, canary: bool, scaled: bool
) -> Iterator[File]:
    """The two overlays; `named` are the settings that hold host names: those of staging, production's hosts and its origins."""
    namespace, image = target.names.namespace, target.names.image
    staging = StagingContext(namespace, image, web, named[0], has_secrets)
    yield File(f"{KUBERNETES}/overlays/staging/kustomization.yaml", render("scaling/kubernetes/staging.yaml", staging))
    production = ProductionContext(namespace, image, named[1], named[2], canary, scaled)
    yield File(f"{KUBERNETES}/overlays/production/kustomization.yaml", render("scaling/kubernetes/production.yaml", production))


def _role(target: Deployable, profile: Profile, has_secrets: bool) -> str:
    """The AWS role that may read the secrets; empty where another store holds them, or the account is not known."""
    reads = STORE_NAMES[profile.secret_store] == STORE_NAMES["aws"] and profile.platform.project and has_secrets
    return f"arn:aws:iam::{profile.platform.project}:role/{target.names.service}" if reads else ""


def _readme(service: Deployable, profile: Profile, *, web: bool, has_secrets: bool, canary: bool, scaled: bool, migrated: bool) -> File:
    name = service.names.service
    context = ReadmeContext(
        service=name,
        folder=KUBERNETES,
        image=service.names.image,
        web=web,
        scaled=scaled,
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
    context = DeploymentContext(
        service=service.names.service,
        image=service.names.image,
        role_arn=_role(service, profile, has_secrets),
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
