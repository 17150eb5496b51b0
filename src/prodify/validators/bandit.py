"""Bandit: weaknesses in the Python that prodify wrote. What users wrote is the audit's concern."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from prodify.validators.base import Job, Problem, ToolError, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources

NOT_IN_TESTS = frozenset({"B101", "B104", "B105", "B106", "B310", "B311", "B404", "B603"})
"""What tests do on purpose: they assert, name any address, use made-up credentials, open what they started, pick at random, run pytest."""


def select(sources: Sources) -> Sequence[str]:
    """Return the Python files that say that prodify wrote them."""
    return sources.ours("*.py")


def _is_test(path: str) -> bool:
    parts = path.split("/")
    return "tests" in parts or "load" in parts or parts[-1].startswith("test_")


def run(job: Job) -> Iterator[Problem]:
    """Yield Bandit's findings of every level; a line that is meant says so itself, with its reason."""
    done = job.call([job.tools["bandit"], "--quiet", "--format", "json", *job.arguments])
    if done.code not in (0, 1):
        raise ToolError(f"bandit ended with {done.code}: {done.last_words}")
    said = json.loads(done.stdout)
    for error in said["errors"]:
        yield Problem(error["filename"].removeprefix("./"), None, str(error["reason"])[:300])
    for entry in said["results"]:
        path = entry["filename"].removeprefix("./")
        if not (_is_test(path) and entry["test_id"] in NOT_IN_TESTS):
            yield Problem(path, entry["line_number"], f"{entry['issue_text']} [{entry['test_id']}]")


VALIDATORS = (
    Validator(
        name="bandit",
        title="generated Python: weaknesses",
        select=select,
        run=run,
        executables=("bandit",),
        install="pip install bandit",
        taste=True,
    ),
)
