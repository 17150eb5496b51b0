"""Django: the probes stand in front of it, its middleware is joined before the application is made, and its own LOGGING stays in force."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from prodify.data import requirement
from prodify.inventory import Inventory
from prodify.profile import Profile
from prodify.recipes.observability.telemetry import covers
from tests.recipes.conftest import MakeRepo, RenderTree

WSGI = (
    "import os\n\nfrom django.core.wsgi import get_wsgi_application\n\n"
    'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n\napplication = get_wsgi_application()\n'
)
SETTINGS = (
    'import os\n\nSECRET_KEY = os.environ["SECRET_KEY"]\nDEBUG = os.environ.get("DJANGO_DEBUG") == "1"\nALLOWED_HOSTS = ["example.org"]\n'
    'ROOT_URLCONF = "shop.urls"\nINSTALLED_APPS = []\nMIDDLEWARE = ("django.middleware.common.CommonMiddleware",)\n'
    'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},\n'
    '             "reports": {"ENGINE": "django.db.backends.sqlite3", "NAME": "/nowhere/at/all.db"}}\n'
)
URLS = (
    "from django.http import HttpResponse\nfrom django.urls import path\n\n\n"
    'def home(request):\n    return HttpResponse("hello")\n\n\ndef boom(request):\n    raise RuntimeError("broken")\n\n\n'
    'urlpatterns = [path("", home), path("boom/", boom)]\n'
)
DJANGO = {
    "manage.py": (
        'import os\nimport sys\n\nfrom django.core.management import execute_from_command_line\n\nif __name__ == "__main__":\n'
        '    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n    execute_from_command_line(sys.argv)\n'
    ),
    "shop/__init__.py": "",
    "shop/wsgi.py": WSGI,
    "shop/settings.py": SETTINGS,
    "shop/urls.py": URLS,
    "requirements.txt": "django\n",
}


def test_what_is_wired_stands_in_the_order_that_works(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    tree = render_tree(["telemetry", "health"], make_repo(DJANGO), Profile())
    assert set(tree) == {"requirements.txt", "shop/health.py", "shop/telemetry.py", "shop/wsgi.py"}
    lines = [ast.unparse(node) for node in ast.parse(tree["shop/wsgi.py"]).body]
    assert lines[0] == "from shop import telemetry"
    assert lines[-4:] == [
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')",
        "telemetry.instrument()",
        "application = get_wsgi_application()",
        "application = answered(application)",
    ]
    assert requirement("opentelemetry-instrumentation-django") in tree["requirements.txt"].splitlines()
    assert "redis" not in tree["shop/health.py"]


def test_the_second_run_wants_the_same(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    root = make_repo(DJANGO)
    first = render_tree(["telemetry", "health"], root, Profile())
    for path, text in first.items():
        (root / path).write_text(text, encoding="utf-8")
    assert render_tree(["telemetry", "health"], root, Profile()) == {p: first[p] for p in ("shop/telemetry.py", "shop/health.py")}
    assert covers(Inventory(root))


def test_the_local_stack_starts_djangos_server(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    text = render_tree(["local-stack"], make_repo(DJANGO), Profile())["compose.observability.yaml"]
    assert "python manage.py runserver" in text
    assert "uvicorn" not in text


def test_readiness_that_is_there_is_kept(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    root = make_repo({**DJANGO, "shop/urls.py": URLS.replace('path("", home)', 'path("", home), path("readyz", home)')})
    assert render_tree(["health"], root, Profile()) == {}


ASK = """
import io, json, sys
from shop.wsgi import application

def ask(path, host="example.org"):
    said = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "x", "SERVER_PORT": "80",
               "HTTP_HOST": host, "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http"}
    body = b"".join(application(environ, lambda status, headers: said.append(status)))
    return said[0].split()[0], body.decode() if "json" in path or path.endswith("z") else ""

