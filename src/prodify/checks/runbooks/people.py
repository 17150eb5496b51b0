"""Who can be reached, and whose turn it is."""

from __future__ import annotations

import re

from prodify.api import (
    Audience,
    Effort,
    Inventory,
    Level,
    Location,
    Note,
    Profile,
    Role,
    Step,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
)
from prodify.checks.runbooks._documents import documents
from prodify.lazyre import lazy

_ON_CALL = lazy(r"\bon[- ]?call\b", re.IGNORECASE)
_TURN = lazy(r"\b(rotation|rota|schedule[ds]?|hand(ing|s|ed)?[- ]?over|weekly|primary|first)\b", re.IGNORECASE)
_WHO = lazy(
    r"\b(contact|maintain|owner|owned by|support|on[- ]?call|escalat|reach|who\b|questions?|report|first\b|second\b|primary|team)",
    re.IGNORECASE,
)
_ADDRESS = lazy(
    r"[\w.+-]+@[\w-]+\.\w+|(?<![\w/])@[A-Za-z][\w-]+(/[\w-]+)?|(?<![\w/&])#[a-z][\w-]{2,}|\+\d[\d ()-]{6,}|https?://\S*(slack|teams|discord|pagerduty|chat)\S*"
)
_PLACES = lazy(r"(^|/)(readme|contact|support|security|maintainers|on-?call|team|operations|runbook)[^/]*$|runbooks?/", re.IGNORECASE)
_SCHEDULES = (
    "pagerduty_schedule",
    "opsgenie_schedule",
    "grafana_oncall_schedule",
    "grafana_oncall_on_call_shift",
    "aws_ssmcontacts_rotation",
    "incident_schedule",
)


@check(
    step=Step.RUNBOOKS,
    level=Level.NOTE,
    maturity=4,
    audiences=(Audience.PUBLIC,),
    effort=Effort.HOURS,
    fixed_by="on-call",
    hint="Write down whose turn it is: at least two people, a weekly change, and the hours that are covered.",
)
def on_call_is_scheduled(repo: Inventory, profile: Profile) -> Verdict:
    """It is written down whose turn it is.

    Why:
        When everybody is responsible nobody looks; and when it is always the same person, that person soon works elsewhere.

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

        The rotation changes each Monday at ten; the calendar says whose week it is.
        ```
    """
    if not repo.services:
        return not_applicable("no service to operate")
    blocks = [b for b in repo.terraform if b.kind in _SCHEDULES]
    written = [
        Location(p)
        for p in documents(repo)
        if _ON_CALL.search(text := repo.files.text(p) or "") and _TURN.search(text) and "README" not in p
    ]
    return passed("turns are written down", *blocks, *written[:3]) if blocks or written else failed("nothing says whose turn it is")


@check(
    step=Step.RUNBOOKS,
    level=Level.NOTE,
    maturity=1,
    effort=Effort.MINUTES,
    fixed_by="on-call",
    hint="Write a name with an address, a chat channel or a handle into the README, the runbook or CODEOWNERS.",
)
def contacts_are_named(repo: Inventory, profile: Profile) -> Verdict:
    """Somebody who knows the service can be reached.

    Why:
        The person who finds it broken is rarely the one who built it; one line with an address saves them the search.

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
        ```markdown title="README.md"
        # My app

        Questions: write to anna@example.org.
        ```
    """
    if not repo.services:
        return not_applicable("no service that somebody would ask about")
    if profile.service.owner:
        return passed(f"{profile.service.owner} can be asked", *(Location(p) for p in ("prodify.yaml", "prodify.yml") if p in repo.files))
    owners = [
        Location(p) for p in ("CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", "MAINTAINERS", "MAINTAINERS.md") if p in repo.files
    ]
    if owners:
        return passed("owners are listed", *owners)
    for path in (
        *(p for p in documents(repo) if _PLACES.search(p)),
        *repo.files.select("pyproject.toml", "package.json", "setup.py", roles=(Role.PRODUCTION,)),
    ):
        for number, line in enumerate(repo.files.lines(path), 1):
            if _ADDRESS.search(line[:400]) and (_WHO.search(line[:400]) or "author" in line) and "git@" not in line:
                return passed("a contact is named", Note(Location(path, number), "contact"))
    return failed("nobody is named who could be asked")
