"""yamllint: YAML that parses, has no duplicate keys and is indented consistently."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from prodify.validators.base import Job, Problem, ToolError, Validator
from prodify.validators.sources import YAML_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources

RULES = {
    "rules": {
        "key-duplicates": {"forbid-duplicated-merge-keys": True},
        "anchors": {"forbid-undeclared-aliases": True, "forbid-duplicated-anchors": True},
        "indentation": {"spaces": "consistent", "indent-sequences": "consistent"},
        "octal-values": {"forbid-implicit-octal": True},
        "trailing-spaces": "enable",
        "new-line-at-end-of-file": "enable",
        "empty-values": "disable",
    }
}
"""What changes the meaning or makes every later difference noisy; line lengths and quoting styles are left to the reader."""

FINDING = re.compile(r"^(?P<path>.+?):(?P<line>\d+):\d+: \[(?:error|warning)\] (?P<message>.*)$")


def select(sources: Sources) -> Sequence[str]:
    """Return YAML files, without the templates of Helm charts, which are YAML only after rendering."""
    charts = [PurePosixPath(path).parent for path in sources if PurePosixPath(path).name == "Chart.yaml"]
    return [
        path
        for path in sources
        if path.endswith(YAML_SUFFIXES) and not any(PurePosixPath(path).is_relative_to(chart / "templates") for chart in charts)
    ]


def run(job: Job) -> Iterator[Problem]:
    """Yield what yamllint says about the files, under our rules alone."""
    done = job.call([job.tools["yamllint"], "--format", "parsable", "--config-data", json.dumps(RULES), *job.arguments])
    found = [match for line in done.stdout.splitlines() if (match := FINDING.match(line))]
    if done.code not in (0, 1) or (done.code == 1 and not found):
        raise ToolError(f"yamllint ended with {done.code}: {done.last_words}")
    for match in found:
        yield Problem(match["path"].removeprefix("./"), int(match["line"]), match["message"], breaks="syntax" in match["message"])


VALIDATORS = (
    Validator(
        name="yamllint",
        title="YAML: syntax, duplicate keys, indentation",
        select=select,
        run=run,
        executables=("yamllint",),
        install="pip install yamllint",
        taste=True,
    ),
)
