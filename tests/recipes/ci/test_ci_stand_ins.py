"""Code and tests that cannot be imported without settings: the job that runs the tests gives stand-ins, and the tests run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from prodify.inventory import Inventory
from prodify.profile import Profile, Service
from tests.recipes.scaling.deploying import prove, write

RenderTree = Callable[..., dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
GITLAB = Profile(service=Service(name="shop", owner="@ann", repository="https://gitlab.example.org/ann/shop"))
WORKFLOW = ".github/workflows/ci.yml"
SHOP = {
    "app.py": 'import os\n\nimport psycopg2\nfrom flask import Flask\n\nKEY = os.environ["OPENAI_API_KEY"]\n'
    'TRIES = int(os.environ["TRIES"])\n'
    'NAME = os.environ.get("NAME", "shop")\napp = Flask(__name__)\n\n\ndef connect():\n'
    '    return psycopg2.connect(os.environ["DATABASE_URL"])\n\n\n'
    '@app.get("/")\ndef home():\n    return NAME\n',
    "conftest.py": 'import os\n\nDATABASE = os.environ["DATABASE_URL"]\nMAIL = os.environ["REPORT_EMAIL"]\nos.environ["SET_HERE"] = "1"\n'
    'assert "://" in DATABASE and os.environ["SET_HERE"]\n',
    "tests/test_app.py": "import os\n\nimport pytest\n\nimport app\n\n\ndef test_it_is_imported():\n    assert app.TRIES == 1\n\n\n"
    '@pytest.mark.skipif("LIVE_TOKEN" not in os.environ, reason="asks the real thing")\ndef test_live():\n    raise AssertionError\n',
    "live.py": 'import os\n\nTOKEN = os.environ["LIVE_TOKEN"]\n',
    "requirements.txt": "flask\npsycopg2-binary\n",
}
TYPED = {
    "settings.py": "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n    api_key: str\n"
    "    attempts: int\n    verbose: bool\n    share: float\n    allowed: list[str]\n    named: dict[str, str]\n    backend_url: str\n"
    "    region: str = 'eu'\n\n\n"
    "settings = Settings()\n",
    "app.py": "from flask import Flask\n\nfrom settings import settings\n\napp = Flask(__name__)\n",
    "tests/test_app.py": "from settings import settings\n\n\ndef test_it():\n"
    "    assert (settings.attempts, settings.verbose) == (1, False)\n",
    "requirements.txt": "flask\npydantic-settings\n",
}


def given(tree: Mapping[str, str]) -> dict[str, str]:
    """What the job that runs the tests sets for them, on GitHub or on GitLab."""
    if WORKFLOW in tree:
        steps = yaml.safe_load(tree[WORKFLOW])["jobs"]["test"]["steps"]
        return dict(next(step for step in steps if step.get("name") == "Test").get("env", {}))
    return dict(yaml.safe_load(tree[".gitlab-ci.yml"])["test"].get("variables", {}))


def run_tests(root: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """The user's own tests, with nothing of this machine's settings but the path."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov", "tests"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(root), "PYTHONPATH": ".", **variables}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("profile", [Profile(), GITLAB], ids=["github", "gitlab"])
def test_tests_that_need_settings_run(profile: Profile, make_repo: MakeRepo, render_tree: RenderTree) -> None:
    pytest.importorskip("psycopg2", reason="psycopg2 of requirements/e2e.in is not installed")
    root = make_repo(SHOP)
    tree = render_tree(["ci"], root, profile)
    variables = given(tree)
    assert run_tests(root, {}).returncode != 0, "without them it is red"
    done = run_tests(root, variables)
    assert done.returncode == 0 and "1 passed, 1 skipped" in done.stdout, done.stdout
    assert {"LIVE_TOKEN", "SET_HERE", "NAME"}.isdisjoint(variables)
    assert variables["OPENAI_API_KEY"] == "sample" and variables["REPORT_EMAIL"] == "sample@example.org"


def test_the_database_is_the_one_of_the_job(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    github = render_tree(["ci"], make_repo(SHOP), Profile())
    assert given(github)["DATABASE_URL"] == "postgresql://test:test@localhost:5432/app"
    assert '"CREATE DATABASE app OWNER test"' in github[WORKFLOW], "beside the one whose tables the generated tests drop"
    assert given(github)["TEST_DATABASE_URL"].endswith("/test")
    gitlab = given(render_tree(["ci"], make_repo(SHOP), GITLAB))
    assert (gitlab["DATABASE_URL"], gitlab["POSTGRES_USER"]) == ("postgresql://test:test@database:5432/postgres", "test")


def test_what_the_machine_sets_is_left_alone(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    names = ("PATH", "HOME", "CI_JOB_ID", "GITHUB_SHA", "VIRTUAL_ENV", "PYTEST_CURRENT_TEST")
    machine = "".join(f'os.environ["{name}"]\n' for name in names)
    files = {**SHOP, "tests/test_more.py": f'import os\n\n{machine}os.environ["CITY"]\n'}
    variables = given(render_tree(["ci"], make_repo(files), Profile()))
    assert set(variables) == {"TEST_DATABASE_URL", "DATABASE_URL", "OPENAI_API_KEY", "TRIES", "REPORT_EMAIL", "CITY"}


def test_settings_with_types(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    variables = given(render_tree(["ci"], make_repo(TYPED), Profile()))
    assert variables == {
        "API_KEY": "sample", "ATTEMPTS": "1", "VERBOSE": "false", "SHARE": "1", "ALLOWED": "[]", "NAMED": "{}",
        "BACKEND_URL": "http://127.0.0.1:1",
    }  # fmt: skip


def test_settings_with_types_are_taken(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    pytest.importorskip("pydantic_settings", reason="pydantic-settings of requirements/e2e.in is not installed")
    root = make_repo(TYPED)
    done = run_tests(root, given(render_tree(["ci"], root, Profile())))
    assert done.returncode == 0, done.stdout


@pytest.mark.tools
@pytest.mark.parametrize("files", [SHOP, TYPED], ids=["shop", "typed"])
def test_linters_and_the_search_for_secrets_find_nothing(files: Mapping[str, str], make_repo: MakeRepo, render_tree: RenderTree) -> None:
    root = make_repo(files)
    tree = render_tree(["ci"], root, Profile())
    prove(root, tree, "actionlint", "zizmor", "schema-github-workflows", "yamllint")
    other = make_repo(files)
    gitlab = render_tree(["ci"], other, GITLAB)
    prove(other, gitlab, "schema-gitlab-ci", "yamllint")
    for place, texts in ((root, tree), (other, gitlab)):
        write(place, texts)
        repo = Inventory(place)
        hits = [s.location for s in repo.secrets if s.location.path.endswith((".yml", ".yaml"))]
        lines = [repo.files.lines(hit.path)[(hit.line or 1) - 1] for hit in hits]
        assert not [line for line in lines if "test:test@" not in line and "POSTGRES_PASSWORD: test" not in line]


def test_a_second_run_wants_the_same(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    root = make_repo(SHOP)
    names = ["ci", "unit", "integration", "secrets", "hardening", "telemetry"]
    first = render_tree(names, root, Profile())
    write(root, first)
    assert render_tree(["ci"], root, Profile())[WORKFLOW] == first[WORKFLOW]
