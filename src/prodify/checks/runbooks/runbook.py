"""What somebody who is woken at night finds written down."""

from __future__ import annotations

import re

from prodify.api import (
    TEAM_AND_PUBLIC,
    Effort,
    Inventory,
    Level,
    Location,
    Note,
    Profile,
    Step,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
)
from prodify.checks.runbooks._documents import runbooks, saying
from prodify.lazyre import lazy

_LOOK = lazy(r"\b(dashboard|grafana|logs?|traces?|kibana|loki|cloudwatch|kubectl logs|gcloud logging)\b", re.IGNORECASE)


@check(
    step=Step.RUNBOOKS,
    level=Level.WARNING,
    maturity=2,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.HOURS,
    fixed_by="runbook",
    hint="Write docs/runbooks/index.md: where to look, how to go back, whom to call.",
)
def runbook_exists(repo: Inventory, profile: Profile) -> Verdict:
    """A runbook says what to do when it breaks.

    Why:
        At three in the morning nobody remembers the command; the runbook is what the author would say if they were awake.

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
        ```markdown title="docs/runbooks/index.md"
        # Runbooks

        1. Look at the dashboard.
        2. Look at the last deployment.
        ```
    """
    if not repo.services:
        return not_applicable("no service to operate")
    found = runbooks(repo)
    return passed("a runbook is there", *(Location(p) for p in found[:5])) if found else failed("no runbook says what to do when it breaks")


@check(
    step=Step.RUNBOOKS,
    level=Level.NOTE,
    maturity=2,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.MINUTES,
    fixed_by="runbook",
    hint="Add the addresses of logs, traces and dashboards to the runbook.",
)
def runbook_shows_where_to_look(repo: Inventory, profile: Profile) -> Verdict:
    """The runbook says where logs, traces and dashboards are.

    Why:
        Half of every incident is finding the right page; a link costs a minute once.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```markdown title="docs/runbooks/index.md"
        # Runbook

        1. Restart it.
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```markdown title="docs/runbooks/index.md"
        # Runbook

        1. Open the dashboard: https://grafana.example.org/d/app
        ```
    """
    books = runbooks(repo)
    if not books:
        return not_applicable("no runbook")
    found = saying(repo, _LOOK, books)
    return (
        passed("the runbook says where to look", *found[:3])
        if found
        else failed("no runbook names logs, traces or a dashboard", *(Location(p) for p in books[:3]))
    )


@check(
    step=Step.RUNBOOKS,
    level=Level.WARNING,
    maturity=2,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.HOURS,
    fixed_by="runbook",
    hint="Write a page for every alert, and link it in the annotation runbook_url.",
)
def every_alert_has_a_runbook(repo: Inventory, profile: Profile) -> Verdict:
    """Every alert links to a runbook that exists.

    Why:
        An alert without instructions wakes somebody who then has to think of them.

    Fails:
        ```yaml title="deploy/prometheus/rules/app.yaml"
        groups:
          - name: app
            rules:
              - alert: AppDown
                expr: up{job="app"} == 0
        ```

    Passes:
        ```yaml title="deploy/prometheus/rules/app.yaml"
        groups:
          - name: app
            rules:
              - alert: AppDown
                expr: up{job="app"} == 0
                annotations: {runbook_url: docs/runbooks/AppDown.md}
        ```
        ```markdown title="docs/runbooks/AppDown.md"
        # AppDown

        1. Look at the last deployment.
        ```
    """
    rules = [r for r in repo.monitoring.rules if r.name.lower() not in ("watchdog", "deadmansswitch")]
    if not rules:
        return not_applicable("no alert")
    bad = []
    for rule in rules:
        link = next((rule.annotations[key] for key in ("runbook_url", "runbook", "runbook_link") if key in rule.annotations), None)
        name = (link or "").partition("#")[0].rpartition("/")[2]
        if link is None:
            bad.append(Note(rule.location, f"{rule.name} links to no runbook"))
        elif name.endswith(".md") and not repo.files.select(name):
            bad.append(Note(rule.location, f"{rule.name} links to {name}, which is not here"))
    return failed("an alert has no runbook", *bad) if bad else passed("every alert links to a runbook", *rules[:5])


@check(
    step=Step.RUNBOOKS,
    level=Level.NOTE,
    maturity=2,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.MINUTES,
    fixed_by="runbook",
    hint="Begin every runbook with three numbered steps, each with the command to paste.",
)
def first_three_steps_are_given(repo: Inventory, profile: Profile) -> Verdict:
    """Runbooks give the first three steps with their commands.

    Why:
        The first minutes decide how long it lasts; three commands that can be pasted are worth more than three pages of background.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```markdown title="docs/runbooks/AppDown.md"
        # AppDown

        - It is usually the database.
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```markdown title="docs/runbooks/AppDown.md"
        # AppDown

        1. `kubectl get pods`
        2. `kubectl logs deploy/app`
        3. `kubectl rollout history deploy/app`
        ```
    """
    books = [p for p in runbooks(repo) if p.rpartition("/")[2].lower() not in ("index.md", "readme.md")] or list(runbooks(repo))
    if not books:
        return not_applicable("no runbook")
    without = [p for p in books if len(re.findall(r"^\s*(?:#+\s*)?\d+[.)]", repo.files.text(p) or "", re.MULTILINE)) < 3]
    if len(without) == len(books):
        return failed("no runbook gives three numbered steps", *(Location(p) for p in without[:5]))
    return passed("runbooks give their first steps", *[Location(p) for p in books if p not in without][:5])
