"""Calls that were moved to the adapter, as its docstring says, stay calls of a model: an upgrade takes nothing away for them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.cli.conftest import copy_example
from tests.cli.helpers import prodify

DIRECT = re.compile(r"    client = OpenAI\(.*?message\.content\n", re.DOTALL)
MOVED = '    return complete(prompt, system="You are Where2Eat, a friendly foodie.").text\n'


def commit(root: Path) -> None:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", "add", "--all"], cwd=root, check=True)
    subprocess.run(["git", *identity, "commit", "--quiet", "--message", "x"], cwd=root, check=True)


def move_calls(root: Path) -> None:
    """Take the client library out of the service's own code and ask the adapter instead."""
    path = root / "recommender.py"
    text = path.read_text()
    moved, count = DIRECT.subn(MOVED, text)
    assert count == 1, "the example's call of the model has another form"
    path.write_text(moved.replace("from openai import OpenAI\n", "from llm_adapter import complete\n"))


def test_an_upgrade_after_the_calls_have_moved_keeps_key_runbook_and_estimate(tmp_path: Path) -> None:
    root = copy_example(tmp_path / "where2eat")
    assert prodify(["apply", root, "--all", "--yes"]).returncode == 0
    commit(root)
    move_calls(root)
    commit(root)
    done = prodify(["upgrade", root, "--yes"])
    assert done.returncode == 0, done.stderr
    assert "OPENAI_API_KEY" in (root / "deploy/kubernetes/base/external-secret.yaml").read_text()
    assert "OPENAI_API_KEY" in (root / ".env.example").read_text()
    assert (root / "docs/runbooks/model-outage.md").exists() and (root / "llm_adapter.py").exists()
    assert "gpt" in (root / "docs/cost-estimate.md").read_text()
    assert "ModelCallsFail" in (root / "deploy/prometheus/rules/slo.yaml").read_text()
