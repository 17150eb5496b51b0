"""check-jsonschema with the schemas that it carries: workflows, composite actions, Dependabot, Compose, Renovate."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from prodify.validators.base import Job, Problem, ToolError, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources


@dataclass(frozen=True, slots=True)
class Kind:
    """What a vendored schema is for, which files it covers, and what has to be done with them first."""

    title: str
    patterns: tuple[str, ...]
    options: tuple[str, ...] = ()


KINDS = {
    "github-workflows": Kind("GitHub workflows", (".github/workflows/*.yml", ".github/workflows/*.yaml")),
    "github-actions": Kind("composite GitHub actions", ("action.yml", "action.yaml")),
    "gitlab-ci": Kind("GitLab pipelines", (".gitlab-ci.yml",), ("--data-transform", "gitlab-ci")),
    "dependabot": Kind("Dependabot's configuration", (".github/dependabot.yml", ".github/dependabot.yaml")),
    "compose-spec": Kind("Compose files", ("compose*.yml", "compose*.yaml", "docker-compose*.yml", "docker-compose*.yaml")),
    "renovate": Kind("Renovate's configuration", ("renovate.json", ".renovaterc", ".renovaterc.json")),
}
"""By the name of the vendored schema."""


def select(patterns: Sequence[str], sources: Sources) -> Sequence[str]:
    """Return the files that match."""
    return sources.matching(*patterns)


def run(schema: str, job: Job) -> Iterator[Problem]:
    """Yield one problem a rejected place, at its path inside the document."""
    options = ["--builtin-schema", f"vendor.{schema}", "--output-format", "json", *KINDS[schema].options]
    done = job.call([job.tools["check-jsonschema"], *options, *job.arguments])
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        raise ToolError(f"check-jsonschema ended with {done.code}: {done.last_words}") from error
    for entry in answer.get("errors", []):
        best = entry.get("best_deep_match") or entry
        yield Problem(entry["filename"].removeprefix("./"), None, f"{best['path']}: {best['message'][:300]}")
    for entry in answer.get("parse_errors", []):
        yield Problem(entry["filename"].removeprefix("./"), None, "cannot be parsed")
    if done.code and not answer.get("errors") and not answer.get("parse_errors"):
        raise ToolError(f"check-jsonschema ended with {done.code} and named no error")


VALIDATORS = tuple(
    Validator(
        name=f"schema-{name}",
        title=f"{kind.title}: JSON schema",
        select=partial(select, kind.patterns),
        run=partial(run, name),
        executables=("check-jsonschema",),
        install="pip install check-jsonschema",
    )
    for name, kind in KINDS.items()
)
