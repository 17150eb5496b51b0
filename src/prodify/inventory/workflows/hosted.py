"""Reading Travis CI, Azure Pipelines and Bitbucket Pipelines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from prodify.inventory.commands import Command
from prodify.inventory.workflows.github import Source, step_commands, texts
from prodify.inventory.workflows.model import ActionUse, Job, Pipeline, PipelineStep
from prodify.inventory.yamlview import YamlNode, documents
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRAVIS_PHASES = "before_install install before_script script after_success before_deploy after_deploy after_script".split()
_TRAVIS_DEFAULTS = {
    "node_js": "npm test",
    "ruby": "rake",
    "go": "go test ./...",
    "rust": "cargo test",
    "java": "mvn test",
    "php": "phpunit",
    "elixir": "mix test",
    "perl": "make test",
}
"""What a language's build runs when no script is given; Python has none."""


def root_of(path: str, source: Source) -> tuple[YamlNode | None, str | None]:
    """The first document's mapping, and what is wrong with the file."""
    docs = documents(source.files, path)
    problem = next((doc.problem for doc in docs if doc.problem is not None), None)
    root = docs[0].root if docs else None
    if root is None or root.kind != "mapping":
        return None, problem or "no pipeline: it holds no mapping"
    return root, problem


def script_job(name: str, location: Location, lines: list[YamlNode], source: Source, node: YamlNode | None = None) -> Job:
    """A job of plain script lines."""
    steps = tuple(PipelineStep(line.location, run=line.text, run_line=line.content_line, node=line) for line in lines)
    commands = tuple(c for step in steps for c in step_commands(step, name, source.targets))
    return Job(name, location, name, steps=steps, node=node, commands=commands)


def scalars(node: YamlNode | None) -> list[YamlNode]:
    """The scalars of a node: itself, or a sequence's."""
    if node is None:
        return []
    return [node] if node.kind == "scalar" and node.text else [item for item in node if item.kind == "scalar"]


def read_travis(path: str, source: Source) -> Pipeline:
    """The view of .travis.yml. A language's default script counts when none is given."""
    root, problem = root_of(path, source)
    if root is None:
        return Pipeline(path, "travis", problem=problem)
    lines = [line for phase in _TRAVIS_PHASES for line in scalars(root.get(phase))]
    jobs = [script_job("build", root.location, lines, source, root)]
    for item in root.get("jobs", "include") or root.get("matrix", "include") or ():
        own = [line for phase in _TRAVIS_PHASES for line in scalars(item.get(phase))]
        if own:
            jobs.append(script_job(item.string("name") or item.string("stage") or f"job-{len(jobs)}", item.location, own, source, item))
    default = _TRAVIS_DEFAULTS.get(root.string("language") or "")
    language = root.get("language")
    if "script" not in root and default is not None and language is not None and len(jobs) == 1:
        first = jobs[0]
        more = tuple(source.targets.expand(Command(default, language.location, "build")))
        jobs[0] = replace(first, commands=(*first.commands, *more))
    deploy = root.get("deploy")
    for item in [deploy] if deploy is not None and deploy.kind == "mapping" else deploy or ():
        provider = item.string("provider")
        if provider is not None:
            script = scalars(item.get("script"))
            use = ActionUse(f"travis-deploy/{provider}", None, item.location, "pipe", "deploy", tuple(texts(item).items()))
            job = script_job("deploy", item.location, script, source, item)
            jobs.append(replace(job, needs=("build",), uses_all=(use,)))
    branches = root.strings("branches", "only") + tuple(f"!{name}" for name in root.strings("branches", "except"))
    return Pipeline(path, "travis", None, ("push", "pull_request"), branches=branches, jobs=tuple(jobs), node=root, problem=problem)


def read_azure(path: str, source: Source) -> Pipeline:
    """The view of an Azure pipeline: stages, jobs, deployments, steps."""
    root, problem = root_of(path, source)
    if root is None:
        return Pipeline(path, "azure", problem=problem)
    trigger, pull = root.get("trigger"), root.get("pr")
    triggers = []
    if trigger is None or trigger.text != "none":
        triggers.append("push")
    if pull is None or pull.text != "none":
        triggers.append("pull_request")
    branches = _azure_branches(trigger)
    jobs = tuple(_azure_job(node, source) for node in _azure_jobs(root))
    return Pipeline(path, "azure", root.string("name"), tuple(triggers), branches=branches, pull_request_branches=_azure_branches(pull),
                    jobs=jobs, env=texts(root.get("variables")), node=root, problem=problem)  # fmt: skip


