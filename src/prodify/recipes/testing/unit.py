"""Recipe `unit`: characterisation tests of every route."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify import edits
from prodify.api import Edit, File, Inventory, Profile, Review, Step, recipe
from prodify.escape import Code, python_list
from prodify.inventory.django import named_settings
from prodify.recipes.ci.planned import CODE_WRITERS, GENERATED, SECRET_NAME, names_read, planned
from prodify.recipes.ci.project import CHARACTERISATION, Project, dev_requirements, python_project
from prodify.recipes.observability.webapp import web_app
from prodify.recipes.shared.databases import is_asynchronous, needs_postgres, uses_sqlalchemy
from prodify.recipes.shared.layout import main_component
from prodify.recipes.shared.variables import variables
from prodify.recipes.testing.routes import cases, knows_unknown
from prodify.render import render

if TYPE_CHECKING:
    from prodify.inventory.facts import Component
    from prodify.recipes.observability.webapp import WebApp
    from prodify.recipes.testing.routes import Case

_DATABASE = re.compile(r"(DATABASE|(^|_)DB|SQLALCHEMY\w*|POSTGRES\w*|PG|MYSQL|SQLITE)_?(URL|URI|DSN)$|^DATABASE$")
_OTHER_STORE = re.compile(r"REDIS|MONGO|AMQP|RABBIT|CELERY|BROKER|CACHE|KAFKA")
# Nobody answers there. Clients look at an address' form when they are made, which is when the application is imported.
_STAND_INS = {
    "MONGO": "mongodb://127.0.0.1:1/test?serverSelectionTimeoutMS=500", "AMQP": "amqp://127.0.0.1:1/", "RABBIT": "amqp://127.0.0.1:1/",
    "KAFKA": "127.0.0.1:1",
}  # fmt: skip
_ADDRESS = re.compile(r"(URL|URI|ENDPOINT|API_BASE|_BASE)$")
_NUMBER = re.compile(r"(PORT|TIMEOUT|SECONDS|MINUTES|DAYS|HOURS|SIZE|LIMIT|COUNT|MAX\w*|MIN\w*|TTL|WORKERS|THREADS|TOKENS)$")
_PROVIDERS = {
    "openai": {"OPENAI_API_KEY": "sample", "OPENAI_BASE_URL": "{upstream}/v1"},
    "anthropic": {"ANTHROPIC_API_KEY": "sample", "ANTHROPIC_BASE_URL": "{upstream}"},
}


@dataclass(frozen=True, slots=True)
class ConftestContext:
    """What `testing/characterisation_conftest.py` names."""

    module: str
    attribute: str
    settings: tuple[tuple[str, str], ...]
    unset: Code
    marker: str
    sqlalchemy: bool
    asynchronous: bool
    needs_postgres: bool
    django: bool
    django_settings: str
    unlisted: str
    shadowed: bool


@dataclass(frozen=True, slots=True)
class RoutesContext:
    """What `testing/characterisation_test.py` names."""

    routes: tuple[Code, ...]
    framework: str
    asynchronous: bool
    needs_postgres: bool
    knows_404: bool


@dataclass(frozen=True, slots=True)
class StreamlitContext:
    """What `testing/streamlit_test.py` names."""

    pages: Code
    settings: tuple[tuple[str, str], ...]


@recipe(step=Step.TESTING, fixes=("unit-tests-exist", "tests-assert-something", "tests-do-not-need-secrets"), review=Review.CURSORY)
def unit(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """Characterisation tests of every route of a Flask, FastAPI or Django service, green at once: no network, secrets or database of yours.

    They hold what is certain from the code; `RECORD=1 pytest tests/characterisation` then records what each route answers today. For
    Streamlit every page is run once, in its own test runner.
    """
    project, component = python_project(repo), main_component(repo)
    if project is not None and component is not None and component.framework == "streamlit":
        yield from _streamlit(repo, profile, project, component)
    app = web_app(repo)
    if app is None or project is None or component is None or component.entrypoint is None:
        return
    found = routes_to_test(repo, app, component)
    if not found:
        return
    module, _, attribute = component.entrypoint.partition(":")
    settings, unset = settings_of(repo, profile)
    asynchronous = is_asynchronous(repo)
    conftest = ConftestContext(
        module=module,
        attribute=attribute.removesuffix("()"),
        settings=settings,
        unset=python_list(unset),
        marker="test_client" if app.framework == "flask" else "openapi",
        sqlalchemy=uses_sqlalchemy(repo),
        asynchronous=asynchronous,
        needs_postgres=app.framework == "fastapi" and needs_postgres(repo),
        django=app.framework == "django",
        django_settings=(named_settings(repo.files.text(app.path) or "") or "") if app.framework == "django" else "",
        unlisted=app.framework if project.manager == "bare" else "",
        shadowed=project.directory.rpartition("/")[2] == module.partition(".")[0] and project.path("__init__.py") in repo.files,
    )
    yield File(project.path(f"{CHARACTERISATION}/conftest.py"), render("testing/characterisation_conftest.py", conftest))
    routes = RoutesContext(
        tuple(case.source for case in found), app.framework, asynchronous, conftest.needs_postgres, knows_unknown(repo, component)
    )
    yield File(project.path(f"{CHARACTERISATION}/test_routes.py"), render("testing/characterisation_test.py", routes))
    more = [*(["httpx"] if app.framework == "fastapi" else []), *(["aiosqlite"] if asynchronous else [])]
    yield from dev_requirements(repo, project, "pytest", "pytest-cov", *more)
    # Also where there is none yet: another recipe may make it in the same go.
    yield Edit(".gitignore", edits.gitignore.add(".coverage", ".pytest_cache/"), "what test runs leave behind")


def _streamlit(repo: Inventory, profile: Profile, project: Project, component: Component) -> Iterator[File | Edit]:
    """Tests that run every page once, in Streamlit's own test runner."""
    entry = component.entrypoint or ""
    if not entry.endswith(".py") or project.path(entry) not in repo.files:
        return
    folder = f"{entry.rpartition('/')[0]}/pages/".lstrip("/")
    pages = [path.removeprefix(project.path("")) for path in repo.files.select("*.py") if path.startswith(project.path(folder))]
    values, _ = settings_of(repo, profile)
    context = StreamlitContext(python_list([entry, *sorted(pages)]), values)
    yield File(project.path(f"{CHARACTERISATION}/test_pages.py"), render("testing/streamlit_test.py", context))
    yield from dev_requirements(repo, project, "pytest", "pytest-cov")
    yield Edit(".gitignore", edits.gitignore.add(".coverage", ".pytest_cache/"), "what test runs leave behind")


