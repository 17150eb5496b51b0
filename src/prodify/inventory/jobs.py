"""What background workers do: the functions that Celery knows as tasks, and those that are put into a queue of RQ."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.lazydata import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Call, Function
    from prodify.inventory.pymodule import PyModule

_CELERY = ("*.task", "*.shared_task", "*.periodic_task")
_OTHERS = (
    "prefect.", "airflow.", "invoke.", "huey.", "locust.", "fabric.", "taskiq.", "procrastinate.", "crewai.", "luigi.", "django.tasks.",
)  # fmt: skip
"""Libraries whose decorators are called `task` as well."""
_RQ = ("rq.decorators.job", "rq.job", "django_rq.job", "*.rq.job")
_ENQUEUE = {"enqueue": 0, "enqueue_call": 0, "enqueue_at": 1, "enqueue_in": 1}
"""Methods of RQ's queue, and where the function stands among their arguments."""
_DOTTED = re.compile(r"[A-Za-z_][\w.]*")


@dataclass(frozen=True, slots=True)
class Job:
    """A function that a worker does. `path` is its file, `stated` the name that its decorator gives it, else empty.

    `bound`: whether its first parameter is the task itself.
    """

    function: str
    path: str
    line: int
    stated: str = ""
    bound: bool = False


def celery_tasks(repo: Inventory) -> tuple[Job, ...]:
    """Functions that are declared as tasks by a decorator, by place; a name that is computed leaves the task out."""
    return tuple(job for function in repo.python.functions(*_CELERY) if (job := _task(function)) is not None)


def _task(function: Function) -> Job | None:
    decorator = next((d for d in function.decorators if d.name.rpartition(".")[2] in ("task", "shared_task", "periodic_task")), None)
    if decorator is None or function.cls is not None or function.is_async or decorator.name.startswith(_OTHERS):
        return None
    named, bound = decorator.arg("name"), decorator.arg("bind")
    if decorator.has_star or (named is not None and not isinstance(named.value, str)):
        return None
    name = str(named.value) if named is not None else ""
    return Job(function.name, function.location.path, function.location.line or 1, name, bound is not None and bound.value is True)


def rq_jobs(repo: Inventory) -> tuple[Job, ...]:
    """Functions that carry RQ's decorator, or that the code puts into a queue by their own name or a dotted one; by place."""
    found = {(f.location.path, f.name): _job(f) for f in repo.python.functions(*_RQ) if f.cls is None and not f.is_async}
    for call in repo.python.calls(*(f"*.{name}" for name in _ENQUEUE)):
        for path, name in _enqueued(repo, call):
            module = repo.python.module(path)
            own = [f for f in module.functions if f.name == name and f.cls is None and not f.is_async] if module is not None else []
            if len(own) == 1:
                found[path, name] = _job(own[0])
    return tuple(found[key] for key in sorted(found))


def _job(function: Function) -> Job:
    return Job(function.name, function.location.path, function.location.line or 1)


def _enqueued(repo: Inventory, call: Call) -> Iterator[tuple[str, str]]:
    """File and name of the function that a call puts into a queue, where the code says it plainly."""
    argument = call.arg("func") or call.arg("f", _ENQUEUE[call.name.rpartition(".")[2]])
    module = repo.python.module(call.location.path)
    if argument is None or module is None:
        return
    if isinstance(argument.value, str):
        dotted = argument.value
    else:
        dotted = argument.text if _DOTTED.fullmatch(argument.text) else ""
        if "." not in dotted and dotted and dotted not in module.imports:
            yield call.location.path, dotted
            return
        dotted = _resolved(module, dotted)
    home, dot, name = dotted.rpartition(".")
    if dot and home and name.isidentifier():
        yield from ((path, name) for path in _files(repo, home))


def _resolved(module: PyModule, dotted: str) -> str:
    return module.resolve(dotted) if dotted else ""


def _files(repo: Inventory, module: str) -> Iterator[str]:
    """The only file that a dotted module can be."""
    base = module.strip(".").replace(".", "/")
    found = [path for end in (f"{base}.py", f"{base}/__init__.py") for path in repo.files.select(end.rpartition("/")[2]) if _is(path, end)]
    if len(found) == 1:
        yield found[0]


def _is(path: str, end: str) -> bool:
    return path == end or path.endswith(f"/{end}")