print("ANSWERS", json.dumps([ask(path, host) for path, host in json.loads(sys.argv[1])]))
"""


def ask(root: Path, tree: dict[str, str], *requests: tuple[str, str], **environment: str) -> tuple[list[list[str]], list[str]]:
    """Answers, and every line of the log, from a process of its own."""
    pytest.importorskip("opentelemetry.instrumentation.django", reason="the packages of requirements/e2e.in are not installed")
    for path, text in tree.items():
        (root / path).write_text(text, encoding="utf-8")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("OTEL_", "DJANGO_")) and k != "ENVIRONMENT"}
    done = subprocess.run(
        [sys.executable, "-c", ASK, json.dumps(requests)], cwd=root, env={**clean, "SECRET_KEY": "for-this-test-only", **environment},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = (done.stdout + done.stderr).splitlines()
    answers = next(line for line in lines if line.startswith("ANSWERS "))
    return json.loads(answers.removeprefix("ANSWERS ")), [line for line in lines if line != answers]


def test_every_database_is_asked_and_probes_come_with_any_host(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    root = make_repo(DJANGO)
    tree = render_tree(["telemetry", "health"], root, Profile())
    answers, lines = ask(root, tree, ("/healthz", "10.1.2.3"), ("/readyz", "10.1.2.3"), ("/", "10.1.2.3"), ("/", "example.org"))
    assert answers == [
        ["200", '{"status": "ok"}'],
        ["503", '{"status": "failing", "failing": ["database reports"]}'],
        ["400", ""],
        ["200", ""],
    ]
    assert any("database reports does not answer: OperationalError" in line for line in lines)
    assert "/nowhere" not in "".join(lines)


LOGGING = {
    "django's own": "",
    "a console": (
        'LOGGING = {"version": 1, "handlers": {"console": {"class": "logging.StreamHandler"}},\n'
        '           "root": {"handlers": ["console"], "level": "INFO"},\n'
        '           "loggers": {"django": {"handlers": ["console"], "level": "INFO", "propagate": False}}}\n'
    ),
    "loggers switched off": 'LOGGING = {"version": 1, "disable_existing_loggers": True, "loggers": {"shop.orders": {"level": "DEBUG"}}}\n',
    "none": "LOGGING_CONFIG = None\n",
}


@pytest.mark.parametrize("debug", ["0", "1"], ids=["", "debug"])
@pytest.mark.parametrize("logging", LOGGING.values(), ids=LOGGING)
def test_each_line_is_json_and_stands_once(make_repo: MakeRepo, render_tree: RenderTree, logging: str, debug: str) -> None:
    root = make_repo({**DJANGO, "shop/settings.py": SETTINGS + logging})
    tree = render_tree(["telemetry", "health"], root, Profile())
    answers, lines = ask(root, tree, ("/boom/", "example.org"), ("/nowhere", "example.org"), ("/", "example.org"), DJANGO_DEBUG=debug)
    assert [status for status, _ in answers] == ["500", "404", "200"]
    entries = [json.loads(line) for line in lines]
    assert [(e["level"], e["message"]) for e in entries if e["logger"].startswith("django")] == [("ERROR", "Internal Server Error: /boom/")]
    requests = [(e["http.route"], e["http.response.status_code"]) for e in entries if "http.route" in e]
    assert requests == [("boom/", 500), ("", 404), ("", 200)]


def test_files_of_the_settings_logging_stay(make_repo: MakeRepo, render_tree: RenderTree, tmp_path: Path) -> None:
    kept = tmp_path / "errors.log"
    file = f'"file": {{"class": "logging.FileHandler", "filename": {str(kept)!r}, "level": "ERROR"}}'
    logging = f'LOGGING = {{"version": 1, "handlers": {{{file}}}, "loggers": {{"django": {{"handlers": ["file"], "level": "INFO"}}}}}}\n'
    root = make_repo({**DJANGO, "shop/settings.py": SETTINGS + logging})
    _, lines = ask(root, render_tree(["telemetry", "health"], root, Profile()), ("/boom/", "example.org"))
    assert kept.read_text().count("Internal Server Error: /boom/") == 1
    assert sum("Internal Server Error" in line for line in lines) == 1
