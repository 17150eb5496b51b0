# Written by prodify (recipe unit); yours to edit, upgrades merge.
"""What every background task does today, so that a change that alters it by accident is noticed.

Certain from the code, and tested from the first run: each task can be found by the name under which it waits in the queue. Then each is
done here and now, without a worker: no queue, no network, no database of yours; it may change no file outside a folder of the test and
start no program. What came of it is known once it was recorded: `RECORD=1 pytest tests/characterisation` writes baseline-tasks.json;
look it through, commit it, and from then on every difference fails. Until then a task that fails is reported as an expected failure
with its reason (`pytest -rx` lists them): perhaps it only wants better arguments than the samples below.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

#% if framework == "celery"
ROOT = Path(__file__).resolve().parents[2]
#% endif
BASELINE = Path(__file__).with_name("baseline-tasks.json")
RECORD = os.environ.get("RECORD") == "1"
# The longest that one task may take here.
SECONDS = 10


@dataclass(frozen=True)
class Task:
    """A task: its name in the queue, the module and function that do it, and the arguments that it is given here."""

    name: str
    module: str
    function: str
    arguments: dict[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return self.name


TASKS = [
#% for task in tasks
    {= task =},
#% endfor
]


@pytest.fixture(scope="session")
def recorded() -> dict[str, dict[str, object]]:
    """What came of each task on record; empty as long as nothing is."""
    if RECORD:
        BASELINE.unlink(missing_ok=True)
    return json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.exists() else {}


#% if framework == "celery"
@pytest.fixture(scope="session")
def worker(app: object, upstream: str) -> Any:
    """The Celery application as its worker has it, but for the queue: what is sent is done at once."""
    ANSWERING.append(upstream)
    found = getattr(importlib.import_module("{= module =}"), "{= attribute =}")
    keeps = bool(found.conf.result_backend)
    # Celery takes what stands in these before what it is told.
    for name in ("CELERY_BROKER_URL", "CELERY_RESULT_BACKEND"):
        os.environ.pop(name, None)
    found.conf.update(task_always_eager=True, task_eager_propagates=False, task_store_eager_result=keeps)
    found.conf.update(broker_url="memory://", result_backend="cache+memory://" if keeps else None)
    found.loader.import_default_modules()
    return found


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_the_task_has_its_name(worker: Any, task: Task) -> None:
    known = task.name in worker.tasks
    importlib.import_module(task.module)
    assert task.name in worker.tasks, "what waits in the queue under this name would be done by nobody"
    if not known:
        pytest.xfail(f"a worker does not import {task.module} by itself: name it in the application's `include`")


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_the_task_may_not_run_for_ever(worker: Any, task: Task) -> None:
    importlib.import_module(task.module)
    if (ROOT / "{= starter =}").is_file():
        importlib.import_module("{= starter[:-3] =}")  # it sets what the code leaves open
        limit = worker.tasks[task.name].time_limit or worker.conf.task_time_limit
        assert limit, "a task that hangs keeps its process for ever: {= starter =} no longer sets task_time_limit"
    limit = worker.tasks[task.name].time_limit or worker.conf.task_time_limit
    soft = worker.tasks[task.name].soft_time_limit or worker.conf.task_soft_time_limit
    if not limit:
        pytest.xfail("a task that hangs keeps its process for ever: set task_time_limit")
    if soft and soft >= limit:
        pytest.xfail(f"it is killed after {limit} s, before it hears of its soft limit of {soft} s")


def do(worker: Any, task: Task) -> dict[str, str]:
    """Do the task once, through the serializer that its message goes through; answers its state and what it answers or fails by."""
    importlib.import_module(task.module)
    done = worker.tasks[task.name].apply_async(kwargs=dict(task.arguments))
    if isinstance(done.result, BaseException):
        return {"state": done.state, "error": f"{type(done.result).__name__}: {done.result}"}
    return {"state": done.state, "result": type(done.result).__name__}


#% else
@pytest.fixture(scope="session")
def worker(app: object, upstream: str) -> None:
    """RQ's worker has no application: it imports each job by its name."""
    ANSWERING.append(upstream)


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_the_task_has_its_name(worker: None, task: Task) -> None:
    found = getattr(importlib.import_module(task.module), task.function, None)
    assert callable(found), "what waits in the queue under this name would be done by nobody"


def do(worker: None, task: Task) -> dict[str, str]:
    """Do the job once; answers its state and what it answers."""
    result = getattr(importlib.import_module(task.module), task.function)(**task.arguments)
    return {"state": "SUCCESS", "result": type(result).__name__}


