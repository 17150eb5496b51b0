"""GitLab's pipeline, from a merge request to production. Part of the recipes `ci` and `gitlab-ci`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.api import Audience, File
from prodify.data import requirement, version
from prodify.data.images import image
from prodify.escape import Code
from prodify.recipes.ci.deploy import FREEZE_BELOW, slo_queries
from prodify.recipes.ci.hosting import GITLAB_FILE, GITLAB_POLICY, GITLAB_SECURITY
from prodify.recipes.ci.project import SMOKE, TOOLS, dockerfile_of, has_dev_requirements, has_own_tests
from prodify.recipes.ci.standins import stand_ins
from prodify.recipes.scaling.migrations import migrates
from prodify.recipes.scaling.rollouts import is_judged
from prodify.recipes.scaling.service import deployable
from prodify.recipes.scaling.target import kubernetes_target
from prodify.recipes.scaling.worker_pools import cloud_run_worker, pool_names
from prodify.recipes.scaling.workers import worker_alone
from prodify.recipes.shared.layout import KUBERNETES, naming
from prodify.recipes.testing.integration import routes_on_postgres
from prodify.render import render

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.profile import Profile
    from prodify.recipes.ci.project import Project

_VARIABLES = {
    "kubernetes": ("KUBE_CONTEXT (path/of/the/agent's/project:agent)",),
    "cloud-run": ("GCP_PROJECT", "GCP_WORKLOAD_IDENTITY_PROVIDER", "GCP_SERVICE_ACCOUNT", "ARTIFACT_REGISTRY (host/project/repository)"),
}


@dataclass(frozen=True, slots=True)
class GitlabEnvironment:
    """One deployment environment. `after`: the job that must have passed; `manual`: a person starts it; `minutes`: its time limit."""

    name: str
    namespace: str
    url: str
    suffix: str
    after: str
    manual: bool
    minutes: int
    canary: bool
    gate: bool


@dataclass(frozen=True, slots=True)
class GitlabContext:
    """What `ci/gitlab-ci.yml` names."""

    parts: tuple[str, ...]
    deploy: bool
    staged: bool
    web: bool
    main: str
    addresses: str
    variables: str
    environments: tuple[GitlabEnvironment, ...]
    python: str
    postgres: bool
    postgres_image: str
    settings: tuple[tuple[str, str], ...]
    directory: str
    install: tuple[Code, ...]
    prefix: Code
    has_tests: bool
    docker: str
    trivy: str
    deployer: str
    kubectl: str
    dockerfile: str
    dockerfile_path: str
    runtime: str
    region: str
    folder: str
    service: str
    pools: tuple[str, ...]
    migrates: bool
    health_path: str
    smoke: str
    pytest: str
    paging: Code
    budget: Code
    freeze: str


def gitlab_pipeline(repo: Inventory, profile: Profile, project: Project) -> File:
    """The pipeline; it deploys where the recipes write what there is to deploy."""
    return File(GITLAB_FILE, render("ci/gitlab-ci.yml", _context(repo, profile, project)))


def _context(repo: Inventory, profile: Profile, project: Project) -> GitlabContext:
    names, service, runtime = naming(repo, profile), deployable(repo, profile), profile.platform.runtime
    pool, web = cloud_run_worker(repo, profile), worker_alone(repo, profile) is None
    environments = _environments(repo, profile, names.namespace, web=web)
    postgres = bool(routes_on_postgres(repo, profile))
    dockerfile = dockerfile_of(repo, project)
    paging, budget = slo_queries(names.service)
    addresses = "".join(f", {environment.url}" for environment in environments) if web else ""
    gate = ("PROMETHEUS_URL (where there is one)",) if any(environment.gate for environment in environments) else ()
    return GitlabContext(
        parts=(GITLAB_SECURITY, GITLAB_POLICY),
        deploy=bool(environments),
        staged=len(environments) > 1,
        web=web,
        main=environments[-1].name if environments else "",
        addresses=addresses,
        variables=", ".join((*_VARIABLES.get(runtime, ()), *gate)),
        environments=environments,
        python=f"{image('python').image}:{image('python').tag.format(version=project.python_version)}",
        postgres=postgres,
        # A server always has this database too; the other one is the generated tests'.
        settings=stand_ins(repo, profile, project, "test:test@database:5432/postgres" if postgres else ""),
        postgres_image=image("postgres").reference,
        directory=project.directory,
        install=_install(repo, project),
        prefix=project.prefix,
        has_tests=has_own_tests(repo, project),
        docker=image("docker").reference,
        trivy=image("trivy").reference,
        deployer=image("google-cloud-cli").reference if runtime == "cloud-run" else image("python").reference,
        kubectl=image("kubectl").tag,
        dockerfile=dockerfile,
        dockerfile_path=project.path(dockerfile),
        runtime=runtime,
        region=profile.region,
        folder=KUBERNETES,
        service=names.service,
        pools=pool_names(pool, profile) if pool is not None else (),
        migrates=service is not None and bool(migrates(repo, service)),
        health_path=(service.health_path if service else None) or "/",
        smoke=SMOKE,
        pytest=requirement("pytest"),
        paging=paging,
        budget=budget,
        freeze=f"{FREEZE_BELOW:g}",
    )


def _install(repo: Inventory, project: Project) -> tuple[Code, ...]:
    """Shell lines that install the project and its tools in Python's own image, which brings neither uv nor pipx."""
    lines = project.install(dev=has_dev_requirements(repo, project, *TOOLS))
    plain = tuple(Code(str(line).replace("pipx install", "python -m pip install")) for line in lines)
    return (Code(f"python -m pip install uv=={version('uv')}"), *plain) if project.manager == "uv" else plain


def _environments(repo: Inventory, profile: Profile, namespace: str, *, web: bool) -> tuple[GitlabEnvironment, ...]:
    """Staging and production, production alone for a creator; none where no recipe says how to deploy."""
    runtime = profile.platform.runtime
    known = kubernetes_target(repo, profile) is not None if runtime == "kubernetes" else runtime == "cloud-run"
    if not known or (runtime == "cloud-run" and profile.platform.cloud != "gcp"):
        return ()
    canary = web and runtime == "kubernetes" and is_judged(repo, profile)
    alone = profile.audience is Audience.CREATOR
    production = GitlabEnvironment(
        "production", namespace, "PRODUCTION_URL", "", "" if alone else "gate", not alone, 60 if canary else 20, canary, gate=False
    )
    if alone:
        return (production,)
    staging = GitlabEnvironment(
        "staging", f"{namespace}-staging", "STAGING_URL", "-staging", "", manual=False, minutes=20, canary=False, gate=True
    )
    return (staging, production)
