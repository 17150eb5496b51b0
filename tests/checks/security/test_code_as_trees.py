"""Checks of security read what code does: not what comments and texts say, and in every spelling."""

from __future__ import annotations

import pytest

from tests.checks.conftest import Judge

FLASK = {"requirements.txt": "flask\nflask-cors\nflask-login\n"}
APP = "from flask import Flask, request, session\n\napp = Flask(__name__)\n\n"


@pytest.mark.parametrize(
    ("handler", "body", "kind"),
    [
        ("add", "return remove(1)", "fail"),
        ("add_user", "return remove(1)", "fail"),
        ("add", "# check current_user first\n    return remove('session[x]')", "fail"),
        ("add", "'''Needs authorization.'''\n    return db.session.get(Order, 1)", "fail"),
        ("add", "order = session_maker['x']\n    return order", "fail"),
        ("add", "if not session['user']:\n        return no()", "pass"),
        ("add", "if not session.get(\n        'user'):\n        return no()", "pass"),
        ("add", "if not current_user.is_admin:\n        abort(403)", "pass"),
        ("add", "if late():\n        abort(\n            401\n        )", "pass"),
        ("add", "if not request.headers.get('Authorization'):\n        return no()", "pass"),
        ("add", "checked = verify_token(\n        request)", "pass"),
    ],
)
def test_who_is_calling(handler: str, body: str, kind: str, judge: Judge) -> None:
    code = f'{APP}@app.route("/orders", methods=["DELETE"])\ndef {handler}():\n    {body}\n'
    assert judge("write-routes-need-authentication", {**FLASK, "app.py": code}).kind == kind


@pytest.mark.parametrize(
    ("dependencies", "kind"),
    [
        ("[Depends(current_user)]", "pass"),
        ("[\n    Security(\n        auth.Roles('x'),\n    ),\n]", "pass"),
        ("[Depends(database)]", "fail"),
        ("[Depends(database)]  # Depends(current_user)", "fail"),
        ("[Depends(limit('auth'))]", "fail"),
    ],
)
def test_dependencies_of_a_router(dependencies: str, kind: str, judge: Judge) -> None:
    app = "from fastapi import FastAPI\n\nimport orders\n\napp = FastAPI()\napp.include_router(orders.router)\n"
    code = f"""from fastapi import APIRouter, Depends, Security

router = APIRouter(dependencies={dependencies}
)

@router.post("/orders")
def add(order: Order):
    return save(order)
"""
    assert judge("write-routes-need-authentication", {"requirements.txt": "fastapi\n", "app.py": app, "orders.py": code}).kind == kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("return save(request.json['x'])", "fail"),
        ("return save(request.json['x'])  # int(x) some day", "fail"),
        ("'''Raises ValueError, 400'''\n    return save(request.json['len('])", "fail"),
        ("return save(request\n        .get_json())", "fail"),
        ("return print(request.json['int('])", "fail"),
        ("return save(int(\n        request.json['x']))", "pass"),
        ("if 'x' not in request.json:\n        return no()", "pass"),
        ("if bad(request.json):\n        return {}, 422", "pass"),
        ("if bad(request.json):\n        return answer(\n            {}, status=400)", "pass"),
        ("if bad(request.json):\n        raise errors.BadRequest('x')", "pass"),
        ("if bad(request.json):\n        abort(\n            400)", "pass"),
        ("return save('request.json')", "notApplicable"),
        ("return save(1)  # request.json", "notApplicable"),
    ],
)
def test_inputs(body: str, kind: str, judge: Judge) -> None:
    code = f'{APP}@app.route("/orders", methods=["POST"])\ndef order():\n    {body}\n'
    assert judge("inputs-are-validated", {"requirements.txt": "flask\n", "app.py": code}).kind == kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("save(req.body);", "fail"),
        ("save(req.body); // res.status(400), isinstance(", "fail"),
        ("save(req.body, 'status(400)');", "fail"),
        ("if (bad(req.body)) return res.status(400).end();", "pass"),
        ("save(1); // req.body", "notApplicable"),
    ],
)
def test_inputs_of_express(body: str, kind: str, judge: Judge) -> None:
    code = f"const app = require('express')();\n\napp.post('/orders', (req, res) => {{\n  {body}\n}});\napp.listen(3000);\n"
    files = {"package.json": '{"dependencies": {"express": "5.1.0"}}', "index.js": code}
    assert judge("inputs-are-validated", files).kind == kind


