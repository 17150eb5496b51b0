"""A generated pipeline, really executed by act on this machine: without containers, with stand-ins for its actions and for sudo."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

from prodify.validators.process import find_executable
from tests.cli.conftest import GIT, copy_example
from tests.cli.helpers import prodify
from tests.recipes.conftest import commit_all

ACT = find_executable("act")

SETUP_PYTHON = """name: set up Python
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
    """The example with its pipeline, and what runs it; `actions` are the texts of stand-ins, by the name of the action."""

    root: Path
    work: Path
    actions: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    def run(self, job: str = "test", seconds: int = 120) -> subprocess.CompletedProcess[str]:
        """Commit what is there and push it to nowhere: the job runs with all that it needs."""
        workflow = self.root / ".github" / "workflows" / "ci.yml"
        text = UNKNOWN_TO_ACT.sub("", workflow.read_text(encoding="utf-8"))
        for name, value in self.settings.items():
            text, changed = re.subn(rf"^  {name}: .*$", f"  {name}: {value}", text, flags=re.MULTILINE)
            assert changed == 1, f"the workflow has no setting {name}"
        workflow.write_text(text, encoding="utf-8")
        shutil.rmtree(self.root / ".git")
        commit_all(self.root)
        subprocess.run([*GIT, "remote", "add", "origin", "https://github.com/Ann/Where2Eat.git"], cwd=self.root, check=True)
        command = [str(ACT), "push", "--job", job, "--workflows", str(workflow), "--platform", "ubuntu-24.04=-self-hosted"]
        command += ["--no-cache-server", "--pull=false", "--secret", "GITHUB_TOKEN=none", "--action-cache-path", str(self.work / "cache")]
        for name in self.actions:
            found = re.search(rf"{name}@[0-9a-f]{{40}}", text)
            assert found is not None, f"the workflow does not use {name}"
            command += ["--local-repository", f"{found[0]}={self.work / name.replace('/', '-')}"]
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "COV_", "PRODIFY", "VIRTUAL_ENV"))}
        environment["PATH"] = os.pathsep.join((str(self.work / "bin"), environment["PATH"]))
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=seconds, check=False)


def program(path: Path, text: str) -> None:
    """Write a script that can be started."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def pipeline(work: Path, recipes: tuple[str, ...], actions: dict[str, str], settings: dict[str, str]) -> Pipeline:
    """The example with recipes applied, a stand-in for each action, and one for sudo."""
    root = copy_example(work / "where2eat")
    done = prodify(["apply", root, *[word for name in recipes for word in ("--recipe", name)], "--yes"])
    assert done.returncode == 0, done.stderr
    places = {"python": sys.executable, "packages": sysconfig.get_path("purelib"), "scripts": sysconfig.get_path("scripts")}
    actions = {"actions/setup-python": SETUP_PYTHON.format(**places), **actions}
    for name, text in actions.items():
        folder = work / name.replace("/", "-")
        folder.mkdir()
        (folder / "action.yml").write_text(text, encoding="utf-8")
        commit_all(folder)
    program(work / "bin" / "sudo", '#!/bin/sh\necho "not as root in a test: $*"\n')
    return Pipeline(root, work, actions, settings)
