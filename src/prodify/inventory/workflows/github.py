"""Reading GitHub workflows (and Forgejo's and Gitea's, which share the format), with local actions and reusable workflows followed."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from prodify.inventory.commands import Command
from prodify.inventory.workflows.model import ActionUse, Job, Permissions, Pipeline, PipelineStep
from prodify.inventory.yamlview import document, documents
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.files import FileIndex
    from prodify.inventory.targets import Targets
    from prodify.inventory.yamlview import YamlNode


@dataclass(frozen=True, slots=True)
class Source:
    """What readers need besides a file: the repository's files, and the resolver of what commands lead to."""

    files: FileIndex
    targets: Targets


MAX_CALLS = 4
"""Local actions and workflows that call others are followed this far; GitHub allows four levels of workflows."""


def read_github(path: str, source: Source, system: str = "github", depth: int = 0) -> Pipeline:
    """The view of one workflow file."""
    docs = documents(source.files, path)
    problem = next((doc.problem for doc in docs if doc.problem is not None), None)
    root = docs[0].root if docs else None
    if root is None or root.kind != "mapping":
        return Pipeline(path, system, problem=problem or "no workflow: it holds no mapping")
    events = dict(_events(root))
    push, pull = events.get("push"), events.get("pull_request") or events.get("pull_request_target")
    permissions = root.get("permissions")
    concurrency = root.get("concurrency")
    defaults = root.string("defaults", "run", "working-directory")
    jobs = root.get("jobs")
    return Pipeline(
        path,
        system,
        root.string("name"),
        _triggers(events),
        {name: node.location for name, node in events.items()},
        _branches(push),
        _branches(pull),
        tuple(_job(name, node, source, defaults, depth) for name, node in (jobs.items() if jobs is not None else ())),
        permissions_of(permissions),
        permissions.location if permissions is not None else None,
        _group(concurrency),
        texts(root.get("env")),
        root,
        problem if problem is not None else None if jobs is not None else "no workflow: it has no jobs",
    )


def _events(root: YamlNode) -> Iterator[tuple[str, YamlNode]]:
    on = root.get("on")
    if on is None:
        on = root.get("true")  # tools that rewrite YAML turn the key `on` into a boolean
    if on is None:
        return
    if on.kind == "scalar":
        yield on.text, on
    elif on.kind == "sequence":
        for event in on:
            yield event.text, event
    else:
        yield from on.items()


def _triggers(events: dict[str, YamlNode]) -> tuple[str, ...]:
    """Event names; a push that is limited to tags is `tag` instead."""
    names = []
    for name, node in events.items():
        tags_only = name == "push" and node.get("tags") is not None and node.get("branches") is None and node.get("branches-ignore") is None
        names.append("tag" if tags_only else name)
    return tuple(names)


def _branches(event: YamlNode | None) -> tuple[str, ...]:
    if event is None:
        return ()
    return event.strings("branches") + tuple(f"!{name}" for name in event.strings("branches-ignore"))


def permissions_of(node: YamlNode | None) -> Permissions:
    """The permissions that a mapping or word states."""
    if node is None:
        return None
    if node.kind == "scalar":
        return node.text or {}
    return texts(node)


def texts(node: YamlNode | None) -> dict[str, str]:
    """A mapping's scalars as text."""
    return {key: value.text for key, value in node.items() if value.kind == "scalar"} if node is not None else {}


def _group(node: YamlNode | None) -> str | None:
    if node is None:
        return None
    return node.text if node.kind == "scalar" else node.string("group")


def _job(name: str, node: YamlNode, source: Source, default_directory: str | None, depth: int) -> Job:
    directory = node.string("defaults", "run", "working-directory") or default_directory
    steps = tuple(_step(step, directory) for step in node.get("steps") or ())
    runs_on, permissions, environment = node.get("runs-on"), node.get("permissions"), node.get("environment")
    job = Job(
        name,
        node.location,
        node.string("name"),
        node.strings("needs"),
        node.strings("runs-on") if runs_on is None or runs_on.kind != "mapping" else node.strings("runs-on", "labels"),
        node.string("timeout-minutes"),
        permissions_of(permissions),
        permissions.location if permissions is not None else None,
        _environment(environment),
        environment.location if environment is not None else None,
        steps,
        node.string("if"),
        node.string("uses"),
        texts(node.get("with")),
        texts(node.get("env")),
        _group(node.get("concurrency")),
        node.string("continue-on-error") == "true",
        node=node,
    )
    return replace(job, commands=tuple(_commands(job, source, depth)), uses_all=tuple(_uses(job, source, depth)))


