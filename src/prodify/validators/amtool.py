"""amtool: Alertmanager's configuration, with the templates that it names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.validators.base import Job, Problem, ToolError, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources

FAILED = re.compile(r"FAILED:\s*(?P<message>.+)", re.DOTALL)


def select(sources: Sources) -> Sequence[str]:
    """Return Alertmanager's configuration files."""
    return sources.yaml_where(lambda document: isinstance(document.get("route"), dict) and isinstance(document.get("receivers"), list))


def run(job: Job) -> Iterator[Problem]:
    """Yield the first mistake of every configuration; amtool stops there."""
    for path, argument in zip(job.files, job.arguments, strict=True):
        done = job.call([job.tools["amtool"], "check-config", argument])
        if done.code == 0:
            continue
        found = FAILED.search(done.stdout)
        if found is None:
            raise ToolError(f"amtool ended with {done.code}: {done.last_words}")
        yield Problem(path, None, " ".join(found["message"].split())[:300])


VALIDATORS = (
    Validator(
        name="amtool",
        title="Alertmanager's configuration",
        select=select,
        run=run,
        executables=("amtool",),
        install="apt-get install prometheus-alertmanager",
    ),
)
