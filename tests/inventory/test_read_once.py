"""An audit opens every file at most once and parses it at most once: counted, not timed."""

from __future__ import annotations

import ast
import os
from collections import Counter
from pathlib import Path
from typing import Any

import ast_grep_py
import pytest

from prodify.audit import audit
from prodify.inventory import Inventory
from prodify.profile import Profile

from .conftest import Repo

MODULES = 300


def _files() -> dict[str, str]:
    """A web service of some hundred files, with something to find for many checks."""
    many = {
        f"shop/part{n}.py": f"import os\nimport requests\n\n\ndef f{n}(c):\n    requests.get(os.environ['URL_{n}'])\n"
        "    return c.execute('x')\n"
        for n in range(MODULES)
    }
    tests = {f"tests/test_part{n}.py": f"def test_f{n}():\n    assert {n} + 1 == {n + 1}\n" for n in range(60)}
    return {
        **many,
        **tests,
        "app.py": "from flask import Flask\nfrom openai import OpenAI\n\napp = Flask(__name__)\nclient = OpenAI()\n\n\n@app.route('/')\n"
        "def home():\n    return client.chat.completions.create(model='m', messages=[])\n",
        "web/main.ts": "import express from 'express';\nconst app = express();\napp.get('/x', (q, r) => r.send('y'));\n",
        "requirements.txt": "flask==3.1.0\nrequests\nopenai\npsycopg\n",
        "package.json": '{"dependencies": {"express": "5.0.0"}}\n',
        "README.md": "# Shop\n\nRun `flask run`.\n",
        "Dockerfile": "FROM python:3.14-slim\nCOPY . .\nCMD ['gunicorn', 'app:app']\n",
        "compose.yaml": "services:\n  db:\n    image: postgres:18\n",
        ".github/workflows/ci.yml": "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: pytest\n",
    }


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return _files()


def test_every_file_is_opened_once_and_parsed_once(repo: Repo, texts: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    root = repo(texts).files.root
    opened: Counter[str] = Counter()
    parsed: Counter[str] = Counter()
    by_ast: Counter[str] = Counter()
    plain_open, plain_root, plain_parse = os.open, ast_grep_py.SgRoot, ast.parse

    def counted_open(path: Any, *arguments: Any, **options: Any) -> int:
        name = os.fspath(path)
        if isinstance(name, str) and name.startswith(f"{root}/"):
            opened[name.removeprefix(f"{root}/")] += 1
        return plain_open(path, *arguments, **options)

    def counted_root(text: str, language: str) -> Any:
        parsed[text] += 1
        return plain_root(text, language)

    def counted_parse(source: Any, *arguments: Any, **options: Any) -> Any:
        by_ast[str(source)] += 1
        return plain_parse(source, *arguments, **options)

    monkeypatch.setattr(os, "open", counted_open)
    monkeypatch.setattr(ast_grep_py, "SgRoot", counted_root)
    monkeypatch.setattr(ast, "parse", counted_parse)
    plain_path_open = Path.open

    def guarded_open(path: Path, *arguments: Any, **options: Any) -> Any:
        assert not path.is_relative_to(root), f"read past the index: {path.name}"
        return plain_path_open(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", guarded_open)
    report = audit(Inventory(root, history=False), Profile())
    assert [f.message for f in report.findings if "failed with" in f.message] == []
    code = {path: text for path, text in texts.items() if path.endswith(".py")}
    assert opened.keys() >= texts.keys()
    assert [path for path, times in opened.items() if times > 1] == []
    assert parsed[code["app.py"]] == 1  # the count sees the parser
    assert len(parsed) > MODULES / 2
    assert [text for text, times in parsed.items() if times > 1] == []
    assert [path for path, text in code.items() if by_ast[text] > 1] == []
