"""What the pipeline installs for tests: where the project itself lists it, and never twice in two versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from prodify.inventory import Inventory
from prodify.profile import Profile
from prodify.recipes.ci.project import TOOLS, missing_tools, python_project
from prodify.recipes.ci.testlists import DEV_REQUIREMENTS
from tests.cli.helpers import prodify

MakeRepo = Callable[[Mapping[str, str]], Path]
RenderTree = Callable[..., dict[str, str]]
APP = "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/')\ndef index():\n    return ''\n"
PROJECT = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["flask"]\n'
BUILT = PROJECT + '\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
SETUP = "from setuptools import setup\n\nsetup(name='shop', py_modules=['app'], install_requires=['flask'])\n"
LISTS = "--requirement requirements.txt --requirement"
KINDS: dict[str, tuple[dict[str, str], str, tuple[str, ...]]] = {
    "a list of tests beside": (
        {"requirements.txt": "flask\n", "requirements-ci.txt": "-r requirements.txt\npytest\npytest-cov\n"},
        f"{LISTS} requirements-ci.txt --requirement {DEV_REQUIREMENTS}",
        ("ruff",),
    ),
    "the better of two lists": (
        {"requirements.txt": "flask\n", "requirements-dev-all.txt": "pytest\nblack\n", "test-requirements.txt": "pytest==8.3.5\n"},
        f"{LISTS} test-requirements.txt --requirement {DEV_REQUIREMENTS}",
        ("ruff", "pytest-cov"),
    ),
    "a folder of lists": (
        {"requirements/base.txt": "flask\n", "requirements/local.txt": "-r base.txt\n-r test.txt\n", "requirements/test.txt": "pytest\n"},
        f"--requirement requirements/base.txt --requirement requirements/test.txt --requirement {DEV_REQUIREMENTS}",
        ("ruff", "pytest-cov"),
    ),
    "tools of another folder": (
        {"requirements.txt": "flask\n", "docs/requirements.txt": "pytest\npytest-cov\nruff\n"},
        f"{LISTS} {DEV_REQUIREMENTS}",
        ("ruff", "pytest", "pytest-cov"),
    ),
    "an extra of a package": (
        {"pyproject.toml": BUILT + '\n[project.optional-dependencies]\ntest = ["pytest"]\ndocs = ["mkdocs"]\n'},
        f"--editable '.[test]' --requirement {DEV_REQUIREMENTS}",
        ("ruff", "pytest-cov"),
    ),
    "uv with an extra and a group": (
        {
            "pyproject.toml": PROJECT + '\n[project.optional-dependencies]\ndev = ["pytest"]\n\n[dependency-groups]\ntesting = ["ruff"]\n',
            "uv.lock": "version = 1\n",
        },
        "uv sync --locked --extra dev --group testing",
        ("pytest-cov",),
    ),
    "setup.py alone": ({"setup.py": SETUP}, f"--editable . --requirement {DEV_REQUIREMENTS}", ("ruff", "pytest", "pytest-cov")),
    "settings of tools alone": (
        {"pyproject.toml": "[tool.black]\nline-length = 100\n"},
        f"pip install --requirement {DEV_REQUIREMENTS}",
        ("ruff", "pytest", "pytest-cov"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_pipeline_installs(kind: str, make_repo: MakeRepo) -> None:
    files, line, missing = KINDS[kind]
    repo = Inventory(make_repo({"app.py": APP, **files}))
    project = python_project(repo)
    assert project is not None
    assert line in "\n".join(project.install(dev=True))
    assert missing_tools(repo, project, *TOOLS) == missing


def test_no_tool_stands_in_two_lists(make_repo: MakeRepo) -> None:
    """Every recipe asks before it pins a tool: two versions of one package cannot be installed."""
    pins = "flask==3.1.3\nopenai==2.0.0\npytest==8.3.5\nopenfeature-sdk==0.10.0\n"
    files = {"app.py": APP + "\nimport openai\n", "requirements.txt": pins}
    root = make_repo(files)
    done = prodify(["apply", root, "--all", "--yes"])
    assert done.returncode == 0, done.stderr
    assert "pytest==" not in (root / DEV_REQUIREMENTS).read_text()


@pytest.mark.parametrize(
    ("pins", "version"),
    [
        ("flask==3.1.3\n", "3.14"),
        ("psycopg2-binary==2.9.9\n", "3.12"),
        ("numpy==1.22.0\n", "3.10"),
        ("numpy==1.26.4\nuvloop==0.17.0\n", "3.11"),
        ("numpy>=1.22\n", "3.14"),
        ("numpy==1.16.0\nflask\n", "3.10"),
        ("django==3.2.25\n", "3.12"),
        ("django==3.2.25\npsycopg2==2.9.1\n", "3.10"),
        ("celery==5.2.0\nkombu==5.2.1\n", "3.11"),
    ],
)
def test_the_newest_python_on_which_every_pin_installs(pins: str, version: str, make_repo: MakeRepo, render_tree: RenderTree) -> None:
    tree = render_tree(["ci", "dockerfile"], make_repo({"app.py": APP, "requirements.txt": pins}), Profile())
    assert f'python-version: "{version}"' in tree[".github/workflows/ci.yml"]
    assert f"ARG PYTHON_VERSION={version}\n" in tree["Dockerfile"]


def test_what_the_project_says_of_python_stands(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    files = {"app.py": APP, "requirements.txt": "numpy==1.22.0\n", ".python-version": "3.12\n"}
    assert 'python-version: "3.12"' in render_tree(["ci"], make_repo(files), Profile())[".github/workflows/ci.yml"]


POETRY = '[tool.poetry]\nname = "shop"\nversion = "1"\n\n[tool.poetry.dependencies]\npython = "PYTHON"\nflask = "^3.1"\n'


@pytest.mark.parametrize(("promised", "marked"), [("^3.7", True), ("^3.12", False), (">=3.10,<3.13", False)])
def test_a_lock_can_be_made_for_every_python_that_is_promised(
    promised: str, marked: bool, make_repo: MakeRepo, render_tree: RenderTree
) -> None:
    poetry = {"pyproject.toml": POETRY.replace("PYTHON", promised), "poetry.lock": "# \n"}
    text = render_tree(["telemetry"], make_repo({"app.py": APP, **poetry}), Profile())["pyproject.toml"]
    assert ('[tool.poetry.dependencies.opentelemetry-sdk]\nversion = "1.45.1"\npython = ">=3.10"\n' in text) is marked
    uv = PROJECT + 'requires-python = "PYTHON"\n'.replace("PYTHON", promised.replace("^", ">="))
    files = {"app.py": APP, "pyproject.toml": uv, "uv.lock": "version = 1\n"}
    text = render_tree(["telemetry"], make_repo(files), Profile())["pyproject.toml"]
    assert ("opentelemetry-sdk==1.45.1; python_version >= '3.10'" in text) is marked


RULES = '[tool.ruff]\nline-length = 79\n\n[tool.ruff.lint]\nselect = ["E", "F", "I", "UP", "B", "SIM"]\n'


@pytest.mark.parametrize("place", ["pyproject.toml", "ruff.toml"])
def test_the_projects_own_rules_are_not_held_against_generated_files(place: str, make_repo: MakeRepo) -> None:
    rules = RULES if place == "pyproject.toml" else RULES.replace("tool.ruff.lint", "lint").replace("[tool.ruff]\n", "")
    root = make_repo({"app.py": APP, "requirements.txt": "flask\n", place: rules})
    done = prodify(["apply", root, "--all", "--yes"])
    assert done.returncode == 0, done.stderr
    assert (root / place).read_text().startswith(rules.splitlines()[0])
    generated = [path for path in root.rglob("*.py") if path.name != "app.py"]
    assert generated
    assert all("# ruff: noqa\n" in path.read_text() for path in generated)
    assert prodify(["apply", root, "--all", "--check"]).returncode == 0


@pytest.mark.parametrize(("pin", "listed"), [("streamlit==1.33.0", False), ("streamlit==1.36.0", True), ("streamlit", True)])
def test_what_a_package_keeps_back_in_turn_is_known(pin: str, listed: bool, make_repo: MakeRepo) -> None:
    root = make_repo({"app.py": APP, "requirements.txt": f"flask\n{pin}\n"})
    done = prodify(["apply", root, "--recipe", "telemetry", "--yes"])
    assert ("opentelemetry-sdk" in (root / "requirements.txt").read_text()) is listed
    assert ("Raise streamlit to 1.36" in done.stdout + done.stderr) is not listed


FASTAPI = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/')\ndef index():\n    return {}\n"


@pytest.mark.parametrize(
    ("pins", "client", "redirects", "graceful"),
    [
        ("fastapi==0.78.0\nuvicorn==0.17.6\n", "requests", "allow_redirects=False", False),
        ("fastapi==0.89.1\nuvicorn==0.20.0\n", "httpx<0.28", "allow_redirects=False", False),
        ("fastapi==0.95.0\nuvicorn==0.22.0\n", "httpx<0.28", "follow_redirects=False", True),
        ("fastapi==0.89.1\nuvicorn==0.20.0\nhttpx\n", "httpx<0.28", "allow_redirects=False", False),
        ("fastapi\nuvicorn\n", "httpx==0.28.1", "follow_redirects=False", True),
    ],
)
def test_old_releases_of_fastapi_and_uvicorn_are_spoken_to_as_they_understand(
    pins: str, client: str, redirects: str, graceful: bool, make_repo: MakeRepo, render_tree: RenderTree
) -> None:
    tree = render_tree(["unit", "server"], make_repo({"main.py": FASTAPI, "requirements.txt": pins}), Profile())
    assert client in tree[DEV_REQUIREMENTS].splitlines()
    assert f" {redirects}" in tree["tests/characterisation/test_routes.py"]
    assert ("timeout_graceful_shutdown" in tree["serve.py"]) is graceful


def test_a_python_without_an_image_any_more_is_raised_as_little_as_the_pins_allow(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    files = {"app.py": APP, "requirements.txt": "pyyaml==6.0\n", ".python-version": "3.8\n"}
    assert 'python-version: "3.11"' in render_tree(["ci"], make_repo(files), Profile())[".github/workflows/ci.yml"]


def test_generated_tests_take_from_sqlalchemy_what_its_release_1_4_has_too(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    store = "from sqlalchemy import create_engine\n\nengine = create_engine('sqlite://')\n"
    files = {"main.py": FASTAPI, "store.py": store, "requirements.txt": "fastapi==0.70.1\nsqlalchemy==1.4.35\n"}
    text = render_tree(["unit"], make_repo(files), Profile())["tests/characterisation/conftest.py"]
    assert "from sqlalchemy.engine import Engine" in text and "from sqlalchemy import Engine" not in text
    assert ".autoincrement_column" not in text


def test_a_client_that_the_project_keeps_back_itself_is_not_listed_again(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    files = {"main.py": FASTAPI, "requirements.txt": "fastapi==0.89.1\nuvicorn==0.20.0\nhttpx==0.23.3\n"}
    assert "httpx" not in render_tree(["unit"], make_repo(files), Profile())[DEV_REQUIREMENTS]
