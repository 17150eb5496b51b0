"""Characterisation tests of tasks: green at once, harmless for what lies around, and red when a task does other than on record."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from prodify.inventory import Inventory
from prodify.inventory.jobs import celery_tasks, rq_jobs
from prodify.profile import Profile

from .test_recipe_unit import needs, run, write

RenderTree = Callable[..., dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
BASELINE = "tests/characterisation/baseline-tasks.json"

CELERY = {
    "shop/__init__.py": "",
    "shop/app.py": 'import os\n\nfrom celery import Celery\n\napp = Celery("shop", broker=os.environ.get("BROKER_URL", "redis://localhost:6379/0"),'
    ' backend=os.environ["CELERY_RESULT_BACKEND"], include=["shop.tasks"])\n',
    "shop/tasks.py": '''import os
import shutil
import smtplib
import subprocess
import time

import redis
from celery import shared_task

from shop.app import app

store = redis.from_url("redis://localhost:6379/0")


@app.task
def add(number, more=2):
    return number + more


@app.task(bind=True, name="mail", max_retries=3)
def send(self, address: str):
    raise self.retry(exc=ValueError("no post today"), countdown=60)


@shared_task
def clean():
    shutil.rmtree(os.path.join(os.path.dirname(__file__), "uploads"))


@app.task
def overwrite():
    with open("mine.txt", "w") as file:
        file.write("gone")


@app.task
def count():
    store.incr("counted")


@app.task
def start():
    subprocess.run(["touch", "started"], check=True)


@app.task(ignore_result=True)
def hang():
    while True:
        try:
            time.sleep(60)
        except Exception:
            pass


@app.task
def once(made=[]):
    if made:
        raise RuntimeError("there already")
    made.append(1)


@app.task
def answer():
    return object()


@app.task
def forward():
    add.delay(1)


@app.task
def wait():
    return add.delay(1).get()


@app.task(time_limit=5, soft_time_limit=9)
def limited():
    return None
''',
    "shop/uploads/one.txt": "kept",
    "mine.txt": "kept",
    "requirements.txt": "celery[redis]\nredis\n",
}
RQ = {
    "jobs.py": 'def confirm(number):\n    return number\n\n\n'
    'def fail(name: str):\n    raise ValueError("no stock")\n\n\ndef other():\n    pass\n',
    "send.py": 'import os\n\nimport redis\nfrom rq import Queue\n\nimport jobs\nfrom jobs import confirm\n\n'
    'queue = Queue(connection=redis.from_url(os.environ["REDIS_URL"]))\n\n\n'
    'def order(number):\n    queue.enqueue(confirm, number)\n    queue.enqueue_in(3, "jobs.fail", "x")\n',
    "worker.py": 'import os\n\nimport redis\nfrom rq import Worker\n\n'
    'Worker(["default"], connection=redis.from_url(os.environ["REDIS_URL"])).work()\n',
    "requirements.txt": "rq\nredis\n",
    "Procfile": "worker: python worker.py\n",
}
BESIDE = {
    "shop/__init__.py": "",
    "shop/models.py": '''import os

from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

engine = create_engine(os.environ.get("DATABASE_URL", "sqlite:///shop.db"))
Session = sessionmaker(bind=engine)


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
''',
    "shop/tasks.py": '''from celery import Celery

from shop.models import Order, Session

app = Celery("shop", broker="redis://localhost:6379/0")


@app.task
def confirm(order_id):
    with Session() as session:
        order = session.get(Order, order_id)
        order.state = "confirmed"
        session.commit()
        return order.state
''',
    "shop/main.py": 'from fastapi import FastAPI\n\nfrom shop.tasks import confirm\n\napp = FastAPI()\n\n\n'
    '@app.post("/orders/{number}")\ndef order(number: int):\n    return {"task": confirm.delay(number).id}\n',
    "requirements.txt": "fastapi\nuvicorn\ncelery[redis]\nsqlalchemy\n",
}


def test_the_tests_of_a_worker_that_stands_alone(make_repo: MakeRepo, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("unit/celery", render_tree(["unit"], make_repo(CELERY), Profile()))


def test_the_tests_of_rq_jobs(make_repo: MakeRepo, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("unit/rq", render_tree(["unit"], make_repo(RQ), Profile()))


@pytest.mark.tools
def test_green_on_untouched_tasks_whatever_they_do_and_nothing_is_changed(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    needs("celery", "redis")
    root = make_repo(CELERY)
    write(root, render_tree(["unit"], root, Profile()))
    code, output = run(root)
    assert code == 0, output
    for said in (
        "mail fails by ValueError: no post today",
        "shop.tasks.clean fails by PermissionError: the task wanted to change uploads",
        "shop.tasks.overwrite fails by PermissionError: the task wanted to change mine.txt",
        "shop.tasks.count fails by ConnectionError",
        "shop.tasks.start fails by PermissionError: the task wanted to start or end a program",
        "shop.tasks.hang is TimeoutError: not done within 10 s",
        "shop.tasks.once fails when it runs a second time, as a task may: RuntimeError: there already",
        "shop.tasks.answer fails by EncodeError",
        "shop.tasks.wait fails by RuntimeError: Never call result.get() within a task!",
        "shop.tasks.limited fails by ValueError",
        "a task that hangs keeps its process for ever: set task_time_limit",
        "it is killed after 5 s, before it hears of its soft limit of 9 s",
    ):
        assert said in output
    assert not [name for name in ("add", "forward") if f"shop.tasks.{name} fails" in output]
    assert (root / "shop/uploads/one.txt").read_text() == (root / "mine.txt").read_text() == "kept"
    assert not (root / "started").exists()


@pytest.mark.tools
def test_red_once_a_task_is_gone_or_does_other_than_on_record(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    needs("celery", "redis")
    few = CELERY["shop/tasks.py"].split("@shared_task")[0].replace("from celery import shared_task\n", "")
    root = make_repo({**CELERY, "shop/tasks.py": few})
    write(root, render_tree(["unit"], root, Profile()))
    assert run(root, RECORD="1")[0] == 0
    assert json.loads((root / BASELINE).read_text()) == {
        "mail": {"state": "FAILURE", "error": "ValueError"},
        "shop.tasks.add": {"state": "SUCCESS", "result": "int", "again": "SUCCESS"},
    }
    assert run(root)[0] == 0, "what is on record is known"
    (root / "shop/tasks.py").write_text(few.replace("return number + more", "return str(number)").replace('name="mail", ', ""))
    code, output = run(root)
    assert code == 1
    assert "FAILED tests/characterisation/test_tasks.py::test_the_task_does_what_it_does_today[shop.tasks.add]" in output
    assert "FAILED tests/characterisation/test_tasks.py::test_the_task_has_its_name[mail]" in output


@pytest.mark.tools
def test_the_starter_limits_every_task(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    needs("celery", "redis", "opentelemetry.instrumentation.celery")
    few = CELERY["shop/tasks.py"].split("@app.task(bind=True")[0]
    root = make_repo({**CELERY, "shop/tasks.py": few})
    write(root, render_tree(["unit", "worker"], root, Profile()))
    code, output = run(root)
    assert (code, "3 passed, 1 skipped" in output) == (0, True), output
    starter = root / "run_worker.py"
    starter.write_text("".join(line for line in starter.read_text().splitlines(keepends=True) if '"task_time_limit"' not in line))
    code, output = run(root)
    assert (code, "run_worker.py no longer sets task_time_limit" in output) == (1, True), output


@pytest.mark.tools
def test_jobs_of_rq_that_the_code_names(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    needs("rq", "redis")
    root = make_repo(RQ)
    write(root, render_tree(["unit"], root, Profile()))
    code, output = run(root)
    assert (code, "3 passed, 1 skipped, 1 xfailed" in output) == (0, True), output
    assert "jobs.fail fails by ValueError: no stock" in output
    (root / "jobs.py").write_text(RQ["jobs.py"].replace("def confirm", "def confirmed"))
    assert run(root)[0] == 1


@pytest.mark.tools
def test_tasks_beside_a_web_service_find_the_same_rows(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    needs("celery", "fastapi", "httpx", "sqlalchemy")
    root = make_repo(BESIDE)
    write(root, render_tree(["unit"], root, Profile()))
    code, output = run(root)
    assert code == 0, output
    assert "shop.tasks.confirm fails" not in output, "the seeded row is found"
    assert not list(root.rglob("*.db"))


def test_what_is_no_task_is_left_out(make_repo: MakeRepo) -> None:
    code = (
        'from celery import Celery, shared_task\nfrom prefect import task\n\napp = Celery("x")\nNAME = "n" + "m"\n\n\n'
        "@task\ndef flow():\n    pass\n\n\n@app.task(name=NAME)\ndef computed():\n    pass\n\n\n"
        "@app.task\nasync def later():\n    pass\n\n\n"
        "class A:\n    @shared_task\n    def method(self):\n        pass\n\n\n@app.task()\ndef real():\n    pass\n"
    )
    assert [job.function for job in celery_tasks(Inventory(make_repo({"t.py": code, "requirements.txt": "celery\n"})))] == ["real"]
    assert [job.function for job in rq_jobs(Inventory(make_repo(RQ)))] == ["confirm", "fail"]


@pytest.mark.parametrize(
    "files",
    [{"tasks.py": 'from celery import Celery\n\napp = Celery("x")\n', "requirements.txt": "celery\n"}, {"jobs.py": "x = 1\n"}],
)
def test_nothing_where_no_task_is_named(files: dict[str, str], make_repo: MakeRepo, render_tree: RenderTree) -> None:
    assert render_tree(["unit"], make_repo(files), Profile()) == {}


def test_a_second_run_on_the_result_wants_the_same(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    root = make_repo(CELERY)
    first = render_tree(["unit"], root, Profile())
    write(root, first)
    assert {path for path, text in render_tree(["unit"], root, Profile()).items() if first.get(path) != text} == set()
