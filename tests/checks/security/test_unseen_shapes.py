"""Shapes of real code that only look like problems, and their neighbours that are some."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from prodify.model import Verdict

Judge = Callable[[str, Mapping[str, str]], Verdict]
FLASK = {"requirements.txt": "flask\npyyaml\n", "app.py": "from flask import Flask\n\napp = Flask(__name__)\n"}
WEB_TOKEN = ".".join(
    (
        "eyJ" + "hbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
        "eyJ" + "zdWIiOiI1ZWJhYzUzNDk1NGI1NDEzOTgwNmMxMTIiLCJpYXQiOjF9",
        "m1U63blB0MLejWfB7yC2FTMnCziif9X8",
    )
)
DATABASE = (
    "jobs:\n  t:\n    runs-on: ubuntu-24.04\n"
    "    services:\n      db:\n        image: postgres:17\n        env:\n          POSTGRES_PASSWORD: postgres\n"
)


@pytest.mark.parametrize(
    "files",
    [
        {".github/workflows/t.yml": "name: t\non: [push]\n" + DATABASE},
        {"Makefile": "run:\n\tADMIN_PASSWORD=" + "test123 go run main.go\n"},
        {"postman/run-api-tests.sh": "#!/bin/sh\nPASSWORD=${PASSWORD:-" + "password}\n"},
        {"routes.js": f"/**\n * example:\n *   refreshToken: {WEB_TOKEN}\n */\nexport const a = 1;\n"},
    ],
)
def test_throw_away_secrets_are_none(judge: Judge, files: dict[str, str]) -> None:
    assert judge("no-secret-in-code", {**FLASK, **files}).kind == "pass"


@pytest.mark.parametrize(
    "files",
    [
        {"routes.js": f'const refreshToken = "{WEB_TOKEN}";\n'},
        {"settings.py": 'import os\nDATABASE_PASSWORD = os.getenv("DATABASE_PASSWORD", "' + 'postgres")\n'},
        {".github/workflows/t.yml": "name: t\non: [push]\nenv:\n  STRIPE_KEY: sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc\n"},
    ],
)
def test_lasting_secrets_are_found(judge: Judge, files: dict[str, str]) -> None:
    assert judge("no-secret-in-code", {**FLASK, **files}).kind == "fail"


def test_signing_keys_of_test_runs_and_build_steps(judge: Judge) -> None:
    tests = (
        '[project]\nname = "shop"\nversion = "1"\ndependencies = ["flask"]\n[tool.pytest.ini_options]\nenv = [\n  "SECRET_KEY='
        + 'secret",\n]\n'
    )
    build = "FROM python:3.14-slim\nRUN rm -f x && \\\n    DEBUG=False SECRET_KEY=" + "build-key ./manage.py collectstatic\n"
    kept = "FROM python:3.14-slim\nENV DEBUG=False SECRET_KEY=" + "build-key\n"
    app = {"app.py": FLASK["app.py"]}
    assert judge("secret-key-is-not-a-default", {**app, "pyproject.toml": tests}).kind == "pass"
    assert judge("image-build-leaks-no-secret", {**FLASK, "Dockerfile": build}).kind == "pass"
    assert judge("image-build-leaks-no-secret", {**FLASK, "Dockerfile": kept}).kind == "fail"


def test_text_without_markup_is_no_page(judge: Judge) -> None:
    text = "{% load i18n %}{% autoescape off %}\nHello {{ user }},\nreset it at {{ link|safe }}\n{% endautoescape %}\n"
    assert judge("templates-are-escaped", {**FLASK, "templates/reset_email.html": text}).kind == "pass"
    page = "{% extends 'base.html' %}{% block main %}{{ comment|safe }}{% endblock %}\n"
    assert judge("templates-are-escaped", {**FLASK, "templates/home.html": page}).kind == "fail"


def test_links_and_own_names_of_a_template(judge: Judge) -> None:
    page = "{% cycle '<tr>' '</tr><tr>' as row silent %}<a href='{{ install_url|safe }}'>x</a>{{ row|safe }}\n"
    assert judge("templates-are-escaped", {**FLASK, "templates/mail.html": page}).kind == "pass"
    message = "The check <b>{{ name|safe }}</b> is down\n"
    assert judge("templates-are-escaped", {**FLASK, "templates/message.html": message}).kind == "pass"
    assert judge("templates-are-escaped", {**FLASK, "templates/message.html": f"<p>{message}</p>"}).kind == "fail"


def test_values_cleaned_before_rendering(judge: Judge) -> None:
    page = {"templates/mail.html": "<p>{{ body|safe }}</p>\n"}
    code = (
        "import bleach\nfrom flask import render_template\n\ndef show(m):\n    return render_template('mail.html', body=bleach.clean(m))\n"
    )
    assert judge("templates-are-escaped", {**FLASK, **page, "mail.py": code}).kind == "pass"
    assert judge("templates-are-escaped", {**FLASK, **page, "mail.py": code.replace("bleach.clean(m)", "m")}).kind == "fail"


def test_a_library_lets_its_caller_switch_checks_off(judge: Judge) -> None:
    code = (
        "import ssl\n\ndef context(verify):\n    c = ssl.create_default_context()\n    {guard}\n"
        "        c.check_hostname = False\n        c.verify_mode = ssl.CERT_NONE\n    return c\n"
    )
    assert judge("tls-is-verified", {"net.py": code.format(guard="if verify is False:")}).kind != "fail"
    assert judge("tls-is-verified", {"net.py": code.format(guard="if True:")}).kind == "fail"


@pytest.mark.parametrize(("loader", "kind"), [("FullLoader", "pass"), ("SafeLoader", "pass"), ("Loader", "fail"), ("UnsafeLoader", "fail")])
def test_loaders_of_yaml(judge: Judge, loader: str, kind: str) -> None:
    code = f"import yaml\n\ndef read(f):\n    return yaml.load(f, Loader=yaml.{loader})\n"
    assert judge("untrusted-code-is-not-run", {**FLASK, "conf.py": code}).kind == kind


def test_a_go_client_made_with_a_timeout(judge: Judge) -> None:
    go = (
        'package main\n\nimport (\n\t"net/http"\n\t"time"\n)\n\nfunc main() {\n\thttp.ListenAndServe(":8080", nil)\n'
        '\tr, _ := http.NewRequest("GET", "https://x.example", nil)\n'
        "\thttpClient := client.NewClientWithOptions(client.Options{OPTION})\n\thttpClient.Do(r)\n}\n"
    )
    module = {"go.mod": "module shop\n\ngo 1.26\n"}
    assert judge("outbound-calls-have-timeouts", {**module, "main.go": go.replace("OPTION", "Timeout: 10 * time.Second")}).kind == "pass"
    assert judge("outbound-calls-have-timeouts", {**module, "main.go": go.replace("OPTION", "")}).kind == "fail"


@pytest.mark.parametrize(("dependencies", "kind"), [("[Depends(authenticated)]", "pass"), ("[Depends(get_db)]", "fail"), ("[]", "fail")])
def test_a_router_that_asks_for_all_its_routes(judge: Judge, dependencies: str, kind: str) -> None:
    code = (
        "from fastapi import APIRouter, Depends, FastAPI\n\nfrom shared import authenticated, get_db\n\napp = FastAPI()\n"
        "@app.get('/')\ndef home():\n    return {}\n"
    )
    routes = (
        "from fastapi import APIRouter, Depends\n\nfrom shared import authenticated, get_db\n\n"
        f"router = APIRouter(prefix='/v1', dependencies={dependencies})\n\n"
        "@router.post('/messages')\ndef send(text: str):\n    return text\n"
    )
    files = {
        "requirements.txt": "fastapi\n",
        "main.py": code + "from routes import router\napp.include_router(router)\n",
        "routes.py": routes,
    }
    assert judge("write-routes-need-authentication", files).kind == kind
