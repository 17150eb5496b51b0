"""The workflow that deploys: staging, a gate that asks the SLO, production. Part of the recipe `ci`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.api import Audience, File
from prodify.data import action, requirement
from prodify.escape import Code
from prodify.recipes.ci.project import SMOKE
from prodify.recipes.scaling.migrations import migrates
from prodify.recipes.scaling.rollouts import is_judged
from prodify.recipes.scaling.service import deployable
from prodify.recipes.scaling.settings import PROMETHEUS_URL
from prodify.recipes.scaling.target import kubernetes_target
from prodify.recipes.scaling.worker_pools import cloud_run_worker, pool_names
from prodify.recipes.scaling.workers import worker_alone
from prodify.recipes.shared.layout import KUBERNETES, naming
from prodify.render import render

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.profile import Profile

PATH = ".github/workflows/deploy.yml"
KUBECONFIG_SECRET = "KUBECONFIG_CONTENT"  # noqa: S105 - the name of a secret, not a secret
FREEZE_BELOW = 0.5
"""Share of the error budget that must be left for a release to go out by itself."""
_STAGED = Code("${{ !inputs.rollback }}")
_PRODUCTION = Code("${{ !cancelled() && needs.verify.result == 'success' && (inputs.rollback || needs.gate.result == 'success') }}")


@dataclass(frozen=True, slots=True)
class Environment:
    """One deployment environment. `needs` and `condition` as the workflow writes them, `minutes` the job's time limit."""

    name: str
    namespace: str
    url: str
    needs: Code
    condition: Code
    minutes: int
    canary: bool
    gate: bool
    suffix: str


@dataclass(frozen=True, slots=True)
class Prometheus:
    """Where Prometheus stands in the cluster."""

    name: str
    namespace: str
    port: str


@dataclass(frozen=True, slots=True)
class DeployContext:
    """What `ci/deploy.yml` names."""

    addresses: str
    web: bool
    pools: tuple[str, ...]
    variables: str
    rollback: str
    staged: bool
    kubeconfig: str
    runtime: str
    environments: tuple[Environment, ...]
    checkout: str
    deploy_cloudrun: str
    login: Code
    folder: str
    image: str
    service: str
    region: str
    health_path: str
    smoke: str
    migrates: bool
    pytest: str
    paging: Code
    budget: Code
    freeze: str
    prometheus: Prometheus


@dataclass(frozen=True, slots=True)
class GcpLogin:
    """What `ci/login-gcp.yml` names; `cluster`: whether kubectl is wanted."""

    auth: str
    region: str
    cluster: bool


@dataclass(frozen=True, slots=True)
class AwsLogin:
    """What `ci/login-aws.yml` names."""

    configure: str
    region: str
    cluster: bool


@dataclass(frozen=True, slots=True)
class AzureLogin:
    """What `ci/login-azure.yml` names."""

    cluster: bool


@dataclass(frozen=True, slots=True)
class KubeconfigLogin:
    """What `ci/login-kubeconfig.yml` names."""

    secret: str


