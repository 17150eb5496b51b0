"""Recipe `unit`: characterisation tests of every route and every background task."""

from __future__ import annotations

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
from prodify.recipes.shared.layout import LOAD_TESTS, main_component
from prodify.recipes.shared.packages import may_be
from prodify.recipes.shared.standins import stand_in
from prodify.recipes.shared.variables import line_at, variables
from prodify.recipes.testing.routes import cases, knows_unknown
from prodify.recipes.testing.tasks import TasksContext, tasks_to_test
from prodify.render import render

if TYPE_CHECKING:
    from prodify.inventory.facts import Component
    from prodify.recipes.observability.webapp import WebApp
    from prodify.recipes.testing.routes import Case

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
    old_client: bool


@dataclass(frozen=True, slots=True)
class StreamlitContext:
    """What `testing/streamlit_test.py` names."""

    pages: Code
    settings: tuple[tuple[str, str], ...]


@recipe(step=Step.TESTING, fixes=("unit-tests-exist", "tests-assert-something", "tests-do-not-need-secrets"), review=Review.CURSORY)
def unit(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """Characterisation tests of every route of a Flask, FastAPI or Django service and every task of a Celery or RQ worker, green at once.

    No network, secrets or database of yours is touched. They hold what is certain from the code; `RECORD=1 pytest tests/characterisation`
    then records what each route answers and each task does today. For Streamlit every page is run once, in its own test runner.
    """
    project, component, app = python_project(repo), main_component(repo), web_app(repo)
    if project is None or component is None:
        return
    if component.framework == "streamlit":
        yield from _streamlit(repo, profile, project, component)
    routes = routes_to_test(repo, app, component) if app is not None and component.entrypoint else ()
    # Django's tables are made once, for both; where they cannot be, neither is tested.
    tasks = tasks_to_test(repo, profile) if routes or app is None or app.framework != "django" else None
    tools = ["pytest", "pytest-cov", *(["aiosqlite"] if is_asynchronous(repo) else [])]
    if app is not None and routes:
        module, _, attribute = (component.entrypoint or "").partition(":")
        conftest = _conftest(repo, profile, project, app, module, attribute.removesuffix("()"))
        # Told at each request instead of once: the client learned the latter in these releases.
        old = not (may_be(repo, "fastapi", ">=0.92") and may_be(repo, "starlette", ">=0.25"))
        shape = (app.framework, conftest.asynchronous, conftest.needs_postgres, knows_unknown(repo, component), old)
        context = RoutesContext(tuple(case.source for case in routes), *shape)
        yield File(project.path(f"{CHARACTERISATION}/test_routes.py"), render("testing/characterisation_test.py", context))
        tools += ["httpx"] if app.framework == "fastapi" else []
    elif tasks is not None:
        conftest = _conftest(repo, profile, project, None, tasks.module, tasks.attribute)
    else:
        return
    yield File(project.path(f"{CHARACTERISATION}/conftest.py"), render("testing/characterisation_conftest.py", conftest))
    if tasks is not None:
        worked: TasksContext = tasks.context
        yield File(project.path(f"{CHARACTERISATION}/test_tasks.py"), render("testing/tasks_test.py", worked))
    yield from dev_requirements(repo, project, *tools)
    # Also where there is none yet: another recipe may make it in the same go.
    yield Edit(".gitignore", edits.gitignore.add(".coverage", ".pytest_cache/"), "what test runs leave behind")


def _conftest(repo: Inventory, profile: Profile, project: Project, app: WebApp | None, module: str, attribute: str) -> ConftestContext:
    """What the tests set up: for a web application, or for a worker that stands alone."""
    settings, unset = settings_of(repo, profile)
    django = app is not None and app.framework == "django"
    return ConftestContext(
        module=module,
        attribute=attribute,
        settings=settings,
        unset=python_list(unset),
        marker="tasks" if app is None else "test_client" if app.framework == "flask" else "openapi",
        sqlalchemy=uses_sqlalchemy(repo),
        asynchronous=is_asynchronous(repo),
        needs_postgres=(app is None or app.framework == "fastapi") and needs_postgres(repo),
        django=django,
        django_settings=(named_settings(repo.files.text(app.path) or "") or "") if app is not None and django else "",
        unlisted=app.framework if app is not None and project.manager == "bare" else "",
        shadowed=project.directory.rpartition("/")[2] == module.partition(".")[0] and project.path("__init__.py") in repo.files,
    )


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
    for name, needed, line in _variables(repo, profile):
        value = wanted.get(name) or stand_in(name, needed=needed, line=line)
        if value:
            wanted[name] = value
        else:
            unset.add(name)
    return tuple(sorted(wanted.items())), sorted(unset - set(wanted))


def _variables(repo: Inventory, profile: Profile) -> Iterator[tuple[str, bool, str]]:
    """The variables that the service's own code reads, now or once the recipes have edited it, whether it needs them, and the line."""
    for variable in variables(repo):
        if variable.location.path.rpartition("/")[2] not in GENERATED:
            yield variable.name, variable.required or variable.secret, line_at(repo, variable.location)
    known = {variable.name for variable in variables(repo)}
    for path, text in sorted(planned(repo, profile, CODE_WRITERS, ".py").items()):
        if path.rpartition("/")[2] not in GENERATED and not path.startswith(f"{LOAD_TESTS}/"):
            yield from ((name, SECRET_NAME.search(name) is not None, "") for name in sorted(set(names_read(text)) - known))
