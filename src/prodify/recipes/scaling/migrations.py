"""How the service's schema is brought up to date: by one process of the new image, before the new version starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.api import File
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
    """The command that applies all migrations, empty where none are kept: Django's own, Alembic's or Flask-Migrate's.

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
    return ()


def migrate_file(path: str, service: Deployable, command: tuple[str, ...], *, has_secrets: bool) -> File:
    """The manifest of the Job for Kubernetes."""
    names = service.names
    context = MigrateContext(names.service, names.image, command, has_secrets, MIGRATION, UID, SECONDS)
    return File(path, render("scaling/kubernetes/migrate.yaml", context))
