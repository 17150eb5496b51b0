"""zizmor: security of GitHub workflows and actions, with its offline rules."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from prodify.validators.base import Job, Problem, ToolError, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources

CLEAN_OR_FINDINGS = (0, 11, 12, 13, 14)
"""Exit status: 0 nothing, 11 to 14 the highest severity found (informational, low, medium, high)."""

REJECTED = re.compile(r"failed to (?:validate|load|parse) (?:file://)?(?P<path>\S+) as")


def select(sources: Sources) -> Sequence[str]:
    """Return workflows, composite actions and Dependabot files."""
    return sources.matching(".github/workflows/*.yml", ".github/workflows/*.yaml", "action.yml", "action.yaml", ".github/dependabot.yml")


def run(job: Job) -> Iterator[Problem]:
    """Yield every finding at its primary place; a file that zizmor cannot read at all is a finding too."""
    options = ["--offline", "--no-progress", "--no-config", "--strict-collection", "--format", "json-v1"]
    done = job.call([job.tools["zizmor"], *options, *job.arguments])
    if done.code not in CLEAN_OR_FINDINGS:
        refused = [match["path"].removeprefix("./") for match in REJECTED.finditer(done.stderr)]
        if not refused:
            raise ToolError(f"zizmor ended with {done.code}: {done.last_words}")
        yield from (Problem(path, None, "zizmor cannot read this file") for path in refused)
        return
    for finding in json.loads(done.stdout or "[]"):
        if not finding["ignored"]:
            yield _problem(finding)


def _problem(finding: dict[str, Any]) -> Problem:
    place = next((item for item in finding["locations"] if item["symbolic"]["kind"] == "Primary"), finding["locations"][0])
    path = place["symbolic"]["key"]["Local"]["verbatim_path"].removeprefix("./")
    line = place["concrete"]["location"]["start_point"]["row"] + 1
    return Problem(path, line, f"{finding['desc']}: {place['symbolic']['annotation']} [{finding['ident']}]")


VALIDATORS = (
    Validator(
        name="zizmor",
        title="GitHub workflows and actions: injection, permissions, unpinned actions",
        select=select,
        run=run,
        executables=("zizmor",),
        install="pip install zizmor",
        taste=True,
    ),
)
