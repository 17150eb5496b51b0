"""Whether the goals are written down."""

from __future__ import annotations

from prodify.api import TEAM_AND_PUBLIC, Effort, Inventory, Level, Location, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.inventory.personal import data_classes

_FILES = ("prodify.yaml", "prodify.yml", "pyproject.toml")


def _where(repo: Inventory) -> tuple[Location, ...]:
    return tuple(Location(path) for path in _FILES[:2] if path in repo.files) or tuple(
        Location(path) for path in _FILES[2:] if path in repo.files
    )


@check(
    step=Step.GOALS,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.MINUTES,
    fixed_by="profile",
    hint="State service.name, audience, traffic, slo, budget and platform in prodify.yaml.",
)
def profile_is_complete(repo: Inventory, profile: Profile) -> Verdict:
    """The goals of the service are written down in one place.

    Why:
        Alerts, load tests, autoscaling and budgets all follow from a few numbers; when nobody wrote them down, each of them guesses
        another.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```yaml title="prodify.yaml"
        service: {name: app, owner: "@me"}
        audience: team
        traffic: {monthly_users: 200, baseline_rps: 5, peak_rps: 20}
        slo: {availability_percent: 99.5, latency: {threshold_ms: 500}}
        budget: {monthly_usd: 50}
        platform: {runtime: compose, cloud: none}
        ```
    """
    if not repo.services:
        return not_applicable("no service with goals to state")
    asked = ("service.name", "audience", "traffic", "slo", "budget", "platform")
    missing = [
        key
        for key in asked
        if profile.source(key) in ("default", "inferred") and not (key == "service.name" and profile.source(key) == "inferred")
    ]
    if not profile.stated:
        return failed("no prodify.yaml states the goals, so defaults are assumed")
    if missing:
        return failed(f"the profile does not state {', '.join(missing)}", *_where(repo))
    return passed("the profile states the goals", *_where(repo))


@check(
    step=Step.GOALS,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.MINUTES,
    fixed_by="profile",
    hint="State slo.latency.threshold_ms, slo.availability_percent, slo.guardrails.error_percent and budget.monthly_usd in prodify.yaml.",
)
def success_criteria_are_measurable(repo: Inventory, profile: Profile) -> Verdict:
    """Success is stated in numbers: latency, availability, error rate and budget.

    Why:
        "Fast and reliable" cannot be tested or alerted on; "95 % of requests under 300 ms" can.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```yaml title="prodify.yaml"
        service: {name: app}
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```yaml title="prodify.yaml"
        slo: {availability_percent: 99.9, latency: {threshold_ms: 300}, guardrails: {error_percent: 0.5}}
        budget: {monthly_usd: 200}
        ```
    """
    if not repo.services:
        return not_applicable("no service with criteria to state")
    if repo.monitoring.slos and profile.source("budget.monthly_usd") != "default":
        return passed("objectives are specified and a budget is stated", *repo.monitoring.slos)
    asked = {
        "latency": "slo.latency.threshold_ms",
        "availability": "slo.availability_percent",
        "error rate": "slo.guardrails.error_percent",
        "budget": "budget.monthly_usd",
    }
    missing = [word for word, key in asked.items() if profile.source(key) == "default"]
    if missing:
        return failed(f"no number is stated for {', '.join(missing)}", *(_where(repo) if profile.stated else ()))
    return passed("latency, availability, error rate and budget are stated in numbers", *_where(repo))


@check(
    step=Step.GOALS,
    level=Level.NOTE,
    maturity=1,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.MINUTES,
    hint='Set service.owner in prodify.yaml, or add a CODEOWNERS file with a line "* @owner".',
)
def owner_is_named(repo: Inventory, profile: Profile) -> Verdict:
    """Somebody is named as the owner.

    Why:
        An alert, a security report or a pull request that belongs to nobody waits until somebody notices.

    Fails:
        ```text title="requirements.txt"
        flask
        ```

    Passes:
        ```text title="CODEOWNERS"
        * @example/platform
        ```
    """
    if profile.service.owner:
        return passed(f"the owner is {profile.service.owner}", *_where(repo))
    people = [p for p in ("MAINTAINERS", "MAINTAINERS.md", "OWNERS", "catalog-info.yaml") if p in repo.files]
    if people or repo.has.get("codeowners"):
        return passed("owners are listed", *(Location(p) for p in people))
    return failed("nobody is named as the owner")


@check(
    step=Step.GOALS,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.MINUTES,
    cwe=(359,),
    hint="List the classes under data.classes in prodify.yaml, and say how sensitive they are.",
)
def personal_data_is_declared(repo: Inventory, profile: Profile) -> Verdict:
    """The personal data that the service holds is declared.

    Why:
        What is not declared is forgotten in logs, backups and copies; the law asks for the list, and so does every incident.

    Fails:
        ```text title="requirements.txt"
        sqlalchemy
        ```
        ```python title="models.py"
        from sqlalchemy import Column, Integer, String

        class User(Base):
            id = Column(Integer, primary_key=True)
            email = Column(String(120))
        ```

    Passes:
        ```text title="requirements.txt"
        sqlalchemy
        ```
        ```python title="models.py"
        from sqlalchemy import Column, Integer, String

        class User(Base):
            id = Column(Integer, primary_key=True)
            email = Column(String(120))
        ```
        ```yaml title="prodify.yaml"
        data: {classes: [email], sensitivity: personal}
        ```
    """
    held = data_classes(repo)
    declared = set(profile.data.classes)
    if not held:
        return (
            passed("the declared classes are written down", *_where(repo))
            if declared
            else not_applicable("no field for personal data was found")
        )
    missing = [note for note in held if note.note not in declared]
    if missing:
        return failed(f"fields hold personal data that is not declared: {', '.join(n.note for n in missing)}", *missing)
    return passed("every class of personal data in the models is declared", *held)