def _azure_branches(node: YamlNode | None) -> tuple[str, ...]:
    if node is None or node.text == "none":
        return ()
    if node.kind == "sequence":
        return tuple(n.text for n in node)
    return node.strings("branches", "include") + tuple(f"!{n}" for n in node.strings("branches", "exclude"))


def _azure_jobs(root: YamlNode) -> Iterator[YamlNode]:
    if root.get("steps") is not None:
        yield root
    for stage in [root, *(root.get("stages") or ())]:
        yield from stage.get("jobs") or ()


def _azure_job(node: YamlNode, source: Source) -> Job:
    name = node.string("job") or node.string("deployment") or node.string("displayName") or "job"
    strategy = node.get("strategy")
    inner = [part for part in (strategy.walk() if strategy is not None else ()) if part.kind == "mapping" and part.get("steps") is not None]
    steps, uses = [], []
    for step in [s for part in [node, *inner] for s in part.get("steps") or ()]:
        body = next((b for key in ("script", "bash", "pwsh", "powershell") if (b := step.get(key)) is not None), None)
        task = step.string("task") or step.string("template")
        if body is None and task is not None:
            body = step.get("inputs", "script") or step.get("inputs", "inlineScript")
            task_name, _, version = task.partition("@")
            uses.append(ActionUse(task_name, version or None, step.location, "task", name, tuple(texts(step.get("inputs")).items())))
        run, line = (body.text, body.content_line) if body is not None else (None, 0)
        inputs, directory = texts(step.get("inputs")), step.string("workingDirectory")
        steps.append(
            PipelineStep(step.location, step.string("displayName"), task, inputs, run, line, working_directory=directory, node=step)
        )
    environment = node.get("environment")
    return Job(
        name,
        node.location,
        node.string("displayName"),
        node.strings("dependsOn"),
        tuple(texts(node.get("pool")).values()),
        node.string("timeoutInMinutes"),
        environment=(environment.text or environment.string("name")) if environment is not None else None,
        environment_location=environment.location if environment is not None else None,
        steps=tuple(steps),
        condition=node.string("condition"),
        node=node,
        commands=tuple(c for step in steps for c in step_commands(step, name, source.targets)),
        uses_all=tuple(uses),
    )


def read_bitbucket(path: str, source: Source) -> Pipeline:
    """The view of bitbucket-pipelines.yml: default runs for every push, which pull requests show."""
    root, problem = root_of(path, source)
    if root is None:
        return Pipeline(path, "bitbucket", problem=problem)
    pipelines = root.get("pipelines")
    sections = dict(pipelines.items()) if pipelines is not None else {}
    triggers = ["push"] if "default" in sections or "branches" in sections else []
    if "default" in sections or "pull-requests" in sections:
        triggers.append("pull_request")
    jobs: list[Job] = []
    for section, node in sections.items():
        for step in (part.get("step") for part in node.walk() if part.kind == "mapping" and part.get("step") is not None):
            if step is not None:
                jobs.append(_bitbucket_job(step, section, len(jobs), source))
    return Pipeline(path, "bitbucket", None, tuple(triggers), jobs=tuple(jobs), node=root, problem=problem)


def _bitbucket_job(step: YamlNode, section: str, number: int, source: Source) -> Job:
    name = step.string("name") or f"step-{number + 1}"
    script = step.get("script")
    job = script_job(name, step.location, scalars(script), source, step)
    pipes = [item for item in script or () if item.kind == "mapping" and item.string("pipe") is not None]
    uses = []
    for item in pipes:
        pipe, _, version = (item.string("pipe") or "").partition(":")
        uses.append(ActionUse(pipe, version or None, item.location, "pipe", name, tuple(texts(item.get("variables")).items())))
    return Job(name, step.location, name, environment=step.string("deployment"), steps=job.steps, node=step, commands=job.commands,
               manual=step.string("trigger") == "manual", on_pull_request=section in ("default", "pull-requests"),
               on_default_branch=section in ("default", "branches"), uses_all=tuple(uses))  # fmt: skip
