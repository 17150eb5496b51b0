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
