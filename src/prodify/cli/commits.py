"""One git commit a step, for a history that can be reviewed step by step."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from prodify.changes import Lock
from prodify.changes.model import LOCK_PATH
from prodify.cli.session import say
from prodify.errors import ConflictError

if TYPE_CHECKING:
    from pathlib import Path

    from prodify.model import Step


def commit_step(root: Path, step: Step) -> None:
    """Commit the managed files of a tree with the step as the message; a step that changed nothing makes no commit.

    The commit is the user's own: their identity, hooks and signing apply.

    Raises:
        ConflictError: when git refuses, with its first line.
    """
    paths = [path for path in (*Lock.load(root).entries, LOCK_PATH) if (root / path).exists()]
    added = subprocess.run(["git", "add", "--", *paths], cwd=root, capture_output=True, text=True, check=False)
    if added.returncode == 0:
        staged = subprocess.run(["git", "diff", "--cached", "--quiet"], cwd=root, check=False)
        if staged.returncode == 0:
            return
        message = f"Add step {step.number}: {step.title.lower()}"
        added = subprocess.run(["git", "commit", "-q", "-m", message], cwd=root, capture_output=True, text=True, check=False)
    if added.returncode != 0:
        first = (added.stderr.strip() or added.stdout.strip() or "no message").splitlines()[0]
        raise ConflictError(f"git could not commit step {step.number} ({first})", "The files are written; commit them yourself.")
    say(f"committed step {step.number} {step.slug}")
