"""The recipe `cloud-run`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Audience, File, Inventory, Profile, Review, Step, recipe
from prodify.recipes.scaling.migrations import SECONDS, migrates
from prodify.recipes.scaling.service import Deployable, deployable
from prodify.recipes.scaling.settings import hosts, optional_names, origins, stored_names
from prodify.recipes.scaling.worker_pools import FOLDER, pool_files
from prodify.recipes.shared.layout import PORT
from prodify.render import render

TIMEOUT_SECONDS = 60
"""The longest that a request may take; whoever called has gone long before."""
SOCKET_SECONDS = 3600
"""The same for a browser's socket to Streamlit, which lasts as long as somebody looks at the page; an hour is the most that there is."""
STAGING_INSTANCES = 2
"""Most instances of staging: enough to see two at work."""


@dataclass(frozen=True, slots=True)
class CloudRunContext:
    """What `scaling/cloud-run.yaml` names: instances, requests at once, seconds."""

    path: str
    service: str
    name: str
    environment: str
    region: str
    image: str
    account: str
    min_instances: int
    max_instances: int
    always_on: bool
    sticky: bool
    concurrency: int
    timeout: int
    port: int
    prefix: str
    hosts: tuple[tuple[str, str], ...]
    origins: tuple[tuple[str, str], ...]
    secrets: tuple[str, ...]
    optional: tuple[str, ...]
    health_path: str


@dataclass(frozen=True, slots=True)
class MigrateContext:
    """What `scaling/cloud-run-migrate.yaml` names."""

    path: str
    job: str
    name: str
    environment: str
    region: str
    image: str
    account: str
    command: tuple[str, ...]
    secrets: tuple[str, ...]
    prefix: str
    seconds: int


@recipe(
    step=Step.SCALING,
    fixes=("autoscaling-is-configured", "autoscaler-bounds-fit-goals", "probes-are-set", "resources-are-set", "secrets-come-from-a-store"),
    after=("dockerfile",),
    review=Review.CAREFUL,
)
def cloud_run(repo: Inventory, profile: Profile) -> Iterator[File]:
    """Cloud Run services and worker pools for staging and production: bounds of scaling, probes, secrets from Secret Manager.

    Written when `platform.runtime` is cloud-run. Migrations are a job of their own. Staging scales to zero; production keeps the profile's
    fewest replicas. For a creator there is production alone, and it scales to zero.
    """
    yield from pool_files(repo, profile)
    service = deployable(repo, profile) if profile.platform.runtime == "cloud-run" else None
    if service is None:
        return
    environments = ("production",) if profile.audience is Audience.CREATOR else ("staging", "production")
    for environment in environments:
        context = _context(repo, profile, service, environment)
        yield File(context.path, render("scaling/cloud-run.yaml", context))
        command = migrates(repo, service)
        if command:
            yield _migration(context, command)


def _migration(context: CloudRunContext, command: tuple[str, ...]) -> File:
    path = f"{FOLDER}/migrate-{context.environment}.yaml"
    job = MigrateContext(
        path, f"{context.service}-migrate", context.name, context.environment, context.region, context.image, context.account, command,
        context.secrets, context.prefix, SECONDS,
    )  # fmt: skip
    return File(path, render("scaling/cloud-run-migrate.yaml", job))


def _context(repo: Inventory, profile: Profile, service: Deployable, environment: str) -> CloudRunContext:
    production = environment == "production"
    stands_by = production and profile.audience is not Audience.CREATOR
    name, platform = service.names.service, profile.platform
    return CloudRunContext(
        path=f"{FOLDER}/{environment}.yaml",
        service=name if production else f"{name}-staging",
        name=name,
        environment=environment,
        region=profile.region,
        image=service.names.image,
        account=f"{name}@{platform.project}.iam.gserviceaccount.com" if platform.project else "",
        min_instances=profile.scaling.min_replicas if stands_by else 0,
        max_instances=profile.max_replicas if production else STAGING_INSTANCES,
        always_on=stands_by,
        sticky=service.server == "streamlit",
        concurrency=service.concurrency,
        timeout=SOCKET_SECONDS if service.server == "streamlit" else TIMEOUT_SECONDS,
        port=PORT,
        prefix=f"{name}-{environment}",
        hosts=hosts(repo, profile, environment),
        origins=origins(repo, profile, environment),
        secrets=stored_names(repo),
        optional=optional_names(repo, profile),
        health_path=service.health_path or "",
    )
