"""Pools, models, connection strings and sessions of nox: the code is read, not what texts and comments say of it."""

from __future__ import annotations

import pytest

from prodify.inventory.pools import pools, server_number, tasks_at_once
from prodify.inventory.targetfiles import read_target_file

from .conftest import Repo

OPTIONS = "app.config['SQLALCHEMY_ENGINE_OPTIONS'] = "


@pytest.mark.parametrize(
    ("options", "size"),
    [
        ("{'pool_size': 5, 'max_overflow': 2}", 7),
        ("dict(\n    pool_size=5,\n    max_overflow = 2,\n)", 7),
        ("{'pool_size': 5}", 15),
        ("{'pool_size': 5} if server else {}", 15),
        ("{'pool_size': (5), 'max_overflow': 2}", 7),
        ("{'pool_size': size()}", None),
        ("{'pool_pre_ping': True}  # 'pool_size': 5", None),
        ("{'connect_args': {'application_name': 'pool_size=5'}}", None),
        ("{'pool_size': size(),  # 'max_overflow': 3\n}", None),
    ],
)
def test_engine_options(repo: Repo, options: str, size: int | None) -> None:
    assert [pool.size for pool in pools(repo({"app.py": OPTIONS + options + "\n"}))] == [size]


DJANGO = {
    "requirements.txt": "django\n",
    "manage.py": "import os\nimport django\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings')\n",
    "site1/__init__.py": "",
}
LONG = ", ".join(f"'OPTION_{n}': os.environ['OPTION_{n}']" for n in range(60))


@pytest.mark.parametrize(
    ("settings", "size", "chosen"),
    [
        ("DATABASES = {'default': {'OPTIONS': {'pool': {'max_size': 4}}}}", 4, True),
        (f"DATABASES = {{'default': {{{LONG}, 'OPTIONS': {{'pool': {{'max_size': 4}}}}}}}}", 4, True),
        ("DATABASES = {'default': {'OPTIONS': dict(pool=True)}}", None, True),
        ("DATABASES = {'default': {'CONN_MAX_AGE': 60}}", None, True),
        ("DATABASES = {'default': dj_database_url.config(\n    conn_max_age=60)}", None, True),
        ("DATABASES = {'default': {}}\nDATABASES['default']['CONN_MAX_AGE'] = 60", None, True),
        ("DATABASES = {'default': {}}  # CONN_MAX_AGE is left alone", None, False),
        ("'''Mind 'pool' and CONN_MAX_AGE.'''\nDATABASES = {'default': {'NAME': 'max_size: 4'}}", None, False),
    ],
)
def test_pools_of_django(repo: Repo, settings: str, size: int | None, chosen: bool) -> None:
    found = [(pool.size, pool.chosen) for pool in pools(repo({**DJANGO, "site1/settings.py": f"{settings}\n"}))]
    assert found == [(size, chosen)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4", 4),
        ("int(os.environ.get('WEB_CONCURRENCY', '4'))", 4),
        ("int(\n    os.getenv('WEB_CONCURRENCY')\n    or 4\n)", 4),
        ("settings.get('workers', 4)", 4),
        ("multiprocessing.cpu_count() * 2 + 1", None),
        ("count('4 of 5')", None),
    ],
)
def test_workers_of_a_server(repo: Repo, text: str, number: int | None) -> None:
    found = server_number(repo({"gunicorn.conf.py": f"import os\n\nworkers = {text}\n"}), "workers")
    assert (found.value if found is not None else None) == number


def test_tasks_at_once_in_the_starter(repo: Repo) -> None:
    text = 'app.conf.update({\n    # "worker_concurrency": 9,\n    "worker_concurrency": int(\n        os.environ.get("N", "3")),\n})\n'
    found = tasks_at_once(repo({"run_worker.py": text}))
    assert found is not None
    assert (found.value, found.location.line) == (3, 3)


MODEL = "import os\nfrom openai import OpenAI\n\nclient = OpenAI()\n\n{}\n"
CALL = "client.chat.completions.create(model={}, messages=[])"


