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


GUARDED = {
    "requirements.txt": "fastapi\n",
    "api/orders.py": "from fastapi import APIRouter\n\norders_router = APIRouter()\n\n"
    "@orders_router.post('/orders')\ndef add(name: str):\n    return name\n",
}


@pytest.mark.parametrize(
    ("included", "kind"),
    [
        ("app.include_router(orders_router, dependencies=[Depends(get_api_key)])", Kind.PASS),
        ("app.include_router(orders_router)", Kind.FAIL),
    ],
)
def test_a_router_that_is_included_with_a_guard_is_guarded(judge: Judge, included: str, kind: Kind) -> None:
    main = (
        "from fastapi import Depends, FastAPI\nfrom api.orders import orders_router\n\napp = FastAPI()\n\n"
        f"def get_api_key():\n    return 1\n\n{included}\n"
    )
    assert judge("write-routes-need-authentication", {**GUARDED, "main.py": main}).kind is kind


def test_a_compose_file_for_production_beside_one_for_people(judge: Judge) -> None:
    files = {
        "manage.py": "from django.core.management import execute_from_command_line\nexecute_from_command_line([])\n",
        "shop/wsgi.py": "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
        "requirements.txt": "django\ngunicorn\n",
        "docker-compose.yml": "services:\n  web:\n    build: .\n    command: python manage.py runserver 0.0.0.0:8000\n",
        "docker-compose.prod.yml": "services:\n  web:\n    build: .\n    command: gunicorn shop.wsgi:application\n",
    }
    assert judge("dev-server-is-not-production", files).kind is Kind.PASS


def test_environment_files_that_are_ignored_where_they_lie(judge: Judge) -> None:
    files = {"app.py": FLASK, "requirements.txt": "flask\n", ".gitignore": "deploy/*/.env\n"}
    assert judge("env-files-are-ignored", files).kind is Kind.PASS


@pytest.mark.parametrize(("made", "kind"), [("render_to_string('card.html', {})", Kind.PASS), ("request.GET['card']", Kind.FAIL)])
def test_markup_that_a_template_made_is_escaped_already(judge: Judge, made: str, kind: Kind) -> None:
    files = {
        "requirements.txt": "django\n",
        "shop/wsgi.py": "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
        "shop/views.py": "from django.shortcuts import render\nfrom django.template.loader import render_to_string\n\n"
        f"def home(request):\n    card = {made}\n    return render(request, 'home.html', {{'card': card}})\n",
        "templates/home.html": "<html><body>{{ card|safe }}</body></html>\n",
    }
    assert judge("templates-are-escaped", files).kind is kind


def test_the_home_of_an_images_user_is_no_machine(judge: Judge) -> None:
    code = FLASK + "DATA = '/home/agent/data'\n"
    image = "FROM python:3.14\nRUN useradd -m agent\nUSER agent\n"
    assert judge("no-hard-coded-host", {"app.py": code, "requirements.txt": "flask\n", "Dockerfile": image}).kind is Kind.PASS
    assert judge("no-hard-coded-host", {"app.py": code.replace("agent", "maria"), "requirements.txt": "flask\n"}).kind is Kind.FAIL


def test_angulars_environment_that_a_build_replaces(judge: Judge) -> None:
    files = {
        "app.py": FLASK,
        "requirements.txt": "flask\n",
        "web/src/environments/environment.ts": "export const environment = {api: 'http://localhost:5000/'};\n",
        "web/src/environments/environment.prod.ts": "export const environment = {api: '/api/'};\n",
    }
    assert judge("no-hard-coded-host", files).kind is Kind.PASS


def test_a_limiter_of_the_services_own_counts(judge: Judge) -> None:
    code = FLASK + (
        "seen = {}\n\n@app.before_request\ndef limit():\n    seen[request.remote_addr] = seen.get(request.remote_addr, 0) + 1\n"
        "    if seen[request.remote_addr] > 9:\n        return {'error': 'too many'}, 429\n\n"
        "@app.post('/orders')\ndef add():\n    return 'ok'\n"
    )
    assert judge("requests-are-rate-limited", {"app.py": code, "requirements.txt": "flask\n"}).kind is Kind.PASS
    asking = code.replace("return {'error': 'too many'}, 429", "print(response.status_code == 429)")
    assert judge("requests-are-rate-limited", {"app.py": asking, "requirements.txt": "flask\n"}).kind is Kind.FAIL


