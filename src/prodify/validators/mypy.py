"""mypy, not strict, on the Python that prodify wrote: calls that cannot work, values that may be None."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from prodify.validators.base import Job, Problem, ToolError, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources

FINDING = re.compile(r"^(?P<path>.+?):(?P<line>\d+):(?:\d+:)? error: (?P<message>.*)$")

OPTIONS = (
    "--ignore-missing-imports", "--follow-imports=skip", "--check-untyped-defs", "--no-incremental", "--no-error-summary",
    "--cache-dir=/dev/null" if sys.platform != "win32" else "--cache-dir=nul", "--no-site-packages", "--config-file=",
)  # fmt: skip
"""Each file for itself: what it imports need not be installed, and the user's own modules are not judged."""


def select(sources: Sources) -> Sequence[str]:
    """Return the Python files that say that prodify wrote them."""
    return sources.ours("*.py")


def run(job: Job) -> Iterator[Problem]:
    """Yield mypy's errors. Files of one name in several folders are given one after the other, for they would be one module."""
    for group in _distinct(job.arguments):
        done = job.call([sys.executable, "-m", "mypy", *OPTIONS, "--", *group])
        found = [match for line in done.stdout.splitlines() if (match := FINDING.match(line))]
        if done.code not in (0, 1) or (done.code == 1 and not found):
            raise ToolError(f"mypy ended with {done.code}: {done.last_words}")
        for match in found:
            yield Problem(match["path"].removeprefix("./"), int(match["line"]), match["message"])


def _distinct(paths: Sequence[str]) -> list[list[str]]:
    groups: list[dict[str, str]] = []
    for path in paths:
        name = path.rsplit("/", 1)[-1]
        group = next((group for group in groups if name not in group), None)
        if group is None:
            groups.append(group := {})
        group[name] = path
    return [list(group.values()) for group in groups]


VALIDATORS = (
    Validator(
        name="mypy",
        title="generated Python: types, not strictly",
        select=select,
        run=run,
        modules=("mypy",),
        install="pip install mypy",
    ),
)
