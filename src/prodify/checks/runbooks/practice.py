"""Learning from failures: those that happened, and those that were staged."""

from __future__ import annotations

import re

from prodify.api import Audience, Effort, Inventory, Level, Location, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.checks.runbooks._documents import documents, saying


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
    found = [Location(p) for p in documents(repo) if re.search(r"post-?mortem|incident[-_ ](report|review)", p, re.IGNORECASE)]
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
    found = saying(repo, re.compile(r"\b(game ?day|chaos (day|experiment)|failure drill|disaster recovery (test|drill))\b", re.IGNORECASE))
    return passed("failures are practised", *found[:3]) if found else failed("nothing plans to practise failures")
