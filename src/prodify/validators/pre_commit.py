"""pre-commit's own check of its configuration and of hook manifests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.validators.base import Job, Problem, ToolError, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources

COMMANDS = {".pre-commit-config.yaml": "validate-config", ".pre-commit-hooks.yaml": "validate-manifest"}


def select(sources: Sources) -> Sequence[str]:
    """Return configurations and manifests."""
    return sources.matching(*COMMANDS)


def run(job: Job) -> Iterator[Problem]:
    """Yield one problem a rejected file: the last line of pre-commit's trail, which names the mistake."""
    for path, argument in zip(job.files, job.arguments, strict=True):
        done = job.call([job.tools["pre-commit"], COMMANDS[path.rpartition("/")[2]], argument])
        if done.code not in (0, 1):
            raise ToolError(f"pre-commit ended with {done.code}: {done.last_words}")
        trail = [line.lstrip("=> ") for line in (done.stdout + done.stderr).splitlines() if line.startswith("==")]
        if done.code == 1:
            yield Problem(path, None, " > ".join(trail[1:]) or done.last_words)


VALIDATORS = (
    Validator(
        name="pre-commit",
        title="pre-commit configuration and hook manifest",
        select=select,
        run=run,
        executables=("pre-commit",),
        install="pip install pre-commit",
    ),
)
