"""Pulumi programs: the settings that a program asks for stand in the file of every stack, and the other way round.

A rule of ours: Pulumi itself finds a missing setting only when it runs, and a misspelt one never.
"""

from __future__ import annotations

import ast
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from prodify.validators.base import Job, Problem, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources

_STACK = re.compile(r"Pulumi\.[\w.-]+\.yaml")
_LATER = re.compile(r"^\s*#.*pulumi config set (?:--secret )?([\w:.-]+) ", re.MULTILINE)
"""A setting that a comment asks the reader for."""


def select(sources: Sources) -> Sequence[str]:
    """Return the files of projects and stacks."""
    return sorted({*sources.matching("Pulumi.yaml"), *(path for path in sources.matching("Pulumi.*.yaml"))})


def run(job: Job) -> Iterator[Problem]:
    """Yield what is missing or read by nobody, project by project."""
    for path in (path for path in job.files if PurePosixPath(path).name == "Pulumi.yaml"):
        folder = PurePosixPath(path).parent
        project = _mapping(job.sources, path)
        for key in ("name", "runtime"):
            if not project.get(key):
                yield Problem(path, None, f"a project needs a {key}")
        programs = [p for p in job.sources.matching("*.py") if PurePosixPath(p).parent == folder]
        asked = {setting: needed for program in programs for setting, needed in reads(job.sources.texts[program], str(project.get("name")))}
        stacks = [p for p in job.files if PurePosixPath(p).parent == folder and _STACK.fullmatch(PurePosixPath(p).name)]
        for stack in stacks:
            yield from _settings(job.sources, stack, str(project.get("name")), asked if programs else None)


def _settings(sources: Sources, stack: str, project: str, asked: dict[str, bool] | None) -> Iterator[Problem]:
    given = _mapping(sources, stack).get("config")
    names = {str(key) if ":" in str(key) else f"{project}:{key}" for key in (given if isinstance(given, dict) else {})}
    later = {name if ":" in name else f"{project}:{name}" for name in _LATER.findall(sources.texts[stack])}
    if asked is None:
        return
    for name in sorted(name for name, needed in asked.items() if needed and name not in names | later):
        yield Problem(stack, None, f"{name}, which the program asks for, is not in this stack")
    for name in sorted(names - set(asked)):
        # Settings of providers are read by the providers; those of the project by nobody else.
        if name.startswith(f"{project}:"):
            yield Problem(stack, None, f"{name} is read by nobody")


def reads(program: str, project: str) -> Iterator[tuple[str, bool]]:
    """Yield the settings that a program in Python reads, as `namespace:name`, and whether it cannot do without."""
    try:
        tree = ast.parse(program)
    except (SyntaxError, ValueError, RecursionError):
        return
    names = {
        target.id: _namespace(node.value, project)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and _namespace(node.value, project)
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        method, key = node.func.attr, node.args[0]
        owner = node.func.value
        space = names.get(owner.id, "") if isinstance(owner, ast.Name) else _namespace(owner, project)
        if space and method.startswith(("get", "require")) and isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield f"{space}:{key.value}", method.startswith("require")


def _namespace(node: ast.expr, project: str) -> str:
    """The namespace of `pulumi.Config("namespace")`, the project's own without one; empty for anything else."""
    if not (isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Config"):
        return ""
    first = node.args[0] if node.args else None
    return project if first is None else str(first.value) if isinstance(first, ast.Constant) else ""


def _mapping(sources: Sources, path: str) -> dict[str, Any]:
    found = next((document.value for document in sources.documents(path)), None)
    return found if isinstance(found, dict) else {}


VALIDATORS = (
    Validator(
        name="pulumi-settings", title="Pulumi: every setting that the program asks for stands in every stack", select=select, run=run
    ),
)
