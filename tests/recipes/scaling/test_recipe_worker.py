"""Background workers: golden files, numbers of the profile, and the shapes of code that are told apart."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from prodify.inventory import Inventory
from prodify.model import Audience
from prodify.profile import Latency, Profile, Scaling, Slo, Tasks
from prodify.recipes.scaling.workers import Worker, worker_of

from .deploying import profile_for

Render = Callable[[tuple[str, ...], Path, Profile], dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
Golden = Callable[[str, Mapping[str, str]], None]

TASKS = """import os

from celery import Celery

app = Celery("shop", broker=os.environ.get("CELERY_BROKER_URL", "redis://localhost:6379/2"))
app.conf.beat_schedule = {"clean": {"task": "shop.tasks.clean", "schedule": 3600}}


@app.task
def clean():
    return None
"""
BESIDE = {
    "shop/__init__.py": "",
    "shop/tasks.py": TASKS,
    "shop/main.py": 'from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get("/")\ndef index():\n    return {}\n',
    "requirements.txt": "fastapi\nuvicorn\ncelery[redis]\nredis\n",
}
ALONE = {
    "tasks.py": 'from celery import Celery\n\napp = Celery("tasks", broker="amqp://queue.shop.svc:5672//")\n\n\n'
    "@app.task\ndef mail():\n    return 1\n",
    "requirements.txt": "celery\n",
}
NAMED = {**ALONE, "tasks.py": ALONE["tasks.py"] + '\napp.conf.task_default_queue = "mails"\n'}
RQ = {
    "worker.py": 'import os\n\nimport redis\nfrom rq import Worker\n\nif __name__ == "__main__":\n'
    '    Worker(["mail"], connection=redis.from_url(os.environ["REDIS_URL"])).work()\n',
    "requirements.txt": "rq\nredis\n",
}
LOOP = {
    "worker.py": """import os
import time

import redis

store = redis.from_url(os.environ["REDIS_URL"])


def main():
    while True:
        print(store.blpop("orders", timeout=5))
        time.sleep(0.1)


if __name__ == "__main__":
    main()
