"""The recipe `compose`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import File, Inventory, Profile, Review, Step, recipe
from prodify.data.images import image
from prodify.escape import Code
from prodify.recipes.scaling.migrations import migrates
from prodify.recipes.scaling.service import GRACEFUL_SECONDS, deployable
from prodify.recipes.scaling.settings import hosts, origins
from prodify.recipes.scaling.worker_manifests import probe, processes
from prodify.recipes.scaling.workers import Worker, worker_of
from prodify.recipes.shared.databases import scheme
from prodify.recipes.shared.layout import PORT
from prodify.recipes.shared.variables import variables
from prodify.render import render

PATH = "compose.yaml"

DATABASE_PASSWORD = "${DATABASE_PASSWORD:?set it in .env, letters and digits only}"  # noqa: S105 - a reference, not a password
# By datastore: port, folder of the data, environment and health check of its image.
_DATABASES = {
    "postgres": (
        5432, "/var/lib/postgresql",
        ("POSTGRES_USER: {name}", "POSTGRES_DB: {name}", "POSTGRES_PASSWORD: {password}"),
        '["CMD", "pg_isready", "--username", "{name}", "--dbname", "{name}"]',
    ),
    "mysql": (
        3306, "/var/lib/mysql",
        ("MYSQL_USER: {name}", "MYSQL_DATABASE: {name}", "MYSQL_PASSWORD: {password}", 'MYSQL_RANDOM_ROOT_PASSWORD: "1"'),
        '["CMD", "mysqladmin", "ping", "--host=127.0.0.1", "--silent"]',
    ),
}  # fmt: skip
_DATABASE_VARIABLE = re.compile(r"^(DATABASE|DB|POSTGRES\w*|PG|MYSQL|SQLALCHEMY_DATABASE)_?UR[IL]\Z")
_REDIS_VARIABLE = re.compile(r"^(REDIS|CACHE|CELERY_BROKER|BROKER)_?UR[IL]\Z")


@dataclass(frozen=True, slots=True)
class ComposeProcess:
    """A background process; `check` is its health check in compose's form, `memory` in MiB, `termination` in seconds."""

    name: str
    about: str
    command: Code
    probe: bool
    check: Code
    memory: int
    termination: int


@dataclass(frozen=True, slots=True)
class ComposeContext:
    """What `scaling/compose.yaml` names; empty strings leave a part out."""

    service: str
    web: bool
    processes: tuple[ComposeProcess, ...]
    image: str
    context: str
    port: int
    hosts: tuple[tuple[str, str], ...]
    origins: tuple[tuple[str, str], ...]
    migrate: Code
    stop_seconds: int
    writable: tuple[str, ...]
    database_variable: str
    database_url: Code
    database_image: str
    database_environment: tuple[Code, ...]
    database_folder: str
    database_check: Code
    redis_variable: str
    redis_database: int
    redis_image: str
    volumes: tuple[str, ...]


@recipe(
    step=Step.SCALING,
    fixes=("image-is-the-artefact", "platform-files-have-an-alternative"),
    after=("dockerfile",),
    review=Review.CAREFUL,
)
def compose(repo: Inventory, profile: Profile) -> Iterator[File]:
    """compose.yaml for a service and its workers on one machine: least rights, database and cache with health checks and volumes.

    Written when `platform.runtime` is compose and no other compose file is there. A database joins when the code reads its address from
    one variable.
    """
    if profile.platform.runtime != "compose" or any(file.path != PATH for file in repo.compose_files):
        return
    web, worker = deployable(repo, profile), worker_of(repo, profile)
    if worker is not None and worker.beside and web is None:
        worker = None
    service = web or (worker.image if worker is not None else None)
    if service is None:
        return
    name = service.names.service
    stores = {technology.name for technology in (*repo.datastores, *repo.brokers)} | ({worker.broker} if worker is not None else set())
    database = next((store for store in _DATABASES if store in stores), "")
    variable = _variable(repo, _DATABASE_VARIABLE) if database else ""
    redis = _variable(repo, _REDIS_VARIABLE) if "redis" in stores else ""
    if worker is not None and worker.broker == "redis" and worker.variable:
        redis = worker.variable
    port, folder, environment, check = _DATABASES[database] if variable else (0, "", (), "")
    user = name.replace("-", "_")
    folders = tuple(item.replace("/", "-") for item in service.writable)
    context = ComposeContext(
        service=name,
        web=web is not None,
        processes=_processes(worker, profile) if worker is not None else (),
        image=service.names.image,
        context=service.directory,
        port=PORT,
        hosts=hosts(repo, profile, "production"),
        origins=origins(repo, profile, "production"),
        migrate=Code(json.dumps(migrates(repo, service)) if migrates(repo, service) else ""),
        stop_seconds=GRACEFUL_SECONDS + 10,
        writable=service.writable,
        database_variable=variable,
        database_url=Code(f"{scheme(repo, database)}://{user}:{DATABASE_PASSWORD}@database:{port}/{user}" if variable else ""),
        database_image=image(database).reference if variable else "",
        database_environment=tuple(Code(line.format(name=user, password=DATABASE_PASSWORD)) for line in environment),
        database_folder=folder,
        database_check=Code(check.format(name=user)),
        redis_variable=redis,
        redis_database=worker.database if worker is not None else 0,
        redis_image=image("redis").reference if redis else "",
        volumes=(*folders, *(("database",) if variable else ()), *(("redis",) if redis else ())),
    )
    yield File(PATH, render("scaling/compose.yaml", context))


def _processes(worker: Worker, profile: Profile) -> tuple[ComposeProcess, ...]:
    words = ("Works in the background; nobody calls it. More of them: --scale.", "Plans tasks by the clock. Never more than one.")
    if not worker.can_be_many:
        words = ("Works in the background; nobody calls it. Not more than one: they would do everything twice.", "")
    check = probe(worker, profile)
    return tuple(
        ComposeProcess(
            name=process.name,
            about=about,
            command=process.command,
            probe=bool(check),
            check=Code(json.dumps(["CMD", *check])),
            memory=process.memory,
            termination=process.termination,
        )
        for process, about in zip(processes(worker, profile), words, strict=False)
    )


def _variable(repo: Inventory, pattern: re.Pattern[str]) -> str:
    """The variable that holds an address, empty when the code reads none or several."""
    found = sorted({v.name for v in variables(repo) if pattern.match(v.name)})
    return found[0] if len(found) == 1 else ""
