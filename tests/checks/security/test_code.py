"""Near misses of the checks of code: what looks dangerous and is not, and the other way round."""

from __future__ import annotations

import pytest

from prodify.model import Kind
from tests.checks.conftest import Judge

FLASK = {"requirements.txt": "flask\n"}
APP = "import os\n\nfrom flask import Flask, render_template_string, request\n\napp = Flask(__name__)\n"
ROUTE = '\n\n@app.route("/x", methods=["POST"])\ndef x():\n    '
MANAGE = (
    "import os\nfrom django.core.management import execute_from_command_line\n\n"
    'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings%s")\nexecute_from_command_line()\n'
)


def flask(code: str) -> dict[str, str]:
    return FLASK | {"app.py": APP + code + "\n"}


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        pytest.param(flask('app.run(debug=os.environ.get("DEBUG") == "1")'), Kind.PASS, id="from the environment"),
        pytest.param(flask('DEBUG = os.getenv("DEBUG", "") == "true"\napp.run(debug=DEBUG)'), Kind.PASS, id="through a name"),
        pytest.param(flask("DEBUG = True\napp.run(debug=DEBUG)"), Kind.FAIL, id="a constant that is true"),
        pytest.param(flask("app.run(\n    host='0.0.0.0',\n    debug=True,\n)"), Kind.FAIL, id="on a line of its own"),
        pytest.param(flask("app.run()") | {"tests/conftest.py": "from app import app\n\napp.run(debug=True)\n"}, Kind.PASS, id="in tests"),
        pytest.param(
            {
                "requirements.txt": "django\n",
                "manage.py": MANAGE % ".production",
                "shop/settings/__init__.py": "",
                "shop/settings/base.py": "DEBUG = True\n",
                "shop/settings/production.py": "from .base import *\n\nDEBUG = False\n",
            },
            Kind.PASS,
            id="a settings package whose production module switches it off",
        ),
        pytest.param(
            {
                "requirements.txt": "django\n",
                "manage.py": MANAGE % "",
                "shop/settings.py": 'import os\n\nDEBUG = os.environ.get("D") == "1"\n',
            },
            Kind.PASS,
            id="Django from the environment",
        ),
        pytest.param(
            {"requirements.txt": "django\n", "manage.py": MANAGE % "", "shop/settings.py": "DEBUG = True\n"},
            Kind.FAIL,
            id="Django's default",
        ),
        pytest.param(flask("") | {"Dockerfile": "FROM python:3.14-slim\nENV FLASK_DEBUG=1\n"}, Kind.FAIL, id="in the image"),
    ],
)
def test_debug_is_off(judge: Judge, files: dict[str, str], kind: Kind) -> None:
    assert judge("debug-is-off", files).kind is kind


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        pytest.param(
            'db.execute("SELECT 1 FROM t WHERE a IN (%s)" % ",".join("?" for _ in ids), ids)', Kind.PASS, id="joined placeholders"
        ),
        pytest.param(
            'COLUMNS = "a, b"\n    db.execute(f"SELECT {COLUMNS} FROM t WHERE a = ?", (request.args["a"],))', Kind.PASS, id="columns"
        ),
        pytest.param('db.execute(f"SELECT a FROM t LIMIT {int(n)}")', Kind.PASS, id="a number"),
        pytest.param('db.execute("SELECT a FROM t WHERE b = \'" + request.args["b"] + "\'")', Kind.FAIL, id="put together with +"),
        pytest.param("db.execute(\"SELECT a FROM t WHERE b = '%s'\" % name)", Kind.FAIL, id="put together with %"),
        pytest.param('q = f"DELETE FROM t WHERE a = {name}"\n    db.execute(q)', Kind.FAIL, id="through a name"),
        pytest.param('db.execute("DELETE FROM t WHERE a = {}".format(name))', Kind.FAIL, id="with format"),
        pytest.param(
            'q = "SELECT a FROM t WHERE 1 = 1"\n    if name:\n        q += f" AND b LIKE \'%{name}%\'"\n    db.execute(q)',
            Kind.FAIL,
            id="added to",
        ),
        pytest.param(
            'q = "SELECT a FROM t"\n    q = q + " WHERE b = \'" + name + "\'"\n    db.execute(q)', Kind.FAIL, id="behind what was begun"
        ),
        pytest.param(
            'q = "SELECT a FROM t WHERE 1 = 1"\n    if name:\n        q += " AND b = ?"\n    db.execute(q, (name,))',
            Kind.PASS,
            id="added with a mark",
        ),
        pytest.param('q = "SELECT a FROM t"\n    q += f" LIMIT {int(n)} OFFSET 0"\n    db.execute(q)', Kind.PASS, id="a number added"),
        pytest.param('q = f"{name} W"\n    q += f" b = \'{name}\'"\n    repr(q)\n    db.execute("SELECT 1")', Kind.PASS, id="no statement"),
    ],
)
def test_sql_is_parameterised(judge: Judge, line: str, kind: Kind) -> None:
    code = f"def work(db, ids, n, name):\n    {line}"
    assert judge("sql-is-parameterised", flask("\n\n" + code)).kind is kind


