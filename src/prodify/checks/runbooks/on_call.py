"""Who is called, by what, and who is called next."""

from __future__ import annotations

import re

from prodify.api import TEAM_AND_PUBLIC, Audience, Effort, Inventory, Level, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.checks.runbooks._documents import saying
from prodify.lazyre import lazy

_ESCALATE = lazy(r"\bescalat(e|ion)\b", re.IGNORECASE)


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
    found = saying(repo, _ESCALATE)
    return passed("escalation is described", *found[:3]) if found else failed("nothing says who is called next")


@check(
    step=Step.RUNBOOKS,
    level=Level.WARNING,
    maturity=4,
    audiences=(Audience.PUBLIC,),
    effort=Effort.HOURS,
    fixed_by="alertmanager",
    hint="Give Alertmanager a receiver that wakes somebody (PagerDuty, Opsgenie, incident.io), and route severity page to it.",
)
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
    wired = [
        r
        for c in repo.monitoring.alertmanager
        for r in c.receivers
        if {"pagerduty", "incidentio", "opsgenie", "victorops", "webhook", "pushover", "slack", "email"} & set(r.integrations)
    ]
    channels = [
        b
        for b in repo.terraform
        if b.kind in ("google_monitoring_notification_channel", "pagerduty_service", "aws_sns_topic_subscription", "grafana_contact_point")
    ]
    return (
        passed("alerts reach somebody", *(r.location for r in wired), *channels)
        if wired or channels
        else failed("no alert reaches a pager")
    )
