"""Python's own compiler: every generated Python file parses. Nothing is executed."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from prodify.validators.base import Job, Problem, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources


def select(sources: Sources) -> Sequence[str]:
    """Return the Python files."""
    return sources.matching("*.py", "*.pyi")


def run(job: Job) -> Iterator[Problem]:
    """Yield the first error of every file that this Python's grammar rejects."""
    for path in job.files:
        try:
            with warnings.catch_warnings(action="ignore"):
                compile(job.sources.texts[path], path, "exec", dont_inherit=True)
        except SyntaxError as error:
            yield Problem(path, error.lineno, error.msg)
        except (ValueError, RecursionError, MemoryError) as error:
            yield Problem(path, None, f"cannot be compiled: {type(error).__name__}")


VALIDATORS = (Validator(name="python-syntax", title="Python files compile", select=select, run=run),)
