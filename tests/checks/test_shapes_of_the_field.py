"""Shapes that were judged wrongly when they were met in real repositories: each as a small tree, with what looks alike and is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prodify.inventory import Inventory

from .conftest import Judge, lay_out

FLASK = "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/')\ndef home():\n    return 'hi'\n"
SERVICE = {"requirements.txt": "flask==3.1.0\n", "app.py": FLASK}
DJANGO = {
    "requirements.txt": "django==5.2\n",
    "manage.py": "import os\nfrom django.core.management import execute_from_command_line\n"
    "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\nexecute_from_command_line([])\n",
    "shop/__init__.py": "", "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
    "shop/urls.py": "from django.urls import path\nfrom shop import views\nurlpatterns = [path('docs/', views.page)]\n",
    "shop/wsgi.py": "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
}  # fmt: skip


@pytest.mark.parametrize(
    ("command", "name"),
    [("react-scripts start", "react/cra"), ("cross-env PORT=3001 vite --host", "react/vite"), ("craco start", "react/cra")],
)
def test_a_builder_that_only_a_script_names(command: str, name: str, tmp_path: Path) -> None:
    manifest = json.dumps({"dependencies": {"react": "19.0.0"}, "scripts": {"start": command}})
    files = {"frontend/package.json": manifest, "frontend/public/index.html": "<div></div>", "frontend/src/index.js": "import 'react'\n"}
    (component,) = Inventory(lay_out(tmp_path, files)).components
    assert (component.path, component.kind, component.framework, component.entrypoint) == ("frontend", "web", name, "src/index.js")


def test_a_manifest_that_only_lints_is_no_browser_application(tmp_path: Path) -> None:
    manifest = json.dumps({"private": True, "dependencies": {"react": "19.0.0"}, "scripts": {"lint": "eslint ."}})
    assert Inventory(lay_out(tmp_path, {"package.json": manifest, "src/index.js": "import 'react'\n"})).components == ()


@pytest.mark.parametrize("path", ["result/tests/Dockerfile", "tests/e2e/Dockerfile"])
def test_what_an_image_of_tests_installs_is_locked_as_well(judge: Judge, path: str) -> None:
    loose = judge("dependencies-are-locked", {**SERVICE, path: "FROM node:22-slim\nRUN npm install -g request\n"})
    assert loose.kind == "fail" and [(e.path, e.line) for e in loose.evidence] == [(path, 2)]


def test_a_locked_image_of_tests(judge: Judge) -> None:
    image = {"tests/Dockerfile": "FROM node:22-slim\nRUN npm install -g request@2.88.2\n"}
    assert judge("dependencies-are-locked", {**SERVICE, **image}).kind == "pass"


WORKFLOW = "name: ci\non: [push, pull_request]\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: {}\n"


@pytest.mark.parametrize(
    ("steps", "makefile", "kind"),
    [
        ("make check-spec", "check-spec:\n\tgit clone https://git.example.org/spec/suite.git && cd suite && pytest\n", "fail"),
        ("git clone https://git.example.org/spec/suite && cd suite && npm test", "", "fail"),
        ("git clone https://git.example.org/spec/suite && pytest", "", "pass"),
        ("make test", "test:\n\tgit clone https://git.example.org/spec/suite data\n\tpytest\n", "pass"),
    ],
)
def test_a_suite_of_another_repository_says_nothing_of_this_one(judge: Judge, steps: str, makefile: str, kind: str) -> None:
    files = {**SERVICE, ".github/workflows/ci.yml": WORKFLOW.format(steps), **({"Makefile": makefile} if makefile else {})}
    assert judge("tests-run-on-pull-requests", files).kind == kind


PAGE = {"templates/page.html": "<html><body><div>{{ content|safe }}</div></body></html>\n"}


def test_a_page_that_lies_beside_the_code_is_the_services_own(judge: Judge) -> None:
    views = (
        "from django.conf import settings\nfrom django.shortcuts import render\n\n\ndef page(request):\n"
        "    path = settings.BASE_DIR / 'docs' / 'start.html'\n    with path.open() as file:\n        content = file.read()\n"
        "    return render(request, 'page.html', {'content': content})\n"
    )
    assert judge("templates-are-escaped", {**DJANGO, **PAGE, "shop/views.py": views}).kind == "pass"


def test_a_page_that_a_visitor_sent_is_not(judge: Judge) -> None:
    views = (
        "from django.shortcuts import render\n\n\ndef page(request):\n    content = request.FILES['page'].read()\n"
        "    return render(request, 'page.html', {'content': content})\n"
    )
    assert judge("templates-are-escaped", {**DJANGO, **PAGE, "shop/views.py": views}).kind == "fail"


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"tool.py": "WORK = '/home/agent/work'\n"}, "pass"),
        ({"tool.py": "WORK = '/home/maria/work'\n"}, "fail"),
        ({"web/proxy.conf.js": "module.exports = { '/api': { target: 'http://localhost:8001/' } }\n"}, "pass"),
        ({"web/client.js": "const target = 'http://localhost:8001/'\n"}, "fail"),
    ],
)
def test_homes_of_images_and_files_of_development_servers(judge: Judge, files: dict[str, str], kind: str) -> None:
    assert judge("no-hard-coded-host", {**SERVICE, **files}).kind == kind


LIMITER = "class TokenBucket:\n    def take(self, key):\n        return True\n"


def test_a_limiter_written_by_hand(judge: Judge) -> None:
    views = "from flask import request\nfrom limits_own import TokenBucket\n\nallowed = TokenBucket().take(request.remote_addr)\n"
    post = "\n\n@app.post('/login')\ndef login():\n    return ''\n"
    files = {**SERVICE, "app.py": FLASK + post, "limits_own.py": LIMITER}
    assert judge("requests-are-rate-limited", {**files, "guard.py": views}).kind == "pass"


def test_a_limiter_of_calls_to_somebody_else(judge: Judge) -> None:
    post = "\n\n@app.post('/login')\ndef login():\n    return ''\n"
    client = "from limits_own import TokenBucket\n\nbucket = TokenBucket()\n"
    files = {**SERVICE, "app.py": FLASK + post, "limits_own.py": LIMITER, "client.py": client}
    assert judge("requests-are-rate-limited", files).kind == "fail"


@pytest.mark.parametrize(
    ("body", "kind"), [("    if session.get('who') is None:\n        abort(401)\n", "pass"), ("    print(f.__name__)\n", "fail")]
)
def test_a_decorator_written_by_hand(judge: Judge, body: str, kind: str) -> None:
    decorator = f"from flask import abort, session\n\n\ndef known_only(f):\n{body}    return f\n"
    code = FLASK.replace("from flask", "from guards import known_only\nfrom flask") + (
        "\n\n@app.route('/places', methods=['DELETE'])\n@known_only\ndef remove():\n    return ''\n"
    )
    assert judge("write-routes-need-authentication", {**SERVICE, "app.py": code, "guards.py": decorator}).kind == kind
