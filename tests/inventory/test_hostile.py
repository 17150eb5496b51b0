"""Whatever stands in a repository, the inventory answers: no exception, no endless run."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prodify.inventory import Inventory

from .conftest import Repo

NAMES = (
    "app.py",
    "setup.py",
    "pyproject.toml",
    "requirements.txt",
    "package.json",
    "server.js",
    "a.ts",
    "index.tsx",
    "go.mod",
    "main.go",
    "pom.xml",
    "A.java",
    "A.kt",
    "Gemfile",
    "a.rb",
    "config/routes.rb",
    "Cargo.toml",
    "src/main.rs",
    "composer.json",
    "index.php",
    "A.csproj",
    "Program.cs",
    "Procfile",
    "Dockerfile",
    "compose.yaml",
    ".env",
    "tests/test_a.py",
    "a.test.js",
    "urls.py",
    ".devcontainer/devcontainer.json",
    "README.md",
)
QUESTIONS = (
    "components",
    "kind",
    "routes",
    "environment",
    "datastores",
    "brokers",
    "llm_providers",
    "outbound_calls",
    "model_calls",
    "tests",
    "has",
)


def ask_everything(root: Path) -> None:
    inv = Inventory(root)
    for question in QUESTIONS:
        assert getattr(inv, question) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0\0\0",
        "{",
        "[]",
        "null",
        "[project]\nname = [",
        "((((((" * 200,
        "def f(:\n",
        "'" * 99,
        "\ufeff",
        "<xml",
        "a: &a [*a]\n",
        "FROM\n",
        "web:\n",
        '{"scripts": []}',
        '{"dependencies": ["x"], "bin": 3, "main": {}}',
        "import \n",
        "from . import (\n",
        "\x85\u2028x = 1\n",
        "if __name__ == '__main__'",
        "app = Flask(",
        "[tool.poetry]\nscripts = 1\n",
    ],
)
def test_malformed_files_of_every_kind(repo: Repo, text: str) -> None:
    ask_everything(repo(dict.fromkeys(NAMES, text)).files.root)


WORDS = st.sampled_from(
    [
        "from flask import Flask\n",
        "app = Flask(__name__)\n",
        "@app.route('/x')\n",
        "def f():\n",
        "    return\n",
        "app.run(port=",
        "express()",
        "router.get('/a',",
        "import ",
        "process.env.",
        "X",
        "(",
        ")",
        "{",
        "}",
        '"',
        "'",
        "\n",
        "os.environ[",
        "]",
        "urlpatterns = [path('', include('app'))]\n",
        "client.chat.completions.create(model=",
        "requests.get(",
        "while True:\n",
        "class A(discord.Client):\n",
        "if __name__ == '__main__':\n",
        "é",
        "\t",
        "=",
        "with x as y:\n",
        "func main() {",
        '#[get("/")]',
    ]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(WORDS, max_size=40).map("".join), st.sampled_from(NAMES))
def test_fragments_in_any_order(tmp_path: Path, text: str, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    ask_everything(tmp_path)


def test_import_cycles_end(repo: Repo) -> None:
    inv = repo(
        {
            "a.py": "from b import app\n@app.get('/x')\ndef x(): ...\n",
            "b.py": "from a import app\n",
            "urls.py": "from django.urls import include, path\nurlpatterns = [path('a/', include('urls'))]\n",
            "r.py": "from fastapi import APIRouter\nr = APIRouter(prefix='/r')\nr.include_router(r, prefix='/q')\n@r.get('/y')\n"
            "def y(): ...\n",
        }
    )
    assert ("/r/y") in [route.path for route in inv.routes]


def test_links_are_not_followed(repo: Repo, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "app.py").write_text("from flask import Flask\napp = Flask('x')\n")
    inv = repo({"README.md": "x"})
    (inv.files.root / "app.py").symlink_to(outside / "app.py")
    assert Inventory(inv.files.root).components == ()
