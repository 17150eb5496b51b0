"""Reading Jenkinsfiles by their shell steps. Groovy is not evaluated; `when { branch ... }` and `changeRequest()` are noted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.commands import Command
from prodify.inventory.dependencies.model import blanked
from prodify.inventory.workflows.branches import holds_default
from prodify.inventory.workflows.model import Job, Pipeline
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from prodify.inventory.workflows.github import Source

_SHELL = lazy(
    r"\b(?:sh|bat|powershell|pwsh)\b\s*\(?\s*(?:[A-Za-z]+\s*:\s*\w+\s*,\s*)*(?:script\s*:\s*)?"
    r"(?:\"\"\"(?P<a>.*?)\"\"\"|'''(?P<b>.*?)'''|\"(?P<c>(?:[^\"\\\n]|\\.)*)\"|'(?P<d>(?:[^'\\\n]|\\.)*)')",
    re.DOTALL,
)
_STAGE = lazy(r"\bstage\s*\(?\s*['\"]([^'\"\n]+)['\"]")
_BRANCH = lazy(r"\bbranch\s+(?:pattern:\s*)?['\"]([^'\"\n]+)['\"]")
_LINE_COMMENT = lazy(r"(?<![:'\"\w])//[^\n]*")


def read_jenkins(path: str, source: Source) -> Pipeline:
    """The view of a Jenkinsfile: one job a stage. Multibranch pipelines build pushes and pull requests."""
    text = source.files.text(path) or ""
    text = _LINE_COMMENT.sub("", blanked(text, "/*", "*/"))
    stages = [(m.start(), m.group(1)) for m in _STAGE.finditer(text)] or [(0, "build")]
    jobs = []
    for number, (start, name) in enumerate(stages):
        end = stages[number + 1][0] if number + 1 < len(stages) else len(text)
        body = text[start:end]
        line = text.count("\n", 0, start) + 1
        commands: list[Command] = []
        for match in _SHELL.finditer(body):
            group = next(g for g in "abcd" if match.group(g) is not None)
            first = line + body.count("\n", 0, match.start(group))
            commands += source.targets.script(match.group(group), Command("", Location(path, first), name), first_line=first)
        branches = _BRANCH.findall(body)
        manual = re.search(r"\binput\s*[({'\"]|\binput\s+message", body) is not None
        job = Job(name, Location(path, line), name, commands=tuple(commands), manual=manual, on_pull_request=False if branches else None,
                  on_default_branch=holds_default(branches) if branches else None)  # fmt: skip
        jobs.append(job)
    problem = None if re.search(r"\bpipeline\s*\{|\bnode\s*[({]", text) else "no pipeline or node block was found"
    return Pipeline(path, "jenkins", None, ("push", "pull_request"), jobs=tuple(jobs), problem=problem)