def _environment(node: YamlNode | None) -> str | None:
    if node is None:
        return None
    return node.text if node.kind == "scalar" else node.string("name")


def _step(node: YamlNode, default_directory: str | None) -> PipelineStep:
    run = node.get("run")
    return PipelineStep(
        node.location,
        node.string("name"),
        node.string("uses"),
        texts(node.get("with")),
        run.text if run is not None else None,
        run.content_line if run is not None else 0,
        texts(node.get("env")),
        node.string("if"),
        node.string("shell"),
        node.string("working-directory") or default_directory,
        node.string("continue-on-error") == "true",
        node.string("timeout-minutes"),
        node,
    )


def _commands(job: Job, source: Source, depth: int) -> Iterator[Command]:
    for step in job.steps:
        yield from step_commands(step, job.id, source.targets)
        if step.uses is not None:
            yield from _local_commands(step, job.id, source, depth)
    called = _called(job, source, depth)
    if called is not None:
        for command in called.commands:
            origin = command.origin or command.location
            yield replace(command, job=job.id, via=_via(job.uses, command.via), location=job.location, origin=origin)


def _via(outer: str | None, inner: str | None) -> str | None:
    return f"{outer} -> {inner}" if inner is not None else outer


def step_commands(step: PipelineStep, job: str | None, targets: Targets) -> Iterator[Command]:
    """The commands of a step's script."""
    if step.run:
        directory = posixpath.normpath("/" + step.working_directory).lstrip("/") if step.working_directory else ""
        first = Command("", Location(step.location.path, step.run_line), job, directory=directory)
        yield from targets.script(step.run, first, first_line=step.run_line)


def _local_action(reference: str, files: FileIndex) -> YamlNode | None:
    base = posixpath.normpath(reference)
    for name in ("action.yml", "action.yaml"):
        path = name if base == "." else f"{base}/{name}"
        if path in files:
            return document(files, path)
    return None


def _local_commands(step: PipelineStep, job: str, source: Source, depth: int) -> Iterator[Command]:
    """Commands of a composite action of the repository, at the place of the call."""
    if step.uses is None or not step.uses.startswith("./") or depth >= MAX_CALLS:
        return
    action = _local_action(step.uses, source.files)
    for node in (action.get("runs", "steps") if action is not None else None) or ():
        inner = _step(node, None)
        found = list(step_commands(inner, job, source.targets)) + list(_local_commands(inner, job, source, depth + 1))
        yield from (replace(c, via=_via(step.uses, c.via), location=step.location, origin=c.origin or c.location) for c in found)


def _called(job: Job, source: Source, depth: int) -> Pipeline | None:
    """The reusable workflow of the same repository that a job calls."""
    if job.uses is None or not job.uses.startswith("./") or depth >= MAX_CALLS:
        return None
    path = posixpath.normpath(job.uses)
    return read_github(path, source, depth=depth + 1) if path in source.files else None


def _uses(job: Job, source: Source, depth: int) -> Iterator[ActionUse]:
    if job.uses is not None:
        place = job.node.get("uses") if job.node is not None else None
        yield action_use(job.uses, place.location if place is not None else job.location, job.id, job.with_, "workflow")
        called = _called(job, source, depth)
        if called is not None:
            yield from (replace(use, job=job.id) for use in called.uses_all)
    for step in job.steps:
        yield from _step_uses(step, job.id, source, depth)


def _step_uses(step: PipelineStep, job: str, source: Source, depth: int) -> Iterator[ActionUse]:
    if step.uses is None:
        return
    place = step.node.get("uses") if step.node is not None else None
    yield action_use(step.uses, place.location if place is not None else step.location, job, dict(step.with_))
    if step.uses.startswith("./") and depth < MAX_CALLS:
        action = _local_action(step.uses, source.files)
        for node in (action.get("runs", "steps") if action is not None else None) or ():
            yield from _step_uses(_step(node, None), job, source, depth + 1)


def action_use(reference: str, location: Location, job: str | None, inputs: object = None, kind: str = "action") -> ActionUse:
    """Split a `uses:` reference."""
    pairs = tuple(inputs.items()) if isinstance(inputs, dict) else ()
    if reference.startswith("docker://"):
        name, _, digest = reference.removeprefix("docker://").partition("@")
        return ActionUse(name, digest or None, location, "docker", job, pairs)
    if reference.startswith("."):
        return ActionUse(reference, None, location, "local", job, pairs)
    name, _, ref = reference.partition("@")
    return ActionUse(name.strip(), ref.strip() or None, location, kind, job, pairs)
