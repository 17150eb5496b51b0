"""Reading CircleCI configurations: jobs, commands, orbs, and which branches workflows are limited to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.workflows.branches import holds_default
from prodify.inventory.workflows.github import step_commands, texts
from prodify.inventory.workflows.model import ActionUse, Job, Pipeline, PipelineStep
from prodify.inventory.yamlview import documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.workflows.github import Source
    from prodify.inventory.yamlview import YamlNode

MAX_STEPS = 500
"""Steps of a job with its commands written out."""


def read_circleci(path: str, source: Source) -> Pipeline:
    """The view of .circleci/config.yml."""
    docs = documents(source.files, path)
    problem = next((doc.problem for doc in docs if doc.problem is not None), None)
    root = docs[0].root if docs else None
    if root is None or root.kind != "mapping":
        return Pipeline(path, "circleci", problem=problem or "no pipeline: it holds no mapping")
    orbs = texts(root.get("orbs"))
    placed = dict(_placements(root))
    bodies = (root.get("jobs") or root).items()
    jobs = [_job(name, node, placed.get(name), root, source) for name, node in bodies if node.get("steps") is not None]
    for name, node in placed.items():
        orb, slash, _ = name.partition("/")
        if slash and orb in orbs:
            orb_name, _, version = orbs[orb].partition("@")
            use = ActionUse(f"{orb_name}/{name.partition('/')[2]}", version or None, node.location, "orb", name)
            jobs.append(Job(name, node.location, uses=name, needs=node.strings("requires"), node=node, uses_all=(use,)))
    open_jobs = [job for job in jobs if job.on_pull_request is not False]
    triggers = ("push", "pull_request") if open_jobs or not jobs else ("push",)
    return Pipeline(path, "circleci", None, triggers, jobs=tuple(jobs), node=root, problem=problem)


def _placements(root: YamlNode) -> Iterator[tuple[str, YamlNode]]:
    """Names of jobs in workflows with the mapping that says when they run."""
    workflows = root.get("workflows")
    for _, workflow in workflows.items() if workflows is not None else ():
        for item in workflow.get("jobs") or ():
            if item.kind == "scalar":
                yield item.text, item
            else:
                yield from item.items()


def _job(name: str, node: YamlNode, placement: YamlNode | None, root: YamlNode, source: Source) -> Job:
    steps = tuple(_steps(node.get("steps"), root, [MAX_STEPS]))
    only = placement.get("filters", "branches", "only") if placement is not None else None
    ignored = placement.strings("filters", "branches", "ignore") if placement is not None else ()
    patterns = [*([only.text] if only is not None and only.kind == "scalar" else [n.text for n in only or ()]), *(f"!{n}" for n in ignored)]
    return Job(
        name,
        node.location,
        name,
        placement.strings("requires") if placement is not None else (),
        tuple(image.text or (image.string("image") or "") for image in node.get("docker") or ()),
        steps=steps,
        env=texts(node.get("environment")),
        manual=placement is not None and placement.string("type") == "approval",
        on_pull_request=False if only is not None else None,
        on_default_branch=holds_default(patterns) if patterns else None,
        node=node,
        commands=tuple(c for step in steps for c in step_commands(step, name, source.targets)),
        uses_all=tuple(_orb_uses(steps, name, texts(root.get("orbs")))),
    )


def _steps(nodes: YamlNode | None, root: YamlNode, budget: list[int]) -> Iterator[PipelineStep]:
    """Steps with the configuration's own commands written out; `budget` counts down over all of them."""
    for node in nodes or ():
        budget[0] -= 1
        if budget[0] < 0:
            return
        if node.kind == "scalar":
            command = root.get("commands", node.text)
            if command is not None:
                yield from _steps(command.get("steps"), root, budget)
            else:
                yield PipelineStep(node.location, uses=node.text, node=node)
            continue
        for key, body in node.items():
            if key == "run":
                text = body if body.kind == "scalar" else body.get("command")
                if text is not None:
                    yield PipelineStep(node.location, body.string("name"), run=text.text, run_line=text.content_line, node=body,
                                       working_directory=body.string("working_directory"))  # fmt: skip
            elif key in ("when", "unless"):
                yield from _steps(body.get("steps"), root, budget)
            elif root.get("commands", key) is not None:
                yield from _steps(root.get("commands", key, "steps"), root, budget)
            else:
                yield PipelineStep(node.location, uses=key, with_=texts(body), node=body)


def _orb_uses(steps: tuple[PipelineStep, ...], job: str, orbs: dict[str, str]) -> Iterator[ActionUse]:
    for step in steps:
        orb, slash, command = (step.uses or "").partition("/")
        if slash and orb in orbs:
            name, _, version = orbs[orb].partition("@")
            yield ActionUse(f"{name}/{command}", version or None, step.location, "orb", job, tuple(step.with_.items()))