def test_a_script_that_starts_a_database_for_a_developer(judge: Judge) -> None:
    script = "docker run -d --name db \\\n  -e POSTGRES_PASSWORD=postgres \\\n  postgres:17\n"
    assert judge("no-secret-in-code", {"start-db.sh": script}).kind is Kind.PASS
    assert judge("no-secret-in-code", {"start.sh": "export POSTGRES_PASSWORD=postgres\nexec gunicorn app:app\n"}).kind is Kind.FAIL


def test_passwords_whose_names_end_with_whose_they_are(judge: Judge) -> None:
    settings = "POSTGRES_USER_ORDERS=orders\nPOSTGRES_PASSWORD_ORDERS=orders\nDB_PASSWORD_FILE=/run/db\nMAIL_PASSWORD_REQUIRED=yes\n"
    assert places(judge, "no-env-file-with-secrets-is-committed", {".env": settings}) == [(".env", 2)]


@pytest.mark.parametrize(("driver", "kind"), [("psycopg2", Kind.FAIL), ("sqlite3", Kind.PASS)])
def test_a_connection_string_of_a_server_in_a_log(judge: Judge, driver: str, kind: Kind) -> None:
    code = f"import logging\nimport {driver}\n\nlog = logging.getLogger()\n\ndef start(db_url):\n    log.info(f'using {{db_url}}')\n"
    files = {"app.py": code + f"    return {driver}.connect(db_url)\n", "requirements.txt": "psycopg2-binary\n"}
    assert judge("logs-hold-no-secrets", files).kind is kind


def test_a_retired_model_behind_a_router(judge: Judge) -> None:
    code = "from litellm import completion\n\nMODEL = 'openai/gpt-4'\n\ndef ask(q):\n    return completion(model=MODEL, messages=q)\n"
    assert places(judge, "model-is-not-retired", {"app.py": code, "requirements.txt": "litellm\n"}) == [("app.py", 3)]


def test_directories_of_environment_files(judge: Judge) -> None:
    settings = "RABBITMQ_DEFAULT_USER=admin\nRABBITMQ_DEFAULT_PASS=mypass\n"
    assert places(judge, "no-env-file-with-secrets-is-committed", {".envs/.rabbitmq": settings}) == [(".envs/.rabbitmq", 2)]


def test_environment_files_of_a_developers_machine(judge: Judge) -> None:
    settings = "POSTGRES_PASSWORD=debug-password\n"
    assert judge("no-env-file-with-secrets-is-committed", {".envs/.local/.postgres": settings}).kind is Kind.PASS


def test_origins_in_a_list_of_several_lines_are_no_hard_coded_host(judge: Judge) -> None:
    listed = "    'http://localhost:3000',\n    '127.0.0.1',\n]\n"
    files = {"app.py": FLASK + "ALLOWED_CORS_ORIGINS: set = [\n" + listed, "requirements.txt": "flask\n"}
    assert judge("no-hard-coded-host", files).kind is Kind.PASS
    files = {"app.py": FLASK + "BACKENDS = [\n" + listed, "requirements.txt": "flask\n"}
    assert judge("no-hard-coded-host", files).kind is Kind.FAIL


def test_an_example_of_bare_names_documents_them(judge: Judge) -> None:
    code = "import os\n" + FLASK + "app.config['DB'] = os.environ['DATABASE_URL']\n"
    files = {"app.py": code, "requirements.txt": "flask\n", ".envtemplate": "DATABASE_URL\nDATABASE_PORT\n"}
    assert judge("environment-variables-are-documented", files).kind is Kind.PASS


