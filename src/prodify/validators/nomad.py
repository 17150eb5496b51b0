"""Nomad jobs: what an agent refuses, or takes and then waits for in vain, and the parser of HCL does not know.

A rule of ours: unknown keys and functions, variables that nobody declares, ports without a label, times that do not fit each other, images
that a release could not pin, settings that are given twice. Where the program `nomad` is, `nomad job validate` says the first of these too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.validators.base import Job, Problem, Validator
from prodify.validators.nomad_schema import ATTRIBUTES, BLOCKS, FREE, FUNCTIONS, TOP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.inventory.terraform import TerraformBlock
    from prodify.validators.sources import Sources

Fault = tuple["TerraformBlock", str]
JOB = re.compile(r'^job\s+"[^"\n]*"\s*\{', re.MULTILINE)
_USED = re.compile(r"\b(var|local)\.(\w+)")
_CALL = re.compile(r"(?<![\w.{-])([a-z_][a-z0-9_]*)\(")
_TEXT = re.compile(r'"(?:[^"\\$]|\\.|\$\$\{|\$(?!\{))*"|<<-?(\w+)\n.*?\n\s*\1\b', re.DOTALL)
"""Text without an expression in it; a here-document is text for Nomad's templates."""
_DURATION = re.compile(r'"(?:\d+(?:\.\d+)?(?:ms|s|m|h))+"')
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_TIMES = frozenset(
    "kill_timeout shutdown_delay min_healthy_time healthy_deadline progress_deadline interval timeout delay max_delay grace splay".split()
)
_GIVEN = re.compile(r"^\s*([A-Za-z_]\w*)=", re.MULTILINE)
_IN_COMMENT = re.compile(r"^\s*#\s*([A-Za-z_]\w*)\s*=", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Task:
    """The settings that a task gets: names with the line that states each, those of its templates, and those that a comment names."""

    given: dict[str, int]
    secret: set[str]
    mentioned: set[str]


def select(sources: Sources) -> Sequence[str]:
    """Return the files that hold a job."""
    return [path for path in sources.matching("*.nomad", "*.nomad.hcl", "*.hcl") if JOB.search(sources.texts[path])]


def run(job: Job) -> Iterator[Problem]:
    """Yield the faults of every job; what does not parse is left to the validator hcl."""
    from prodify.inventory.terraform import read_blocks

    for path in job.files:
        blocks = read_blocks(path, job.sources.texts[path])
        if not any(block.problem for block in blocks):
            for block, message in faults(blocks):
                yield Problem(path, block.location.line, f"{block.note}: {message}")


def faults(blocks: Sequence[TerraformBlock]) -> Iterator[Fault]:
    """Yield every fault of one file with the block that has it."""
    for block in blocks:
        if block.type not in TOP:
            yield block, "Nomad knows no such block"
        yield from _unknown(block)
    yield from _undeclared(blocks)
    open_variables = {b.kind for b in blocks if b.type == "variable" and "default" not in b.attributes}
    for found in (block for block in blocks if block.type == "job"):
        for group in (inner for inner in found.blocks if inner.type == "group"):
            yield from _ports(group)
            yield from _counts(group)
            yield from _times(group)
            for task in (inner for inner in group.blocks if inner.type == "task"):
                yield from _image(task, open_variables)
                yield from _settings(task)


def _unknown(block: TerraformBlock) -> Iterator[Fault]:
    if block.type in FREE or block.type not in ATTRIBUTES:
        return
    for name in block.attributes:
        if name not in ATTRIBUTES[block.type] and name not in FREE:
            yield block, f"Nomad knows no {name} there"
    for inner in block.blocks:
        if inner.type not in BLOCKS[block.type]:
            yield inner, f"Nomad knows no such block in {block.type}"
        yield from _unknown(inner)


def _undeclared(blocks: Sequence[TerraformBlock]) -> Iterator[Fault]:
    declared = {("var", block.kind) for block in blocks if block.type == "variable"}
    declared |= {("local", name) for block in blocks if block.type == "locals" for name in block.attributes}
    for block in (inner for outer in blocks for inner in outer.walk()):
        for key, text in block.attributes.items():
            for kind, name in _USED.findall(text):
                if (kind, name) not in declared:
                    yield block, f"{kind}.{name} is declared nowhere in this file"
            for name in _CALL.findall(_TEXT.sub('""', text)):
                # A type such as list(string) is written like a call.
                if name not in FUNCTIONS and key != "type":
                    yield block, f"Nomad has no function {name}"


def _ports(group: TerraformBlock) -> Iterator[Fault]:
    labels = {port.kind for network in group.blocks if network.type == "network" for port in network.blocks if port.type == "port"}
    for block in group.walk():
        named = {"service": "port", "check": "port", "config": "ports"}.get(block.type, "")
        for label in re.findall(r'"([^"]*)"', block.attributes.get(named, "")):
            if label not in labels and not label.isdigit():
                yield block, f'the port "{label}" has no label in the network of the group {group.name}'
        if block.type == "service":
            yield from _checks(block)


def _checks(service: TerraformBlock) -> Iterator[Fault]:
    for check in (inner for inner in service.blocks if inner.type == "check"):
        kind = check.string("type")
        if service.string("provider") == "nomad" and kind not in ("http", "tcp"):
            yield check, f"Nomad's own services are asked over http or tcp, not {kind or 'without a type'}"
        if kind == "http" and "path" not in check.attributes:
            yield check, "an http check needs a path"
        for name in ("interval", "timeout"):
            if (seconds(check.attributes.get(name, "")) or 0) < 1:
                yield check, f"{name} is needed, and at least one second"


def seconds(text: str) -> float | None:
    """Return a duration in seconds, None where it is none.

    >>> seconds('"1m30s"'), seconds('"40"')
    (90.0, None)
    """
    if not _DURATION.fullmatch(text):
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(text))


