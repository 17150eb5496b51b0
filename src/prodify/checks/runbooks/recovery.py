"""How to go back: to the release before, to the data before."""

from __future__ import annotations

import re

from prodify.api import Effort, Inventory, Level, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.checks.runbooks._documents import saying
from prodify.lazyre import lazy

_ROLLBACK = lazy(
    r"\b(roll(ing)? ?back|rollout undo|revert (the )?(release|deploy)|update-traffic|previous (version|revision|release))\b", re.IGNORECASE
)
_RESTORE = lazy(r"\b(restor(e|ing)|point-in-time|pg_restore|recover(y)? (the )?(database|backup))\b", re.IGNORECASE)


@check(
    step=Step.RUNBOOKS,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.MINUTES,
    fixed_by="runbook",
    hint="Write down the command that brings the version before back, and how to see that it worked.",
)
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
    found = saying(repo, _ROLLBACK)
    return passed("going back is described", *found[:3]) if found else failed("nothing says how to go back to the version before")


@check(
    step=Step.RUNBOOKS,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.HOURS,
    fixed_by="runbook",
    hint="Write down the commands that restore each datastore from its backup, and how long that takes.",
)
def restore_is_documented(repo: Inventory, profile: Profile) -> Verdict:
    """It is written down how to restore the data.

    Why:
        A backup that nobody knows how to restore is a file.

    Fails:
        ```text title="requirements.txt"
        flask
        psycopg2-binary
        ```
        ```python title="app.py"
        import psycopg2
        from flask import Flask

        app = Flask(__name__)
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
    if not repo.datastores or repo.kind == "library":
        return not_applicable("no data to restore")
    found = saying(repo, _RESTORE)
    return (
        passed("restoring is described", *found[:3])
        if found
        else failed(f"nothing says how to restore {', '.join(t.name for t in repo.datastores)}")
    )
