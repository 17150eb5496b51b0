"""Recipe: runbooks, one for each generated alert and for what happens without one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Audience, File, Inventory, Profile, Review, recipe
from prodify.api import Step as StepName
from prodify.escape import Code, code, markdown
from prodify.recipes.observability.task_telemetry import reporting_worker
from prodify.recipes.observability.telemetry import covers, measures_model
from prodify.recipes.runbooks.restores import NAMES, procedure, stores
from prodify.recipes.runbooks.task_texts import task_goal, task_mitigations
from prodify.recipes.runbooks.texts import SEVERITY, Procedure, Step, escalation, goal, mitigations, owner, status_pages, table, verify
from prodify.recipes.shared.alerts import Alert, alerts
from prodify.recipes.shared.layout import READY_PATH, RUNBOOKS, Naming, main_component, naming
from prodify.recipes.shared.operations import Command, commands, worker_commands
from prodify.recipes.slo.task_rules import alerts_of
from prodify.render import render


@dataclass(frozen=True, slots=True)
class AlertContext:
    """Values of runbooks/alert.md."""

    title: str
    meaning: Code
    severity: str
    service: str
    owner: Code
    goal: Code
    dashboard: str
    panel: str
    steps: tuple[Step, ...]
    mitigations: Code
    rollback: Code
    verify: str
    escalate: Code


@dataclass(frozen=True, slots=True)
class IndexContext:
    """Values of runbooks/index.md."""

    service: str
    alerts: Code
    others: Code
    places: Code
    who: Code


@dataclass(frozen=True, slots=True)
class RollbackContext:
    """Values of runbooks/rollback.md."""

    service: str
    releases: Code
    rollback: Code
    status: Code
    proof: Code
    proof_language: str
    channel: str
    datastores: bool


@dataclass(frozen=True, slots=True)
class RestoreContext:
    """Values of runbooks/restore.md."""

    service: str
    stores: str
    stop: Code
    channel: str
    procedures: tuple[Procedure, ...]
    ready_path: str


@dataclass(frozen=True, slots=True)
class ModelContext:
    """Values of runbooks/model-outage.md."""

    providers: str
    query: Code
    query_language: str
    status_pages: Code
    releases: Code
    switch: Code
    escalate: Code


@dataclass(frozen=True, slots=True)
class Facts:
    """What all pages need: names, commands, the alerts that are generated, stores and model providers in use."""

    profile: Profile
    names: Naming
    commands: dict[str, Command]
    alerts: tuple[Alert, ...]
    stores: tuple[str, ...]
    providers: tuple[str, ...]
    measured: bool
    worker: str
    tasks: tuple[Alert, ...]


@recipe(
    step=StepName.RUNBOOKS,
    fixes=(
        "runbook-exists", "runbook-shows-where-to-look", "every-alert-has-a-runbook", "first-three-steps-are-given",
        "rollback-is-documented", "restore-is-documented", "contacts-are-named",
    ),
    review=Review.CAREFUL,
    after=("slo",),
)  # fmt: skip
def runbook(repo: Inventory, profile: Profile) -> Iterator[File]:
    """What to do when something breaks: a page for each generated alert, for rolling back, restoring data and model outages.

    Every step is a command that can be pasted, for the runtime that the profile names. A creator's service has no alerts and gets the
    pages that need none.
    """
    if main_component(repo) is None:
        return
    facts = facts_of(repo, profile)
    for alert in facts.alerts:
        yield File(alert.runbook, render("runbooks/alert.md", alert_context(alert, facts)))
    yield File(f"{RUNBOOKS}/index.md", render("runbooks/index.md", index_context(facts)))
    yield File(f"{RUNBOOKS}/rollback.md", render("runbooks/rollback.md", rollback_context(facts)))
    if facts.stores:
        yield File(f"{RUNBOOKS}/restore.md", render("runbooks/restore.md", restore_context(facts)))
    if facts.providers:
        yield File(f"{RUNBOOKS}/model-outage.md", render("runbooks/model-outage.md", model_context(facts)))


def facts_of(repo: Inventory, profile: Profile) -> Facts:
    """What the pages need to know of a repository."""
    names = naming(repo, profile)
    alerted = profile.audience is not Audience.CREATOR and covers(repo)
    measured = measures_model(repo)
    found = alerts(profile, names.service, model=measured) if alerted else ()
    worker = reporting_worker(repo, profile) if profile.audience is not Audience.CREATOR else None
    tasks = alerts_of(worker, profile) if worker is not None else ()
    used = stores(tuple(store.name for store in repo.datastores))
    providers = tuple(sorted({provider.name for provider in repo.llm_providers}))
    asked = commands(profile, names) | (worker_commands(profile, names, worker.name) if worker is not None else {})
    if worker is not None and not worker.beside:
        asked |= {key.removeprefix("worker_"): command for key, command in asked.items() if key.startswith("worker_")}
        asked["rollback_status"] = asked["worker_status"]
    every = (*found, *tasks)
    return Facts(profile, names, asked, every, used, providers, measured and alerted, worker.name if worker is not None else "", tasks)


def alert_context(alert: Alert, facts: Facts) -> AlertContext:
    """The page of one alert."""
    profile, about_tasks = facts.profile, alert in facts.tasks and alert.name != "Watchdog"
    helps = (
        task_mitigations(alert, facts.commands) if about_tasks else mitigations(alert, profile, facts.commands, model=bool(facts.providers))
    )
    return AlertContext(
        title=alert.name,
        meaning=Code(alert.meaning),
        severity=SEVERITY[alert.severity],
        service=facts.worker if about_tasks else facts.names.service,
        owner=owner(profile),
        goal=task_goal(alert, profile) if about_tasks else goal(alert, profile),
        dashboard=facts.worker if alert in facts.tasks else facts.names.service,
        panel=alert.panel,
        steps=tuple(Step(Code(text), facts.commands[key].text, facts.commands[key].language) for text, key in alert.steps),
        mitigations=code((f"- {line}" for line in helps), "\n"),
        rollback=facts.commands["worker_rollback" if about_tasks else "rollback"].text,
        verify=verify(alert),
        escalate=escalation(profile, alert.severity),
    )


def index_context(facts: Facts) -> IndexContext:
    """The list of all pages."""
    on_call = facts.profile.on_call
    asked = (("Is it running", "status"), ("Errors in the logs", "errors"), ("Releases", "releases"))
    places = [(what, f"`{facts.commands[key].text}`") for what, key in asked]
    if facts.alerts:
        web = facts.names.service if len(facts.alerts) > len(facts.tasks) else ""
        boards = " and ".join(f'"{name}"' for name in (web, facts.worker) if name)
        places.append(("Numbers", f"Grafana, dashboard {boards}"))
        places.append(("One request from end to end", "take the `trace_id` of a log line and search for it where traces go"))
    others = ["Take a release back: [rollback](rollback.md)"]
    if facts.stores:
        others.append("Data is lost or wrong: [restore](restore.md)")
    if facts.providers:
        others.append("The language model is slow, refuses or is gone: [model outage](model-outage.md)")
    alert_rows = [(f"[{a.name}]({a.slug}.md)", a.severity, a.summary) for a in facts.alerts]
    return IndexContext(
        service=facts.names.service,
        alerts=table(("Alert", "Severity", "Means"), alert_rows) if alert_rows else Code("There are no alerts yet."),
        others=code((f"- {line}" for line in others), "\n"),
        places=table(("What", "How"), places),
        who=Code(f"{owner(facts.profile)}; chat: {markdown(on_call.channel)}; covered: {markdown(on_call.hours)}."),
    )


def rollback_context(facts: Facts) -> RollbackContext:
    """The page on taking a release back."""
    proof = facts.commands["error_ratio" if facts.alerts else "errors"]
    return RollbackContext(
        service=facts.names.service,
        releases=facts.commands["releases"].text,
        rollback=facts.commands["rollback"].text,
        status=facts.commands["rollback_status"].text,
        proof=proof.text,
        proof_language=proof.language,
        channel=facts.profile.on_call.channel,
        datastores=bool(facts.stores),
    )


def restore_context(facts: Facts) -> RestoreContext:
    """The page on getting data back."""
    restart = facts.commands["restart"].text
    return RestoreContext(
        service=facts.names.service,
        stores=", ".join(NAMES[store] for store in facts.stores),
        stop=Code(f"`{facts.commands['stop'].text}`"),
        channel=facts.profile.on_call.channel,
        procedures=tuple(procedure(store, facts.profile, restart) for store in facts.stores),
        ready_path=READY_PATH,
    )


def model_context(facts: Facts) -> ModelContext:
    """The page on trouble with a language model."""
    query = facts.commands["model_errors" if facts.measured else "errors"]
    return ModelContext(
        providers=", ".join(facts.providers),
        query=query.text,
        query_language=query.language,
        status_pages=status_pages(facts.providers),
        releases=facts.commands["releases"].text,
        switch=facts.commands["model"].text,
        escalate=escalation(facts.profile, "ticket"),
    )
