"""The scripts of the workflows, run by bash as GitHub runs them, with stand-ins for docker, kubectl and curl."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from prodify.profile import Platform, Profile

RenderTree = Callable[..., dict[str, str]]
Run = Callable[..., subprocess.CompletedProcess[str]]
CI, DEPLOY = ".github/workflows/ci.yml", ".github/workflows/deploy.yml"
DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`run(script, {program: its script}, NAME=value)`: the script with stand-ins first on the PATH."""
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    tools = tmp_path / "tools"
    tools.mkdir()

    def execute(script: str, programs: dict[str, str] | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        for name, text in (programs or {}).items():
            (tools / name).write_text(f"#!/bin/bash\n{text}\n")
            (tools / name).chmod(0o755)
        (tmp_path / "output").write_text("")
        (tmp_path / "script.sh").write_text(script)
        clean = {"PATH": f"{tools}:{os.environ['PATH']}", "GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_SHA": "abc"}
        # GitHub's default shell.
        command = ["bash", "-e", str(tmp_path / "script.sh")]
        return subprocess.run(command, cwd=tmp_path, env=clean | environment, capture_output=True, text=True, check=False, timeout=30)

    return execute


def step(text: str, job: str, name: str) -> dict[str, Any]:
    steps = yaml.safe_load(text)["jobs"][job]["steps"]
    found: dict[str, Any] = next(step for step in steps if step.get("name") == name)
    return found


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (f"ghcr.io/ada/app@{DIGEST}", 0),
        (f"localhost:5000/app@{DIGEST}", 0),
        ("ghcr.io/ada/app:latest", 1),
        (f"ghcr.io/ada/app:1@{DIGEST[:-1]}", 1),
        (f"ghcr.io/ada/app@{DIGEST} --help", 1),
        ("", 1),
        (f"$(id)@{DIGEST}", 1),
    ],
)
def test_only_a_digest_is_deployed(image: str, code: int, example_repo: Path, render_tree: RenderTree, run: Run) -> None:
    script = step(render_tree(["ci"], example_repo, Profile())[DEPLOY], "verify", "Check that the image is named by its digest")["run"]
    assert run(script, IMAGE=image).returncode == code


def test_the_push_tells_name_and_digest(flask_repo: Path, render_tree: RenderTree, run: Run, tmp_path: Path) -> None:
    script = step(render_tree(["ci"], flask_repo, Profile())[CI], "publish", "Push")["run"]
    other = f"elsewhere.example/app@sha256:{'f' * 64}"
    docker = f"""
echo "docker $*" >> log
case "$1 $2" in
  "login "*) cat > password ;;
  "load "*) cat > /dev/null ;;
  "image inspect") printf '%s\\n%s\\n' "{other}" "ghcr.io/ada/app@{DIGEST}" ;;
esac
"""
    (tmp_path / "image.tar.gz").write_bytes(b"")
    environment = {"REGISTRY": "ghcr.io", "REPOSITORY": "Ada/App", "ACTOR": "ada", "TOKEN": "confidential"}
    done = run(script, {"docker": docker, "gunzip": "true"}, **environment)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "output").read_text() == f"name=ghcr.io/ada/app\ndigest={DIGEST}\n"
    log = (tmp_path / "log").read_text()
    assert "docker push ghcr.io/ada/app:abc" in log
    assert "confidential" not in log, "the token goes through standard input"
    assert (tmp_path / "password").read_text() == "confidential\n"


def prometheus(paging: str | None, budget: str | None) -> str:
    """A stand-in that answers the two queries of the gate; None: no such series."""

    def answer(value: str | None) -> str:
        return json.dumps({"data": {"result": [] if value is None else [{"metric": {}, "value": [1, value]}]}})

    return f"""
case "$*" in
  "get service"*) exit 0 ;;
  *ALERTS*) echo '{answer(paging)}' ;;
  *budget*) echo '{answer(budget)}' ;;
  *) exit 1 ;;
esac
"""


GATE = [
    (None, "0.9", 0, ""),
    (None, "0.5", 0, ""),
    (None, "0.49", 1, "0.49 of the error budget is left"),
    (None, "-0.2", 1, "-0.2 of the error budget is left"),
    ("2", "0.9", 1, "2 alerts are paging"),
    ("0", "0.9", 0, ""),
    (None, None, 0, "no error budget has been measured yet"),
]


@pytest.mark.parametrize("case", GATE, ids=str)
@pytest.mark.parametrize("runtime", ["kubernetes", "cloud-run"])
def test_the_gate(
    runtime: Any, case: tuple[str | None, str | None, int, str], example_repo: Path, render_tree: RenderTree, run: Run
) -> None:
    paging, budget, code, message = case
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed: apt-get install jq")
    found = step(render_tree(["ci"], example_repo, Profile(platform=Platform(runtime=runtime)))[DEPLOY], "gate", "Ask the SLO")
    environment = {**found["env"], "PROMETHEUS": "https://prometheus.example"}
    done = run(found["run"], {"kubectl": prometheus(paging, budget), "curl": prometheus(paging, budget)}, **environment)
    assert done.returncode == code, done.stdout + done.stderr
    assert message in done.stdout


def test_a_gate_without_answers_says_that_nobody_looked(example_repo: Path, render_tree: RenderTree, run: Run) -> None:
    found = step(render_tree(["ci"], example_repo, Profile())[DEPLOY], "gate", "Ask the SLO")
    done = run(found["run"], {"kubectl": "exit 1"}, **found["env"])
    assert (done.returncode, "nobody looked at the error budget" in done.stdout) == (0, True)
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed: apt-get install jq")
    unreachable = 'case "$*" in "get service"*) exit 0 ;; esac; exit 1'
    done = run(found["run"], {"kubectl": unreachable}, **found["env"])
    assert done.returncode == 1, "a Prometheus that does not answer stops the release"


@pytest.mark.parametrize(("phase", "code"), [("Healthy", 0), ("Degraded", 1)])
def test_a_canary_is_waited_for(phase: str, code: int, example_repo: Path, render_tree: RenderTree, run: Run) -> None:
    script = step(render_tree(["ci"], example_repo, Profile())[DEPLOY], "production", "Deploy")["run"]
    programs = {"kustomize": "exit 0", "kubectl": f'case "$*" in "get rollout"*) echo {phase} ;; esac', "sleep": "exit 0"}
    assert run(script, programs, IMAGE=f"ghcr.io/ada/app@{DIGEST}").returncode == code