@pytest.mark.parametrize(
    ("code", "model", "setting"),
    [
        (CALL.format("os.getenv('MODEL', 'gpt-5.4')"), "gpt-5.4", True),
        (CALL.format("os.environ.get(\n    'MODEL',\n    'gpt-5.4',\n).strip()"), "gpt-5.4", True),
        (CALL.format("settings.model"), None, True),
        (CALL.format("config['model']"), None, True),
        (CALL.format("pick('settings.model')"), None, False),
        (CALL.format("pick(\"get('a', 'gpt-5.4')\")"), None, False),
        (f"def ask(\n    text,  # model='old'\n    *,\n    model: str = 'gpt-5.4',\n):\n    {CALL.format('model')}", "gpt-5.4", False),
        (f"def ask(text: Callable[[str], str] = f, model = 'gpt-5.4'):\n    {CALL.format('model')}", "gpt-5.4", False),
        (f"def ask(model):\n    '''model='old' is gone'''\n    {CALL.format('model')}", None, False),
    ],
)
def test_models(repo: Repo, code: str, model: str | None, setting: bool) -> None:
    found = repo({"requirements.txt": "openai\n", "app.py": MODEL.format(code)}).model_calls
    assert [(call.model, call.configurable) for call in found] == [(model, setting)]


@pytest.mark.parametrize(
    ("code", "stores"),
    [
        ("URL = 'postgresql://db/app'\n", ["postgres"]),
        ("URL = (\n    'postgresql+asyncpg://'\n    'db/app'\n)\n", ["postgres"]),
        ("URL = f'postgresql://{host}/app'\n", ["postgres"]),
        ("'''\nGive postgresql://db/app or redis://cache.\n'''\n", []),
        ("x = 1  # 'postgresql://db/app'\n", []),
        ("if url.startswith(\n    'postgresql://x'\n): fix()\n", []),
        ("if url[:9] in (\n    'redis://x',\n): fix()\n", []),
    ],
)
def test_connection_strings(repo: Repo, code: str, stores: list[str]) -> None:
    assert [found.name for found in repo({"app.py": code}).datastores] == stores


@pytest.mark.parametrize(
    ("code", "brokers"),
    [
        ("connect('amqp://host')\n", ["rabbitmq"]),
        ("connect(\n    url='''amqps://host''')\n", ["rabbitmq"]),
        ("connect(url)  # 'amqp://host'\n", []),
        ("'''Say \"amqp://host\" to it.'''\n", []),
    ],
)
def test_queues(repo: Repo, code: str, brokers: list[str]) -> None:
    assert [found.name for found in repo({"app.py": code}).brokers] == brokers


def test_back_ends_of_django(repo: Repo) -> None:
    text = "import django\n\nDATABASES = {'default': {\n    'ENGINE':\n        'django.db.backends.postgresql',\n}}\n"
    assert [(s.name, s.location.line) for s in repo({"settings.py": text}).datastores] == [("postgres", 5)]
    commented = "import django\n\nDATABASES = {}  # 'ENGINE': 'django.db.backends.postgresql'\n"
    assert repo({"settings.py": commented}).datastores == ()


NOXFILE = '''import nox

# def old(session): session.run("old")

def install(session):
    session.run("pip", "install", ".")

@nox.session(
    name="unit", python=["3.12", "3.13"])
def tests(session):
    """session.run("never")"""
    install(session)
    session.run(
        "pytest",
        "-q",
        *session.posargs,
        f"--junit={session.name}",
    )

@nox.session
def lint(session: nox.Session) -> None:
    session.run_always("ruff", "check", ".")
'''


def test_sessions_of_nox() -> None:
    file = read_target_file("noxfile.py", NOXFILE)
    tests = [("pytest -q --junit={session.name}", 13), ("pip install .", 6)]
    assert file.scripts("unit") == file.scripts("tests") == tests
    assert file.scripts("lint") == [("ruff check .", 22)]
    assert file.scripts("old") == []
    assert file.default == ("unit", "lint")
    chosen = read_target_file("noxfile.py", NOXFILE + '\nnox.options.sessions = ["lint"]\n')
    assert chosen.scripts("") == [("ruff check .", 22)]
    assert read_target_file("noxfile.py", NOXFILE + "\ndef (").targets == {}
