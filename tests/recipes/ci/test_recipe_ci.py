"""The workflows: what they hold for every platform, and what actionlint, shellcheck and zizmor say of them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from prodify.data import actions
from prodify.model import Audience
from prodify.profile import Platform, Profile

RenderTree = Callable[..., dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
CI, DEPLOY = ".github/workflows/ci.yml", ".github/workflows/deploy.yml"
BIN = Path(sys.executable).parent
PLATFORMS = {
    "kubernetes-gcp": Profile(),
    "kubernetes-aws": Profile(platform=Platform(cloud="aws", region="eu-west-1")),
    "kubernetes-azure": Profile(platform=Platform(cloud="azure", region="westeurope")),
    "kubernetes-none": Profile(platform=Platform(cloud="none")),
    "kubernetes-team": Profile(audience=Audience.TEAM),
    "cloud-run": Profile(platform=Platform(runtime="cloud-run")),
    "cloud-run-creator": Profile(platform=Platform(runtime="cloud-run"), audience=Audience.CREATOR),
    "compose": Profile(platform=Platform(runtime="compose")),
    "registry-gcp": Profile(platform=Platform(registry="europe-west1-docker.pkg.dev/p/images")),
    "registry-aws": Profile(platform=Platform(registry="123456789012.dkr.ecr.eu-west-1.amazonaws.com")),
    "registry-azure": Profile(platform=Platform(registry="where2eat.azurecr.io")),
    "registry-other": Profile(platform=Platform(registry="docker.io")),
}


def load(text: str) -> dict[str, Any]:
    found = yaml.safe_load(text)
    found["on"] = found.pop(True)  # YAML 1.1 reads the key `on` as a truth value
    assert isinstance(found, dict)
    return found


def tool(name: str) -> str:
    path = shutil.which(name, path=f"{BIN}:/usr/local/bin:/usr/bin:/bin")
    if path is None:
        pytest.skip(f"{name} is not installed: make validators")
    return path


def test_the_example(example_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("ci/example", render_tree(["ci"], example_repo, Profile()))


def test_the_small_service(flask_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("ci/flask", render_tree(["ci"], flask_repo, Profile(audience=Audience.CREATOR)))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_linters_find_nothing(platform: str, example_repo: Path, render_tree: RenderTree) -> None:
    tree = render_tree(["ci"], example_repo, PLATFORMS[platform])
    for path, text in tree.items():
        (example_repo / path).parent.mkdir(parents=True, exist_ok=True)
        (example_repo / path).write_text(text)
    tool("shellcheck")
    workflows = [str(example_repo / path) for path in tree if path.endswith(".yml")]
    zizmor = [tool("zizmor"), "--offline", "--quiet", "--persona", "auditor", "--format", "plain"]
    for command in (zizmor, [tool("actionlint"), "-no-color"]):
        done = subprocess.run([*command, *workflows], cwd=example_repo, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_job_is_bounded_and_every_action_pinned(platform: str, example_repo: Path, render_tree: RenderTree) -> None:
    pins = {found.pin for found in actions().values()}
    for path, text in render_tree(["ci"], example_repo, PLATFORMS[platform]).items():
        if not path.endswith(".yml"):
            continue
        assert {line.partition("uses: ")[2] for line in text.splitlines() if "uses: " in line and "./" not in line} <= pins
        workflow = load(text)
        assert workflow["permissions"] == {}
        assert "pull_request_target" not in workflow["on"]
        for name, job in workflow["jobs"].items():
            assert job["name"] == name
            if "uses" not in job:
                assert job["timeout-minutes"] <= 60
                assert job["runs-on"] == "ubuntu-24.04"
            for step in job.get("steps", ()):
                assert "${{" not in step.get("run", ""), f"{path} {name}: a value of the event inside a script"
                if step.get("uses", "").startswith("actions/checkout@"):
                    assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("platform", ["kubernetes-gcp", "cloud-run"])
def test_a_release_passes_staging_and_the_gate(platform: str, example_repo: Path, render_tree: RenderTree) -> None:
    tree = render_tree(["ci"], example_repo, PLATFORMS[platform])
    ci, deploy = load(tree[CI]), load(tree[DEPLOY])
    assert ci["jobs"]["publish"]["needs"] == "image"
    assert ci["jobs"]["image"]["needs"] == "test"
    assert ci["jobs"]["deploy"]["with"]["image"] == "${{ needs.publish.outputs.name }}@${{ needs.publish.outputs.digest }}"
    jobs = deploy["jobs"]
    assert (jobs["staging"]["needs"], jobs["gate"]["needs"], jobs["production"]["needs"]) == ("verify", "staging", ["verify", "gate"])
    assert [jobs[name]["environment"]["name"] for name in ("staging", "production")] == ["staging", "production"]
    assert jobs["production"]["concurrency"] == {"group": "deploy-production", "cancel-in-progress": False}
    assert "Smoke test" in [step.get("name") for step in jobs["staging"]["steps"]]
    assert set(ci["jobs"]["deploy"]["permissions"]) >= {scope for job in jobs.values() for scope in job["permissions"]}


def test_the_job_that_builds_may_not_write_and_the_job_that_may_write_builds_nothing(example_repo: Path, render_tree: RenderTree) -> None:
    jobs = load(render_tree(["ci"], example_repo, Profile())[CI])["jobs"]
    assert jobs["test"]["permissions"] == jobs["image"]["permissions"] == {"contents": "read"}
    publish = jobs["publish"]["steps"]
    assert "write" in jobs["publish"]["permissions"].values()
    assert not [step for step in publish if "docker build" in step.get("run", "") or "checkout" in step.get("uses", "")]


def test_no_deployment_where_nothing_runs_it(example_repo: Path, render_tree: RenderTree) -> None:
    for profile in (PLATFORMS["compose"], Profile(audience=Audience.CREATOR)):
        tree = render_tree(["ci"], example_repo, profile)
        assert DEPLOY not in tree
        assert list(load(tree[CI])["jobs"]) == ["test", "image", "publish"]


PYPROJECT = '[project]\nname = "x"\nversion = "1"\n'
APP = "from flask import Flask\napp = Flask(__name__)\n@app.route('/')\ndef i():\n    return ''\n"
EXTRAS = '[project.optional-dependencies]\nmail = ["x"]\n\n[dependency-groups]\ndev = ["pytest"]\n\n'
POETRY = '[tool.poetry]\nname = "shop"\n\n[tool.poetry.dependencies]\nflask = "^3.1"\n'
LOCKS = {
    "uv": ({"pyproject.toml": PYPROJECT, "uv.lock": "version = 1\n"}, "uv sync --locked", "uv run --no-sync pytest"),
    "poetry": ({"pyproject.toml": PYPROJECT, "poetry.lock": "# \n"}, "poetry install --no-interaction", "poetry run pytest"),
    "loose": ({"pyproject.toml": PYPROJECT}, "uv pip install --system --requirement pyproject.toml", "python -m pytest"),
    "extras": ({"pyproject.toml": PYPROJECT + EXTRAS}, "pyproject.toml --all-extras --group dev --requirement", "python -m pytest"),
    "package": ({"pyproject.toml": PYPROJECT + '[build-system]\nbuild-backend = "hatchling.build"\n'}, "--editable .", "pytest"),
    "src": ({"pyproject.toml": PYPROJECT, "src/x/__init__.py": ""}, "--editable .", "pytest"),
    "unlocked": ({"pyproject.toml": POETRY}, "poetry install --no-interaction --no-root", "poetry run pytest"),
    "pip": ({"requirements.txt": "flask\n"}, "--requirement requirements.txt", "pytest"),
}


@pytest.mark.parametrize("manager", LOCKS)
def test_the_project_is_installed_its_own_way(manager: str, make_repo: MakeRepo, render_tree: RenderTree) -> None:
    files, install, run = LOCKS[manager]
    root = make_repo({**files, "app.py": APP})
    steps = {step.get("name"): step for step in load(render_tree(["ci"], root, Profile())[CI])["jobs"]["test"]["steps"]}
    assert install in steps["Install"]["run"]
    assert ("requirements-dev.txt" in steps["Install"]["run"]) == ("requirements-dev.txt" in render_tree(["ci"], root, Profile()))
    assert steps["Test"]["run"].startswith(run)


def test_tools_that_the_project_declares_keep_their_versions(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    root = make_repo({"app.py": APP, "requirements.txt": "flask\npytest==8.0\nruff\npytest_cov\n"})
    tree = render_tree(["ci"], root, Profile())
    assert "requirements-dev.txt" not in tree
    assert "requirements-dev.txt" not in tree[CI]


def test_pins_of_the_tools_are_exact(example_repo: Path, render_tree: RenderTree) -> None:
    lines = render_tree(["ci"], example_repo, Profile())["requirements-dev.txt"].split()
    assert len(lines) == 3
    assert all(re.fullmatch(r"[a-z-]+==\d+\.\d+\.\d+", line) for line in lines)


def test_the_lint_step_is_green_on_the_untouched_example(example_repo: Path, render_tree: RenderTree) -> None:
    (example_repo / "ruff.toml").write_text(render_tree(["ci"], example_repo, Profile())["ruff.toml"])
    done = subprocess.run([tool("ruff"), "check", "."], cwd=example_repo, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout
    (example_repo / "broken.py").write_text("print(undefined_name)\n")
    assert subprocess.run([tool("ruff"), "check", "."], cwd=example_repo, capture_output=True, check=False, timeout=60).returncode == 1


WORKFLOW = "on: [pull_request]\njobs:\n  t:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: {}\n"


@pytest.mark.parametrize(
    ("path", "text", "written"),
    [
        (".github/workflows/checks.yml", WORKFLOW.format("pytest"), False),
        (".gitlab-ci.yml", "test:\n  script:\n    - pytest\n", False),
        (".github/workflows/label.yml", WORKFLOW.format("echo hello"), True),
        ("notes.txt", "pytest", True),
    ],
)
def test_no_second_pipeline_beside_one_that_tests(
    path: str, text: str, written: bool, make_repo: MakeRepo, render_tree: RenderTree
) -> None:
    root = make_repo({path: text, "requirements.txt": "flask\n", "app.py": APP})
    assert (CI in render_tree(["ci"], root, Profile())) is written


@pytest.mark.parametrize("files", [{"index.html": "<p>hello</p>\n"}, {"main.go": "package main\nfunc main() {}\n", "go.mod": "module x\n"}])
def test_nothing_for_what_is_no_python_project(files: dict[str, str], make_repo: MakeRepo, render_tree: RenderTree) -> None:
    assert render_tree(["ci"], make_repo(files), Profile()) == {}


def test_a_second_run_on_the_result_wants_the_same(example_repo: Path, render_tree: RenderTree) -> None:
    first = render_tree(["ci"], example_repo, Profile())
    for path, text in first.items():
        (example_repo / path).parent.mkdir(parents=True, exist_ok=True)
        (example_repo / path).write_text(text)
    (example_repo / "tests" / "smoke").mkdir(parents=True)
    (example_repo / "tests" / "smoke" / "test_smoke.py").write_text("def test_x():\n    assert 1 + 1 == 2\n")
    second = render_tree(["ci"], example_repo, Profile())
    assert {path: text for path, text in second.items() if first.get(path) != text} == {}


def test_names_follow_the_profile(example_repo: Path, render_tree: RenderTree) -> None:
    profile = replace(Profile(), platform=Platform(region="us-east4", registry="ghcr.io"))
    text = render_tree(["ci"], example_repo, profile)[DEPLOY]
    assert "--location us-east4" in text
    assert json.dumps("europe-west1")[1:-1] not in text


def test_a_tool_that_the_projects_own_pins_keep_out_is_left_to_the_installer(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    pins = "flask==2.0.1\npackaging==20.9\npytest==6.2.4\n"
    files = {"app.py": "from flask import Flask\napp = Flask(__name__)\n", "requirements.txt": pins}
    lines = render_tree(["ci"], make_repo(files), Profile())["requirements-dev.txt"].split("\n")
    assert "pytest-cov" in lines
    assert any(line.startswith("ruff==") for line in lines)


@pytest.mark.parametrize("locked", [True, False])
def test_a_pipfile_is_installed(locked: bool, make_repo: MakeRepo, render_tree: RenderTree) -> None:
    files = {"app.py": "from flask import Flask\napp = Flask(__name__)\n", "Pipfile": '[packages]\nflask = "==3.1.0"\n'}
    files |= {"Pipfile.lock": '{"default": {"flask": {"version": "==3.1.0"}}}\n'} if locked else {}
    job = yaml.safe_load(render_tree(["ci"], make_repo(files), Profile())[CI])["jobs"]["test"]
    steps = {step.get("name"): step for step in job["steps"]}
    assert f"\npipenv {'sync' if locked else 'install'}\npipenv run python -m pip install" in steps["Install"]["run"]
    assert steps["Test"]["run"].startswith("pipenv run pytest")
