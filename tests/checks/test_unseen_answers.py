"""Checks on what was met in repositories no rule was written for: logged answers, named models, handlers of classes, debug switches."""

from __future__ import annotations

import json

import pytest

from tests.checks.conftest import Judge

FLASK = "from flask import Flask\n\napp = Flask(__name__)\n\n"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("answer = client.acquire_token_for_client(scopes=[])\n    print(answer)", "fail"),
        ("answer = client.acquire_token_for_client(scopes=[])\n    print(f'got {answer}')", "fail"),
        ("made = jwt.encode({'sub': 1}, key)\n    logger.info(made)", "fail"),
        ("print(app_access_token)", "fail"),
        ("logger.debug('%s', shop_db_password)", "fail"),
        ("print(has_db_password)", "pass"),
        ("answer = client.acquire_token_for_client(scopes=[])\n    print(answer['expires_in'])", "pass"),
        ("answer = client.list_tokens()\n    print(answer)", "pass"),
    ],
)
def test_credentials_by_where_they_come_from(judge: Judge, code: str, kind: str) -> None:
    text = f"{FLASK}import jwt\nimport logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef work(client, key):\n    {code}\n"
    assert judge("logs-hold-no-secrets", {"requirements.txt": "flask\npyjwt\n", "app.py": text}).kind == kind


def package(*names: str) -> str:
    start = {"start": "node app.js"}
    return json.dumps({"name": "shop", "private": True, "scripts": start, "dependencies": dict.fromkeys(names, "1.0.0")})


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("const model = new ChatOpenAI({ modelName: 'gpt-3.5-turbo-0301' });", "fail"),
        ("fetch(URL, { body: JSON.stringify({ model: 'text-davinci-003', prompt: text }) });", "fail"),
        ("const body = { model: 'gpt-3.5-turbo-0301', messages };", "fail"),
        ("const body = { model: 'llama3-70b-8192', messages };", "fail"),
        ("const body = { model: 'gpt-5.4-mini', messages };", "pass"),
        ("const menu = { model: 'text-davinci-003', label: 'old' };", "pass"),
    ],
)
def test_models_that_javascript_names_away_from_the_call(judge: Judge, line: str, kind: str) -> None:
    code = (
        "const express = require('express');\nconst OpenAI = require('openai');\nconst app = express();\nconst ai = new OpenAI();\n"
        f"{line}\napp.get('/', (q, r) => ai.chat.completions.create({{ model: 'gpt-5.4-mini', messages: [] }}));\napp.listen(3000);\n"
    )
    assert judge("model-is-not-retired", {"package.json": package("express", "openai"), "app.js": code}).kind == kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("from groq import Groq\n\ndef ask(q):\n    ai = Groq()\n"
         "    return ai.chat.completions.create(model='llama-3.1-70b-versatile', messages=[q])", "fail"),
        ("import requests\n\ndef ask(q):\n    body = {'model': 'gpt-3.5-turbo-0301', 'messages': [q]}\n"
         "    return requests.post('https://api.openai.com/v1/chat/completions', json=body, timeout=9)", "fail"),
        ("import openai\n\ndef ask(q):\n    return openai.Edit.create(model='text-davinci-edit-001', input=q)", "fail"),
        ("from openai import OpenAI\n\nclass Bot:\n    def __init__(self, model='gpt-4-vision-preview'):\n        self.model = model\n\n"
         "    def ask(self, q):\n        return OpenAI().chat.completions.create(model=self.model, messages=[q])", "fail"),
        ("from openai import OpenAI\n\nclass Bot:\n    def __init__(self, model='gpt-5.4-mini'):\n        self.model = model\n\n"
         "    def ask(self, q):\n        return OpenAI().chat.completions.create(model=self.model, messages=[q])", "pass"),
    ],
)  # fmt: skip
def test_models_that_python_names(judge: Judge, code: str, kind: str) -> None:
    files = {"requirements.txt": "flask\nopenai\ngroq\nrequests\n", "app.py": FLASK, "ask.py": f"{code}\n"}
    assert judge("model-is-not-retired", files).kind == kind


@pytest.mark.parametrize(
    ("base", "kind"),
    [("AsyncWebsocketConsumer", "fail"), ("tornado.web.RequestHandler", "fail"), ("View", "pass"), ("ModelAdmin", "pass"), ("", "pass")],
)
def test_methods_that_a_framework_calls(judge: Judge, base: str, kind: str) -> None:
    text = f"{FLASK}class Room{f'({base})' if base else ''}:\n    def receive(self, text_data):\n        return eval(text_data)\n"
    verdict = judge("untrusted-code-is-not-run", {"requirements.txt": "flask\nchannels\ntornado\n", "app.py": text})
    assert verdict.kind == kind


@pytest.mark.parametrize(
    ("run", "kind"),
    [
        ("from shop import app\n\napp.run(debug=True)\n", "fail"),
        ("from shop import app, live\n\nlive.run(app, debug=True)\n", "fail"),
        ("from shop import create\n\napp = create()\napp.run(debug=True)\n", "fail"),
        ("from shop import app\n\napp.run(debug=False)\n", "pass"),
        ("from jobs import queue\n\nqueue.run(debug=True)\n", "pass"),
    ],
)
def test_an_application_that_another_file_makes(judge: Judge, run: str, kind: str) -> None:
    shop = f"{FLASK}from flask_socketio import SocketIO\n\nlive = SocketIO(app)\n\ndef create():\n    return app\n"
    files = {"requirements.txt": "flask\nflask-socketio\n", "shop/__init__.py": shop, "jobs.py": "queue = None\n", "start.py": run}
    assert judge("debug-is-off", files).kind == kind


