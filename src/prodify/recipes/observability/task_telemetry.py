"""Recipe: traces, metrics and logs of background tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify import edits
from prodify.api import Edit, File, Inventory, Profile, Review, Step, recipe
from prodify.data import requirements
from prodify.escape import Code, code
from prodify.recipes.observability.telemetry import (
    AGENTS,
    MODULE,
    NO_CALL,
    SDK,
    STRUCTURED,
    TelemetryContext,
    covers,
    library_instrumentors,
)  # fmt: skip
from prodify.recipes.observability.webapp import stands_for, web_app
from prodify.recipes.scaling.workers import Worker, worker_of
from prodify.recipes.shared.burn import number
from prodify.recipes.shared.packages import can_list, listed
from prodify.recipes.shared.tasks import RUN_BOUNDARIES, wait_boundaries
from prodify.render import render

if TYPE_CHECKING:
    from prodify.recipes.observability.telemetry import Instrumentor

TASK_MODULE = "worker_telemetry"
_OURS = (f"{MODULE}.py", f"{TASK_MODULE}.py", "health.py", "run_worker.py")
_BASE = r"RESOURCE = _resource"
_OWN = r"def set_up"


@dataclass(frozen=True, slots=True)
class WorkerTelemetryContext:
    """What `observability/worker_telemetry.py` names; bounds in seconds."""

    package: str
    broker: str
    django: bool
    telemetry_import: Code
    start_seconds: int
    wait_bounds: Code
    run_bounds: Code


@dataclass(frozen=True, slots=True)
class TaskTelemetry:
    """Where the modules of a worker's telemetry stand and how they are imported.

    `base` is the path of the module that sends things off, empty where the web application's own (recipe telemetry) does that too.
    `module` is the path of what measures Celery's tasks, empty for other workers.
    """

    base: str
    base_import: Code
    module: str
    module_import: Code
    django: bool


@recipe(step=Step.OBSERVABILITY, fixes=("traces-are-exported", "logs-are-structured"), after=("telemetry",), review=Review.CAREFUL)
def task_telemetry(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """Telemetry of a background worker: how long tasks wait and run, how many fail, how many wait; one trace from sender to task.

    Celery's application is wired by one line, which holds for the web service that sends the tasks too. Nothing is written where
    another agent measures already.
    """
    worker = worker_of(repo, profile)
    found = telemetry_of(repo, worker) if worker is not None else None
    if worker is None or found is None:
        return
    pins = _packages(repo, base=bool(found.base), celery=bool(found.module))
    listing = listed(repo, worker.image.directory, pins, "the telemetry libraries") if pins else None
    if listing is not None:
        yield listing
    if pins and not can_list(repo, worker.image.directory, pins):
        return
    if found.base:
        yield File(found.base, render("observability/telemetry.py", _base_context(repo, worker, library_instrumentors(repo))))
    if found.module:
        yield File(found.module, render("observability/worker_telemetry.py", _context(profile, worker, found)))
        variable = worker.application.partition(":")[2]
        wiring = edits.python.insert_after_app(variable, found.module_import, f"{TASK_MODULE}.instrument({variable})")
        yield Edit(worker.source, wiring, why="traces and measures every task, from whoever sends it to its end")


def _packages(repo: Inventory, *, base: bool, celery: bool) -> tuple[str, ...]:
    """What the modules import, pinned."""
    distributions = [item.distribution for item in library_instrumentors(repo)] if base else []
    distributions += ["opentelemetry-instrumentation-celery"] if celery else []
    return requirements(*(SDK if base or celery else ()), *sorted(distributions))


def telemetry_of(repo: Inventory, worker: Worker) -> TaskTelemetry | None:
    """Where a worker's telemetry goes; None where an agent or the code itself measures already, or a file is in the way."""
    if repo.uses(*AGENTS) is not None:
        return None
    app = web_app(repo) if worker.beside else None
    folder = worker.source.rpartition("/")[0]
    package = worker.application.partition(":")[0].rpartition(".")[0] if worker.framework == "celery" else ""
    prefix = f"{folder}/" if folder else ""
    base, imported = f"{prefix}{MODULE}.py", _import(package, MODULE)
    if app is not None and covers(repo):
        base, imported = "", app.import_line(MODULE)
    elif any(note.location.path.rpartition("/")[2] not in _OURS for note in repo.python.imports("opentelemetry.sdk")):
        return None
    module = f"{prefix}{TASK_MODULE}.py" if worker.framework == "celery" else ""
    if (base and not stands_for(repo, base, _BASE)) or (module and not stands_for(repo, module, _OWN)):
        return None
    django = app is not None and app.framework == "django" and not base
    return TaskTelemetry(base, Code(imported), module, Code(_import(package, TASK_MODULE)), django)


def reporting_worker(repo: Inventory, profile: Profile) -> Worker | None:
    """The worker whose metrics the generated modules send, now or once they are applied."""
    worker = worker_of(repo, profile)
    return worker if worker is not None and telemetry_of(repo, worker) is not None else None


def _import(package: str, module: str) -> str:
    return f"from {package} import {module}" if package else f"import {module}"


def _base_context(repo: Inventory, worker: Worker, used: Sequence[Instrumentor]) -> TelemetryContext:
    return TelemetryContext(
        service=worker.name,
        package=worker.names.package,
        framework="worker",
        asgi=False,
        imports=code((f"from {item.module} import {item.name}" for item in sorted(used, key=lambda item: item.module)), "\n"),
        calls=code((f"{item.name}().instrument({item.arguments})" for item in used), "\n    ") or NO_CALL,
        hides_queries=any("_hide_query" in item.arguments for item in used),
        hides_queries_async=any("_hide_query_async" in item.arguments for item in used),
        boundaries=Code(""),
        probes="",
        health_path="",
        ready_path="",
        exports_traces=repo.uses("sentry-sdk") is None,
        json_logs=repo.uses(*STRUCTURED) is None,
    )


def _context(profile: Profile, worker: Worker, found: TaskTelemetry) -> WorkerTelemetryContext:
    return WorkerTelemetryContext(
        package=worker.names.package,
        broker=worker.broker,
        django=found.django,
        telemetry_import=found.base_import,
        start_seconds=profile.tasks.start_seconds,
        wait_bounds=bounds(wait_boundaries(profile)),
        run_bounds=bounds(RUN_BOUNDARIES),
    )


def bounds(values: tuple[float, ...]) -> Code:
    """A list of numbers in Python."""
    return Code("[" + ", ".join(number(value) for value in values) + "]")
