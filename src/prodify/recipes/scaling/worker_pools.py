"""Worker pools of Cloud Run; part of the recipe `cloud-run`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.api import Audience, File
from prodify.recipes.scaling.service import deployable
from prodify.recipes.scaling.settings import stored_names
from prodify.recipes.scaling.worker_manifests import processes
from prodify.recipes.scaling.workers import worker_of
from prodify.render import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.escape import Code
    from prodify.inventory import Inventory
    from prodify.profile import Profile
    from prodify.recipes.scaling.worker_manifests import Process
    from prodify.recipes.scaling.workers import Worker

FOLDER = "deploy/cloud-run"


@dataclass(frozen=True, slots=True)
class WorkerPoolContext:
    """What `scaling/cloud-run-worker.yaml` names; memory in MiB."""

    path: str
    name: str
    container: str
    service: str
    environment: str
    region: str
    image: str
    account: str
    single: bool
    instances: int
    given_back: str
    command: Code
    prefix: str
    secrets: tuple[str, ...]
    memory: int


def cloud_run_worker(repo: Inventory, profile: Profile) -> Worker | None:
    """The worker that goes to Cloud Run; beside a web service only where that goes there too, since it brings the image."""
    found = worker_of(repo, profile) if profile.platform.runtime == "cloud-run" else None
    return None if found is not None and found.beside and deployable(repo, profile) is None else found


def pool_names(worker: Worker, profile: Profile) -> tuple[str, ...]:
    """Names of the worker's pools in production."""
    return tuple(process.name for process in processes(worker, profile))


def pool_files(repo: Inventory, profile: Profile) -> Iterator[File]:
    """One pool for each background process in each environment."""
    worker = cloud_run_worker(repo, profile)
    if worker is None:
        return
    for environment in ("production",) if profile.audience is Audience.CREATOR else ("staging", "production"):
        for process in processes(worker, profile):
            context = _context(repo, profile, worker, process, environment)
            yield File(context.path, render("scaling/cloud-run-worker.yaml", context))


def _context(repo: Inventory, profile: Profile, worker: Worker, process: Process, environment: str) -> WorkerPoolContext:
    production, service, project = environment == "production", worker.names.service, profile.platform.project
    many = production and not process.single and profile.audience is not Audience.CREATOR
    return WorkerPoolContext(
        path=f"{FOLDER}/{environment}-{'beat' if process.name == worker.scheduler else 'worker'}.yaml",
        name=process.name if production else f"{process.name}-staging",
        container=process.name,
        service=service,
        environment=environment,
        region=profile.region,
        image=worker.names.image,
        account=f"{service}@{project}.iam.gserviceaccount.com" if project else "",
        single=process.single,
        instances=profile.scaling.min_replicas if many else 1,
        given_back=" and given out again" if worker.framework == "celery" else "",
        command=process.command,
        prefix=f"{service}-{environment}",
        secrets=stored_names(repo),
        memory=2 * process.memory,
    )
