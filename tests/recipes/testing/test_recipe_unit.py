"""The characterisation tests really run: green on the untouched example, red on every change that they claim to notice."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from prodify.inventory import Inventory
from prodify.inventory.facts import Route
from prodify.model import Location
from prodify.profile import Profile
from prodify.recipes.shared.layout import main_component
from prodify.recipes.testing.routes import address, cases, plain_pages
from prodify.recipes.testing.unit import settings_of

RenderTree = Callable[..., dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
BASELINE = "tests/characterisation/baseline.json"


def write(root: Path, tree: Mapping[str, str]) -> None:
    for path, text in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def run(root: Path, **environment: str) -> tuple[int, str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("COV_", "PYTEST_"))}
    clean |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rxf", "-p", "no:cacheprovider", "tests/characterisation"],
        cwd=root, env=clean, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def needs(*packages: str) -> None:
    for package in packages:
        pytest.importorskip(package, reason=f"the service under test needs {package}")


def test_the_example(example_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("unit/example", render_tree(["unit"], example_repo, Profile()))


def test_the_small_service(flask_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("unit/flask", render_tree(["unit"], flask_repo, Profile()))


def test_every_route_and_method_of_the_example_is_asked(example_repo: Path) -> None:
    repo = Inventory(example_repo)
    component = main_component(repo)
    assert component is not None
    asked = {(case.method, case.rule) for case in cases(repo, component)}
    assert asked == {(method, route.path) for route in repo.routes for method in route.methods}
    assert len(asked) == 19
    assert plain_pages(repo, component) == ("/", "/login", "/search", "/signup")


@pytest.mark.tools
def test_green_on_the_untouched_example_and_red_once_it_differs_from_the_record(example_repo: Path, render_tree: RenderTree) -> None:
    needs("flask", "sqlalchemy", "openai", "flask_cors", "dotenv", "requests")
    write(example_repo, render_tree(["unit"], example_repo, Profile()))
    before = {path: path.read_bytes() for path in example_repo.rglob("*.py")}
    code, output = run(example_repo)
    assert code == 0, output
    assert "39 passed, 1 skipped" in output

    assert run(example_repo, RECORD="1")[0] == 0
    record = json.loads((example_repo / BASELINE).read_text())
    assert len(record) == 19
    assert record["GET /groups/<int:group_id>"]["status"] == 200, "the seeded row is found"
    assert {path: path.read_bytes() for path in example_repo.rglob("*.py")} == before
    assert not list(example_repo.rglob("*.db")), "the tests leave no database beside the code"

    app = example_repo / "app.py"
    app.write_text(app.read_text().replace('return redirect("/login")', 'return redirect("/")').replace("/signup", "/sign-up"))
    code, output = run(example_repo)
    assert code == 1
    assert "FAILED tests/characterisation/test_routes.py::test_the_route_is_served[GET /signup]" in output
    assert "FAILED tests/characterisation/test_routes.py::test_the_route_answers_as_it_does_today[POST /signup]" in output


BROKEN = (
    "import sqlite3\nimport urllib.request\nfrom flask import Flask, jsonify\n\napp = Flask(__name__)\n\n\n"
    '@app.get("/crash")\ndef crash():\n    return jsonify({}["x"])\n\n\n'
    '@app.get("/far")\ndef far():\n    return urllib.request.urlopen("https://example.org/").read()\n\n\n'
    '@app.get("/write")\ndef write():\n    sqlite3.connect("mine.db").execute("create table t (x)")\n    return jsonify({})\n'
)


@pytest.mark.tools
def test_errors_are_shown_and_nothing_is_reached_or_changed(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    needs("flask")
    root = make_repo({"app.py": BROKEN, "requirements.txt": "flask\n", "mine.db": ""})
    write(root, render_tree(["unit"], root, Profile()))
    code, output = run(root)
    assert code == 0, output
    assert "2 xfailed" in output
    assert "GET /crash answers 500 and nothing is on record yet" in output
    assert (root / "mine.db").read_bytes() == b""

    run(root, RECORD="1")
    assert json.loads((root / BASELINE).read_text())["GET /crash"]["status"] == 500
    assert run(root)[0] == 0, "what is on record is known"
    (root / "app.py").write_text(BROKEN.replace('jsonify({}["x"])', '"repaired"'))
    code, output = run(root)
    assert (code, "other than on record" in output) == (1, True)


@pytest.mark.tools
def test_an_application_that_does_not_start_is_red(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    needs("flask")
    root = make_repo({"app.py": BROKEN + "\n1 / 0\n", "requirements.txt": "flask\n"})
    write(root, render_tree(["unit"], root, Profile()))
    assert run(root)[0] == 1


FASTAPI = (
    "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n"
    '@app.get("/items/{item_id}")\ndef item(item_id: int):\n    return {"id": item_id}\n\n\n'
    '@app.post("/items")\ndef add(item: dict):\n    return {"ok": True}\n'
)


def test_a_fastapi_service(make_repo: MakeRepo, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    tree = render_tree(["unit"], make_repo({"main.py": FASTAPI, "requirements.txt": "fastapi\nuvicorn\n"}), Profile())
    golden("unit/fastapi", tree)
    assert "httpx==" in tree["requirements-dev.txt"]


@pytest.mark.tools
def test_a_fastapi_service_is_green(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    needs("fastapi", "httpx")
    root = make_repo({"main.py": FASTAPI, "requirements.txt": "fastapi\nuvicorn\n"})
    write(root, render_tree(["unit"], root, Profile()))
    code, output = run(root)
    assert code == 0, output
    assert "passed" in output


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("/a/<b>", "/a/sample"), ("/a/<int:b>/<float:c>", "/a/1/1.5"), ("/f/<path:p>", "/f/sample/sample"), ("/l/<any('x', 'y'):l>", "/l/x"),
     ("/u/<uuid:u>", "/u/00000000-0000-0000-0000-000000000001"), ("/n/<string(length=2):s>", "/n/sample"), ("/", "/")],
)  # fmt: skip
def test_addresses_fit_their_rules(rule: str, expected: str) -> None:
    assert address(Route(("GET",), rule, Location("app.py"), framework="flask")) == expected


def test_settings_hold_no_value_of_the_repository(example_repo: Path) -> None:
    settings, unset = settings_of(Inventory(example_repo), Profile())
    assert dict(settings)["DATABASE_URL"] == "{database}"
    assert dict(settings)["PLACES_BASE_URL"] == "{upstream}"
    assert dict(settings)["OPENAI_BASE_URL"] == "{upstream}/v1"
    values = {line.partition("=")[2] for line in (example_repo / ".env").read_text().splitlines() if "=" in line}
    assert not {value for value in values if len(value) > 5} & set(dict(settings).values())
    assert {"SEND_MAILS", "SMTP_PORT"} <= set(unset)


@pytest.mark.parametrize(
    "files",
    [
        {"manage.py": "import django\n", "requirements.txt": "django\n"},
        {"main.go": "package main\nfunc main() {}\n", "go.mod": "module x\n"},
        {"app.py": "from flask import Flask\napp = Flask(__name__)\n", "requirements.txt": "flask\n"},
        {"app.py": "print('hello')\n"},
    ],
)
def test_nothing_where_there_is_no_route_to_test(files: dict[str, str], make_repo: MakeRepo, render_tree: RenderTree) -> None:
    assert render_tree(["unit"], make_repo(files), Profile()) == {}


def test_a_second_run_on_the_result_wants_the_same(example_repo: Path, render_tree: RenderTree) -> None:
    first = render_tree(["unit"], example_repo, Profile())
    write(example_repo, first)
    shutil.rmtree(example_repo / "tests" / "__pycache__", ignore_errors=True)
    second = render_tree(["unit"], example_repo, Profile())
    assert {path: text for path, text in second.items() if first.get(path) != text} == {}


def test_where_no_file_lists_the_packages_the_tests_say_so(tmp_path: Path, render_tree: Callable[..., dict[str, str]]) -> None:
    (tmp_path / "app.py").write_text("from flask import Flask\napp = Flask(__name__)\n@app.get('/')\ndef home(): return 'x'\n")
    name = "tests/characterisation/conftest.py"
    assert 'importorskip("flask", reason="no file lists' in render_tree(["unit"], tmp_path, Profile())[name]
    (tmp_path / "requirements.txt").write_text("flask==3.1.0\n")
    assert "importorskip" not in render_tree(["unit"], tmp_path, Profile())[name]


def test_a_folder_that_is_a_package_of_the_same_name_is_not_in_the_way(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    app = "from flask import Flask\napp = Flask(__name__)\n@app.get('/')\ndef home(): return 'x'\n"
    files = {"shop/__init__.py": "", "shop/shop/__init__.py": "", "shop/shop/web.py": app, "shop/requirements.txt": "flask\n"}
    root = make_repo({**files, "shop/Procfile": "web: gunicorn shop.web:app\n"})
    tree = render_tree(["unit"], root, Profile())
    write(root, tree)
    assert "patch.delitem(sys.modules" in tree["shop/tests/characterisation/conftest.py"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=root / "shop", capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]