DJANGO = {
    "requirements.txt": "django\n",
    "manage.py": "import os\nfrom django.core.management import execute_from_command_line\n\n"
    "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings')\nexecute_from_command_line()\n",
    "site1/__init__.py": "",
}


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ("ALLOWED_HOSTS = ['example.org']\nALLOWED_HOSTS += [\n    '*',\n]\n", "fail"),
        ("ALLOWED_HOSTS = config(\n    'HOSTS',\n    default='*',\n)\n", "fail"),
        ("ALLOWED_HOSTS = [HOST]  # not '*'\n", "pass"),
        ("ALLOWED_HOSTS = [\n    HOST,  # not '*'\n]\n", "pass"),
        ("ALLOWED_HOSTS = ['example.org']\nALLOWED_HOSTS += [HOST]  # not '*'\n", "pass"),
        ("ALLOWED_HOSTS = ['example.org']\nALLOWED_HOSTS += [\n    HOST,  # not '*'\n]\n", "pass"),
    ],
)
def test_hosts_of_django(settings: str, kind: str, judge: Judge) -> None:
    assert judge("allowed-hosts-are-set", {**DJANGO, "site1/settings.py": settings}).kind == kind


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ("env = environ.Env(DEBUG=(bool, True))\nDEBUG = env('DEBUG')\n", "fail"),
        ("env = environ.Env(\n    DEBUG=(\n        bool,\n        True,\n    ),\n)\nDEBUG = env.bool(\n    'DEBUG'\n)\n", "fail"),
        ("env = environ.Env(DEBUG=(bool, False))  # (bool, True)\nDEBUG = env('DEBUG')\n", "pass"),
    ],
)
def test_debug_of_django(settings: str, kind: str, judge: Judge) -> None:
    assert judge("debug-is-off", {**DJANGO, "site1/settings.py": f"import environ\n\n{settings}"}).kind == kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("OPTIONS = {'debug': True}\napp.run(\n    ** OPTIONS\n)\n", "fail"),
        ("OPTIONS = {'debug': True}\nMORE = {}\napp.run('**OPTIONS', **MORE)\n", "pass"),
    ],
)
def test_debug_in_a_mapping(code: str, kind: str, judge: Judge) -> None:
    assert judge("debug-is-off", {"requirements.txt": "flask\n", "app.py": APP + code}).kind == kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("CORS(app, resources={r'/*': {'origins' : '*'}, 'x': x})\n", "fail"),
        ("CORS(app, resources={'/a': {\n    'origins': [\n        '*',\n    ]}, 'x': x})\n", "fail"),
        ("CORS(app, resources={'/a': {'origins': A},  # 'origins': '*'\n    'x': x})\n", "pass"),
        ("def f(r):\n    r.headers['Access-Control-Allow-Origin'] = request.headers.get(\n        'Origin', default='*')\n", "fail"),
        ("def f(r):\n    r.headers['Access-Control-Allow-Origin'] = pick(\"headers.get('Origin', '*')\")\n", "pass"),
    ],
)
def test_origins_of_flask(code: str, kind: str, judge: Judge) -> None:
    assert judge("cors-is-not-wildcard", {**FLASK, "app.py": f"from flask_cors import CORS\n{APP}{code}"}).kind == kind


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ("cors_origins: list[str] = field(default_factory=lambda: [\n        '*',\n    ])", "fail"),
        ("cors_origins: list[str] = field(default_factory=lambda: [HOST, '*'][:1])", "pass"),
    ],
)
def test_origins_told_elsewhere(settings: str, kind: str, judge: Judge) -> None:
    code = f"""from dataclasses import dataclass, field
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

@dataclass
class Settings:
    {settings}

settings = Settings()
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=settings.cors_origins)
"""
    assert judge("cors-is-not-wildcard", {"requirements.txt": "fastapi\n", "app.py": code}).kind == kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("eval(request\n        .args['x'])", "fail"),
        ("text = request.form['x']\n    eval(text)", "fail"),
        ("eval(input('number: '))", "fail"),
        ("eval(table('request.args'))", "pass"),
        ("text = rows(  # request.args\n        1)\n    eval(text)", "pass"),
    ],
)
def test_code_from_a_request(code: str, kind: str, judge: Judge) -> None:
    files = {"requirements.txt": "flask\n", "app.py": f"{APP}@app.route('/')\ndef home():\n    {code}\n    return 'x'\n"}
    assert judge("untrusted-code-is-not-run", files).kind == kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("exec(answer\n        .choices[0]\n        .message.content)", "fail"),
        ("code = answer['choices'][0]['text']\n    exec(code)", "fail"),
        ("exec(answer.output_text)", "fail"),
        ("exec(read('.choices[0]'))", "pass"),
        ("code = read(1,  # answer.message.content\n    2)\n    exec(code)", "pass"),
    ],
)
def test_code_from_a_model(code: str, kind: str, judge: Judge) -> None:
    text = f"""from openai import OpenAI

client = OpenAI()

def plot():
    answer = client.chat.completions.create(model="gpt-5.4", messages=[], max_tokens=9)
    {code}
"""
    assert judge("model-output-is-not-executed", {"requirements.txt": "openai\n", "app.py": text}).kind == kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("event = stripe.Webhook.construct_event(\n        request.data, 1, 2)", "notApplicable"),
        ("if not hmac\\\n            .compare_digest(a, b): abort(400)", "notApplicable"),
        ("pass  # compare_digest( is to come", "fail"),
        ("print('construct_event(')", "fail"),
    ],
)
def test_signed_webhooks(body: str, kind: str, judge: Judge) -> None:
    code = f"{APP}@app.route('/hook', methods=['POST'])\ndef hook():\n    {body}\n    return 'x'\n\n\ndef enter():\n    session['x'] = 1\n"
    assert judge("csrf-is-protected", {"requirements.txt": "flask\n", "app.py": code}).kind == kind
