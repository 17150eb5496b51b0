"""The recipe `backup`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Edit, File, Inventory, Profile, Review, Step, recipe
from prodify.data.images import image
from prodify.edits import gitignore
from prodify.escape import Code
from prodify.recipes.observability.health import MONGO, SQL, variable
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
class Kind:
    """How one kind of database is dumped: its templates, its port, and the sentences that differ (Markdown)."""

    backup: str
    drill: str
    variables: re.Pattern[str]
    variable: str
    scheme: str
    port: int
    image: str
    newer: str
    compares: str
    earnest: str


KINDS = {
    "postgres": Kind(
        "scaling/backup/backup.sh", "scaling/backup/restore-drill.sh",
        SQL, "DATABASE_URL", "postgresql", 5432, "postgres", "At least as new as the server, or pg_dump refuses.", "table",
        'The dump is a custom-format\narchive: `pg_restore --no-owner --dbname "$RESTORED_URL" FILE`.',
    ),
    "mysql": Kind(
        "scaling/backup/backup-mysql.sh", "scaling/backup/restore-drill-mysql.sh",
        SQL, "DATABASE_URL", "mysql", 3306, "mysql", "Of the server's own line: take MariaDB's image for MariaDB.", "table",
        "The dump is SQL,\ncompressed: `gunzip --stdout FILE | mysql restored`.",
    ),
    "mongodb": Kind(
        "scaling/backup/backup-mongodb.sh", "scaling/backup/restore-drill-mongodb.sh",
        MONGO, "MONGODB_URI", "mongodb", 27017, "mongodb", "With mongodump and mongorestore, as MongoDB's own image is.",
        "collection",
        'The dump is a compressed\narchive: `mongorestore --gzip --archive=FILE --nsFrom="*" --nsTo="restored_*"`.',
    ),
}  # fmt: skip
"""In this order; the first that a service uses is backed up. MariaDB counts as MySQL."""


@dataclass(frozen=True, slots=True)
class BackupContext:
    """What `scaling/backup/backup.sh` and its sisters for other databases name; days."""

    variable: Code
    folder: str
    keep_days: int


@dataclass(frozen=True, slots=True)
class DrillContext:
    """What `scaling/backup/restore-drill.sh` and its sisters name."""

    variable: Code
    folder: str


@dataclass(frozen=True, slots=True)
class CronJobContext:
    """What `scaling/backup/cronjob.yaml` names."""

    service: str
    namespace: str
    image: str
    newer: str
    port: int
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
    newer: str
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
    compares: str
    earnest: Code


@recipe(step=Step.SCALING, fixes=("database-is-backed-up",), after=("compose", "kubernetes", "runbook"), review=Review.CAREFUL)
def backup(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """Dumps of PostgreSQL, MySQL or MongoDB every night, and a drill that restores one beside the database, compares and leaves nothing.

    On Kubernetes as a CronJob, with compose as a service that is run when it is asked for; where the cloud's own backups are turned on by
    the recipe managed-database, the scripts alone. For databases whose address one environment variable holds.
    """
    used = {store.name for store in repo.datastores}
    kind = next((kind for name, kind in KINDS.items() if name in used), None)
    if repo.kind == "library" or kind is None:
        return
    service, namespace = naming(repo, profile).service, naming(repo, profile).namespace
    name, runtime = variable(repo, kind.variables) or kind.variable, profile.platform.runtime
    script = render(kind.backup, BackupContext(Code(name), FOLDER, KEEP_DAYS))
    yield File(f"{FOLDER}/backup.sh", script, executable=True)
    drill = render(kind.drill, DrillContext(Code(name), FOLDER))
    yield File(f"{FOLDER}/restore-drill.sh", drill, executable=True)
    managed = runtime != "compose" and profile.platform.cloud in MANAGED and kind.scheme != "mongodb"
    make = Code(f"```sh\n{name}=... BACKUP_DIR=./backups sh {FOLDER}/backup.sh\n```")
    if kubernetes_target(repo, profile) is not None and not managed and name in stored_names(repo):
        now = f"kubectl create job now --from=cronjob/{service}-backup --namespace {namespace}"
        make = Code(f"```sh\nkubectl apply --kustomize {FOLDER}\n{now}\n```")
        job = CronJobContext(service, namespace, image(kind.image).reference, kind.newer, kind.port, name, KEEP_DAYS, UID)
        yield File(f"{FOLDER}/cronjob.yaml", render("scaling/backup/cronjob.yaml", job))
        kustomization = BackupKustomizationContext(service, namespace, FOLDER)
        yield File(f"{FOLDER}/kustomization.yaml", render("scaling/backup/kustomization.yaml", kustomization))
    # compose.yaml has a server for these; elsewhere it is somebody else's, at an address that is not known here.
    if runtime == "compose" and variable(repo, kind.variables) and kind.scheme != "mongodb":
        now = f"docker compose --file compose.yaml --file {COMPOSE} run --rm backup"
        make = Code(f"```sh\n{now}\n```\n\nThe same line in cron makes one every night.")
        user = service.replace("-", "_")
        url = Code(f"{kind.scheme}://{user}:{DATABASE_PASSWORD}@database:{kind.port}/{user}")
        compose = BackupComposeContext(COMPOSE, FOLDER, image(kind.image).reference, kind.newer, name, url)
        yield File(COMPOSE, render("scaling/backup/compose.yaml", compose))
    yield Edit(".gitignore", gitignore.add("backups/"), why="dumps hold everything that users ever entered", create=True)
    more = Code("; the cloud's own backups (`infra/modules/database`) go back to any second of the last days" if managed else "")
    readme = BackupReadmeContext(service, FOLDER, KEEP_DAYS, more, make, kind.compares, Code(kind.earnest))
    yield File(f"{FOLDER}/README.md", render("scaling/backup/README.md", readme))
