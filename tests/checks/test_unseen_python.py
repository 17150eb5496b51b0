"""Checks on shapes of Python repositories that were met in repositories no rule was written for."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from prodify.model import Kind, Location
from tests.checks.conftest import Judge

FLASK = "from flask import Flask, request\n\napp = Flask(__name__)\n\n"


def places(judge: Judge, identifier: str, files: Mapping[str, str]) -> list[tuple[str, int | None]]:
    """Where a check that fails points to."""
    verdict = judge(identifier, files)
    assert verdict.kind is Kind.FAIL, verdict.message
    return [(e.location.path, e.location.line) for e in verdict.evidence if isinstance(e.location, Location)]


def test_eval_of_every_cell_of_a_table_that_a_request_names(judge: Judge) -> None:
    code = FLASK + (
        "import pandas as pd\n\n@app.post('/ask')\ndef ask():\n    name = request.json.get('name')\n"
        "    df = pd.read_csv(f'./{name}')\n    df['v'] = df['v'].apply(eval)\n    return 'ok'\n"
    )
    assert places(judge, "untrusted-code-is-not-run", {"app.py": code, "requirements.txt": "flask\npandas\n"}) == [("app.py", 11)]


def test_eval_of_a_table_that_is_committed_is_the_owners(judge: Judge) -> None:
    code = FLASK + "import pandas as pd\n\ndef load():\n    df = pd.read_csv('data.csv')\n    return df['v'].apply(eval)\n"
    assert judge("untrusted-code-is-not-run", {"app.py": code, "requirements.txt": "flask\npandas\n"}).kind is Kind.PASS


def test_a_retired_model_is_shown_where_its_name_is_written(judge: Judge) -> None:
    code = (
        "import openai\n\ndef ask(question,\n        model='text-davinci-003',\n        limit=9):\n"
        "    return openai.Completion.create(\n        prompt=question,\n        max_tokens=limit,\n        model=model)\n"
    )
    assert places(judge, "model-is-not-retired", {"app.py": code, "requirements.txt": "openai==0.27.0\n"}) == [("app.py", 4)]


def test_origins_and_debug_are_shown_on_their_line(judge: Judge) -> None:
    code = (
        "from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\n\n"
        "app = FastAPI(\n    title='x',\n    debug=True,\n)\n"
        "app.add_middleware(\n    CORSMiddleware,\n    allow_credentials=True,\n    allow_origins=['*'],\n)\n"
    )
    files = {"main.py": code, "requirements.txt": "fastapi\n"}
    assert places(judge, "cors-is-not-wildcard", files) == [("main.py", 11)]


def test_debug_of_an_application_is_shown_on_its_line(judge: Judge) -> None:
    code = "from fastapi import FastAPI\n\napp = FastAPI(\n    title='x',\n    debug=True,\n)\n"
    assert places(judge, "debug-is-off", {"main.py": code, "requirements.txt": "fastapi\n"}) == [("main.py", 5)]


def test_a_compose_file_that_alone_starts_a_reloading_server(judge: Judge) -> None:
    files = {
        "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
        "requirements.txt": "fastapi\nuvicorn\n",
        "docker-compose.yml": "services:\n  web:\n    build: .\n    command: uvicorn main:app --reload --port 8000\n",
    }
    assert places(judge, "dev-server-is-not-production", files) == [("docker-compose.yml", 4)]


@pytest.mark.parametrize(
    ("name", "command"),
    [("docker-compose.dev.yml", "uvicorn main:app --reload"), ("docker-compose.yml", "uvicorn main:app --workers 2")],
)
def test_reloading_is_for_development_files(judge: Judge, name: str, command: str) -> None:
    files = {
        "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
        "requirements.txt": "fastapi\nuvicorn\n",
        name: f"services:\n  web:\n    build: .\n    command: {command}\n",
    }
    assert judge("dev-server-is-not-production", files).kind is not Kind.FAIL


@pytest.mark.parametrize(
    "files",
    [
        {"app.py": "import streamlit as st\nst.title('x')\n", "requirements.txt": "streamlit\n"},
        {"app.py": "import gradio as gr\ngr.Interface(fn=str, inputs='text', outputs='text').launch()\n", "requirements.txt": "gradio\n"},
        {
            "app.py": "from threading import Thread\nfrom flask import Flask\nfrom waitress import serve\napp = Flask(__name__)\n"
            "Thread(target=serve, args=(app,)).start()\n",
            "requirements.txt": "flask\nwaitress\n",
        },
    ],
)
def test_servers_that_frameworks_bring_and_servers_that_are_handed_on(judge: Judge, files: Mapping[str, str]) -> None:
    assert judge("production-server-is-configured", files).kind is Kind.PASS


def test_a_committed_env_file_with_the_password_of_an_account(judge: Judge) -> None:
    settings = "DB_HOST=localhost\nDB_USER=admin\nDB_PASSWORD=admin_password\n"
    assert places(judge, "no-env-file-with-secrets-is-committed", {".env": settings}) == [(".env", 3)]


def test_an_example_with_the_same_words_is_an_example(judge: Judge) -> None:
    settings = "DB_USER=admin\nDB_PASSWORD=admin_password\n"
    assert judge("no-env-file-with-secrets-is-committed", {".env.example": settings}).kind is Kind.PASS


def test_a_library_restores_nothing_and_scales_no_workers(judge: Judge) -> None:
    files = {
        "setup.py": "from setuptools import setup\n"
        "setup(name='once', version='1', packages=['once'], install_requires=['celery', 'redis'])\n",
        "once/__init__.py": "from celery import Task\nimport redis\n\nclass Once(Task):\n    client = redis.StrictRedis()\n",
    }
    assert judge("workers-scale-on-queue", files).kind is Kind.NOT_APPLICABLE


@pytest.mark.parametrize(
    "code",
    [
        "from discord.ext import commands\n\nbot = commands.Bot('!')\n\n@bot.command()\nasync def calc(ctx, *, sum: str):\n"
        "    await ctx.reply(eval(sum))\n\nbot.run('x')\n",
        "from fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get('/calc')\ndef calc(sum: str):\n    return eval(sum)\n",
    ],
)
def test_what_a_handler_is_given_comes_from_outside(judge: Judge, code: str) -> None:
    assert judge("untrusted-code-is-not-run", {"main.py": code, "requirements.txt": "discord.py\nfastapi\n"}).kind is Kind.FAIL


def test_what_a_command_line_is_given_is_its_owners(judge: Judge) -> None:
    files = {
        "main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
        "cli.py": "import click\n\n@click.command()\ndef calc(sum):\n    print(eval(sum))\n",
        "requirements.txt": "fastapi\nclick\n",
    }
    assert judge("untrusted-code-is-not-run", files).kind is Kind.PASS


STARTED_BY_A_SCRIPT = {
    "api/app.py": "from starlette.applications import Starlette\n\napp = Starlette()\n",
    "requirements.txt": "starlette\nuvicorn\n",
    "Dockerfile": 'FROM python:3.14\nCOPY . .\nCMD ["/bin/bash", "run.sh"]\n',
    "run.sh": "/bin/bash start.sh\n",
}


def test_the_script_that_an_image_starts_is_followed(judge: Judge) -> None:
    script = "uvicorn api.app:app --port=8989 --host=0.0.0.0 --reload\n"
    assert places(judge, "dev-server-is-not-production", {**STARTED_BY_A_SCRIPT, "start.sh": script}) == [("Dockerfile", 3)]


def test_a_script_that_reloads_in_one_branch_asks_where_it_runs(judge: Judge) -> None:
    script = 'if [ "$STAGE" = dev ]; then\n  uvicorn api.app:app --reload\nelse\n  uvicorn api.app:app --workers 4\nfi\n'
    assert judge("dev-server-is-not-production", {**STARTED_BY_A_SCRIPT, "start.sh": script}).kind is not Kind.FAIL


@pytest.mark.parametrize(
    ("line", "bad"),
    [
        ("log.debug('SECRET_KEY: %s' % config.get('SECRET_KEY'))", True),
        ("log.info(f\"key {os.environ['API_KEY']}\")", True),
        ("log.info('listening on %s', address)", False),
        ("log.info('sent to %s', billing_address)", True),
        ("log.info('set: %s', bool(config.get('SECRET_KEY')))", False),
        ("log.info('name %s', config.get('NAME'))", False),
    ],
)
def test_secrets_that_are_looked_up_in_a_log_call(judge: Judge, line: str, bad: bool) -> None:
    code = f"import logging\nimport os\n\nlog = logging.getLogger(__name__)\n\ndef start(config, address, billing_address):\n    {line}\n"
    assert (judge("logs-hold-no-secrets", {"app.py": code}).kind is Kind.FAIL) is bad


def test_an_argument_of_a_call_is_no_connection_string(judge: Judge) -> None:
    code = (
        "import psycopg2\nfrom settings import NAME, USER, DB_PASSWORD, HOST\n\n"
        "conn = psycopg2.connect(\n    dbname=NAME, user=USER, password=DB_PASSWORD,\n    host=HOST\n)\n"
    )
    assert judge("no-secret-in-code", {"db.py": code}).kind is Kind.PASS


def test_sample_settings_are_no_environment_file(judge: Judge) -> None:
    settings = "GITHUB_APP_CLIENT_SECRET=" + "e2fb" * 10 + "\n"
    assert judge("no-env-file-with-secrets-is-committed", {"samples/.env": settings}).kind is Kind.PASS
    assert judge("no-env-file-with-secrets-is-committed", {"service/.env": "DB_PASSWORD=kT9x2" + "LmQ8vR4wZ\n"}).kind is Kind.FAIL
