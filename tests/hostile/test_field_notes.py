"""What goes wrong most in real repositories, one small tree for each, through the whole audit. Values are drawn, none is written here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from prodify.audit import audit
from prodify.infer import load_profile
from prodify.inventory import Inventory
from prodify.inventory.dependencies import imported_but_undeclared
from prodify.inventory.facts import Component
from prodify.model import Kind, Report
from tests.checks.conftest import lay_out
from tests.hostile.trees import git
from tests.inventory.secrets.secret_shapes import make

FLASK = "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/')\ndef home():\n    return 'hi'\n"
REACT = '{"dependencies": {"react": "19.0.0", "react-dom": "19.0.0"}, "scripts": {"start": "react-scripts start"}}'
VALUE = make("{b62*32}", 5)
PASSWORD = make("k{b62*6}{dig*3}R", 3)


def look(root: Path, files: Mapping[str, str | bytes]) -> tuple[Inventory, Report]:
    """Commit the files and audit them."""
    lay_out(root, {path: text for path, text in files.items() if isinstance(text, str)})
    for path, content in files.items():
        if isinstance(content, bytes):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
    git(root, "add", "-A", "-f")
    git(root, "commit", "-q", "--allow-empty", "-m", "more")
    repo = Inventory(root, history=False)
    return repo, audit(repo, load_profile(repo).profile)


def only(repo: Inventory) -> Component:
    """The one component."""
    (component,) = repo.components
    return component


def failed(report: Report, check: str) -> bool:
    """Whether a check failed; it must exist."""
    (finding,) = [f for f in report.findings if f.check == check]
    return finding.kind is Kind.FAIL


def paths(report: Report) -> set[str]:
    """Files that hold secrets."""
    return {e.path for f in report.findings if f.check == "no-secret-in-code" and f.kind is Kind.FAIL for e in f.evidence}


@pytest.mark.parametrize("path", ["backend/service/web.py", "src/shop/__init__.py", "run.py", "shop/core/application.py"])
def test_the_entry_point_stands_elsewhere(path: str, tmp_path: Path) -> None:
    component = only(look(tmp_path, {path: FLASK, "requirements.txt": "flask==3.1.0\n"})[0])
    assert component.framework == "flask"
    assert (
        component.entrypoint is not None and path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2] in component.entrypoint
    )


def test_the_majority_of_imports_names_the_wrong_framework(tmp_path: Path) -> None:
    bot = "import discord\n\nclient = discord.Client(intents=None)\n\nif __name__ == '__main__':\n    client.run('x')\n"
    helpers = {f"pages/p{n}.py": "from flask import jsonify\n\n\ndef show():\n    return jsonify({})\n" for n in range(5)}
    component = only(look(tmp_path, {"bot.py": bot, "requirements.txt": "discord.py\nflask\n", **helpers})[0])
    assert component.framework != "flask" and component.kind in ("worker", "bot")
    assert component.port is None


def test_no_manifest_at_the_root(tmp_path: Path) -> None:
    files = {
        "backend/app.py": FLASK,
        "backend/requirements.txt": "flask\n",
        "frontend/package.json": REACT,
    }
    repo, _ = look(
        tmp_path, {**files, "frontend/public/index.html": "<div id=root></div>", "frontend/src/index.js": "import React from 'react';\n"}
    )
    assert [(c.path, c.framework, c.entrypoint) for c in repo.components if c.path == "backend"] == [("backend", "flask", "app:app")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_requirements_in_other_encodings(encoding: str, tmp_path: Path) -> None:
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    listed = (mark + "flask==3.1.0\r\nredis==5.0.0\r\n").encode(encoding)
    repo, report = look(tmp_path, {"app.py": "import redis\n" + FLASK, "requirements.txt": listed})
    assert imported_but_undeclared(repo) == ()
    assert only(repo).framework == "flask"
    assert not [f for f in report.findings if "could not be judged" in f.message]


@pytest.mark.parametrize(
    "text", ["%matplotlib inline\n!pip install flask\n", "def f[T: (int, str) = int](x: T): ...\n", "print 'two'\n", "x = = 1\n"]
)
def test_python_that_the_interpreter_cannot_parse(text: str, tmp_path: Path) -> None:
    repo, _ = look(tmp_path, {"app.py": FLASK + "import os\nos.environ['SHOWN']\n" + text, "requirements.txt": "flask\n"})
    assert only(repo).framework == "flask"
    assert "SHOWN" in [v.name for v in repo.environment]


def test_tracked_files_that_are_also_ignored(tmp_path: Path) -> None:
    files = {
        ".gitignore": "*.env\n.env\nconf/\n",
        ".env": f"API_TOKEN={VALUE}\n",
        "conf/a.yaml": f"password: {PASSWORD}\n",
        "app.py": FLASK,
    }
    assert {".env", "conf/a.yaml"} & paths(look(tmp_path, files)[1])


@pytest.mark.parametrize("folder", ["venv/lib/python3.12/site-packages/pkg", "node_modules/pkg", "env/Lib/site-packages/pkg"])
def test_committed_virtualenvs_and_node_modules(folder: str, tmp_path: Path) -> None:
    foreign = {
        f"{folder}/app.py": f"import django\npassword = '{PASSWORD}'\nDEBUG = True\n",
        f"{folder}/index.js": "require('express')().listen(1)",
    }
    repo, report = look(tmp_path, {"app.py": FLASK, "requirements.txt": "flask\n", **foreign})
    assert only(repo).framework == "flask"
    ours = [f for f in report.findings if f.kind is Kind.FAIL and any(e.path.startswith(folder) and e.line for e in f.evidence)]
    assert [f.check for f in ours] == []


def test_the_development_container_is_not_the_image(tmp_path: Path) -> None:
    files = {
        "app.py": FLASK,
        "requirements.txt": "flask\n",
        ".devcontainer/Dockerfile": "FROM mcr.microsoft.com/devcontainers/python:3\nEXPOSE 9\n",
    }
    repo, report = look(tmp_path, files)
    assert repo.has["dockerfile"] is False
    assert not failed(report, "image-runs-as-non-root")
    assert only(repo).port == 5000


def test_a_final_test_stage_is_not_the_production_image(tmp_path: Path) -> None:
    text = (
        'FROM python:3.14-slim AS production\nUSER 10001\nCMD ["gunicorn", "app:app"]\n\n'
        'FROM production AS test\nUSER root\nRUN pip install pytest\nCMD ["pytest"]\n'
    )
    _, report = look(tmp_path, {"app.py": FLASK, "requirements.txt": "flask\n", "Dockerfile": text})
    assert not failed(report, "image-runs-as-non-root")


def test_settings_split_in_modules(tmp_path: Path) -> None:
    files = {
        "manage.py": "import os\nimport django\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.dev')\n",
        "requirements.txt": "django\n", "shop/__init__.py": "", "shop/settings/__init__.py": "",
        "shop/settings/base.py": "DEBUG = False\nINSTALLED_APPS = []\nROOT_URLCONF = 'shop.urls'\n",
        "shop/settings/dev.py": "from .base import *\nDEBUG = True\n",
        "shop/settings/production.py": "from .base import *\nDEBUG = False\n", "shop/urls.py": "urlpatterns = []\n",
        "shop/wsgi.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.production')\n",
    }  # fmt: skip
    assert not failed(look(tmp_path, files)[1], "debug-is-off")


def test_debug_on_a_line_below_the_call(tmp_path: Path) -> None:
    started = "\nif __name__ == '__main__':\n    app.run(\n        host='0.0.0.0',\n        port=5000,\n        debug=True,\n    )\n"
    assert failed(look(tmp_path, {"app.py": FLASK + started, "requirements.txt": "flask\n"})[1], "debug-is-off")


def test_timeout_on_a_line_below_the_call(tmp_path: Path) -> None:
    call = "import requests\n\n\ndef get():\n    return requests.get(\n        'https://example.com',\n        timeout=5,\n    )\n"
    assert not failed(look(tmp_path, {"app.py": FLASK + call, "requirements.txt": "flask\nrequests\n"})[1], "outbound-calls-have-timeouts")


def test_listed_and_not_used_used_and_not_listed(tmp_path: Path) -> None:
    files = {"app.py": FLASK + "import redis\n\nredis.Redis()\n", "requirements.txt": "flask\npymongo\nopenai\n"}
    repo, _ = look(tmp_path, files)
    assert "redis" in [t.name for t in repo.datastores]
    assert "openai" not in [t.name for t in repo.llm_providers]


def test_model_names_in_documents_are_no_providers(tmp_path: Path) -> None:
    files = {
        "app.py": FLASK,
        "requirements.txt": "flask\n",
        "README.md": "# Shop\n\nWorks with OpenAI gpt-4o and Claude (claude-sonnet-4).\n",
    }
    assert look(tmp_path, files)[0].llm_providers == ()


@pytest.mark.parametrize(
    "text", ["", "def test_x():\n    pass\n", "def test_x():\n    assert True\n", "# TODO: write tests\n", "import unittest\n"]
)
def test_stubs_are_no_tests(text: str, tmp_path: Path) -> None:
    assert look(tmp_path, {"app.py": FLASK, "requirements.txt": "flask\n", "tests/test_app.py": text})[0].has["tests"] is False


def test_a_worker_has_no_port(tmp_path: Path) -> None:
    text = "from celery import Celery\n\napp = Celery('a', broker='redis://localhost')\n\n\n@app.task\ndef add(a, b):\n    return a + b\n"
    component = only(look(tmp_path, {"tasks.py": text, "requirements.txt": "celery\nredis\n"})[0])
    assert (component.kind, component.port) == ("worker", None)


def test_the_port_is_the_one_listened_on_not_the_exposed_one(tmp_path: Path) -> None:
    files = {
        "app.py": FLASK + "\nif __name__ == '__main__':\n    app.run(host='0.0.0.0', port=8080)\n", "requirements.txt": "flask\n",
        "Dockerfile": "FROM python:3.14-slim\nCOPY . .\nEXPOSE 5000\nCMD [\"python\", \"app.py\"]\n",
    }  # fmt: skip
    assert only(look(tmp_path, files)[0]).port == 8080


SECRETS = {
    "list item of YAML": ("conf/users.yaml", f"users:\n  - name: a\n    password: {PASSWORD}\n"),
    "arguments in a list": ("deploy/job.yaml", f"args:\n  - --api-key={VALUE}\n"),
    "Terraform default": ("infra/main.tf", f'variable "db_password" {{\n  type    = string\n  default = "{PASSWORD}"\n}}\n'),
    "prompt file": ("prompts/system.txt", f"You may call the service.\nAPI_KEY={VALUE}\n"),
    "Markdown": ("docs/setup.md", f"Run it:\n\n```\nexport API_TOKEN={VALUE}\n```\n"),
    "JSON data": ("data/config.json", f'{{"users": [{{"apiKey": "{VALUE}"}}]}}\n'),
    "or literal": ("src/a.js", f"const secretKey = process.env.SECRET_KEY || '{VALUE}';\n"),
    "default of get": ("conf.py", f'import os\n\nAPI_KEY = os.environ.get("API_KEY", "{VALUE}")\n'),
}
HARMLESS = {
    "placeholder": ("conf.py", f'OPENAI_API_KEY = "sk-{"x" * 32}"\n'),
    "publishable key": ("src/pay.js", f"const publishableKey = 'pk_live_{VALUE[:24]}';\n"),
    "integrity": ("index.html", f'<script src="https://cdn/x.js" integrity="sha384-{VALUE}{VALUE}" crossorigin="anonymous"></script>\n'),
    "alphabet": ("ids.py", 'KEY_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"\n'),
    "encrypted": ("src/application.properties", f"spring.datasource.password=ENC({VALUE})\n"),
}


@pytest.mark.parametrize("name", SECRETS)
def test_places_that_hold_secrets(name: str, tmp_path: Path) -> None:
    path, text = SECRETS[name]
    repo, report = look(tmp_path, {"app.py": FLASK, "requirements.txt": "flask\n", path: text})
    assert path in {hit.location.path for hit in repo.secrets}
    assert VALUE not in repr(report) and PASSWORD not in repr(report)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_looks_like_a_secret(name: str, tmp_path: Path) -> None:
    path, text = HARMLESS[name]
    assert look(tmp_path, {"app.py": FLASK, "requirements.txt": "flask\n", path: text})[0].secrets == ()
