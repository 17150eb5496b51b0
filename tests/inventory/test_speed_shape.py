"""What makes an audit fast, held by counting instead of by the clock."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodify.checks import all_checks
from prodify.inventory.globs import glob_test
from prodify.reports.json import indented

from .conftest import Repo

_AUDIT = """
import dataclasses, json, re, sys
counts = {"dataclasses": 0, "patterns": 0}
make, compile = dataclasses.dataclass, re._compiler.compile
def dataclass(*arguments, **options):
    counts["dataclasses"] += options.get("init", True)
    return make(*arguments, **options)
def counted(*arguments):
    counts["patterns"] += 1
    return compile(*arguments)
dataclasses.dataclass, re._compiler.compile = dataclass, counted
from prodify.cli.app import run
code = run(["audit", sys.argv[1], "--format", "json", "-o", sys.argv[2]])
print(json.dumps({**counts, "code": code, "modules": sorted(sys.modules)}))
"""
SMALL = {
    "app.py": "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/')\ndef home():\n    return 'hi'\n",
    "requirements.txt": "flask==3.1.0\n",
    "README.md": "# Small\n",
    "Dockerfile": "FROM python:3.14-slim\nCOPY . .\nCMD ['gunicorn', 'app:app']\n",
}
HEAVY = ("pydantic", "rich", "jinja2", "libcst", "tomlkit", "git", "annotated_types", "yaml", "importlib.metadata", "asyncio")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    root = tmp_path_factory.mktemp("small")
    for path, text in SMALL.items():
        (root / path).write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", _AUDIT, str(root), str(root.parent / "out.json")], capture_output=True, text=True, check=True, timeout=60
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_an_audit_imports_nothing_heavy(run: dict[str, object]) -> None:
    modules = run["modules"]
    assert isinstance(modules, list) and run["code"] == 0
    assert [name for name in HEAVY if name in modules] == []
    commands = {"apply", "init", "plan", "undo", "verify", "upgrade", "explain", "detect"}
    assert [m for m in modules if m.startswith("prodify.cli.") and m.rpartition(".")[2] in commands] == []
    assert "prodify.changes" not in modules and "prodify.render" not in modules


def test_few_classes_and_patterns_are_compiled(run: dict[str, object]) -> None:
    assert isinstance(run["dataclasses"], int) and run["dataclasses"] <= 15
    assert isinstance(run["patterns"], int) and run["patterns"] <= 330


@pytest.mark.skipif(sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="no second process that would look for secrets")
def test_the_detector_is_loaded_in_the_second_process_alone(run: dict[str, object]) -> None:
    modules = run["modules"]
    assert isinstance(modules, list) and isinstance(run["patterns"], int)
    assert [name for name in modules if name.startswith(("prodify.inventory.secrets.rules", "hyperscan"))] == []
    assert len([name for name in modules if name.startswith("prodify")]) <= 290
    assert run["patterns"] <= 150


def test_only_candidates_are_parsed(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"pkg/m{number}.py": f'"""Text about execute and requests."""\n\n\ndef f{number}(x):\n    return x\n' for number in range(40)}
    web = "from requests import get as fetch\n\nfetch('x')\n"
    inv = repo({**files, "db.py": "def go(c, q):\n    return c.execute(q)\n", "web.py": web})
    assert [c.location.path for c in inv.python.calls("*.execute")] == ["db.py"]
    assert [c.location.path for c in inv.python.calls("requests.get")] == ["web.py"]
    assert list(inv.python.importing("requests")) == ["web.py"]
    assert sorted(inv.syntax._trees) == ["db.py", "web.py"]


@pytest.mark.parametrize(
    ("patterns", "name", "expected"),
    [
        (("requests.*",), "requests.get", True),
        (("requests.*",), "requestsx.get", False),
        (("*.execute",), "db.session.execute", True),
        (("*.execute",), "execute", False),
        (("print",), "print", True),
        (("a.*.c",), "a.b.c", True),
        (("a.*.c",), "a.b.d", False),
        (("*",), "anything", True),
        (("*.a.*",), "x.a.y", True),
        (("?.a",), "x.a", True),
        (("?.a",), "xx.a", False),
        (("a*a",), "a", False),
        (("a*a",), "aba", True),
        (("[ab].c", "x*"), "b.c", True),
        ((), "a", False),
    ],
)
def test_names_match_as_globs_do(patterns: tuple[str, ...], name: str, expected: bool) -> None:
    assert glob_test(patterns)(name) is expected is any(fnmatchcase(name, p) for p in patterns)


def test_the_import_lines_of_a_file_name_what_a_parse_finds(repo: Repo) -> None:
    text = "import os, requests as r\nfrom google.cloud import storage\nif True:\n    import flask.cli\nfrom . import near\n"
    inv = repo({"a.py": text})
    module = inv.python.module("a.py")
    assert module is not None
    assert set(inv.python.import_lines("a.py")) == {note.note for note in module.imported}
    assert [list(inv.python.importing(name)) for name in ("requests", "flask", "google.cloud.storage", "google")] == [
        ["a.py"], ["a.py"], [], ["a.py"],
    ]  # fmt: skip




def test_documentation_is_dedented_as_the_library_does() -> None:
    checks = all_checks()
    assert len(checks) > 100
    assert [c.id for c in checks if c.doc != inspect.cleandoc(c.run.__doc__ or "")] == []


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(_JSON)
def test_reports_are_written_as_the_library_does(value: object) -> None:
    assert indented(value) == json.dumps(value, indent=2, ensure_ascii=False)
