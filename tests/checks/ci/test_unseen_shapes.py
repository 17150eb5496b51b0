"""Ways in which real repositories run their tests and use inputs, seen in repositories that no rule was written for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from prodify.model import Verdict

Judge = Callable[[str, Mapping[str, str]], Verdict]
TOX_INI = "[tox]\nenvlist = py311,py312\n[testenv]\ncommands = {command}\n[testenv:docs]\ncommands = sphinx-build docs out\n"
TOX_TOML = """[tool.tox]
env_list = ["py3.14"]
[tool.tox.env_run_base]
commands = [["pytest", "-v", {replace = "posargs"}]]
"""


def workflow(run: str) -> str:
    """A workflow for pull requests with one step."""
    return f"name: t\non: [pull_request]\njobs:\n  t:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: {run}\n"


@pytest.mark.parametrize(
    ("run", "files"),
    [
        ("scripts/test", {"scripts/test": '#!/bin/sh\nexport PREFIX=""\n${PREFIX}coverage run -m pytest "$@"\n'}),
        ("tox run -e py${{ matrix.python }}", {"tox.ini": TOX_INI.format(command="pytest -v {posargs}")}),
        ("tox run", {"tox.ini": TOX_INI.format(command="\n    coverage run --source=shop --module \\\n        pytest -v {posargs}")}),
        ("tox", {"tox.ini": TOX_INI.format(command="python test_shop.py")}),
        (
            "uv run --locked --group dev tox run",
            {"pyproject.toml": TOX_TOML},
        ),
    ],
)
def test_indirect_test_runs_count(judge: Judge, run: str, files: dict[str, str]) -> None:
    verdict = judge("tests-run-on-pull-requests", {".github/workflows/t.yml": workflow(run), **files})
    assert verdict.kind == "pass", verdict.message


@pytest.mark.parametrize(
    ("run", "files"),
    [
        ("tox run -e docs", {"tox.ini": TOX_INI.format(command="pytest")}),
        ("tox run -e style", {"tox.ini": TOX_INI.format(command="pytest")}),
        ("scripts/build", {"scripts/build": "#!/bin/sh\n${PREFIX}python -m build\n"}),
        ("python main.py", {"main.py": "print(1)\n"}),
    ],
)
def test_other_targets_do_not(judge: Judge, run: str, files: dict[str, str]) -> None:
    assert judge("tests-run-on-pull-requests", {".github/workflows/t.yml": workflow(run), **files}).kind == "fail"


def test_inputs_of_a_manual_run_come_from_no_stranger(judge: Judge) -> None:
    text = workflow("echo ${{ github.event.inputs.tag }}").replace("[pull_request]", "\n  workflow_dispatch:\n    inputs:\n      tag: {}")
    assert judge("untrusted-input-stays-out-of-scripts", {".github/workflows/t.yml": text}).kind == "pass"
    title = workflow('echo "${{ github.event.pull_request.title }}"')
    assert judge("untrusted-input-stays-out-of-scripts", {".github/workflows/t.yml": title}).kind == "fail"


def test_a_cluster_of_the_job_is_no_production(judge: Judge) -> None:
    text = (
        "name: e2e\non: [push]\njobs:\n  kind:\n    runs-on: ubuntu-24.04\n    steps:\n"
        "      - uses: helm/kind-action@v1\n      - run: kubectl apply -f deploy.yaml\n"
    )
    assert judge("production-deploy-is-gated", {".github/workflows/e2e.yml": text}).kind == "notApplicable"
    lasting = text.replace("      - uses: helm/kind-action@v1\n", "").replace("push]", "push]\nenv:\n  STAGE: production")
    assert judge("production-deploy-is-gated", {".github/workflows/e2e.yml": lasting}).kind == "fail"


def test_a_list_that_uv_installs(judge: Judge) -> None:
    lines = "FROM python:3.14-slim\nCOPY . .\nRUN uv pip install --system --index-strategy unsafe-best-match {what}\n"
    files = {"requirements.txt": "flask==3.1.2 --hash=sha256:" + "0" * 64 + "\n", "app.py": "import flask\n"}
    assert judge("dependencies-are-locked", {**files, "Dockerfile": lines.format(what="--requirements requirements.txt")}).kind == "pass"
    assert judge("dependencies-are-locked", {**files, "Dockerfile": lines.format(what="gunicorn")}).kind == "fail"
