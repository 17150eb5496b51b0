"""The recipe `rightsizing`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Audience, Edit, File, Inventory, Profile, Step, recipe
from prodify.recipes.ci.project import dev_requirements, python_project
from prodify.recipes.scaling.target import kubernetes_service
from prodify.render import render

FOLDER = "deploy/rightsizing"


@dataclass(frozen=True, slots=True)
class RightsizeContext:
    """What `cost/rightsize.py` names: percent of the requested CPU at which pods are added; `share` in percent of the time."""

    service: str
    namespace: str
    cpu_percent: int
    share: int


@dataclass(frozen=True, slots=True)
class RightsizeTestContext:
    """What `cost/rightsize_test.py` names: how many folders lie between it and the repository's root."""

    levels_up: int


@recipe(
    step=Step.COST, fixes=("sizes-follow-measurements",), after=("kubernetes",), audiences=(Audience.TEAM, Audience.PUBLIC), default=False
)
def rightsizing(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """A script that proposes what pods ask for by two weeks of measurements in Prometheus: prints a kustomize patch, changes nothing.

    Without a week of data it says what is missing and proposes nothing. For services on Kubernetes, with tests of its arithmetic. Applied
    by name only: there has to be something that measures first.
    """
    service, project = kubernetes_service(repo, profile), python_project(repo)
    if service is None or project is None:
        return
    names, target = service.names, profile.scaling.cpu_target_percent
    context = RightsizeContext(names.service, names.namespace, target, 95)
    yield File(f"{FOLDER}/rightsize.py", render("cost/rightsize.py", context))
    depth = 0 if project.directory == "." else project.directory.count("/") + 1
    yield File(project.path("tests/test_rightsize.py"), render("cost/rightsize_test.py", RightsizeTestContext(1 + depth)))
    yield from dev_requirements(repo, project, "pytest")
