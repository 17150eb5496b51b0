"""Recipe `integration`: the service on the database of production."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.api import File, Inventory, Profile, Step, recipe
from prodify.recipes.ci.project import CHARACTERISATION, INTEGRATION, python_project
from prodify.recipes.observability.webapp import web_app
from prodify.recipes.shared.databases import is_asynchronous, scheme, uses_sqlalchemy
from prodify.recipes.shared.layout import main_component
from prodify.recipes.testing.routes import cases
from prodify.recipes.testing.unit import settings_of
from prodify.render import render

if TYPE_CHECKING:
    from prodify.recipes.testing.routes import Case


@dataclass(frozen=True, slots=True)
class IntegrationContext:
    """What `testing/integration_test.py` names; `least`: how many tests of the suite must pass."""

    suite: str
    least: int
    sqlalchemy: bool
    asynchronous: bool
    scheme: str


@recipe(step=Step.TESTING, fixes=("integration-tests-exist",), after=("unit",))
def integration(repo: Inventory, profile: Profile) -> Iterator[File]:
    """The characterisation tests once more, on PostgreSQL: an empty one in CI, `TEST_DATABASE_URL` elsewhere, skipped without it.

    For services that use PostgreSQL and take its address from an environment variable.
    """
    project = python_project(repo)
    found = routes_on_postgres(repo, profile)
    if project is not None and found:
        context = IntegrationContext(CHARACTERISATION, len(found), uses_sqlalchemy(repo), is_asynchronous(repo), scheme(repo, "postgres"))
        yield File(project.path(f"{INTEGRATION}/test_on_postgres.py"), render("testing/integration_test.py", context))


def routes_on_postgres(repo: Inventory, profile: Profile) -> tuple[Case, ...]:
    """The requests that are repeated on PostgreSQL; none when the service does not use it or its address cannot be set."""
    component = main_component(repo)
    if component is None or web_app(repo) is None or not any(store.name == "postgres" for store in repo.datastores):
        return ()
    settable = any(value == "{database}" for _, value in settings_of(repo, profile)[0])
    return cases(repo, component) if settable else ()
