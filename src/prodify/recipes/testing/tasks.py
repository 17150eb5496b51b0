"""Which tasks of a background worker a test can do, and with which arguments; read by the recipe `unit`."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.escape import Code, code
from prodify.inventory.facts import Role
from prodify.inventory.jobs import celery_tasks, rq_jobs
from prodify.recipes.ci.planned import GENERATED
from prodify.recipes.scaling.workers import STARTER, worker_of
from prodify.recipes.testing.routes import function_at, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.jobs import Job
    from prodify.profile import Profile
    from prodify.recipes.scaling.workers import Worker
    from prodify.recipes.testing.routes import Handler

_SAMPLES = {"int": "1", "float": "1.5", "bool": "True", "str": '"sample"', "list": "[]", "dict": "{}", "tuple": "[]", "set": "[]"}
_NUMBERS = re.compile(r"(^|_)(id|ids|pk|n|x|y|a|b|i|num|number|count|size|limit|page|seconds|minutes|hours|days|delay|amount|total|year)$")
_TYPE = re.compile(r"[\w.]+")


@dataclass(frozen=True, slots=True)
class TasksContext:
    """What `testing/tasks_test.py` names; `module` and `attribute` are the Celery application's, empty for RQ."""

    framework: str
    module: str
    attribute: str
    starter: str
    tasks: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class WorkerTests:
    """What can be tested of a worker: `module` is what has to be imported first, `attribute` the application in it or empty.

    `names` are those under which the tasks wait.
    """

    worker: Worker
    module: str
    attribute: str
    tasks: tuple[Code, ...]
    names: tuple[str, ...]

    @property
    def context(self) -> TasksContext:
        """For the template."""
        celery = self.worker.framework == "celery"
        return TasksContext(self.worker.framework, self.module if celery else "", self.attribute, STARTER, self.tasks)


def tasks_to_test(repo: Inventory, profile: Profile) -> WorkerTests | None:
    """The tasks of the worker that recipes write for; None where there is none, or its code names no task plainly."""
    worker = worker_of(repo, profile)
    if worker is None or worker.framework not in ("celery", "rq"):
        return None
    if worker.framework == "celery":
        module, _, attribute = worker.application.partition(":")
        found = [(job, _case(repo, worker, job)) for job in celery_tasks(repo) if _is_own(repo, worker, job)]
    else:
        own = [job for job in rq_jobs(repo) if _is_own(repo, worker, job) and _can_be_imported(repo, worker, job)]
        found = [(job, _case(repo, worker, job)) for job in own]
        module, attribute = (_module(worker, found[0][0].path) if found else ""), ""
    cases = {case: job.stated or f"{_module(worker, job.path)}.{job.function}" for job, case in found if case is not None}
    return WorkerTests(worker, module, attribute, tuple(sorted(cases)), tuple(sorted(set(cases.values())))) if cases else None


def _is_own(repo: Inventory, worker: Worker, job: Job) -> bool:
    entry = repo.files.entries.get(job.path)
    inside = job.path.startswith(worker.image.path("")) and job.path.rpartition("/")[2] not in GENERATED
    return entry is not None and entry.role is Role.PRODUCTION and inside


def _can_be_imported(repo: Inventory, worker: Worker, job: Job) -> bool:
    """Whether importing the job's file does not start the worker itself."""
    return job.path != worker.source or "__main__" in (repo.files.text(job.path) or "")


def _module(worker: Worker, path: str) -> str:
    """The dotted name under which a file of the component is imported."""
    name = path.removeprefix(worker.image.path("")).removeprefix("src/").removesuffix(".py").removesuffix("/__init__")
    return name.replace("/", ".")


def _case(repo: Inventory, worker: Worker, job: Job) -> Code | None:
    """One task with sample arguments, as Python source; None where its file cannot be imported by a name or has no such function."""
    module = _module(worker, job.path)
    handler = function_at(repo.files.text(job.path), job.function, job.line, job.line)
    if handler is None:
        handler = function_at(repo.files.text(job.path), job.function, job.line)
    if handler is None or not all(part.isidentifier() for part in module.split(".")):
        return None
    arguments = code((f"{quoted(name)}: {value}" for name, value in _arguments(handler, bound=job.bound)), ", ")
    name = job.stated or f"{module}.{job.function}"
    return Code(f"Task({quoted(name)}, {quoted(module)}, {quoted(job.function)}, {{{arguments}}})")


def _arguments(handler: Handler, *, bound: bool) -> Iterator[tuple[str, str]]:
    """Name and sample of each parameter that has no default; the task itself, which `bind=True` hands in, is left out."""
    given = handler.args
    positional = [*given.posonlyargs, *given.args][1 if bound else 0 :]
    needed = positional[: len(positional) - len(given.defaults)] if len(given.defaults) <= len(positional) else []
    needed += [a for a, default in zip(given.kwonlyargs, given.kw_defaults, strict=True) if default is None]
    return ((argument.arg, _sample(argument)) for argument in needed)


def _sample(argument: ast.arg) -> str:
    """A plausible value: of the stated type, else of what such a name usually holds.

    >>> [_sample(a) for a in ast.parse("def f(number, mail, ids: list[int], at: str, x: str | None): ...").body[0].args.args]
    ['1', '"sample"', '[]', '"sample"', '"sample"']
    """
    if argument.annotation is None:
        return "1" if _NUMBERS.search(argument.arg) else '"sample"'
    stated = _TYPE.match(ast.unparse(argument.annotation).removeprefix("Optional[").removeprefix("typing."))
    return _SAMPLES.get((stated[0] if stated else "").rpartition(".")[2].lower(), '"sample"')
