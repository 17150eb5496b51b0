"""The generated pipeline's `test` job, really executed by act on this machine, without containers and with a stand-in for its one action.

act checks the code out itself. What the job would do to the runner (start PostgreSQL through sudo) goes to a stand-in; the packages that
are installed beside the tests are found before pip asks the network.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

from prodify.validators.process import find_executable
from tests.cli.conftest import copy_example
from tests.cli.helpers import prodify
from tests.recipes.conftest import commit_all

ACT = find_executable("act")

pytestmark = [
    pytest.mark.tools,
    pytest.mark.skipif(os.environ.get("PRODIFY_SLOW_TESTS") != "1", reason="takes half a minute; PRODIFY_SLOW_TESTS=1 runs it"),
    pytest.mark.skipif(ACT is None, reason="act is not installed; make validators installs it"),
]

STAND_IN = """name: set up Python
description: the interpreter and the packages of whoever runs these tests
inputs:
  python-version: {{description: not looked at, default: ""}}
  cache: {{description: not looked at, default: ""}}
  cache-dependency-path: {{description: not looked at, default: ""}}
runs:
  using: composite
  steps:
    - shell: bash
      run: |
        {python} -m venv --without-pip "$RUNNER_TEMP/venv"
        echo {packages} > "$(echo "$RUNNER_TEMP"/venv/lib/python*/site-packages)/beside.pth"
        echo {scripts} >> "$GITHUB_PATH"
        echo "$RUNNER_TEMP/venv/bin" >> "$GITHUB_PATH"
"""

UNKNOWN_TO_ACT = re.compile(r"^ *artifact-metadata: write.*\n", re.MULTILINE)
"""A permission that GitHub knows and the schema inside act does not yet."""


@dataclass(frozen=True)
class Pipeline:
    """The example with its pipeline, and what runs it."""

    root: Path
    work: Path

    def run(self) -> subprocess.CompletedProcess[str]:
        """Commit what is there and push it to nowhere."""
        workflow = self.root / ".github" / "workflows" / "ci.yml"
        text = workflow.read_text(encoding="utf-8")
        found = re.search(r"actions/setup-python@[0-9a-f]{40}", text)
        assert found is not None
        workflow.write_text(UNKNOWN_TO_ACT.sub("", text), encoding="utf-8")
        shutil.rmtree(self.root / ".git")
        commit_all(self.root)
        command = [str(ACT), "push", "--job", "test", "--workflows", str(workflow), "--platform", "ubuntu-24.04=-self-hosted"]
        command += ["--local-repository", f"{found[0]}={self.work / 'action'}", "--no-cache-server", "--pull=false"]
        command += ["--action-cache-path", str(self.work / "cache")]
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "COV_", "PRODIFY", "VIRTUAL_ENV"))}
        environment["PATH"] = os.pathsep.join((str(self.work / "bin"), environment["PATH"]))
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    """The example with the recipes `ci` and `unit` applied, a stand-in for setup-python and one for sudo."""
    root = copy_example(tmp_path / "where2eat")
    done = prodify(["apply", root, "--recipe", "ci", "--recipe", "unit", "--yes"])
    assert done.returncode == 0, done.stderr
    (tmp_path / "action").mkdir()
    places = {"python": sys.executable, "packages": sysconfig.get_path("purelib"), "scripts": sysconfig.get_path("scripts")}
    (tmp_path / "action" / "action.yml").write_text(STAND_IN.format(**places), encoding="utf-8")
    commit_all(tmp_path / "action")
    (tmp_path / "bin").mkdir()
    sudo = tmp_path / "bin" / "sudo"
    sudo.write_text('#!/bin/sh\necho "not as root in a test: $*"\n', encoding="utf-8")
    sudo.chmod(0o755)
    return Pipeline(root, tmp_path)


def test_the_test_job_is_green_on_the_applied_example(pipeline: Pipeline) -> None:
    done = pipeline.run()
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    steps = re.findall(r"Success - Main ([A-Z][^\[\n]*?) ?\[", done.stdout)
    assert {"Install", "Lint", "Test"} <= set(steps), steps
    assert re.search(r"\d+ passed", done.stdout)


def test_the_test_job_is_red_when_a_test_of_the_users_fails(pipeline: Pipeline) -> None:
    (pipeline.root / "tests" / "test_mine.py").write_text("def test_mine() -> None:\n    assert 1 + 1 == 3\n", encoding="utf-8")
    done = pipeline.run()
    assert done.returncode != 0
    assert re.search(r"1 failed", done.stdout), done.stdout[-3000:]
