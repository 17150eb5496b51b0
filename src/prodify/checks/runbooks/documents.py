"""What somebody who is woken at night finds written down."""

from __future__ import annotations

import re

from prodify.api import TEAM_AND_PUBLIC, Audience, Effort, Inventory, Level, Location, Note, Profile, Role, Step, Verdict, check, failed, not_applicable, passed

_RUNBOOK = re.compile(r"(^|/)(run-?books?|playbooks?|operations?|ops)(/|[^/]*\.(md|rst|adoc)$)|(^|/)(RUNBOOK|OPERATIONS)[^/]*\.(md|rst)$", re.IGNORECASE)
_ROLLBACK = re.compile(r"\b(roll(ing)? ?back|rollout undo|revert (the )?(release|deploy)|update-traffic|previous (version|revision|release))\b", re.IGNORECASE)
_RESTORE = re.compile(r"\b(restor(e|ing)|point-in-time|pg_restore|recover(y)? (the )?(database|backup))\b", re.IGNORECASE)
_ESCALATE = re.compile(r"\bescalat(e|ion)\b", re.IGNORECASE)
_LOOK = re.compile(r"\b(dashboard|grafana|logs?|traces?|kibana|loki|cloudwatch|kubectl logs|gcloud logging)\b", re.IGNORECASE)


def _documents(repo: Inventory) -> tuple[str, ...]:
    return tuple(p for p in repo.files.select("*.md", "*.rst", "*.adoc") if repo.files.entries[p].role in (Role.DOCS, Role.PRODUCTION))


def runbooks(repo: Inventory) -> tuple[str, ...]:
    """Files that are runbooks, by name and by having a list of steps or commands."""
    return tuple(p for p in _documents(repo) if _RUNBOOK.search(p) and re.search(r"^\s*(\d+[.)]|[-*]|```|    \S)", repo.files.text(p) or "", re.MULTILINE))


def _saying(repo: Inventory, pattern: re.Pattern[str], paths: tuple[str, ...] | None = None) -> tuple[Location, ...]:
    found = []
    for path in paths if paths is not None else _documents(repo):
        for number, line in enumerate(repo.files.lines(path), 1):
            if pattern.search(line[:500]):
                found.append(Location(path, number))
                break
    return tuple(found)


@check(step=Step.RUNBOOKS, level=Level.WARNING, maturity=2, audiences=TEAM_AND_PUBLIC, effort=Effort.HOURS, fixed_by="runbook")
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


@check(step=Step.RUNBOOKS, level=Level.NOTE, maturity=2, audiences=TEAM_AND_PUBLIC, effort=Effort.MINUTES, fixed_by="runbook")
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
    found = _saying(repo, _LOOK, books)
    return passed("the runbook says where to look", *found[:3]) if found else failed("no runbook names logs, traces or a dashboard", *(Location(p) for p in books[:3]))


@check(step=Step.RUNBOOKS, level=Level.WARNING, maturity=2, audiences=TEAM_AND_PUBLIC, effort=Effort.HOURS, fixed_by="runbook")
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


@check(step=Step.RUNBOOKS, level=Level.NOTE, maturity=2, audiences=TEAM_AND_PUBLIC, effort=Effort.MINUTES, fixed_by="runbook")
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


@check(step=Step.RUNBOOKS, level=Level.WARNING, maturity=2, effort=Effort.MINUTES, fixed_by="runbook")
def rollback_is_documented(repo: Inventory, profile: Profile) -> Verdict:
    """It is written down how to go back to the version before.

    Why:
        Going back is the fastest repair there is, if somebody knows how; under pressure is the wrong time to find out.

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
        ```markdown title="docs/runbooks/rollback.md"
        # Roll back

            kubectl rollout undo deploy/app
        ```
    """
    if not repo.services:
        return not_applicable("no service to roll back")
    found = _saying(repo, _ROLLBACK)
    return passed("going back is described", *found[:3]) if found else failed("nothing says how to go back to the version before")


