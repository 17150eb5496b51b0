"""Reading GitHub workflows (and Forgejo's and Gitea's, which share the format), with local actions and reusable workflows followed."""

from __future__ import annotations

import posixpath
from dataclasses import field, replace
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from prodify.inventory.commands import Command
from prodify.inventory.shell import MAX_COMMANDS
from prodify.inventory.workflows.model import ActionUse, Job, Permissions, Pipeline, PipelineStep
from prodify.inventory.yamlview import document, documents
from prodify.lazydata import dataclass
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.files import FileIndex
    from prodify.inventory.targets import Targets
    from prodify.inventory.yamlview import YamlNode


MAX_JOBS = 300
MAX_FOLLOWED = 20_000
"""Jobs of a file that are read (GitHub allows 256 a run), and what is taken from called workflows and actions in all."""
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Source:
    """What readers need besides a file: the repository's files, and the resolver of what commands lead to.

    Called workflows and composite actions are read once and kept; while one is being read it stands as empty, which ends cycles.
    """

    files: FileIndex
    targets: Targets
    called: dict[str, Pipeline | None] = field(default_factory=dict)
    actions: dict[str, tuple[tuple[Command, ...], tuple[ActionUse, ...]]] = field(default_factory=dict)
    budget: list[int] = field(default_factory=lambda: [MAX_FOLLOWED])

    def follow(self, items: tuple[_Item, ...]) -> Iterator[_Item]:
        """The items of something called, as long as the repository's budget of followed items lasts."""
        for item in items:
            self.budget[0] -= 1
            if self.budget[0] < 0:
                return
            yield item


def read_github(path: str, source: Source, system: str = "github") -> Pipeline:
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
        tuple(_job(name, node, source, defaults) for name, node in islice(jobs.items() if jobs is not None else (), MAX_JOBS)),
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


def _job(name: str, node: YamlNode, source: Source, default_directory: str | None) -> Job:
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
    commands = tuple(islice(_commands(job, source), MAX_COMMANDS))
    return replace(job, commands=commands, uses_all=tuple(islice(_uses(job, source), MAX_COMMANDS)))


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


def _commands(job: Job, source: Source) -> Iterator[Command]:
    for step in job.steps:
        yield from step_commands(step, job.id, source.targets)
        if step.uses is not None:
            for command in source.follow(_action(step.uses, source)[0]):
                yield _moved(command, step.uses, step.location, job.id)
    called = _called(job, source)
    for command in source.follow(called.commands if called is not None else ()):
        yield _moved(command, job.uses or "", job.location, job.id)


def _moved(command: Command, via: str, place: Location, job: str) -> Command:
    """A command of an action or workflow as seen from the place that calls it."""
    return replace(command, job=job, via=_via(via, command.via), location=place, origin=command.origin or command.location)


def _via(outer: str | None, inner: str | None) -> str | None:
    return f"{outer} -> {inner}" if inner is not None else outer


def step_commands(step: PipelineStep, job: str | None, targets: Targets) -> Iterator[Command]:
    """The commands of a step's script."""
    if step.run:
        directory = posixpath.normpath("/" + step.working_directory).lstrip("/") if step.working_directory else ""
        first = Command("", Location(step.location.path, step.run_line), job, directory=directory)
        yield from targets.script(step.run, first, first_line=step.run_line)


def _action(reference: str, source: Source) -> tuple[tuple[Command, ...], tuple[ActionUse, ...]]:
    """Commands and references of a composite action of the repository, those of actions that it uses included."""
    if not reference.startswith("./"):
        return (), ()
    base = posixpath.normpath(reference)
    if base not in source.actions:
        source.actions[base] = (), ()
        paths = [name if base == "." else f"{base}/{name}" for name in ("action.yml", "action.yaml")]
        root = next((document(source.files, path) for path in paths if path in source.files), None)
        commands: list[Command] = []
        uses: list[ActionUse] = []
        for node in (root.get("runs", "steps") if root is not None else None) or ():
            step = _step(node, None)
            commands += step_commands(step, None, source.targets)
            if step.uses is not None:
                inner, more = _action(step.uses, source)
                commands += [_moved(command, step.uses, step.location, "") for command in inner]
                uses += [_use_of(step, None), *more]
        source.actions[base] = tuple(commands[:MAX_COMMANDS]), tuple(uses[:MAX_COMMANDS])
    return source.actions[base]


def _called(job: Job, source: Source) -> Pipeline | None:
    """The reusable workflow of the same repository that a job calls."""
    path = posixpath.normpath(job.uses) if job.uses is not None and job.uses.startswith("./") else ""
    if path not in source.files:
        return None
    if path not in source.called:
        source.called[path] = None
        source.called[path] = read_github(path, source)
    return source.called[path]


def _uses(job: Job, source: Source) -> Iterator[ActionUse]:
    if job.uses is not None:
        place = job.node.get("uses") if job.node is not None else None
        yield action_use(job.uses, place.location if place is not None else job.location, job.id, job.with_, "workflow")
        called = _called(job, source)
        yield from (replace(use, job=job.id) for use in source.follow(called.uses_all if called is not None else ()))
    for step in job.steps:
        if step.uses is not None:
            yield _use_of(step, job.id)
            yield from (replace(use, job=job.id) for use in source.follow(_action(step.uses, source)[1]))


def _use_of(step: PipelineStep, job: str | None) -> ActionUse:
    place = step.node.get("uses") if step.node is not None else None
    return action_use(step.uses or "", place.location if place is not None else step.location, job, dict(step.with_))


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