#% endif
def outcome(worker: Any, task: Task) -> dict[str, str]:
    """What came of a task, whatever that is."""
    try:
        with held():
            return do(worker, task)
    except TooLong:
        return {"state": "FAILURE", "error": f"TimeoutError: not done within {SECONDS} s"}
    except (Exception, SystemExit) as error:
        return {"state": "FAILURE", "error": f"{type(error).__name__}: {error}"}


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_the_task_does_what_it_does_today(worker: Any, task: Task, recorded: dict[str, Any], one_row_of_everything: None) -> None:
    first = outcome(worker, task)
    # A worker that dies gives its task back, so every task may run twice.
    again = outcome(worker, task) if first["state"] == "SUCCESS" else {}
    if any("TimeoutError: not done" in found.get("error", "") for found in (first, again)):
        pytest.xfail(f"{task} is {first.get('error') or again['error']}")
    # Only the kind of an error is kept: its words may name a folder or the hour.
    answer = {**first, **({"error": first["error"].partition(":")[0]} if "error" in first else {"again": again["state"]})}
    if RECORD:
        everything = json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.exists() else {}
        everything[str(task)] = answer
        BASELINE.write_text(json.dumps(everything, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        pytest.skip(f"recorded: {answer['state']}")
    if str(task) in recorded:
        assert answer == recorded[str(task)], f"other than on record ({first}); if that is intended: RECORD=1 pytest tests/characterisation"
        return
    if first["state"] != "SUCCESS":
        pytest.xfail(f"{task} fails by {first.get('error', first['state'])}; nothing is on record yet: repair it, or record it as known")
    if again["state"] != "SUCCESS":
        pytest.xfail(f"{task} fails when it runs a second time, as a task may: {again.get('error', again['state'])}")


@pytest.mark.skipif(RECORD or not BASELINE.exists(), reason="nothing is on record yet: RECORD=1 pytest tests/characterisation")
def test_the_record_names_the_tasks_that_there_are(recorded: dict[str, Any]) -> None:
    assert sorted(recorded) == sorted(map(str, TASKS)), "record anew: RECORD=1 pytest tests/characterisation"


class TooLong(BaseException):
    """The task took too long. No Exception, so that no task catches it."""


ANSWERING: list[str] = []
"""The addresses of stand-ins."""
FOLDERS: list[Path] = []
"""Where a task that is running may write; empty while none is."""


@contextmanager
def held() -> Iterator[None]:
    """While a task runs: nobody waits, and nothing outside a folder of its own is changed, started or connected to."""

    def too_long(*_: object) -> None:
        raise TooLong

    with tempfile.TemporaryDirectory(prefix="task-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", lambda _seconds: None)
        patch.setattr(tempfile, "tempdir", folder)
        if hasattr(signal, "setitimer"):
            before = signal.signal(signal.SIGALRM, too_long)
            signal.setitimer(signal.ITIMER_REAL, SECONDS, 1)  # and again: it may be swallowed once
        FOLDERS.append(Path(folder).resolve())
        try:
            yield
        finally:
            FOLDERS.clear()
            if hasattr(signal, "setitimer"):
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, before)


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """What Python is about to do; an error from here keeps it from it."""
    if not FOLDERS:
        return
    if event == "open":
        mode, flags = arguments[1] or "", arguments[2] if isinstance(arguments[2], int) else 0
        if set(mode) & set("wax+") or flags & (os.O_WRONLY | os.O_RDWR):
            refuse_outside(arguments[0])
    elif event in ("os.rename", "os.link", "os.symlink", "shutil.move", "shutil.copyfile", "shutil.copytree"):
        refuse_outside(arguments[1])
        if event in ("os.rename", "shutil.move"):
            refuse_outside(arguments[0])
    elif event in ("os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.chmod", "os.chown", "shutil.rmtree"):
        # What is named relative to an open folder is part of a tree, which was looked at when its removal began.
        if not (event in ("os.remove", "os.rmdir") and arguments[-1] not in (None, -1)):
            refuse_outside(arguments[0])
    elif event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "os.kill"):
        raise PermissionError(f"the task wanted to start or end a program ({event})")
    elif event == "socket.connect" and isinstance(arguments[1], tuple) and not is_ours(arguments[1]):
        host, port = arguments[1][:2]
        raise ConnectionRefusedError(f"the task reached for {host}:{port}, where nobody answers in a test")


def refuse_outside(path: Any) -> None:
    """Raise where a path lies outside the task's folder."""
    if isinstance(path, int) or path in (os.devnull, os.fsencode(os.devnull)):
        return
    place = Path(os.fsdecode(path)).resolve()
    if not any(place.is_relative_to(folder) for folder in FOLDERS) and "__pycache__" not in place.parts:
        raise PermissionError(f"the task wanted to change {place.name}, which is not the test's")


def is_ours(address: tuple[Any, ...]) -> bool:
    """Whether there is a server of the tests: a stand-in, or the database of the integration tests. Others on this machine are yours."""
    return any(f"{address[0]}:{address[1]}" in known for known in (*ANSWERING, os.environ.get("CHARACTERISATION_DATABASE", "")))


sys.addaudithook(watch)
