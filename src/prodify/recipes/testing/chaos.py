"""Recipe `chaos`: the service while what it depends on is down, silent, slow or cut off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Audience, Edit, File, Inventory, Profile, Step, recipe
from prodify.escape import Code, python_list
from prodify.recipes.ci.project import CHAOS, dev_requirements, python_project
from prodify.recipes.observability.webapp import web_app
from prodify.recipes.scaling.dockerfile import command
from prodify.recipes.scaling.service import Deployable, deployable
from prodify.recipes.shared.databases import is_asynchronous, needs_postgres, scheme
from prodify.recipes.shared.layout import main_component
from prodify.recipes.testing.routes import plain_pages
from prodify.recipes.testing.unit import settings_of
from prodify.render import render

MOST_PAGES = 10
PAGE_SECONDS = 15
"""Longest that a page may take while something is broken: above the 10 s that generated time limits give one call of another service,
below the 30 s after which load balancers give up by default (Google Cloud, AWS 60 s)."""


@dataclass(frozen=True, slots=True)
class ChaosContext:
    """What `testing/chaos_test.py` names; paths of pages, times in seconds."""

    command: Code
    settings: tuple[tuple[str, str], ...]
    databases: Code
    upstreams: Code
    database: bool
    scheme: str
    sqlite: str
    upstream: bool
    health: str
    ready: str
    pages: Code
    page_seconds: int


@recipe(
    step=Step.TESTING, fixes=("chaos-tests-exist",), audiences=(Audience.TEAM, Audience.PUBLIC), after=("unit", "integration"),
)  # fmt: skip
def chaos(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """Tests that take away what a web service depends on: a database that is down, silent, slow or cut; other services.

    For what the environment gives the address of: a PostgreSQL database (`TEST_DATABASE_URL`, an empty one in CI) and services that are
    called over HTTP. They ask for what must hold whatever breaks: the process stays alive, traffic is sent elsewhere, no page hangs, and
    all is well again without anybody's doing.
    """
    project, component, service = python_project(repo), main_component(repo), deployable(repo, profile)
    if project is None or component is None or service is None or web_app(repo) is None or service.server == "streamlit":
        return
    settings = settings_of(repo, profile)[0]
    postgres = any(store.name == "postgres" for store in repo.datastores)
    databases = [name for name, value in settings if value == "{database}"] if postgres else []
    upstreams = [name for name, value in settings if value.startswith("{upstream}")]
    pages = plain_pages(repo, component)[:MOST_PAGES]
    if not pages or not service.health_path:
        return
    context = ChaosContext(
        command=python_list(_arguments(service)),
        settings=_settings(settings, service),
        databases=python_list(databases),
        upstreams=python_list(upstreams),
        database=bool(databases) and service.ready_path not in (None, service.health_path),
        scheme=scheme(repo, "postgres"),
        sqlite="sqlite+aiosqlite" if is_asynchronous(repo) else "sqlite",
        # Without its database a service that speaks PostgreSQL only does not even start.
        upstream=bool(upstreams) and not needs_postgres(repo),
        health=service.health_path,
        ready=service.ready_path or service.health_path,
        pages=python_list(pages),
        page_seconds=PAGE_SECONDS,
    )
    if not (context.database or context.upstream):
        return
    yield File(project.path(f"{CHAOS}/test_dependencies.py"), render("testing/chaos_test.py", context))
    yield from dev_requirements(repo, project, "pytest")


def _arguments(service: Deployable) -> list[str]:
    """The start command as arguments of the interpreter that runs the tests."""
    program, *rest = command(service)
    return rest if program == "python" else ["-m", program, *rest]


def _settings(settings: tuple[tuple[str, str], ...], service: Deployable) -> tuple[tuple[str, str], ...]:
    """The settings of the characterisation tests, and where the code is found when that is not the working directory."""
    return (*settings, ("PYTHONPATH", service.source_root)) if service.source_root else settings
