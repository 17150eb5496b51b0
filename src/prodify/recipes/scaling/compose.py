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
from prodify.recipes.scaling.settings import hosts
from prodify.recipes.shared.databases import scheme
from prodify.recipes.shared.layout import PORT
from prodify.recipes.shared.variables import variables
from prodify.render import render

PATH = "compose.yaml"

_PASSWORD = "${DATABASE_PASSWORD:?set it in .env, letters and digits only}"  # noqa: S105 - a reference, not a password
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
class ComposeContext:
    """What `scaling/compose.yaml` names; empty strings leave a part out."""

    service: str
    image: str
    context: str
    port: int
    hosts: tuple[tuple[str, str], ...]
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
    redis_image: str
    volumes: tuple[str, ...]


@recipe(
    step=Step.SCALING,
    fixes=("image-is-the-artefact", "platform-files-have-an-alternative"),
    after=("dockerfile",),
    review=Review.CAREFUL,
)
def compose(repo: Inventory, profile: Profile) -> Iterator[File]:
    """compose.yaml for a service on one machine: the image with least rights, its database and cache with health checks and volumes.

    Written when `platform.runtime` is compose and no other compose file is there. A database joins when the code reads its address from
    one variable.
    """
    service = deployable(repo, profile) if profile.platform.runtime == "compose" else None
    if service is None or any(file.path != PATH for file in repo.compose_files):
        return
    name = service.names.service
    stores = {technology.name for technology in (*repo.datastores, *repo.brokers)}
    database = next((store for store in _DATABASES if store in stores), "")
    variable = _variable(repo, _DATABASE_VARIABLE) if database else ""
    redis = _variable(repo, _REDIS_VARIABLE) if "redis" in stores else ""
    port, folder, environment, check = _DATABASES[database] if variable else (0, "", (), "")
    user = name.replace("-", "_")
    folders = tuple(item.replace("/", "-") for item in service.writable)
    context = ComposeContext(
        service=name,
        image=service.names.image,
        context=service.directory,
        port=PORT,
        hosts=hosts(repo, profile, "production"),
        migrate=Code(json.dumps(migrates(repo, service)) if migrates(repo, service) else ""),
        stop_seconds=GRACEFUL_SECONDS + 10,
        writable=service.writable,
        database_variable=variable,
        database_url=Code(f"{scheme(repo, database)}://{user}:{_PASSWORD}@database:{port}/{user}" if variable else ""),
        database_image=image(database).reference if variable else "",
        database_environment=tuple(Code(line.format(name=user, password=_PASSWORD)) for line in environment),
        database_folder=folder,
        database_check=Code(check.format(name=user)),
        redis_variable=redis,
        redis_image=image("redis").reference if redis else "",
        volumes=(*folders, *(("database",) if variable else ()), *(("redis",) if redis else ())),
    )
    yield File(PATH, render("scaling/compose.yaml", context))


def _variable(repo: Inventory, pattern: re.Pattern[str]) -> str:
    """The variable that holds an address, empty when the code reads none or several."""
    found = sorted({v.name for v in variables(repo) if pattern.match(v.name)})
    return found[0] if len(found) == 1 else ""
