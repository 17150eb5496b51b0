"""The recipe `worker`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Edit, File, Inventory, Profile, Review, Step, recipe
from prodify.escape import Code, python_list
from prodify.recipes.observability.task_telemetry import TaskTelemetry, bounds, task_telemetry, telemetry_of
from prodify.recipes.observability.telemetry import telemetry
from prodify.recipes.scaling.worker_manifests import stop_seconds
from prodify.recipes.scaling.workers import ALIVE_FILE, SPARE_SECONDS, STARTER, Worker, worker_of
from prodify.recipes.shared.tasks import RUN_BOUNDARIES, wait_boundaries
from prodify.render import render

_PURPOSES = {
    "rq": ", the program that hands jobs to RQ's worker",
    "list": " so that it finishes what it has taken from its queue before it stops, and tells how it is",
    "loop": " so that it stops in good order",
}


@dataclass(frozen=True, slots=True)
class CeleryContext:
    """What `scaling/run_worker_celery.py` names; limits in seconds."""

    name: str
    scheduler_usage: str
    schedules: bool
    measured: bool
    telemetry_import: Code
    worker_telemetry_import: Code
    app_import: Code
    alive_file: str
    concurrency: int
    soft_limit: int
    hard_limit: int
    broker: str
    visibility: int


@dataclass(frozen=True, slots=True)
class ProgramContext:
    """What `scaling/run_worker_program.py` names; bounds in seconds. `command` is what RQ's own program is given, with its address from
    the variable `address`, where no program of the repository makes the worker."""

    name: str
    program: str
    purpose: str
    command: Code
    address: str
    framework: str
    beats: bool
    finishes: str
    patience: int
    spare: int
    measured: bool
    telemetry_import: Code
    package: str
    alive_file: str
    queues: Code
    wait_bounds: Code
    run_bounds: Code


@recipe(step=Step.SCALING, fixes=("shutdown-is-graceful",), after=("telemetry", "task-telemetry"), review=Review.CAREFUL)
def worker(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """What starts a background worker in production: limits for tasks, none lost when it stops, a sign of life, telemetry of every task.

    For Celery, RQ and programs of one's own, alone or beside a web service. What your code sets for Celery itself stays in force.
    """
    found = worker_of(repo, profile)
    if found is None:
        return
    measured = telemetry_of(repo, found)
    # What the starter imports comes with it, whichever recipe is asked for.
    if measured is not None:
        if not measured.base:
            yield from _changes(telemetry.run(repo, profile))
        yield from _changes(task_telemetry.run(repo, profile))
    if found.framework == "celery":
        text = render("scaling/run_worker_celery.py", _celery(profile, found, measured))
    else:
        text = render("scaling/run_worker_program.py", _program(profile, found, measured))
    yield File(found.image.path(STARTER), text)


def _changes(wishes: Iterator[object]) -> Iterator[File | Edit]:
    return (wish for wish in wishes if isinstance(wish, File | Edit))


def _celery(profile: Profile, found: Worker, measured: TaskTelemetry | None) -> CeleryContext:
    module, _, variable = found.application.partition(":")
    tasks = profile.tasks
    return CeleryContext(
        name=found.name,
        scheduler_usage=f" `python {STARTER} beat` starts what plans tasks by the clock." if found.schedules else "",
        schedules=found.schedules,
        measured=measured is not None,
        telemetry_import=measured.base_import if measured else Code(""),
        worker_telemetry_import=measured.module_import if measured else Code(""),
        app_import=Code(f"from {module} import {variable}" + ("" if variable == "app" else " as app")),
        alive_file=ALIVE_FILE,
        concurrency=tasks.concurrency,
        soft_limit=tasks.soft_limit_seconds,
        hard_limit=tasks.limit_seconds,
        broker=found.broker,
        # Twice the longest task, and at least the hour that Celery's own default is.
        visibility=max(3600, 2 * tasks.limit_seconds),
    )


def _program(profile: Profile, found: Worker, measured: TaskTelemetry | None) -> ProgramContext:
    directory = "" if found.image.directory == "." else f"{found.image.directory}/"
    command = found.command
    queues = [name.removeprefix("rq:queue:") for name in found.queues]
    return ProgramContext(
        name=found.name,
        program=found.source.removeprefix(directory) if command is None else command.entry,
        purpose=_PURPOSES[found.framework] if command is None else f", as {command.location.path} says",
        command=Code("") if command is None else python_list(["worker", *command.options, *queues]),
        address="" if command is None else found.variable,
        framework=found.framework,
        beats=found.beats,
        finishes=found.finishes,
        patience=stop_seconds(found, profile) - SPARE_SECONDS,
        spare=SPARE_SECONDS,
        measured=measured is not None,
        telemetry_import=measured.base_import if measured else Code(""),
        package=found.names.package,
        alive_file=ALIVE_FILE,
        queues=Code("(" + ", ".join(json.dumps(name) for name in found.queues) + ("," if len(found.queues) == 1 else "") + ")"),
        wait_bounds=bounds(wait_boundaries(profile)),
        run_bounds=bounds(RUN_BOUNDARIES),
    )
