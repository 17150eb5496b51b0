"""Recipe `service-readme`: how to run, test, deploy and look after the service, in the README."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify import edits
from prodify.api import Audience, Edit, Inventory, Profile, Step, recipe
from prodify.escape import Code, shell_word
from prodify.inventory.components.rqworker import ENTRY as RQ_COMMAND
from prodify.recipes.ci.project import Project, has_dev_requirements, python_project
from prodify.recipes.goals.env_example import PATH, example_file
from prodify.recipes.scaling.migrations import makes_tables, migrates
from prodify.recipes.scaling.service import deployable
from prodify.recipes.scaling.static_files import collects
from prodify.recipes.security.djangosettings import hosts_from_environment, plain_settings
from prodify.recipes.shared.layout import DASHBOARDS, LOAD_TESTS, PRODUCTION_GUIDE, RUNBOOKS, main_component, naming
from prodify.render import render

if TYPE_CHECKING:
    from prodify.inventory.facts import Component

HEADING = "Operations"
_READERS = ("python-dotenv", "django-environ", "environs", "python-decouple", "django-dotenv", "dynaconf", "environ-config")
"""Packages that read a .env file by themselves."""


@dataclass(frozen=True, slots=True)
class ReadmeContext:
    """What `goals/operations.md` names; percentages and times as text with their units beside them."""

    run: tuple[Code, ...]
    test: tuple[Code, ...]
    deploys: bool
    runtime: str
    owner: str
    observed: bool
    guide: str
    runbooks: str
    dashboards: str
    load: str
    availability: str
    window: int
    budget_minutes: str
    latency_percent: str
    latency_ms: int
    guardrail_errors: str
    guardrail_ms: int
    baseline_rps: str
    peak_rps: str
    budget_usd: str
    django: bool
    migrates: bool
    makes_tables: bool
    migrate: Code
    hosts: bool
    static: bool
    streamlit: bool


@recipe(step=Step.GOALS, fixes=("readme-says-how-to-run", "success-criteria-are-measurable"))
def service_readme(repo: Inventory, profile: Profile) -> Iterator[Edit]:
    """A section "Operations" in the README: how to run, test and deploy the service, its goals, and where to look when it is ill.

    Replaced when the goals change, as long as nobody edited it; a section of that name that is yours stays as it is.
    """
    project, component = python_project(repo), main_component(repo)
    if project is None or component is None:
        return
    readme = next((path for path in ("README.md", "Readme.md", "readme.md") if path in repo.files), None)
    if readme is None and any("/" not in path and path.lower().startswith("readme") for path in repo.files.paths):
        return
    tools = (project.install_tools,) if has_dev_requirements(repo, project, "ruff", "pytest") else ()
    django = _Django(repo, project, component, profile)
    body = render("goals/operations.md", _context(repo, project, component, profile, tools, django))
    why = "says how to run, test and deploy the service, and what its goals are"
    yield Edit(readme or "README.md", edits.markdown.section(HEADING, body), why, create=True)


class _Django:
    """What only some services' operation needs: migrations, and for Django the hosts that it answers to."""

    def __init__(self, repo: Inventory, project: Project, component: Component, profile: Profile) -> None:
        self.used = component.framework == "django"
        names = naming(repo, profile)
        service = deployable(repo, profile)
        planned = migrates(repo, service) if service is not None else ()
        command = " ".join(shell_word(word) for word in planned) or "python manage.py migrate --noinput"
        self.migrates = bool(planned)
        self.makes_tables = service is not None and makes_tables(repo, service)
        self.static = service is not None and collects(repo, service)
        once = Code(f"{project.prefix}{'python manage.py migrate' if self.used else command}")
        self.first = (once,) if self.used or (planned and not self.makes_tables) else ()
        self.migrate = {
            "compose": Code(f"docker compose run --rm {shell_word(names.service)} {command}"),
            "cloud-run": Code(f"gcloud run jobs execute {shell_word(names.service)}-migrate --region {shell_word(profile.region)} --wait"),
            "kubernetes": Code(f"kubectl --namespace {shell_word(names.namespace)} exec deploy/{shell_word(names.service)} -- {command}"),
        }[profile.platform.runtime]
        path = plain_settings(repo) if self.used else None
        self.hosts = path is not None and hosts_from_environment(repo.files.text(path) or "")


def _settings(repo: Inventory) -> tuple[Code, ...]:
    """How the settings are filled in and reach the service: Python reads no .env file by itself; a package may."""
    fill = Code(f"cp {shell_word(example_file(repo) or PATH)} .env  # fill it in")
    reads = repo.uses(*_READERS) is not None or bool(repo.python.imports("pydantic_settings", "starlette.config"))
    return (fill,) if reads else (fill, Code("set -a && . ./.env && set +a"))


def _context(
    repo: Inventory, project: Project, component: Component, profile: Profile, tools: tuple[Code, ...], django: _Django
) -> ReadmeContext:
    slo, observed = profile.slo, profile.audience is not Audience.CREATOR
    minutes = slo.window_days * 24 * 60 * slo.error_budget_ratio
    return ReadmeContext(
        run=(*_settings(repo), *_cd(project), *project.install(dev=False), *django.first, Code(project.prefix + _start(component))),
        test=(*tools, Code(f"{project.prefix}ruff check ."), Code(f"{project.prefix}pytest")),
        deploys=profile.platform.runtime != "compose" and (observed or profile.platform.runtime == "cloud-run"),
        runtime={"kubernetes": "Kubernetes", "cloud-run": "Cloud Run", "compose": "Docker Compose"}[profile.platform.runtime],
        owner=profile.service.owner,
        observed=observed,
        guide=PRODUCTION_GUIDE,
        runbooks=RUNBOOKS,
        dashboards=DASHBOARDS,
        load=LOAD_TESTS,
        availability=f"{slo.availability_percent:g}",
        window=slo.window_days,
        budget_minutes=f"{minutes:.1f}".removesuffix(".0"),
        latency_percent=f"{slo.latency.target_percent:g}",
        latency_ms=slo.latency.threshold_ms,
        guardrail_errors=f"{slo.guardrails.error_percent:g}",
        guardrail_ms=slo.guardrails.latency_ms,
        baseline_rps=f"{profile.traffic.baseline_rps:g}",
        peak_rps=f"{profile.traffic.peak_rps:g}",
        budget_usd=f"{profile.budget.monthly_usd:g}",
        django=django.used,
        migrates=django.migrates,
        makes_tables=django.makes_tables,
        migrate=django.migrate,
        hosts=django.hosts,
        static=django.static,
        streamlit=component.framework == "streamlit",
    )


def _cd(project: Project) -> tuple[Code, ...]:
    return () if project.directory == "." else (Code(f"cd {shell_word(project.directory)}"),)


def _start(component: Component) -> str:
    """The command that starts the service on one's own machine."""
    if component.framework == "rq" and (component.entrypoint or "").startswith(RQ_COMMAND):
        return component.entrypoint or ""
    entry = shell_word((component.entrypoint or "").removesuffix("()"))
    if component.framework == "flask":
        return f"flask --app {entry} run"
    if component.framework in ("fastapi", "starlette"):
        return f"uvicorn {entry} --reload"
    if component.framework == "streamlit":
        return f"streamlit run {entry}"
    return "python manage.py runserver" if component.framework == "django" else f"python {entry}"