def routes_to_test(repo: Inventory, app: WebApp, component: Component) -> tuple[Case, ...]:
    """What the characterisation tests ask; nothing where the application cannot be set up for them."""
    return () if app.framework == "django" and not _runs_on_sqlite(repo) else cases(repo, component)


def _runs_on_sqlite(repo: Inventory) -> bool:
    """Whether Django's tables can be made in SQLite, and no plug-in keeps tests off the database that do not ask it first."""
    migrations = repo.files.select("*/migrations/*.py")
    own = any("RunSQL" in (repo.files.text(path) or "") for path in migrations) or bool(repo.python.imports("django.contrib.postgres"))
    return not own and repo.uses("pytest-django") is None


def settings_of(repo: Inventory, profile: Profile) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    """Environment variables for the tests: those to set, with stand-ins for their values, and those whose default is what is tested."""
    wanted: dict[str, str] = {"OTEL_SDK_DISABLED": "true", "PYTHON_DOTENV_DISABLED": "1"}
    unset = set()
    for provider in repo.llm_providers:
        wanted |= _PROVIDERS.get(provider.name, {})
    for name, needed in _variables(repo, profile):
        value = wanted.get(name) or _value(name, needed=needed)
        if value:
            wanted[name] = value
        else:
            unset.add(name)
    return tuple(sorted(wanted.items())), sorted(unset - set(wanted))


def _variables(repo: Inventory, profile: Profile) -> Iterator[tuple[str, bool]]:
    """The variables that the service's own code reads, now or once the recipes have edited it, and whether it needs them."""
    for variable in variables(repo):
        if variable.location.path.rpartition("/")[2] not in GENERATED:
            yield variable.name, variable.required or variable.secret
    known = {variable.name for variable in variables(repo)}
    for path, text in sorted(planned(repo, profile, CODE_WRITERS, ".py").items()):
        if path.rpartition("/")[2] not in GENERATED:
            yield from ((name, SECRET_NAME.search(name) is not None) for name in sorted(set(names_read(text)) - known))


def _value(name: str, *, needed: bool) -> str:
    """A stand-in for a variable's value, empty where its default serves."""
    if _DATABASE.search(name):
        return "{database}"
    store = _OTHER_STORE.search(name)
    if store is not None:
        return _STAND_INS.get(store[0], "redis://127.0.0.1:1/0") if needed else ""
    if _ADDRESS.search(name):
        return "{upstream}"
    if not needed:
        return ""
    if _NUMBER.search(name):
        return "1"
    if name.endswith("HOST"):
        return "127.0.0.1"
    return "sample@example.org" if re.search(r"E?MAIL|SENDER|FROM$", name) else "sample"
