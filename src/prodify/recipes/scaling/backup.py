"""The recipe `backup`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Edit, File, Inventory, Profile, Review, Step, recipe
from prodify.data.images import image
from prodify.edits import gitignore
from prodify.escape import Code
from prodify.recipes.observability.health import SQL, variable
from prodify.recipes.scaling.compose import DATABASE_PASSWORD
from prodify.recipes.scaling.settings import stored_names
from prodify.recipes.scaling.target import kubernetes_target
from prodify.recipes.shared.layout import UID, naming
from prodify.render import render

FOLDER = "deploy/backup"
COMPOSE = "compose.backup.yaml"
KEEP_DAYS = 14
"""Two weeks: long enough to notice on a Monday what went wrong before a holiday."""
MANAGED = ("gcp", "aws", "azure")
"""Clouds for whose databases the recipe managed-database turns automated backups on."""


@dataclass(frozen=True, slots=True)
class BackupContext:
    """What `scaling/backup/backup.sh` names; days."""

    variable: Code
    folder: str
    keep_days: int


@dataclass(frozen=True, slots=True)
class DrillContext:
    """What `scaling/backup/restore-drill.sh` names."""

    variable: Code
    folder: str


@dataclass(frozen=True, slots=True)
class CronJobContext:
    """What `scaling/backup/cronjob.yaml` names."""

    service: str
    namespace: str
    image: str
    variable: str
    keep_days: int
    uid: int


@dataclass(frozen=True, slots=True)
class BackupKustomizationContext:
    """What `scaling/backup/kustomization.yaml` names."""

    service: str
    namespace: str
    folder: str


@dataclass(frozen=True, slots=True)
class BackupComposeContext:
    """What `scaling/backup/compose.yaml` names."""

    path: str
    folder: str
    image: str
    variable: str
    url: Code


@dataclass(frozen=True, slots=True)
class BackupReadmeContext:
    """What `scaling/backup/README.md` names; the sentences are Markdown."""

    service: str
    folder: str
    keep_days: int
    managed: Code
    make: Code


@recipe(step=Step.SCALING, fixes=("database-is-backed-up",), after=("compose", "kubernetes", "runbook"), review=Review.CAREFUL)
def backup(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """Dumps of PostgreSQL every night, and a drill that restores one beside the database, compares every table, and leaves nothing behind.

    On Kubernetes as a CronJob, with compose as a service that is run when it is asked for; where the cloud's own backups are turned on by
    the recipe managed-database, the scripts alone. For databases whose address one environment variable holds.
    """
    if repo.kind == "library" or not any(store.name == "postgres" for store in repo.datastores):
        return
    service, namespace = naming(repo, profile).service, naming(repo, profile).namespace
    name, runtime = variable(repo, SQL) or "DATABASE_URL", profile.platform.runtime
    yield File(f"{FOLDER}/backup.sh", render("scaling/backup/backup.sh", BackupContext(Code(name), FOLDER, KEEP_DAYS)), executable=True)
    yield File(f"{FOLDER}/restore-drill.sh", render("scaling/backup/restore-drill.sh", DrillContext(Code(name), FOLDER)), executable=True)
    managed = runtime != "compose" and profile.platform.cloud in MANAGED
    make = Code(f"```sh\n{name}=... BACKUP_DIR=./backups sh {FOLDER}/backup.sh\n```")
    if kubernetes_target(repo, profile) is not None and not managed and name in stored_names(repo):
        now = f"kubectl create job now --from=cronjob/{service}-backup --namespace {namespace}"
        make = Code(f"```sh\nkubectl apply --kustomize {FOLDER}\n{now}\n```")
        job = CronJobContext(service, namespace, image("postgres").reference, name, KEEP_DAYS, UID)
        yield File(f"{FOLDER}/cronjob.yaml", render("scaling/backup/cronjob.yaml", job))
        kustomization = BackupKustomizationContext(service, namespace, FOLDER)
        yield File(f"{FOLDER}/kustomization.yaml", render("scaling/backup/kustomization.yaml", kustomization))
    if runtime == "compose" and variable(repo, SQL):
        now = f"docker compose --file compose.yaml --file {COMPOSE} run --rm backup"
        make = Code(f"```sh\n{now}\n```\n\nThe same line in cron makes one every night.")
        user = service.replace("-", "_")
        url = Code(f"postgresql://{user}:{DATABASE_PASSWORD}@database:5432/{user}")
        compose = BackupComposeContext(COMPOSE, FOLDER, image("postgres").reference, name, url)
        yield File(COMPOSE, render("scaling/backup/compose.yaml", compose))
    yield Edit(".gitignore", gitignore.add("backups/"), why="dumps hold everything that users ever entered", create=True)
    more = Code("; the cloud's own backups (`infra/modules/database`) go back to any second of the last days" if managed else "")
    readme = BackupReadmeContext(service, FOLDER, KEEP_DAYS, more, make)
    yield File(f"{FOLDER}/README.md", render("scaling/backup/README.md", readme))