@pytest.mark.parametrize(
    "code",
    [
        "from aiohttp import web\n\napp = web.Application()\nweb.run_app(app)\n",
        "import asyncio\nfrom aiogram import Bot, Dispatcher\n\nbot = Bot('x')\n\nasync def main():\n    dp = Dispatcher()\n"
        "    await dp.start_polling(bot)\n\nif __name__ == '__main__':\n    asyncio.run(main())\n",
    ],
)
def test_runners_that_handle_the_stop_signal_themselves(judge: Judge, code: str) -> None:
    files = {"main.py": code, "requirements.txt": "aiohttp\naiogram\n", "Dockerfile": 'FROM python:3.14\nCMD ["python", "main.py"]\n'}
    assert judge("shutdown-is-graceful", files).kind is Kind.PASS


def test_one_module_with_every_model_call_is_an_adapter(judge: Judge) -> None:
    service = (
        "from openai import OpenAI\n\nclass Service:\n    client = OpenAI()\n\n    def ask(self, q):\n"
        "        return self.client.chat.completions.create(model='m', max_tokens=9, messages=q)\n"
    )
    app = FLASK + "from service import Service\n\n@app.post('/ask')\ndef ask():\n    return str(Service().ask(request.json))\n"
    files = {"service.py": service, "app.py": app, "requirements.txt": "flask\nopenai\n"}
    assert judge("model-calls-go-through-an-adapter", files).kind is Kind.PASS


def test_a_health_check_by_the_name_of_its_handler(judge: Judge) -> None:
    code = FLASK + "@app.route('/')\ndef health_check():\n    return {'status': 'healthy'}\n"
    assert judge("health-endpoint-exists", {"app.py": code, "requirements.txt": "flask\n"}).kind is Kind.PASS


@pytest.mark.parametrize(
    "code",
    [
        "from shop import create_app\n\napp = create_app()\napp.debug = True\n",
        "from shop import create_app\n\napplication = create_app()\napplication.debug = True\n",
        "from shop.site import app\n\n\napp.debug = True\n",
    ],
)
def test_debug_mode_of_an_application_that_another_file_makes(judge: Judge, code: str) -> None:
    factory = "from flask import Flask\n\ndef create_app():\n    return Flask(__name__)\n"
    files = {"run.py": code, "shop/__init__.py": factory, "shop/site.py": FLASK, "requirements.txt": "flask\n"}
    assert places(judge, "debug-is-off", files) == [("run.py", 4)]
    elsewhere = {**files, "run.py": code.replace("from shop", "from machine").replace(".site", "")}
    assert judge("debug-is-off", elsewhere).kind is Kind.PASS


def test_packages_that_an_image_installs_by_name_where_nothing_declares_any(judge: Judge) -> None:
    image = "FROM python:3.14-slim\nCOPY . .\nRUN pip install flask {}\nCMD python app.py\n"
    found = places(judge, "dependencies-are-locked", {"app.py": FLASK, "Dockerfile": image.format("mysql-connector-python")})
    assert found == [("Dockerfile", 3), ("Dockerfile", 3)]
    fixed = {"app.py": FLASK, "Dockerfile": image.format("").replace("flask", "flask==3.1.0")}
    assert judge("dependencies-are-locked", fixed).kind is Kind.NOT_APPLICABLE


def test_a_retired_model_is_shown_in_the_file_of_constants(judge: Judge) -> None:
    code = (
        "from openai import OpenAI\n\nfrom names import MODEL\n\nclient = OpenAI()\n\ndef ask(question):\n"
        "    return client.chat.completions.create(model=MODEL, max_tokens=9, messages=question)\n"
    )
    files = {"app.py": code, "names.py": "LIMIT = 3\nMODEL = 'gpt-3.5-turbo'\n", "requirements.txt": "openai==1.0.0\n"}
    assert places(judge, "model-is-not-retired", files) == [("names.py", 2)]
    twice = {**files, "other.py": "SHOWN = 'gpt-3.5-turbo'\n"}
    assert places(judge, "model-is-not-retired", twice) == [("app.py", 8)]
