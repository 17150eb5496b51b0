"""Ruff with Pyflakes' rules: undefined names, unused imports, broken format strings in generated Python."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from prodify.validators.base import Job, Problem, ToolError, Validator
from prodify.validators.python_syntax import select

if TYPE_CHECKING:
    from collections.abc import Iterator

RULES = "F,E9,B006,B008,S307"
"""Pyflakes and syntax errors, and three that are bugs anywhere: mutable defaults, calls in defaults, eval."""
BREAKS = ("E9", "invalid-syntax", "F7", "F82")
"""Syntax errors, statements out of place, names that do not exist: no program with one of them works."""


def run(job: Job) -> Iterator[Problem]:
    """Yield what Ruff says under these rules alone; B008's calls that are meant to stand there (FastAPI's) are exempt."""
    exempt = 'lint.flake8-bugbear.extend-immutable-calls=["fastapi.Depends","fastapi.Query","fastapi.Header","fastapi.Security"]'
    options = ["--isolated", "--no-cache", "--select", RULES, "--config", exempt, "--output-format", "json"]
    done = job.call([job.tools["ruff"], "check", *options, *job.arguments])
    if done.code not in (0, 1):
        raise ToolError(f"ruff ended with {done.code}: {done.last_words}")
    stage = job.stage.as_posix() + "/"
    for entry in json.loads(done.stdout):
        path = entry["filename"].replace("\\", "/").removeprefix(stage)
        code = entry["code"] or "E9"
        yield Problem(path, entry["location"]["row"], f"{entry['message']} [{code}]", breaks=code.startswith(BREAKS))


VALIDATORS = (
    Validator(
        name="ruff",
        title="Python files: undefined names, unused imports",
        select=select,
        run=run,
        executables=("ruff",),
        install="pip install ruff",
        taste=True,
    ),
)
