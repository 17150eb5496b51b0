"""`prodify audit --staged` and the history options, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from prodify.cli import hook
from tests.checks.conftest import git, lay_out
from tests.cli.helpers import ROOT, prodify

URL = "postgresql://app:" + "kT9x2LmQ8vR4wZ" + "@db.internal:5432/app"
BAD = f'DATABASE_URL = "{URL}"\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return lay_out(tmp_path / "r", {"app.py": "x = 1\n"})


def stage(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)
    git(root, "add", "-f", path)


@pytest.mark.parametrize("arguments", sorted(hook.PLAIN))
def test_the_short_way_in_says_what_the_command_line_says(root: Path, arguments: tuple[str, ...]) -> None:
    stage(root, "db.py", BAD)
    short = prodify(list(arguments), cwd=root)
    proper = prodify([*arguments, "."], cwd=root)
    assert (short.returncode, short.stdout, short.stderr) == (proper.returncode, proper.stdout, proper.stderr)
    assert short.returncode == (1 if len(arguments) > 2 else 0) and "no-secret-in-code" in short.stdout


def test_the_short_way_in_keeps_the_contract_of_errors(tmp_path: Path) -> None:
    outside = prodify(["audit", "--staged", "--fail-on", "error"], cwd=tmp_path)
    proper = prodify(["audit", ".", "--staged", "--fail-on", "error"], cwd=tmp_path)
    assert (outside.returncode, outside.stderr) == (proper.returncode, proper.stderr)


def test_the_staged_content_counts_not_the_working_tree(root: Path) -> None:
    stage(root, "db.py", BAD)
    (root / "db.py").write_text("clean = 1\n")
    done = prodify(["audit", "--staged", "--fail-on", "error"], cwd=root)
    assert done.returncode == 1
    assert done.stdout.startswith("db.py:1: error no-secret-in-code ") and "kT9x2" not in done.stdout + done.stderr
    stage(root, "db.py", "clean = 1\n")
    (root / "db.py").write_text(BAD)
    done = prodify(["audit", "--staged", "--fail-on", "error"], cwd=root)
    assert (done.returncode, done.stdout) == (0, "")


def test_without_fail_on_it_reports_and_exits_0(root: Path) -> None:
    stage(root, ".env", f"DATABASE_URL={URL}\n")
    done = prodify(["audit", "--staged", "-q"], cwd=root)
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.splitlines()[0].startswith(".env:1: error no-env-file-with-secrets-is-committed ")


def test_committed_secrets_are_not_its_business_and_the_first_commit_is(tmp_path: Path) -> None:
    old = lay_out(tmp_path / "old", {"db.py": BAD})
    assert prodify(["audit", "--staged", "--fail-on", "note"], cwd=old).returncode == 0
    new = tmp_path / "new"
    new.mkdir()
    git(new, "init", "-q")
    stage(new, "db.py", BAD)
    assert prodify(["audit", "--staged", "--fail-on", "error"], cwd=new).returncode == 1


def test_what_is_accepted_does_not_fail(root: Path) -> None:
    stage(root, "db.py", BAD.rstrip() + "  # prodify: ignore[no-secret-in-code] a throwaway database\n")
    assert prodify(["audit", "--staged", "--fail-on", "error"], cwd=root).returncode == 0
    assert prodify(["audit", "--staged", "--fail-on", "error", "--no-ignores"], cwd=root).returncode == 1
    stage(root, "db.py", BAD)
    (root / "prodify.yaml").write_text("ignore:\n  - check: no-secret-in-code\n    path: db.py\n    reason: a throwaway database\n")
    assert prodify(["audit", "--staged", "--fail-on", "error"], cwd=root).returncode == 0


def test_outside_git_it_is_a_usage_error(tmp_path: Path) -> None:
    done = prodify(["audit", str(tmp_path), "--staged"])
    assert done.returncode == 2 and "is in no git work tree" in done.stderr


def test_the_hook_runs_exactly_this() -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert (hook["id"], hook["entry"], hook["language"]) == ("prodify-audit", "prodify audit --staged --fail-on error", "python")
    assert hook["pass_filenames"] is False


def test_history_can_be_left_out(tmp_path: Path) -> None:
    root = lay_out(tmp_path, {"HISTORY db.py": BAD, "app.py": "x = 1\n"})
    kinds = {}
    for option in ("--history", "--no-history"):
        done = prodify(["audit", str(root), option, "--format", "json", "--show", "all", "--select", "no-secret-in-history"])
        kinds[option] = [f["kind"] for f in json.loads(done.stdout)["findings"]]
    assert kinds == {"--history": ["fail"], "--no-history": ["notApplicable"]}
