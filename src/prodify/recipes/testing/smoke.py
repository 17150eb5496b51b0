"""Recipe `smoke`: is the deployed service up?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Edit, File, Inventory, Profile, Step, recipe
from prodify.escape import Code, python_list
from prodify.recipes.ci.project import SMOKE, dev_requirements, python_project
from prodify.recipes.scaling.service import deployable
from prodify.recipes.shared.layout import main_component
from prodify.recipes.testing.routes import plain_pages
from prodify.recipes.testing.worker_tests import smoke_files
from prodify.render import render

MOST_PAGES = 10


@dataclass(frozen=True, slots=True)
class SmokeContext:
    """What `testing/smoke_test.py` names: paths, empty where there is none."""

    pages: Code
    health: str
    ready: str


@recipe(step=Step.TESTING, fixes=("smoke-tests-exist",))
def smoke(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """Smoke tests of a deployment: alive, ready, pages answer, errors show nothing of the inside. They only read; BASE_URL says where.

    For a Celery or RQ worker: somebody works on each queue and knows each task; nothing is put in, and SMOKE_BROKER_URL says where.
    """
    project, component = python_project(repo), main_component(repo)
    workers = tuple(smoke_files(repo, profile))
    if project is not None and workers:
        yield from workers
        yield from dev_requirements(repo, project, "pytest")
    if project is None or component is None or component.kind != "service":
        return
    service = deployable(repo, profile)
    pages = plain_pages(repo, component)[:MOST_PAGES] or ("/",)
    health, ready = (service.health_path, service.ready_path) if service else ("", "")
    context = SmokeContext(python_list(pages), health or "", ready or "")
    yield File(f"{SMOKE}/test_smoke.py", render("testing/smoke_test.py", context))
    yield from dev_requirements(repo, project, "pytest")
