"""markdownlint: all of its rules but those below, on the pages that prodify wrote."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from prodify.validators.base import Job, Problem, ToolError, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from prodify.validators.sources import Sources

LEFT_OUT: Mapping[str, str] = {
    "MD013": "a paragraph or a table's row is one line: editors wrap it, and a diff shows what changed",
    "MD060": "nobody sees the spaces between a table's bars; columns that line up would make every row a change",
}
"""Rules that are switched off, with the reason."""

FINDING = re.compile(r"^(?P<path>.+?):(?P<line>\d+)(?::\d+)? (?:error )?(?P<message>MD\d+/.*)$")
FAILED = 2
"""The tool's exit status when it could not do its work; 1 says that it found something."""


def select(sources: Sources) -> Sequence[str]:
    """Return the pages that say that prodify wrote them."""
    return sources.ours("*.md")


def run(job: Job) -> Iterator[Problem]:
    """Yield every finding. The pages are looked at in a folder of their own, so that no configuration of the user's is read."""
    folder = job.scratch()
    for path in job.files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(job.sources.texts[path], encoding="utf-8")
    rules = {"default": True} | dict.fromkeys(LEFT_OUT, False)
    (folder / ".markdownlint-cli2.jsonc").write_text(json.dumps({"config": rules}), encoding="utf-8")
    # A colon before a path says that it is one and no pattern.
    done = job.call([job.tools["markdownlint-cli2"], "--no-globs", *(f":{path}" for path in job.files)], cwd=folder)
    found = [match for line in done.stderr.splitlines() if (match := FINDING.match(line))]
    if done.code >= FAILED or (done.code != 0 and not found):
        raise ToolError(f"markdownlint-cli2 ended with {done.code}: {done.last_words}")
    for match in found:
        yield Problem(match["path"], int(match["line"]), match["message"])


VALIDATORS = (
    Validator(
        name="markdownlint",
        title="generated Markdown: markdownlint's rules",
        select=select,
        run=run,
        executables=("markdownlint-cli2", "node"),
        install="npm install --global markdownlint-cli2",
        taste=True,
    ),
)