@pytest.mark.parametrize(
    ("name", "service", "kind"),
    [
        ("compose.yaml", "build: .\n    environment:\n      FLASK_DEBUG: 1\n", "fail"),
        ("compose.yaml", "build: .\n    environment:\n      - FLASK_ENV=development\n", "fail"),
        ("compose.yaml", "build: .\n    environment:\n      FLASK_DEBUG: 0\n", "pass"),
        ("compose.yaml", "image: example.org/other:1\n    environment:\n      DEBUG: 'true'\n", "pass"),
        ("compose.dev.yaml", "build: .\n    environment:\n      FLASK_DEBUG: 1\n", "pass"),
    ],
)
def test_switches_in_compose(judge: Judge, name: str, service: str, kind: str) -> None:
    files = {"requirements.txt": "flask\n", "app.py": FLASK, "Dockerfile": 'FROM python:3.14-slim\nCOPY . .\nCMD ["gunicorn", "app:app"]\n'}
    assert judge("debug-is-off", {**files, name: f"services:\n  web:\n    {service}"}).kind == kind


DJANGO = {
    "requirements.txt": "django\n",
    "manage.py": "import os\nfrom django.core.management import execute_from_command_line\n\n"
    "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
    "execute_from_command_line()\n",
}


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("os.getenv('DEBUG', 'True') == 'True'", "fail"),
        ("os.environ.get('DEBUG', '1') == '1'", "fail"),
        ("env.bool('DEBUG', default=True)", "fail"),
        ("config('DEBUG', default=True, cast=bool)", "fail"),
        ("os.getenv('DEBUG', 'False') == 'True'", "pass"),
        ("os.getenv('PRODUCTION', '1') != '1'", "pass"),
        ("not os.getenv('PRODUCTION', '1')", "pass"),
        ("env.bool('DEBUG')", "pass"),
    ],
)
def test_debugging_that_is_on_by_default(judge: Judge, value: str, kind: str) -> None:
    settings = f"import os\nfrom decouple import config\nfrom environ import Env\n\nenv = Env()\nDEBUG = {value}\n"
    assert judge("debug-is-off", {**DJANGO, "shop/settings.py": settings}).kind == kind


def test_debugging_that_the_image_switches_off(judge: Judge) -> None:
    settings = "import os\n\nDEBUG = os.getenv('DEBUG', 'True') == 'True'\n"
    image = {"Dockerfile": 'FROM python:3.14-slim\nENV DEBUG=False\nCOPY . .\nCMD ["gunicorn", "shop.wsgi"]\n'}
    assert judge("debug-is-off", {**DJANGO, **image, "shop/settings.py": settings}).kind == "pass"


@pytest.mark.parametrize(("given", "kind"), [("'0.0.0.0', 8000, True", "fail"), ("'0.0.0.0', 8000, False", "pass"), ("'0.0.0.0'", "pass")])
def test_debugging_as_the_third_argument(judge: Judge, given: str, kind: str) -> None:
    assert judge("debug-is-off", {"requirements.txt": "flask\n", "app.py": f"{FLASK}app.run({given})\n"}).kind == kind


@pytest.mark.parametrize(
    ("line", "kind"),
    [("print(request.form)", "fail"), ("logger.info('%s', request.get_json())", "fail"), ("print(request.form['colour'])", "pass")],
)
def test_whole_bodies_where_people_sign_in(judge: Judge, line: str, kind: str) -> None:
    code = f"{FLASK}from flask import request\n\n\n@app.post('/login')\ndef login():\n    {line}\n    return request.form['password']\n"
    assert judge("logs-hold-no-secrets", {"requirements.txt": "flask\n", "app.py": code}).kind == kind


@pytest.mark.parametrize(
    ("line", "kind"),
    [("console.log(req.body)", "fail"), ("console.log('in', req.body)", "fail"), ("console.log(req.body.colour)", "pass")],
)
def test_whole_bodies_of_javascript(judge: Judge, line: str, kind: str) -> None:
    code = (
        "const express = require('express');\nconst app = express();\n"
        f"app.post('/login', (req, res) => {{ {line}; check(req.body.password); res.end(); }});\napp.listen(3000);\n"
    )
    assert judge("logs-hold-no-secrets", {"package.json": package("express"), "app.js": code}).kind == kind


def test_a_call_over_lines_has_no_end(judge: Judge) -> None:
    code = (
        "const express = require('express');\nconst axios = require('axios');\nconst app = express();\n"
        "app.get('/', (q, r) => axios\n  .post(process.env.ELSEWHERE, {})\n  .then((a) => r.json(a.data)));\napp.listen(3000);\n"
    )
    assert judge("outbound-calls-have-timeouts", {"package.json": package("express", "axios"), "app.js": code}).kind == "fail"
