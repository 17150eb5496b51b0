"""Reading CI systems whose steps are plain lists of commands.

CodeBuild, Cloud Build, Drone, Woodpecker, AppVeyor, Buildkite, Semaphore and Cirrus.
"""

from __future__ import annotations

from dataclasses import replace
from shlex import join
from typing import TYPE_CHECKING

from prodify.inventory.commands import Command
from prodify.inventory.workflows.branches import holds_default
from prodify.inventory.workflows.hosted import scalars, script_job
from prodify.inventory.workflows.model import Job, Pipeline
from prodify.inventory.yamlview import documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.workflows.github import Source
    from prodify.inventory.yamlview import YamlNode

_SCRIPT_KEYS = {
    "drone": ("commands",),
    "woodpecker": ("commands",),
    "buildkite": ("command", "commands"),
    "semaphore": ("commands",),
    "codebuild": ("commands", "finally"),
    "appveyor": ("install", "before_build", "build_script", "before_test", "test_script", "deploy_script", "after_test", "sh", "ps", "cmd"),
    "cirrus": (),
}
_TRIGGERS = {
    "codebuild": (),
    "cloudbuild": (),
}
"""Systems whose triggers lie outside the file say nothing of when they run; the others run for pushes and pull requests by default."""


def read_scripted(path: str, source: Source, system: str) -> Pipeline:
    """The view of one file: every list of commands in it is a job."""
    docs = documents(source.files, path)
    problem = next((doc.problem for doc in docs if doc.problem is not None), None)
    roots = [doc.root for doc in docs if doc.root is not None and doc.root.kind == "mapping"]
    if not roots:
        return Pipeline(path, system, problem=problem or "no pipeline: it holds no mapping")
    jobs: list[Job] = []
    for root in roots:
        jobs += _cloudbuild(root, source) if system == "cloudbuild" else _script_jobs(root, source, system)
    triggers, branches = _when(roots[0], system)
    return Pipeline(path, system, roots[0].string("name"), triggers, branches=branches, jobs=tuple(jobs), node=roots[0], problem=problem)


def _script_jobs(root: YamlNode, source: Source, system: str) -> Iterator[Job]:
    keys = _SCRIPT_KEYS[system]
    number = 0
    for node in root.walk():
        if node.kind != "mapping":
            continue
        scripts = [value for key, value in node.items() if key in keys or (system == "cirrus" and key.endswith("script"))]
        lines = [line for value in scripts for line in _flat(value)]
        if lines:
            number += 1
            name = node.string("name") or node.string("label") or f"{system}-{number}"
            events = node.strings("when", "event") or node.strings("when", "event", "include")
            job = script_job(name, node.location, lines, source, node)
            limited = bool(events) and "pull_request" not in events
            branches = node.strings("when", "branch") or node.strings("when", "branch", "include")
            default = holds_default(branches) if branches else None
            yield replace(job, on_pull_request=False if limited else None, on_default_branch=default)


def _flat(node: YamlNode) -> Iterator[YamlNode]:
    if node.kind == "scalar":
        yield from scalars(node)
    for item in node:
        if item.kind == "scalar":
            yield item


def _cloudbuild(root: YamlNode, source: Source) -> Iterator[Job]:
    """Steps of Cloud Build: the builder's image names the program, args follow; the `gcr.io/cloud-builders/docker` image runs docker."""
    commands: list[Command] = []
    for number, step in enumerate(root.get("steps") or (), 1):
        name = step.string("id") or f"step-{number}"
        arguments, entry = [n.text for n in step.get("args") or ()], step.string("entrypoint")
        script = step.get("script")
        if script is not None:
            first = Command("", script.location, name)
            commands += source.targets.script(script.text, first, first_line=script.content_line)
            continue
        program = entry or (step.string("name") or "").split(":")[0].split("@")[0].rpartition("/")[2]
        if program == "cloud-sdk" or (program == "gcloud" and arguments[:1] == ["gcloud"]):
            program, arguments = (arguments[0], arguments[1:]) if arguments else ("gcloud", [])
        program = "executor" if program == "kaniko" else program
        shell = program in ("bash", "sh") and arguments[:1] and arguments[0].startswith("-") and "c" in arguments[0]
        text = arguments[1] if shell and len(arguments) > 1 else join([program, *arguments])
        directory = step.string("dir") or ""
        commands += source.targets.script(text, Command("", step.location, name, directory=directory))
    images = root.get("images")
    if images is not None:
        commands += [Command(f"docker push {image.text}", image.location, "images") for image in images]
    yield Job("build", root.location, "build", node=root, commands=tuple(commands))


def _when(root: YamlNode, system: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if system in _TRIGGERS:
        return _TRIGGERS[system], ()
    events = root.strings("trigger", "event") or root.strings("when", "event") or root.strings("trigger", "event", "include")
    branches = root.strings("trigger", "branch") or root.strings("branches", "only") or root.strings("trigger", "branch", "include")
    return tuple(events) or ("push", "pull_request"), tuple(branches)
