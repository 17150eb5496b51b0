"""Recipe `ci`: GitHub Actions from a pull request to production."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Edit, File, Inventory, Profile, Review, Step, recipe
from prodify.data import action, version
from prodify.escape import Code
from prodify.recipes.ci.deploy import KUBECONFIG_SECRET, deploy_workflow
from prodify.recipes.ci.gitlab import gitlab_pipeline
from prodify.recipes.ci.hosting import on_gitlab
from prodify.recipes.ci.project import (
    TOOLS,
    Project,
    configures_ruff,
    dev_requirements,
    dockerfile_of,
    has_dev_requirements,
    has_own_tests,
    python_project,
)  # fmt: skip
from prodify.recipes.ci.registry import Registry, registry_of
from prodify.recipes.ci.standins import stand_ins
from prodify.recipes.testing.integration import routes_on_postgres
from prodify.render import render

PATH = ".github/workflows/ci.yml"
OWN = (PATH, ".github/workflows/deploy.yml", ".github/workflows/security.yml")
OWN_DATABASE = "test:test@localhost:5432/app"
"""The database of the project's own tests, beside the one whose tables the generated tests drop."""
RULES = ("E9", "F63", "F7", "F82")


@dataclass(frozen=True, slots=True)
class CiContext:
    """What `ci/ci.yml` names."""

    registry: str
    directory: str
    manager: str
    python_version: str
    uv_version: str
    cache: str
    install: tuple[Code, ...]
    prefix: Code
    postgres: bool
    settings: tuple[tuple[str, str], ...]
    own_database: bool
    has_tests: bool
    tests_glob: str
    dockerfile: str
    publish: Registry
    deploy: bool
    kubeconfig: str
    checkout: str
    setup_python: str
    setup_uv: str
    trivy: str
    upload: str
    download: str
    attest: str


@dataclass(frozen=True, slots=True)
class RuffContext:
    """What `ci/ruff.toml` names."""

    rules: Code


@recipe(
    step=Step.CI,
    fixes=(
        "ci-exists", "tests-run-on-pull-requests", "default-branch-is-built", "lint-runs-in-ci", "image-is-built-in-ci",
        "deploy-is-automated", "staging-precedes-production", "production-deploy-is-gated", "deploys-use-digests", "cloud-login-is-keyless",
        "image-is-scanned", "sbom-is-generated", "artefacts-are-attested", "coverage-is-measured",
    ),
    review=Review.CAREFUL,
)  # fmt: skip
def ci(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """GitHub Actions: test, lint, build, scan, push by digest, attest; staging, smoke test, SLO gate, production.

    Green at once: without tests the test step is skipped, without a Dockerfile the image jobs are, and nothing is deployed before the
    variable DEPLOY_ENABLED is set. Settings without which code or tests cannot be imported get stand-ins. Where another pipeline runs
    the tests already, nothing is written beside it. On GitLab (`service.repository` says so) the same as GitLab CI.
    """
    project = python_project(repo)
    if project is None or _tested_elsewhere(repo):
        return
    if on_gitlab(repo, profile):
        yield gitlab_pipeline(repo, profile, project)
    else:
        deploy = deploy_workflow(repo, profile)
        yield File(PATH, render("ci/ci.yml", _context(repo, profile, project, deploy=deploy is not None)))
        if deploy is not None:
            yield deploy
    yield from linter_and_tools(repo, project)


def linter_and_tools(repo: Inventory, project: Project) -> Iterator[File | Edit]:
    """The linter's rules, and the versions of the tools that the pipeline runs."""
    if not configures_ruff(repo, project):
        yield File(project.path("ruff.toml"), render("ci/ruff.toml", RuffContext(Code(json.dumps(RULES)))))
    yield from dev_requirements(repo, project, *TOOLS)


def _context(repo: Inventory, profile: Profile, project: Project, *, deploy: bool) -> CiContext:
    postgres = bool(routes_on_postgres(repo, profile))
    settings = stand_ins(repo, profile, project, OWN_DATABASE if postgres else "")
    return CiContext(
        registry=profile.platform.registry,
        directory=project.directory,
        manager=project.manager,
        python_version=project.python_version,
        uv_version=version("uv"),
        cache=project.cache_key,
        install=project.install(dev=has_dev_requirements(repo, project, *TOOLS), system=True),
        prefix=project.test_prefix,
        postgres=postgres,
        settings=settings,
        own_database=any(value.endswith(OWN_DATABASE) for _, value in settings),
        has_tests=has_own_tests(repo, project),
        tests_glob=project.path("tests/**/*.py"),
        dockerfile=dockerfile_of(repo, project),
        publish=registry_of(profile),
        deploy=deploy,
        kubeconfig=KUBECONFIG_SECRET if deploy and profile.platform.cloud == "none" else "",
        checkout=action("actions/checkout"),
        setup_python=action("actions/setup-python"),
        setup_uv=action("astral-sh/setup-uv"),
        trivy=action("aquasecurity/trivy-action"),
        upload=action("actions/upload-artifact"),
        download=action("actions/download-artifact"),
        attest=action("actions/attest"),
    )


def _tested_elsewhere(repo: Inventory) -> bool:
    """Whether a pipeline that no recipe writes runs tests: another system's, or a workflow of another name."""
    return any(pipeline.path not in OWN and pipeline.runs_tests for pipeline in repo.pipelines)