@check(step=Step.RUNBOOKS, level=Level.WARNING, maturity=2, effort=Effort.HOURS, fixed_by="runbook")
def restore_is_documented(repo: Inventory, profile: Profile) -> Verdict:
    """It is written down how to restore the data.

    Why:
        A backup that nobody knows how to restore is a file.

    Fails:
        ```text title="requirements.txt"
        psycopg2-binary
        ```
        ```python title="app.py"
        import psycopg2

        db = psycopg2.connect("dbname=app")
        ```

    Passes:
        ```text title="requirements.txt"
        psycopg2-binary
        ```
        ```python title="app.py"
        import psycopg2

        db = psycopg2.connect("dbname=app")
        ```
        ```markdown title="docs/runbooks/restore.md"
        # Restore the database

            pg_restore --clean --dbname app backup.dump
        ```
    """
    if not repo.datastores:
        return not_applicable("no data to restore")
    found = _saying(repo, _RESTORE)
    return passed("restoring is described", *found[:3]) if found else failed(f"nothing says how to restore {', '.join(t.name for t in repo.datastores)}")


@check(step=Step.RUNBOOKS, level=Level.NOTE, maturity=4, audiences=TEAM_AND_PUBLIC, effort=Effort.MINUTES, fixed_by="on-call")
def escalation_is_defined(repo: Inventory, profile: Profile) -> Verdict:
    """It is clear who is called next.

    Why:
        The first person may be ill, on a train, or out of their depth; waiting for them doubles the outage.

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
        ```markdown title="docs/on-call.md"
        # On call

        Escalation: after five minutes the secondary is called.
        ```
    """
    if not repo.services:
        return not_applicable("no service to operate")
    found = _saying(repo, _ESCALATE)
    return passed("escalation is described", *found[:3]) if found else failed("nothing says who is called next")


@check(step=Step.RUNBOOKS, level=Level.WARNING, maturity=4, audiences=(Audience.PUBLIC,), effort=Effort.HOURS, fixed_by="alertmanager")
def paging_is_wired(repo: Inventory, profile: Profile) -> Verdict:
    """Alerts reach a pager.

    Why:
        An alert that only turns a page red wakes nobody.

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
        ```yaml title="deploy/alertmanager/alertmanager.yml"
        route: {receiver: pager}
        receivers:
          - name: pager
            pagerduty_configs:
              - routing_key_file: /etc/alertmanager/pagerduty
        ```
    """
    if not repo.services:
        return not_applicable("no service to operate")
    wired = [r for c in repo.monitoring.alertmanager for r in c.receivers if {"pagerduty", "incidentio", "opsgenie", "victorops", "webhook", "pushover", "slack", "email"} & set(r.integrations)]
    channels = [b for b in repo.terraform if b.kind in ("google_monitoring_notification_channel", "pagerduty_service", "aws_sns_topic_subscription", "grafana_contact_point")]
    return passed("alerts reach somebody", *(r.location for r in wired), *channels) if wired or channels else failed("no alert reaches a pager")


@check(step=Step.RUNBOOKS, level=Level.NOTE, maturity=4, audiences=(Audience.PUBLIC,), effort=Effort.MINUTES, fixed_by="postmortem")
def postmortem_template_exists(repo: Inventory, profile: Profile) -> Verdict:
    """A template says what a postmortem holds.

    Why:
        Written without blame and always in the same form, postmortems turn one team's bad night into everybody's knowledge.

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
        ```markdown title="docs/postmortem-template.md"
        # Postmortem

        - What happened
        ```
    """
    if not repo.services:
        return not_applicable("no service to operate")
    found = [Location(p) for p in _documents(repo) if re.search(r"post-?mortem|incident[-_ ](report|review)", p, re.IGNORECASE)]
    return passed("a template is there", *found) if found else failed("no template for a postmortem is there")


@check(step=Step.RUNBOOKS, level=Level.NOTE, maturity=4, audiences=(Audience.PUBLIC,), effort=Effort.HOURS, fixed_by="game-day")
def game_day_is_planned(repo: Inventory, profile: Profile) -> Verdict:
    """Failures are practised.

    Why:
        A rollback that was done twice in daylight takes five minutes at night; one that was only written down takes an hour.

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
        ```markdown title="docs/game-day.md"
        # Game day

        Hypothesis: pages come without the cache.
        ```
    """
    if not repo.services:
        return not_applicable("no service to operate")
    found = _saying(repo, re.compile(r"\b(game ?day|chaos (day|experiment)|failure drill|disaster recovery (test|drill))\b", re.IGNORECASE))
    return passed("failures are practised", *found[:3]) if found else failed("nothing plans to practise failures")
