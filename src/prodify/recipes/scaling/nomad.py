"""The recipe `nomad`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import TEAM_AND_PUBLIC, Audience, File, Inventory, Profile, Review, Step, recipe
from prodify.connections import WORKERS
from prodify.escape import Code, code, markdown_code
from prodify.recipes.cost.cloud import text
from prodify.recipes.scaling.migrations import SECONDS, migrates
from prodify.recipes.scaling.service import GRACEFUL_SECONDS, PRESTOP_SECONDS, Deployable, deployable
from prodify.recipes.scaling.settings import hosts, optional_names, origins, stored_names
from prodify.recipes.scaling.worker_manifests import processes
from prodify.recipes.scaling.workers import SPARE_SECONDS, STARTER, Worker, worker_of
from prodify.recipes.security.secret_store import STORE_NAMES
from prodify.recipes.shared.layout import PORT, UID
from prodify.render import render

FOLDER = "deploy/nomad"
KILL_SECONDS = GRACEFUL_SECONDS + SPARE_SECONDS
"""From the signal to the end by force; what load balancers need to learn of it passes before the signal."""
STAGING_COUNT = 2
"""Most instances of staging: enough to see two at work."""
CPU_MHZ = 300
"""A tenth of a core of today's machines: what Kubernetes' manifests ask for as 100m."""
MEMORY_MB = 512
_GIVEN = ("ENVIRONMENT", "FORWARDED_ALLOW_IPS", "PORT", "WEB_CONCURRENCY")
"""Settings with a default in the code that the job sets by itself."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of background processes. Times in seconds, memory in MB; `single` allows only one."""

    group: str
    name: str
    command: str
    args: Code
    single: bool
    longest: int
    termination: int
    memory: int


@dataclass(frozen=True, slots=True)
class JobContext:
    """What `scaling/nomad/service.nomad.hcl` names; `named` are settings with their values in staging and production."""

    service: str
    namespace: str
    web: bool
    min_replicas: int
    max_replicas: int
    staging_max: int
    cpu_target: int
    health_path: str
    ready_path: str
    port: int
    uid: int
    workers: int
    prestop: int
    graceful: int
    kill: int
    writable: tuple[str, ...]
    named: tuple[tuple[str, str, str], ...]
    optional: tuple[str, ...]
    secrets: Code
    cpu: int
    memory: int
    processes: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class SecretsContext:
    """What `scaling/nomad/secrets.hcl` names; `path` is Vault's, without the environment."""

    store: str
    path: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MigrateContext:
    """What `scaling/nomad/migrate.nomad.hcl` names."""

    service: str
    namespace: str
    uid: int
    command: str
    args: Code
    secrets: Code
    cpu: int
    memory: int


@dataclass(frozen=True, slots=True)
class ReleaseContext:
    """What `scaling/nomad/release.sh` names; `seconds` is the longest that a migration may take."""

    folder: str
    namespace: str
    image: str
    migrates: bool
    job: str
    seconds: int


@dataclass(frozen=True, slots=True)
class ReadmeContext:
    """What `scaling/nomad/README.md` names; `kill` is the longest of all tasks."""

    service: str
    folder: str
    namespace: str
    image: str
    holds: str
    starter: Code
    asked: Code
    migrates: bool
    web: bool
    sticky: str
    secrets: bool
    names: Code
    where: Code
    store: str
    store_name: str
    path: str
    kill: int
    min_replicas: int
    processes: bool


@recipe(
    step=Step.SCALING,
    default=False,
    audiences=TEAM_AND_PUBLIC,
    after=("dockerfile",),
    review=Review.CAREFUL,
)
def nomad(repo: Inventory, profile: Profile) -> Iterator[File]:
    """A job for HashiCorp Nomad: checks, canaries that a person promotes, bounds of scaling, secrets, workers, migrations before a release.

    Applied by name only, since no runtime of the profile is Nomad. One file for staging and production, in two namespaces. Settings that
    are secret come from Vault where the profile names it, else from Nomad's own variables.
    """
    service, worker = deployable(repo, profile), worker_of(repo, profile)
    worker = None if worker is not None and worker.beside and service is None else worker
    target = service or (worker.image if worker is not None else None)
    if target is None or profile.audience is Audience.CREATOR:
        return
    groups = _groups(worker, profile) if worker is not None else ()
    secrets = _secrets(repo, profile, target)
    job = _job(repo, profile, service, target, groups, secrets)
    yield File(f"{FOLDER}/service.nomad.hcl", render("scaling/nomad/service.nomad.hcl", job))
    command = migrates(repo, service) if service is not None else ()
    if command:
        args = _list(command[1:])
        migration = MigrateContext(
            target.names.service, target.names.namespace, UID, command[0], args, secrets, CPU_MHZ, MEMORY_MB
        )  # fmt: skip
        yield File(f"{FOLDER}/migrate.nomad.hcl", render("scaling/nomad/migrate.nomad.hcl", migration))
    release = ReleaseContext(
        FOLDER, target.names.namespace, target.names.image, bool(command), f"{target.names.service}-migrate", SECONDS
    )  # fmt: skip
    yield File(f"{FOLDER}/release.sh", render("scaling/nomad/release.sh", release))
    yield File(f"{FOLDER}/README.md", render("scaling/nomad/README.md", _readme(repo, profile, service, target, groups)))


