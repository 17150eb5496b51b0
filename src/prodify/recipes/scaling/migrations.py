"""How the service's schema is brought up to date: by one process of the new image, before the new version starts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.api import File
from prodify.inventory.tablesmade import tables_made
from prodify.recipes.shared.layout import UID
from prodify.render import render

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.recipes.scaling.service import Deployable

SECONDS = 600
"""The longest that a migration may take before it counts as failed; one that needs more is a project of its own."""
SERVER = "server"
MIGRATION = "migration"
"""Values of the label app.kubernetes.io/component: what a release changes last, and what it runs first."""
_APPLICATION = re.compile(r"(?P<module>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):(?P<variable>[A-Za-z_]\w*)(?P<called>\(\))?", re.ASCII)
_SQL = frozenset(("postgres", "mysql", "mariadb", "mssql", "cockroachdb"))


@dataclass(frozen=True, slots=True)
class MigrateContext:
    """What `scaling/kubernetes/migrate.yaml` names; `seconds` the longest that it may take."""

    service: str
    image: str
    command: tuple[str, ...]
    has_secrets: bool
    component: str
    uid: int
    seconds: int


def migrates(repo: Inventory, service: Deployable) -> tuple[str, ...]:
    """The command that applies all migrations: Django's own, Alembic's or Flask-Migrate's; else the one that makes what tables are missing.

    It runs in the service's folder. Only for databases on a server: a file of SQLite is nowhere else.
    """
    if not any(store.name in _SQL for store in repo.datastores):
        return ()
    if service.component.framework == "django":
        return ("python", "manage.py", "migrate", "--noinput") if service.path("manage.py") in repo.files else ()
    if repo.uses("flask-migrate") is not None and service.path("migrations/env.py") in repo.files:
        return ("flask", "--app", service.component.entrypoint or "", "db", "upgrade")
    if repo.uses("alembic") is not None and service.path("alembic.ini") in repo.files:
        return ("alembic", "upgrade", "head")
    return _first_start(repo, service)


def makes_tables(repo: Inventory, service: Deployable) -> bool:
    """Whether what runs before a new version is the start of the service itself, because it makes its tables while it starts."""
    return bool(migrates(repo, service)) and migrates(repo, service) == _first_start(repo, service)


def _first_start(repo: Inventory, service: Deployable) -> tuple[str, ...]:
    """Starts the application once and ends, where its start makes the tables that are missing.

    Several processes that do so on an empty database at the same moment all find a table missing and all make it: one succeeds, the
    others die of it, with CREATE TABLE IF NOT EXISTS as well. After this one there is nothing left to make.
    """
    prefix = "" if service.directory == "." else f"{service.directory}/"
    made = tables_made(repo)
    found = _APPLICATION.fullmatch(service.component.entrypoint or "")
    if found is None or not any(call.location.path.startswith(prefix) for call in made):
        return ()
    module, variable = found["module"], found["variable"]
    if service.component.framework == "flask":
        return ("python", "-c", f"from {module} import {variable}; {variable}()" if found["called"] else f"import {module}")
    if service.component.framework == "fastapi" and not found["called"]:
        starting = f"{variable}.router.lifespan_context({variable}).__aenter__()"
        return ("python", "-c", f"import asyncio; from {module} import {variable}; asyncio.run({starting})")
    return ()


def migrate_file(path: str, service: Deployable, command: tuple[str, ...], *, has_secrets: bool) -> File:
    """The manifest of the Job for Kubernetes."""
    names = service.names
    context = MigrateContext(names.service, names.image, command, has_secrets, MIGRATION, UID, SECONDS)
    return File(path, render("scaling/kubernetes/migrate.yaml", context))