""",
    "requirements.txt": "redis\n",
    "Procfile": "worker: python worker.py\n",
}
BOT = {
    "bot.py": 'import os\n\nimport discord\n\nclient = discord.Client(intents=discord.Intents.default())\n\nif __name__ == "__main__":\n'
    '    client.run(os.environ["DISCORD_TOKEN"])\n',
    "requirements.txt": "discord.py\n",
}
SEVERAL = {
    **RQ,
    "worker.py": RQ["worker.py"]
    .replace("import Worker\n", 'import Queue, Worker\n\nlisten = ["high", "low"]\n')
    .replace('["mail"]', "map(Queue, listen)"),
}
COMPUTED = {**RQ, "worker.py": RQ["worker.py"].replace('["mail"]', '["mail", os.environ["MORE"]]')}
CONSTANT = {
    **LOOP,
    "worker.py": LOOP["worker.py"]
    .replace('blpop("orders"', "blpop(QUEUES")
    .replace("def main", 'QUEUES = ["orders", "returns"]\n\n\ndef main'),
}
STREAM = {
    **LOOP,
    "worker.py": LOOP["worker.py"].replace('store.blpop("orders", timeout=5)', 'store.xreadgroup("group", "me", {"orders": ">"})'),
}
ASYNC = {**LOOP, "worker.py": LOOP["worker.py"].replace("import redis\n", "import redis.asyncio as redis\n")}
RQ_BY_COMMAND = {
    "jobs.py": "def confirm(number):\n    return number\n",
    "requirements.txt": "rq\nredis\n",
    "Procfile": "worker: rq worker --with-scheduler --url $REDIS_URL --name only high low\n",
}
EVERYTHING = ("worker", "kubernetes", "keda", "slo", "dashboard")
SCALER = "deploy/kubernetes/components/worker-scaling/scaled-object.yaml"
MANIFEST = "deploy/kubernetes/base/worker.yaml"
RULES, RULE_TESTS = "deploy/prometheus/rules/tasks.yaml", "deploy/prometheus/tests/tasks_test.yaml"


def found(root: Path) -> Worker:
    worker = worker_of(Inventory(root), Profile())
    assert worker is not None
    return worker


def of_workers(tree: Mapping[str, str]) -> dict[str, str]:
    own = ("worker", "tasks", "scaled-object", "requirements")
    return {path: text for path, text in tree.items() if any(word in path for word in own)}


def test_celery_beside_a_web_service(make_repo: MakeRepo, render_tree: Render, golden: Golden) -> None:
    golden("worker/beside", of_workers(render_tree(EVERYTHING, make_repo(BESIDE), profile_for())))


def test_celery_alone(make_repo: MakeRepo, render_tree: Render, golden: Golden) -> None:
    golden("worker/alone", render_tree(EVERYTHING, make_repo(ALONE), profile_for(audience=Audience.TEAM)))


@pytest.mark.parametrize("name", ["rq", "loop"])
def test_other_workers(name: str, make_repo: MakeRepo, render_tree: Render, golden: Golden) -> None:
    golden(f"worker/{name}", of_workers(render_tree(("worker", "kubernetes"), make_repo({"rq": RQ, "loop": LOOP}[name]), profile_for())))


@pytest.mark.parametrize(
    ("files", "framework", "queues", "variable", "address", "database", "schedules"),
    [
        (BESIDE, "celery", ("celery",), "CELERY_BROKER_URL", "", 2, True),
        (ALONE, "celery", ("celery",), "", "queue.shop.svc:5672", 0, False),
        ({**ALONE, "tasks.py": ALONE["tasks.py"].replace("amqp://", "amqp://user:pw@")}, "celery", ("celery",), "", "", 0, False),
        (NAMED, "celery", ("mails",), "", "queue.shop.svc:5672", 0, False),
        (RQ, "rq", ("rq:queue:mail",), "REDIS_URL", "", 0, False),
        (SEVERAL, "rq", ("rq:queue:high", "rq:queue:low"), "REDIS_URL", "", 0, False),
        (COMPUTED, "rq", (), "REDIS_URL", "", 0, False),
        (LOOP, "list", ("orders",), "REDIS_URL", "", 0, False),
        (CONSTANT, "list", ("orders", "returns"), "REDIS_URL", "", 0, False),
        (STREAM, "loop", (), "REDIS_URL", "", 0, False),
        (ASYNC, "loop", ("orders",), "REDIS_URL", "", 0, False),
    ],
    ids=[
        "celery", "literal address", "address with a login", "queue of its own", "rq", "several queues", "half of them unknown", "list",
        "lists under a name", "stream", "asyncio",
    ],
)  # fmt: skip
def test_where_tasks_wait_is_read_from_the_code(
    files: dict[str, str],
    framework: str,
    queues: tuple[str, ...],
    variable: str,
    address: str,
    database: int,
    schedules: bool,
    make_repo: MakeRepo,
) -> None:
    worker = found(make_repo(files))
    assert (worker.framework, worker.queues, worker.variable, worker.address) == (framework, queues, variable, address)
    assert (worker.database, worker.schedules) == (database, schedules)


def test_a_bot_runs_once(make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo(BOT)
    assert not found(root).can_be_many
    tree = render_tree(EVERYTHING, root, profile_for())
    (deployment,) = [d for d in yaml.safe_load_all(tree[MANIFEST]) if d["kind"] == "Deployment"]
    assert deployment["spec"]["replicas"] == 1 and deployment["spec"]["strategy"] == {"type": "Recreate"}
    assert SCALER not in tree and "PodDisruptionBudget" not in tree[MANIFEST]


def test_the_scheduler_is_one_and_has_no_scaler(make_repo: MakeRepo, render_tree: Render) -> None:
    tree = render_tree(("kubernetes",), make_repo(BESIDE), profile_for())
    worker, beat = [d for d in yaml.safe_load_all(tree[MANIFEST]) if d["kind"] == "Deployment"]
    assert "replicas" not in worker["spec"] and worker["metadata"]["name"].endswith("-worker")
    assert beat["spec"]["replicas"] == 1 and beat["spec"]["strategy"] == {"type": "Recreate"}
    assert beat["spec"]["template"]["spec"]["containers"][0]["command"][-1] == "beat"
    assert yaml.safe_load(tree[SCALER].split("---")[0])["spec"]["scaleTargetRef"]["name"] == worker["metadata"]["name"]


def test_each_queue_has_its_trigger(make_repo: MakeRepo, render_tree: Render) -> None:
    scaler = yaml.safe_load(render_tree(EVERYTHING, make_repo(SEVERAL), profile_for())[SCALER].split("---")[0])["spec"]
    assert [trigger["metadata"]["listName"] for trigger in scaler["triggers"]] == ["rq:queue:high", "rq:queue:low"]
    assert len({trigger["authenticationRef"]["name"] for trigger in scaler["triggers"]}) == 1


def test_no_port_no_service_no_probe_over_http(make_repo: MakeRepo, render_tree: Render) -> None:
    tree = render_tree(("kubernetes",), make_repo(ALONE), profile_for())
    assert not any(f"kind: {kind}\n" in "".join(tree.values()) for kind in ("Service", "HorizontalPodAutoscaler", "Rollout"))
    assert "httpGet" not in tree[MANIFEST] and "containerPort" not in tree[MANIFEST]


def test_every_number_follows_the_profile(make_repo: MakeRepo, render_tree: Render) -> None:
    tasks = Tasks(concurrency=4, typical_seconds=0.5, limit_seconds=60, start_seconds=45)
    profile = replace(profile_for(), tasks=tasks, scaling=Scaling(min_replicas=3, max_replicas=7))
    tree = render_tree(EVERYTHING, make_repo(BESIDE), profile)
    starter = tree["run_worker.py"]
    assert '"WORKER_CONCURRENCY", "4"' in starter and '"task_time_limit": 60,' in starter and '"task_soft_time_limit": 54,' in starter
    assert "30, 45, 60" in tree["shop/worker_telemetry.py"]
    assert "terminationGracePeriodSeconds: 70" in tree[MANIFEST]
    scaler = yaml.safe_load(tree[SCALER].split("---")[0])["spec"]
    assert (scaler["minReplicaCount"], scaler["maxReplicaCount"]) == (3, 7)
    # 4 at once, 2 a second each, 45 s: 360 tasks; half of them may wait.
    assert scaler["triggers"][0]["metadata"] == {"listName": "celery", "listLength": "180", "databaseIndex": "2"}
    assert 'le=~"45([.]0)?"' in tree[RULES] and "> 1260" in tree[RULES]


@pytest.mark.tools
@pytest.mark.parametrize("files", [BESIDE, ALONE, RQ, LOOP, BOT], ids=["beside", "alone", "rq", "list", "bot"])
@pytest.mark.parametrize(
    "changed",
    [
        Profile(),
        replace(Profile(), slo=Slo(7, 95.0, Latency(300, 90.0)), tasks=Tasks(8, 30.0, 900, 600)),
        replace(Profile(), slo=Slo(28, 99.99)),
    ],
    ids=["default", "slow", "strict"],
)
def test_the_rules_pass_their_own_tests(
    files: dict[str, str], changed: Profile, make_repo: MakeRepo, render_tree: Render, tmp_path: Path
) -> None:
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    tree = render_tree(("slo",), make_repo(files), replace(profile_for(), slo=changed.slo, tasks=changed.tasks))
    for path in (RULES, RULE_TESTS):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(tree[path], encoding="utf-8")
    for command in (["promtool", "check", "rules", RULES], ["promtool", "test", "rules", RULE_TESTS]):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_rq_that_only_a_command_starts(make_repo: MakeRepo, render_tree: Render, golden: Golden) -> None:
    golden("worker/rq-command", of_workers(render_tree(EVERYTHING, make_repo(RQ_BY_COMMAND), profile_for())))


SEND = 'import os\n\nimport redis\n\nredis.from_url(os.environ["REDIS_URL"])\n'
COMPOSE = "services:\n  worker:\n    build: .\n    command: rq worker --url redis://:hunter-7c1@redis:6379/0 -c settings mails\n"


@pytest.mark.parametrize(
    ("files", "queues", "options", "variable"),
    [
        ({}, ("high", "low"), ("--with-scheduler",), "REDIS_URL"),
        ({"Procfile": "a: rq worker high\nb: exec rq worker low high\n"}, ("high", "low"), (), "RQ_REDIS_URL"),
        ({"Procfile": "worker: python -m rq worker\n"}, ("default",), (), "RQ_REDIS_URL"),
        ({"Procfile": "", "README.md": "Start it:\n\n    $ uv run rq worker mails\n"}, ("mails",), (), "RQ_REDIS_URL"),
        ({"Procfile": "", "README.md": "Run `rq worker mails` beside it.\n"}, ("mails",), (), "RQ_REDIS_URL"),
        ({"Procfile": "", "compose.yaml": COMPOSE}, ("mails",), ("-c", "settings"), ""),
        ({"send.py": SEND, "Procfile": "a: rq worker x\n"}, ("x",), (), "REDIS_URL"),
    ],
    ids=["options", "several", "no name", "code in the README", "prose with backticks", "compose with a login", "address in the code"],
)  # fmt: skip
def test_the_command_of_rq_is_read(
    files: dict[str, str], queues: tuple[str, ...], options: tuple[str, ...], variable: str, make_repo: MakeRepo, render_tree: Render
) -> None:
    root = make_repo({**RQ_BY_COMMAND, **files})
    worker = found(root)
    assert worker.framework == "rq" and worker.command is not None
    assert (worker.queues, worker.command.options, worker.variable) == (tuple(f"rq:queue:{name}" for name in queues), options, variable)
    assert "hunter" not in "".join(render_tree(("worker", "kubernetes", "service-readme"), root, profile_for()).values())


@pytest.mark.parametrize(
    "files",
    [
        {"Procfile": "", "README.md": "Then an rq worker process does the rest.\n"},
        {"Procfile": "worker: rq worker --burst high\n"},
        {"Procfile": "worker: rq worker $QUEUES\n"},
        {"requirements.txt": "redis\n"},
    ],
    ids=["prose", "burst", "queues from elsewhere", "no RQ"],
)
def test_what_is_no_command_of_rq(files: dict[str, str], make_repo: MakeRepo) -> None:
    assert worker_of(Inventory(make_repo({**RQ_BY_COMMAND, **files})), Profile()) is None


@pytest.mark.parametrize("name", ["celery", "rq", "list"])
def test_smoke_and_load_tests(name: str, make_repo: MakeRepo, render_tree: Render, golden: Golden) -> None:
    tree = render_tree(("smoke", "load"), make_repo({"celery": NAMED, "rq": RQ, "list": LOOP}[name]), profile_for())
    golden(f"worker/{name}-tests", tree)
    assert ("tests/smoke/test_worker.py" in tree) == (name != "list")


def test_a_load_test_follows_the_profile(make_repo: MakeRepo, render_tree: Render) -> None:
    tasks = Tasks(concurrency=4, typical_seconds=0.5, limit_seconds=60, start_seconds=45)
    profile = replace(profile_for(), tasks=tasks, scaling=Scaling(min_replicas=3, max_replicas=7), slo=Slo(30, 99.9, Latency(300, 90.0)))
    text = render_tree(("load",), make_repo(BESIDE), profile)["load/enqueue.py"]
    assert "SHARE, START_SECONDS = 0.9, 45" in text and 'RATES = {"baseline": 19.2, "peak": 44.8}' in text
    # One by one: the same goals make another rate.
    assert 'RATES = {"baseline": 4.8, "peak": 11.2}' in render_tree(("load",), make_repo(RQ), profile)["load/enqueue.py"]


def test_workers_that_do_one_job_at_a_time_are_scaled_as_such(make_repo: MakeRepo, render_tree: Render) -> None:
    profile = replace(profile_for(), tasks=Tasks(concurrency=4, typical_seconds=1, start_seconds=60))
    tree = render_tree(EVERYTHING, make_repo(RQ), profile)
    assert 'listLength: "30"' in tree[SCALER] and "One worker does 1 task at once that takes 1 s" in tree[SCALER]
    assert f"> {30 * profile.max_replicas}" in tree[RULES]
    assert 'listLength: "120"' in render_tree(EVERYTHING, make_repo(BESIDE), profile)[SCALER]


TELEGRAM = {
    "bot.py": "import os\n\nfrom telegram.ext import ApplicationBuilder\n\n"
    'app = ApplicationBuilder().token(os.environ["TELEGRAM_TOKEN"]).build()\n\nif __name__ == "__main__":\n    app.run_polling()\n',
    "requirements.txt": "python-telegram-bot\n",
}
OLD_TELEGRAM = {
    **TELEGRAM,
    "bot.py": "import os\n\nfrom telegram.ext import Updater\n\n"
    'updater = Updater(os.environ["TELEGRAM_TOKEN"])\n\nif __name__ == "__main__":\n    updater.start_polling()\n',
}


def test_a_bot(make_repo: MakeRepo, render_tree: Render, golden: Golden) -> None:
    golden("worker/bot", of_workers(render_tree(("worker", "kubernetes"), make_repo(TELEGRAM), profile_for())))


AIOGRAM = {
    "bot.py": "import asyncio\nimport os\n\nfrom aiogram import Bot, Dispatcher\n\ndp = Dispatcher()\n\n\nasync def main():\n"
    '    await dp.start_polling(Bot(os.environ["TELEGRAM_TOKEN"]))\n\n\nif __name__ == "__main__":\n    asyncio.run(main())\n',
    "requirements.txt": "aiogram\n",
}


@pytest.mark.parametrize(("name", "files"), [("aiogram", AIOGRAM), ("discord", BOT)], ids=["aiogram", "discord"])
def test_a_bot_that_is_made_to_finish(name: str, files: dict[str, str], make_repo: MakeRepo, render_tree: Render, golden: Golden) -> None:
    tree = render_tree(("worker", "kubernetes"), make_repo(files), profile_for())
    golden(f"worker/{name}", {"run_worker.py": tree["run_worker.py"]})
    assert "PATIENCE = 20\n" in tree["run_worker.py"] and "terminationGracePeriodSeconds: 30\n" in tree[MANIFEST]


def test_only_libraries_that_cut_off_are_stood_in(make_repo: MakeRepo, render_tree: Render) -> None:
    on_uvloop = render_tree(("worker",), make_repo({**AIOGRAM, "requirements.txt": "aiogram\nuvloop\n"}), profile_for())["run_worker.py"]
    assert "finish_updates()" in on_uvloop and "import asyncio\n" in on_uvloop and "give_signs_of_life" not in on_uvloop
    for files in (TELEGRAM, {**BOT, "requirements.txt": "py-cord\n"}):
        assert "PATIENCE" not in render_tree(("worker",), make_repo(files), profile_for())["run_worker.py"]


@pytest.mark.parametrize(
    ("files", "signs"),
    [(BOT, True), (TELEGRAM, True), (OLD_TELEGRAM, False), ({**BOT, "requirements.txt": "discord.py\nuvloop\n"}, False), (STREAM, False)],
    ids=["discord", "telegram", "telegram in threads", "uvloop", "stream"],
)
def test_signs_of_life_where_the_event_loop_is_known(
    files: dict[str, str], signs: bool, make_repo: MakeRepo, render_tree: Render
) -> None:
    tree = render_tree(("worker", "kubernetes"), make_repo(files), replace(profile_for(), tasks=Tasks(limit_seconds=20)))
    assert ("give_signs_of_life()" in tree["run_worker.py"]) == signs
    assert ("> 80)" in tree[MANIFEST]) == ("livenessProbe" in tree[MANIFEST]) == signs