def _list(words: tuple[str, ...] | list[str]) -> Code:
    """A list of strings in HCL."""
    return Code(f"[{code((text(word) for word in words), ', ')}]")


def _groups(worker: Worker, profile: Profile) -> tuple[Group, ...]:
    """The worker, and what plans its tasks by the clock where the code does so."""
    found = []
    for process in processes(worker, profile):
        command, *args = json.loads(process.command)
        group = "beat" if process.name == worker.scheduler else "worker"
        found.append(Group(group, process.name, command, _list(args), process.single, process.longest, process.termination, process.memory))
    return tuple(found)


def _secrets(repo: Inventory, profile: Profile, target: Deployable) -> Code:
    """The template that brings the secrets into a task; empty where there are none."""
    names = stored_names(repo)
    context = SecretsContext(profile.secret_store, target.names.service, names)
    return Code(render("scaling/nomad/secrets.hcl", context).rstrip("\n") if names else "")


def _job(
    repo: Inventory, profile: Profile, service: Deployable | None, target: Deployable, groups: tuple[Group, ...], secrets: Code
) -> JobContext:
    staging = {name: value for read in (hosts, origins) for name, value in read(repo, profile, "staging")}
    production = [pair for read in (hosts, origins) for pair in read(repo, profile, "production")]
    return JobContext(
        service=target.names.service,
        namespace=target.names.namespace,
        web=service is not None,
        min_replicas=profile.scaling.min_replicas,
        max_replicas=profile.max_replicas,
        staging_max=STAGING_COUNT,
        cpu_target=profile.scaling.cpu_target_percent,
        health_path=target.health_path or "",
        ready_path=target.ready_path or "",
        port=PORT,
        uid=UID,
        workers=WORKERS,
        prestop=PRESTOP_SECONDS,
        graceful=GRACEFUL_SECONDS,
        kill=KILL_SECONDS,
        writable=target.writable,
        named=tuple((name, staging.get(name, value), value) for name, value in production),
        optional=tuple(name for name in optional_names(repo, profile) if name not in _GIVEN),
        secrets=secrets,
        cpu=CPU_MHZ,
        memory=MEMORY_MB,
        processes=groups,
    )


def _readme(repo: Inventory, profile: Profile, service: Deployable | None, target: Deployable, groups: tuple[Group, ...]) -> ReadmeContext:
    names, store = stored_names(repo), profile.secret_store
    parts = ["the service"] if service is not None else []
    parts += ["its background workers" if parts else "the background workers"] if groups else []
    kept = "Vault" if store == "vault" else "the variable `nomad/jobs` of each namespace"
    asked = dict.fromkeys(path for path in (target.health_path, target.ready_path) if path)
    return ReadmeContext(
        service=target.names.service,
        folder=FOLDER,
        namespace=target.names.namespace,
        image=target.names.image,
        holds="The job: " + " and ".join(parts),
        starter=Code(f"; what starts the workers is `{STARTER}` (recipe `worker`)" if groups else ""),
        asked=code((Code(f"`{markdown_code(path)}`") for path in asked), " and "),
        migrates=service is not None and bool(migrates(repo, service)),
        web=service is not None,
        sticky=", and leads each visitor to the instance that began the session" if target.server == "streamlit" else "",
        secrets=bool(names),
        names=code((Code(f"`{name}`") for name in names), ", "),
        where=Code(kept),
        store=store,
        store_name=STORE_NAMES[store],
        path=target.names.service,
        kill=max([KILL_SECONDS] * (service is not None) + [group.termination for group in groups]),
        min_replicas=profile.scaling.min_replicas,
        processes=bool(groups),
    )