def test_sql_in_tests_does_not_count(judge: Judge) -> None:
    files = flask('\n\ndef work(db):\n    db.execute("SELECT 1")') | {
        "tests/test_app.py": 'def test_it(db, n):\n    db.execute(f"SELECT {n}")\n'
    }
    assert judge("sql-is-parameterised", files).kind is Kind.PASS


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        pytest.param(flask(ROUTE + "return render_template_string(f\"<p>{request.form['n']}</p>\")"), Kind.FAIL, id="a template of input"),
        pytest.param(flask(ROUTE + 'return render_template_string("<p>{{ n }}</p>", n=request.form["n"])'), Kind.PASS, id="a value"),
        pytest.param(flask("") | {"templates/a.html": "<script>{{ data | tojson | safe }}</script>\n"}, Kind.PASS, id="tojson"),
        pytest.param(flask("") | {"templates/a.html": "<p>{{ text|safe }}</p>\n"}, Kind.FAIL, id="marked safe"),
        pytest.param(flask("") | {"static/a.js": "box.innerHTML = '<b>ready</b>';\n"}, Kind.PASS, id="fixed markup"),
        pytest.param(flask("") | {"static/a.js": "box.innerHTML = `<b>${place.title}</b>`;\n"}, Kind.FAIL, id="markup with a value"),
        pytest.param(flask("") | {"static/a.js": "box.innerHTML = `<b>${escapeHtml(place.title)}</b>`;\n"}, Kind.PASS, id="escaped"),
    ],
)
def test_templates_are_escaped(judge: Judge, files: dict[str, str], kind: Kind) -> None:
    assert judge("templates-are-escaped", files).kind is kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        pytest.param("import yaml\n\n\ndef load(f):\n    return yaml.load(f, Loader=yaml.SafeLoader)", Kind.PASS, id="a safe loader"),
        pytest.param("import yaml\n\n\ndef load(f):\n    return yaml.load(f, Loader=yaml.Loader)", Kind.FAIL, id="the full loader"),
        pytest.param(
            'import subprocess\n\n\ndef v():\n    return subprocess.run("git log | head", shell=True)', Kind.PASS, id="a fixed command"
        ),
        pytest.param(
            "import subprocess" + ROUTE + 'name = request.form["n"]\n    return subprocess.run(f"ping {name}", shell=True)',
            Kind.FAIL,
            id="a shell",
        ),
        pytest.param(
            "import pickle\n\n\ndef load(path):\n    return pickle.loads(open(path, 'rb').read())", Kind.PASS, id="a file of one's own"
        ),
        pytest.param("import pickle" + ROUTE + "return pickle.loads(request.data)", Kind.FAIL, id="a pickle from a visitor"),
    ],
)
def test_untrusted_code_is_not_run(judge: Judge, code: str, kind: Kind) -> None:
    assert judge("untrusted-code-is-not-run", flask(code)).kind is kind


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        pytest.param("exec(answer.choices[0].message.content)", Kind.FAIL, id="run"),
        pytest.param('return exec("x = 1")', Kind.PASS, id="something else is run"),
        pytest.param("return {'text': answer.choices[0].message.content}", Kind.PASS, id="shown"),
    ],
)
def test_model_output_is_not_executed(judge: Judge, line: str, kind: Kind) -> None:
    code = (
        "from openai import OpenAI\n\nclient = OpenAI()\n\n\ndef ask(m):\n"
        f"    answer = client.chat.completions.create(model='gpt-5.4-mini', max_tokens=9, messages=m)\n    {line}\n"
    )
    assert judge("model-output-is-not-executed", {"requirements.txt": "openai\n", "app.py": code}).kind is kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        pytest.param("import hashlib\n\n\ndef tag(data):\n    return hashlib.md5(data).hexdigest()", Kind.NOT_APPLICABLE, id="of a file"),
        pytest.param("import hashlib\n\n\ndef keep(pwd):\n    return hashlib.sha256(pwd.encode()).hexdigest()", Kind.FAIL, id="sha256"),
        pytest.param(
            "import bcrypt\n\n\ndef keep(password):\n    return bcrypt.hashpw(password, bcrypt.gensalt())", Kind.PASS, id="bcrypt"
        ),
    ],
)
def test_passwords_are_hashed_well(judge: Judge, code: str, kind: Kind) -> None:
    assert judge("passwords-are-hashed-well", flask(code)).kind is kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        pytest.param(
            "import requests\n\n\ndef load(u):\n    return requests.get(u, verify='/etc/ca.pem', timeout=5)", Kind.PASS, id="own authority"
        ),
        pytest.param("import httpx\n\nclient = httpx.Client(verify=False)\n", Kind.FAIL, id="a client"),
        pytest.param(
            "import requests\n\n\ndef load(u, verify):\n    return requests.get(u, verify=verify, timeout=5)", Kind.PASS, id="a parameter"
        ),
    ],
)
def test_tls_is_verified(judge: Judge, code: str, kind: Kind) -> None:
    assert judge("tls-is-verified", {"client.py": code + "\n"}).kind is kind


def test_a_start_script_that_migrates_with_flask_is_no_development_server(judge: Judge) -> None:
    image = 'FROM python:3.14-slim\nCOPY . .\nCMD ["./boot.sh"]\n'
    files = flask("") | {"Dockerfile": image, "boot.sh": "#!/bin/sh\nflask db upgrade\nexec gunicorn app:app\n"}
    assert judge("dev-server-is-not-production", files).kind is Kind.PASS
    served = flask("") | {"Dockerfile": image, "boot.sh": "#!/bin/sh\nflask db upgrade\nexec flask run --host 0.0.0.0\n"}
    assert judge("dev-server-is-not-production", served).kind is Kind.FAIL


def test_a_start_script_of_node_that_runs_a_development_server(judge: Judge) -> None:
    code = "const app = require('express')();\napp.get('/', (q, a) => a.send('hi'));\napp.listen(3000);\n"
    package = '{\n  "name": "app",\n  "scripts": {\n    "start": "%s"\n  },\n  "dependencies": {"express": "5.1.0"}\n}\n'
    assert judge("dev-server-is-not-production", {"package.json": package % "nodemon server.js", "server.js": code}).kind is Kind.FAIL
    assert judge("dev-server-is-not-production", {"package.json": package % "node server.js", "server.js": code}).kind is not Kind.FAIL