def _times(group: TerraformBlock) -> Iterator[Fault]:
    for block in group.walk():
        if block.type in FREE:
            continue
        for name in sorted(_TIMES & set(block.attributes)):
            text = block.attributes[name]
            if text.startswith('"') and "${" not in text and seconds(text) is None:
                yield block, f"{name} {text} is no time such as 40s or 5m"
        if block.type == "update":
            steps = [seconds(block.attributes.get(name, "")) for name in ("min_healthy_time", "healthy_deadline", "progress_deadline")]
            known = [step for step in steps if step is not None]
            if known != sorted(set(known)):
                yield block, "min_healthy_time, healthy_deadline and progress_deadline have to be longer one after the other"


def _counts(group: TerraformBlock) -> Iterator[Fault]:
    scaling = group.block("scaling")
    count, low, high = (
        numbers(text)
        for text in (group.attributes.get("count", ""), *(scaling.attributes.get(k, "") if scaling else "" for k in ("min", "max")))
    )
    for least, number, most in zip(low, count, high, strict=False):
        if not least <= number <= most:
            yield group, f"count {number} is not within {least} and {most} of its scaling"
    update = group.block("update")
    if update is not None and "auto_promote" in update.attributes and (update.string("canary") or "0") == "0":
        yield update, "auto_promote promotes canaries, and there are none"


def numbers(text: str) -> list[int]:
    """Return the number that an attribute can be, or the two of a condition.

    >>> numbers("3"), numbers("local.production ? 2 : 1")
    ([3], [2, 1])
    """
    found = re.fullmatch(r"(?:[^?]*\?\s*)?(\d+)(?:\s*:\s*(\d+))?", text.strip())
    return [int(number) for number in found.groups() if number is not None] if found else []


def _image(task: TerraformBlock, open_variables: set[str]) -> Iterator[Fault]:
    config = task.block("config")
    if task.string("driver") not in ("docker", "podman") or config is None:
        return
    image = config.attributes.get("image", "")
    named = re.fullmatch(r"var\.(\w+)", image)
    if not (named and named[1] in open_variables) and not re.search(r'@sha256:[0-9a-f]{64}"$', image):
        yield config, "the image is neither named by its digest nor a variable without a default, so that nobody knows what runs"


def _settings(task: TerraformBlock) -> Iterator[Fault]:
    given = {name for env in task.blocks if env.type == "env" for name in env.attributes}
    destinations = []
    for template in (inner for inner in task.blocks if inner.type == "template"):
        destinations.append(template.string("destination"))
        if destinations[-1] is None and '"' not in template.attributes.get("destination", ""):
            yield template, "a template needs a destination"
        if template.string("env") == "true":
            names = _GIVEN.findall(template.attributes.get("data", ""))
            for name in sorted({name for name in names if name in given or names.count(name) > 1}):
                yield template, f"{name} is set twice in the task {task.name}"
            given |= set(names)
    for name in sorted({place for place in destinations if place and destinations.count(place) > 1}):
        yield task, f"two templates write to {name}"


def tasks(path: str, text: str, job: str) -> Iterator[Task]:
    """Yield the tasks of a job by the settings that they get."""
    from prodify.inventory.terraform import read_blocks

    groups = [group for block in read_blocks(path, text) if block.type == "job" and block.kind == job for group in block.blocks]
    found = [task for group in groups if group.type == "group" for task in group.blocks if task.type == "task"]
    if not found:
        return
    starts = [task.location.line or 1 for task in found]
    for task, start, end in zip(found, starts, [*starts[1:], text.count("\n") + 2], strict=True):
        given: dict[str, int] = {}
        secret, mentioned = set(), set(_IN_COMMENT.findall("\n".join(text.splitlines()[start - 1 : end - 1])))
        for block in task.blocks:
            if block.type == "env":
                given |= {name: block.attribute_locations[name].line or start for name in block.attributes}
                # Which environment it is may be told to every task, whether or not one asks.
                mentioned |= {name for name, value in block.attributes.items() if value == "var.environment"}
            elif block.type == "template" and block.string("env") == "true":
                names = _GIVEN.findall(block.attributes.get("data", ""))
                secret |= set(names)
                given |= dict.fromkeys(names, block.location.line or start)
        yield Task({name: line for name, line in given.items() if name not in mentioned}, secret, mentioned)


VALIDATORS = (
    Validator(name="nomad-jobs", title="Nomad jobs: known keys, ports, variables, times, images by digest", select=select, run=run),
)