def deploy_workflow(repo: Inventory, profile: Profile) -> File | None:
    """The workflow, for Kubernetes and Cloud Run; None where there is nothing that a workflow could deploy to without a stored key.

    For a creator there is one environment and no gate.
    """
    runtime = profile.platform.runtime
    if runtime == "compose" or (runtime == "kubernetes" and kubernetes_target(repo, profile) is None):
        return None
    pool = cloud_run_worker(repo, profile)
    web = worker_alone(repo, profile) is None
    if runtime == "cloud-run" and profile.platform.cloud != "gcp":
        return None
    names, service = naming(repo, profile), deployable(repo, profile)
    staged = profile.audience is not Audience.CREATOR
    host, _, port = PROMETHEUS_URL.split("//")[1].partition(":")
    paging, budget = slo_queries(names.service)
    canary = web and runtime == "kubernetes" and is_judged(repo, profile)
    context = DeployContext(
        addresses=", STAGING_URL, PRODUCTION_URL" if web else "",
        web=web,
        pools=pool_names(pool, profile) if pool is not None else (),
        variables=", ".join(_variables(profile)),
        rollback=' and tick "rollback"' if staged else "",
        staged=staged,
        kubeconfig=KUBECONFIG_SECRET if profile.platform.cloud == "none" else "",
        runtime=runtime,
        environments=_environments(names.namespace, staged=staged, canary=canary),
        checkout=action("actions/checkout"),
        deploy_cloudrun=action("google-github-actions/deploy-cloudrun"),
        login=login(profile, cluster=runtime == "kubernetes"),
        folder=KUBERNETES,
        image=names.image,
        service=names.service,
        region=profile.region,
        health_path=(service.health_path if service else None) or "/",
        migrates=service is not None and bool(migrates(repo, service)),
        smoke=SMOKE,
        pytest=requirement("pytest"),
        paging=paging,
        budget=budget,
        freeze=f"{FREEZE_BELOW:g}",
        prometheus=Prometheus(host.split(".")[0], host.split(".")[1], port),
    )
    return File(PATH, render("ci/deploy.yml", context))


def slo_queries(service: str) -> tuple[Code, Code]:
    """How many alerts page right now, and how much of the error budget is left: queries of Prometheus, as quoted scalars of YAML."""
    paging = f'count(ALERTS{{alertstate="firing", severity="page", service="{service}"}})'
    budget = f'min(slo:period_error_budget_remaining:ratio{{service="{service}"}})'
    return Code(f"'{paging}'"), Code(f"'{budget}'")


def login(profile: Profile, *, cluster: bool) -> Code:
    """The steps that log in to the profile's cloud without a stored key, and with `cluster` point kubectl at it."""
    region = profile.region
    if profile.platform.cloud == "gcp":
        return Code(render("ci/login-gcp.yml", GcpLogin(action("google-github-actions/auth"), region, cluster)))
    if profile.platform.cloud == "aws":
        return Code(render("ci/login-aws.yml", AwsLogin(action("aws-actions/configure-aws-credentials"), region, cluster)))
    if profile.platform.cloud == "azure":
        return Code(render("ci/login-azure.yml", AzureLogin(cluster)))
    return Code(render("ci/login-kubeconfig.yml", KubeconfigLogin(KUBECONFIG_SECRET)))


def _variables(profile: Profile) -> tuple[str, ...]:
    """The settings of the repository that the login needs, beside those that every deployment has."""
    kubernetes = profile.platform.runtime == "kubernetes"
    if profile.platform.cloud == "gcp":
        more = ("GKE_CLUSTER",) if kubernetes else ("ARTIFACT_REGISTRY (host/project/repository)", "PROMETHEUS_URL (where there is one)")
        return ("GCP_WORKLOAD_IDENTITY_PROVIDER", "GCP_SERVICE_ACCOUNT", *more)
    if profile.platform.cloud == "aws":
        return ("AWS_ROLE_ARN", "EKS_CLUSTER")
    if profile.platform.cloud == "azure":
        return ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AKS_CLUSTER", "AZURE_RESOURCE_GROUP")
    return (f"and in each environment the secret {KUBECONFIG_SECRET}",)


def _environments(namespace: str, *, staged: bool, canary: bool) -> tuple[Environment, ...]:
    minutes = 60 if canary else 20
    if not staged:
        always = Code("success()")
        return (Environment("production", namespace, "PRODUCTION_URL", Code("verify"), always, minutes, canary, gate=False, suffix=""),)
    staging = f"{namespace}-staging"
    return (
        Environment("staging", staging, "STAGING_URL", Code("verify"), _STAGED, 20, canary=False, gate=True, suffix="-staging"),
        Environment("production", namespace, "PRODUCTION_URL", Code("[verify, gate]"), _PRODUCTION, minutes, canary, gate=False, suffix=""),
    )
