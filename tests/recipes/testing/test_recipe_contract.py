"""The contract tests really run: green at once, recorded by one command, red on every field that is taken away."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from prodify.data import rows
from prodify.inventory import Inventory
from prodify.profile import Profile
from prodify.recipes.testing.contract import documented, interactions
from tests.recipes.conftest import commit_all

RenderTree = Callable[..., dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
FOLDER = "tests/characterisation"
TESTS = f"{FOLDER}/test_contract.py"


@pytest.fixture
def example(tmp_path: Path) -> Callable[[str], Path]:
    def copied(name: str) -> Path:
        shutil.copytree(EXAMPLES / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.db", "*.sqlite3", "uploads"))
        return commit_all(tmp_path / name)

    return copied


def needs(*packages: str) -> None:
    for package in packages:
        pytest.importorskip(package, reason=f"the service under test needs {package}")


def laid_out(root: Path, render_tree: RenderTree) -> Path:
    for path, text in render_tree(["unit", "contract"], root, Profile()).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def run(root: Path, **environment: str) -> tuple[int, str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("COV_", "PYTEST_"))}
    clean |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rxfs", "-p", "no:cacheprovider", TESTS],
        cwd=root, env=clean, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def edited(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def record(root: Path) -> dict[str, Any]:
    code, output = run(root, RECORD="1")
    assert code == 0, output
    found: dict[str, Any] = json.loads((root / FOLDER / "contract.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", ["where2eat-prototype", "fastapi-trails", "django-notes"])
def test_what_is_written_for_the_examples(
    name: str, example: Callable[[str], Path], render_tree: RenderTree, golden: Callable[..., None]
) -> None:
    golden(f"contract/{name.partition('-')[0]}", render_tree(["contract"], example(name), Profile()))


@pytest.mark.tools
def test_flask(example: Callable[[str], Path], render_tree: RenderTree) -> None:
    needs("flask", "sqlalchemy", "openai", "flask_cors", "dotenv", "requests")
    root = laid_out(example("where2eat-prototype"), render_tree)
    code, output = run(root)
    assert (code, "6 passed, 1 skipped" in output) == (0, True), output
    # Without a record: what the code writes out.
    shutil.copy(root / "api.py", root / "api.before")
    edited(root / "api.py", '"craving": group.craving,', "")
    code, output = run(root)
    assert code == 1 and "['craving'] == []" in output, output
    shutil.copy(root / "api.before", root / "api.py")
    # With one: also what comes out of the models.
    answers = record(root)["answers"]
    assert answers["GET /api/groups/<int:group_id>/results"]["shape"][0]["rating"] == "number"
    assert {answer["type"] for answer in answers.values()} == {"application/json"}
    assert run(root)[0] == 0
    edited(root / "models.py", '"rating": self.rating', '"rating": str(self.rating)')
    code, output = run(root)
    assert code == 1 and "the answer[].rating was number and is string" in output, output
    edited(root / "models.py", '"rating": str(self.rating)', '"stars": self.rating')
    code, output = run(root)
    assert code == 1 and "the answer[].rating is gone" in output, output


@pytest.mark.tools
def test_fastapi(example: Callable[[str], Path], render_tree: RenderTree) -> None:
    needs("fastapi", "httpx", "sqlalchemy", "aiosqlite", "openai", "dotenv", "schemathesis", "uvicorn")
    root = laid_out(example("fastapi-trails"), render_tree)
    code, output = run(root)
    assert code == 0, output
    assert "'GET /api/trails/{trail_id}/plan': ['ServerError']" in output, "a trail that is not there is an error 500"
    known = record(root)
    assert known["violations"]["GET /api/trails/{trail_id}/plan"] == ["ServerError"]
    assert known["violations"]["GET /api/trails"] == []
    assert run(root)[0] == 0, "what is on record is known, and the requests are the same in every run"

    shutil.copy(root / "trails/models.py", root / "models.before")
    edited(root / "trails/models.py", "    region: Mapped[str] = mapped_column(String(100))\n", "")
    edited(root / "trails/routes.py", "SELECT id, name, region FROM", "SELECT id, name, '' AS region FROM")
    code, output = run(root)
    assert code == 1 and "the answer[].region is gone" in output, output
    shutil.copy(root / "models.before", root / "trails/models.py")

    edited(root / "trails/schemas.py", "    text: str", "    words: str")
    edited(root / "trails/routes.py", "text=new.text", "text=new.words")
    code, output = run(root)
    assert code == 1 and "FAILED tests/characterisation/test_contract.py::test_the_description_is_the_one_on_record" in output, output
    assert record(root)["violations"] == known["violations"], "the change is accepted by one command"
    code, output = run(root)
    assert code == 0, output

    edited(root / "trails/routes.py", "    db.add(report)\n", "    assert len(new.words) < 7\n    db.add(report)\n")
    code, output = run(root)
    assert code == 1 and "{'POST /api/trails/{trail_id}/reports': ['ServerError']}" in output, output


@pytest.mark.tools
def test_django(example: Callable[[str], Path], render_tree: RenderTree) -> None:
    needs("django", "requests")
    root = laid_out(example("django-notes"), render_tree)
    code, output = run(root)
    assert code == 0, output
    assert record(root)["answers"]["GET /api/notes/"]["shape"] == [{"id": "number", "notebook": "string", "title": "string"}]
    assert run(root)[0] == 0
    edited(root / "notes/views.py", '"title": n.title, ', "")
    code, output = run(root)
    assert code == 1 and "the answer[].title is gone" in output, output


def test_fields_are_told_from_the_code_of_good_answers_only(make_repo: MakeRepo) -> None:
    from prodify.recipes.shared.layout import main_component
    from prodify.recipes.testing.promises import promised
    from prodify.recipes.testing.routes import cases

    app = (
        "from flask import Flask, jsonify\napp = Flask(__name__)\n"
        "@app.get('/a')\ndef a():\n    if x():\n        return jsonify({'error': 1}), 404\n    return jsonify({'id': 1, 'name': 2})\n"
        "@app.get('/b')\ndef b():\n    if x():\n        return {'id': 1}\n    return {'id': 1, 'more': 2}, 201\n"
        "@app.get('/c')\ndef c():\n    if x():\n        return jsonify([1])\n    return {'id': 1}\n"
        "@app.get('/d')\ndef d():\n    return {'id': 1, **more()}\n"
        "@app.get('/e')\n@login_required\ndef e():\n    return {'id': 1}\n"
        "@app.route('/f', methods=['GET', 'POST'])\ndef f():\n    return {'id': 1}\n"
    )
    repo = Inventory(make_repo({"app.py": app, "requirements.txt": "flask\n"}))
    component = main_component(repo)
    assert component is not None
    found = {case.rule: promised(repo, component, case) for case in cases(repo, component)}
    assert found == {"/a": (True, ("id", "name")), "/b": (True, ("id",)), "/c": (True, ()), "/d": (True, ()), "/e": (False, ()),
                     "/f": (True, ())}  # fmt: skip


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f():\n    return requests.get(URL).json()['a']['b'][0].get('c')\n", {"a": False, "a.b": False, "a.b[].c": True}),
        ("def f():\n    for x in requests.get(URL).json():\n        print(x['id'])\n", {"[].id": False}),
        ("def f():\n    return [x['id'] for i, x in enumerate(g())]\ndef g():\n    r = requests.get(URL)\n    return r.json()['all']\n",
         {"all": False, "all[].id": False}),
        ("def f():\n    show(requests.get(URL).json())\ndef show(it):\n    print(it.get('x') or it['x'])\n", {"x": False}),
        ("def f():\n    return json.loads(requests.get(URL).text)['y']\n", {"y": False}),
        ("def f():\n    return requests.get(URL).json()\n", {}),
        ("def f(d):\n    requests.get(URL)\n    return d['not']\n", {}),
        ("def f():\n    r = requests.get(URL)\n    return r.headers['Date']\n", {}),
        ("def f(db):\n    r = requests.get(URL).json()\n    a = r['a']\n    r = db.find(a)\n    return r['not']\n", {"a": False}),
    ],
)  # fmt: skip
def test_the_fields_that_code_reads(code: str, expected: dict[str, bool], make_repo: MakeRepo) -> None:
    text = f"import json\nimport requests\nURL = 'https://api.example.org/x'\n{code}"
    reads = Inventory(make_repo({"app.py": text, "requirements.txt": "requests\n"})).answer_reads
    assert [dict(read.fields) for read in reads] == ([expected] if expected else [])
    assert all(read.provider == "api.example.org" for read in reads)


def test_what_is_read_of_other_services_is_held_against_their_documentation(example: Callable[[str], Path]) -> None:
    reads = Inventory(example("where2eat-prototype")).answer_reads
    entries = {entry["id"]: entry for entry in interactions(reads)}
    assert set(entries) == {"openai-ask-gpt", "maps-googleapis-com-search-places"}
    assert entries["maps-googleapis-com-search-places"]["reads"]["results[].name"] == "required"
    assert all(documented(read) is not None for read in reads)


def test_pages_alone_promise_nothing_and_import_nothing_for_it(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    code = "import requests\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/')\ndef index():\n"
    code += "    return '<p>' + requests.get('https://api.example.org/x', timeout=3).json()['a']\n"
    tree = render_tree(["unit", "contract"], make_repo({"app.py": code, "requirements.txt": "flask\nrequests\n"}), Profile())
    text = tree[f"{FOLDER}/test_contract.py"]
    assert "CONSUMED" in text and "PROMISED" not in text
    tokens = [line.split()[-1] for line in text.splitlines() if line.startswith("import ")]
    assert all(re.search(rf"^(?!import).*\b{re.escape(name)}\b", text, re.MULTILINE) for name in tokens), tokens


@pytest.mark.tools
def test_a_field_that_the_other_side_takes_away_is_noticed(example: Callable[[str], Path], render_tree: RenderTree) -> None:
    needs("flask", "sqlalchemy", "openai", "flask_cors", "dotenv", "requests")
    root = laid_out(example("where2eat-prototype"), render_tree)
    saved = root / FOLDER / "answers" / "maps-googleapis-com-search-places.json"
    saved.parent.mkdir()
    places: list[dict[str, object]] = [{"name": "A", "rating": 4, "formatted_address": "x"}, {"name": "B"}]
    saved.write_text(json.dumps({"results": places}))
    assert run(root)[0] == 0, "what the code can do without may be missing here and there"
    saved.write_text(json.dumps({"results": [places[0], {"rating": 4}]}))
    code, output = run(root)
    assert code == 1 and "['results[].name'] == []" in output, output
    saved.write_text(json.dumps({"results": [{"name": "A"}]}))
    code, output = run(root)
    assert code == 1 and "results[].rating" in output, "but not everywhere"


@pytest.mark.tools
def test_an_answer_that_nobody_documented_is_asked_for(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    needs("flask", "requests")
    app = (
        "import requests\nfrom flask import Flask, jsonify\n\napp = Flask(__name__)\n\n\n@app.get('/api/now')\ndef now():\n"
        "    return jsonify({'it': requests.get('https://weather.example.org/now', timeout=1).json()['celsius']})\n"
    )
    root = laid_out(make_repo({"app.py": app, "requirements.txt": "flask\nrequests\n"}), render_tree)
    code, output = run(root)
    assert code == 0 and "save an answer of weather.example.org as answers/weather-example-org-now.json" in output, output


@pytest.mark.tools
def test_without_the_tests_that_it_asks_with_it_says_so(flask_repo: Path, render_tree: RenderTree) -> None:
    tree = render_tree(["contract"], flask_repo, Profile())
    (flask_repo / TESTS).parent.mkdir(parents=True)
    (flask_repo / TESTS).write_text(tree[TESTS])
    assert "prodify apply . --recipe unit" in run(flask_repo)[1]


@pytest.mark.parametrize(
    "files",
    [
        {"app.py": "from flask import *\napp = Flask(__name__)\n@app.route('/')\ndef a():\n    return render_template('a')\n",
         "requirements.txt": "flask\n"},
        {"main.go": "package main\nfunc main() {}\n", "go.mod": "module x\n"},
    ],
)  # fmt: skip
def test_nothing_where_no_program_reads_an_answer(files: dict[str, str], make_repo: MakeRepo, render_tree: RenderTree) -> None:
    assert render_tree(["contract"], make_repo(files), Profile()) == {}


def test_a_second_run_on_the_result_wants_the_same(example: Callable[[str], Path], render_tree: RenderTree) -> None:
    root = laid_out(example("fastapi-trails"), render_tree)
    again = render_tree(["contract"], root, Profile())
    assert {path for path, text in again.items() if (root / path).read_text() != text} == set()


def test_every_row_of_the_table_is_dated_and_has_an_answer() -> None:
    for row in rows("answers"):
        assert row["words"] and row["answer"] and row["source"] and row["as_of"] >= "2026-11-01"


@pytest.mark.parametrize(
    ("pin", "language", "fits"), [("anyio==4.9.0", "3.12", True), ("anyio==3.7.1", "3.12", False), ("", "3.10", False)]
)
def test_schemathesis_is_asked_for_only_where_it_can_be_installed(
    pin: str, language: str, fits: bool, tmp_path: Path, render_tree: Callable[..., dict[str, str]]
) -> None:
    (tmp_path / "main.py").write_text("from fastapi import FastAPI\napp = FastAPI()\n@app.get('/a')\ndef a(): return {'a': 1}\n")
    (tmp_path / "requirements.txt").write_text(f"fastapi==0.110.0\n{pin}\n")
    (tmp_path / ".python-version").write_text(f"{language}\n")
    tree = render_tree(["contract"], tmp_path, Profile())
    assert ("schemathesis" in tree["requirements-dev.txt"]) is fits
    assert 'importorskip("schemathesis"' in tree["tests/characterisation/test_contract.py"]
