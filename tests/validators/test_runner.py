"""What all validators share: choosing, staging, missing tools, faults of a validator, and the programs that are run."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from prodify.errors import UsageError
from prodify.validators import Outcome, Status, Validator, discover, runner, verify
from prodify.validators.base import Job, Note, Problem, ToolError, UnavailableError
from prodify.validators.process import OUTPUT_LIMIT, call, environment, find_executable


def outcome_of(validator: Validator, root: Path, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    monkeypatch.setattr(runner, "discover", lambda: (validator,))
    (outcome,) = verify(root, ["a.txt"]).outcomes
    return outcome


def broken(error: Exception) -> Validator:
    def run(job: Job) -> list[Problem]:
        raise error

    return Validator(name="x", title="x", select=list, run=run)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("a\n")
    return tmp_path


def test_names_are_unique_and_every_validator_says_how_to_get_it() -> None:
    validators = discover()
    assert len({validator.name for validator in validators}) == len(validators) >= 25
    for validator in validators:
        assert validator.title
        assert not (validator.executables or validator.modules) or validator.install != "part of prodify"


def test_nothing_to_prove_is_not_applicable_everywhere(tmp_path: Path) -> None:
    verification = verify(tmp_path, [])
    assert {outcome.status for outcome in verification.outcomes} == {Status.NOT_APPLICABLE}
    assert verification.ok
    assert verification.proven == frozenset()


def test_unknown_name_is_a_usage_error_with_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="hadolnt") as caught:
        verify(tmp_path, [], only=["hadolnt"])
    assert 'did you mean "hadolint"?' in caught.value.hint


def test_a_missing_tool_is_no_failure_and_says_how_to_get_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    validator = replace(broken(KeyError()), executables=("no-such-tool|nor-this",), modules=("no_such_module",), install="get it")
    outcome = outcome_of(validator, root, monkeypatch)
    assert outcome.status is Status.MISSING
    assert outcome.reason == "no-such-tool or nor-this, Python module no_such_module not found; get it with: get it"


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (UnavailableError("no schema"), Status.MISSING, "no schema"),
        (ToolError("timed out"), Status.ERROR, "timed out"),
        (KeyError("secret"), Status.ERROR, "the validator itself failed: KeyError"),
    ],
)
def test_what_goes_wrong_inside_becomes_a_status(
    error: Exception, status: Status, reason: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome = outcome_of(broken(error), root, monkeypatch)
    assert (outcome.status, outcome.reason) == (status, reason)


def test_problems_are_sorted_without_repetition_and_notes_do_not_fail(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Problem | Note] = [Problem("b", None, "x"), Problem("a", 2, "x"), Problem("a", 1, "x"), Problem("b", None, "x"), Note("n")]
    outcome = outcome_of(Validator(name="x", title="x", select=list, run=lambda job: said), root, monkeypatch)
    assert [(problem.path, problem.line) for problem in outcome.problems] == [("a", 1), ("a", 2), ("b", None)]
    assert outcome.notes == ("n",)
    only_note = outcome_of(Validator(name="x", title="x", select=list, run=lambda job: [Note("n")]), root, monkeypatch)
    assert only_note.status is Status.PASSED


def test_validators_work_on_a_copy(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def scribble(job: Job) -> list[Problem]:
        (job.stage / "a.txt").write_text("changed")
        (job.stage / "new.txt").write_text("new")
        assert not job.stage.is_relative_to(root)
        return []

    assert outcome_of(Validator(name="x", title="x", select=list, run=scribble), root, monkeypatch).status is Status.PASSED
    assert sorted(path.name for path in root.iterdir()) == ["a.txt"]
    assert (root / "a.txt").read_text() == "a\n"


def test_paths_that_are_not_read_are_named_with_the_reason(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    (tmp_path / "outside.json").write_text("{")
    (root / "link.json").symlink_to(tmp_path / "outside.json")
    (root / "linked").symlink_to(tmp_path, target_is_directory=True)
    (root / "binary.json").write_bytes(b"\xff\xfe")
    (root / "large.json").write_bytes(b" " * (runner.SIZE_LIMIT + 1))
    expected = {
        "../outside.json": "outside the repository",
        str(tmp_path / "outside.json"): "outside the repository",
        "binary.json": "not UTF-8 text",
        "folder": "not a file",
        "large.json": "larger than 5 MB",
        "link.json": "a symbolic link, or below one",
        "linked/outside.json": "a symbolic link, or below one",
        "none.json": "not a file",
    }
    verification = verify(root, list(expected), only=["json"])
    assert verification.skipped == expected
    assert verification.outcomes[0].status is Status.NOT_APPLICABLE


def test_two_runs_are_equal_and_line_ends_are_kept(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'{"a": 1,\r\n "a": 2}\r\n')
    assert verify(tmp_path, ["a.json"], only=["json"]) == verify(tmp_path, ["a.json"], only=["json"])


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    marker = tmp_path / "late"
    child = tmp_path / "child.py"
    child.write_text(f"import time\ntime.sleep(2)\nopen({str(marker)!r}, 'w')\n")
    script = f"import subprocess, sys, time; subprocess.Popen([sys.executable, {str(child)!r}]); time.sleep(60)"
    started = time.monotonic()
    with pytest.raises(ToolError, match="still running after"):
        call([sys.executable, "-c", script], cwd=tmp_path, home=tmp_path, timeout=0.7)
    assert time.monotonic() - started < 10
    time.sleep(2.2)
    assert not marker.exists()


def test_output_is_bounded(tmp_path: Path) -> None:
    done = call([sys.executable, "-c", f"print('x' * {OUTPUT_LIMIT * 3}); import sys; sys.exit(5)"], cwd=tmp_path, home=tmp_path)
    assert done.code == 5
    assert len(done.stdout) == OUTPUT_LIMIT


def test_a_program_that_is_not_there_is_a_tool_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="cannot be started"):
        call([str(tmp_path / "nothing")], cwd=tmp_path, home=tmp_path)


def test_the_environment_is_clean_and_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_TOKEN", "value")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    clean = environment(tmp_path)
    assert "SOME_TOKEN" not in clean
    assert clean["HTTPS_PROXY"] == "http://127.0.0.1:9"
    assert clean["HOME"] == str(tmp_path)


def test_executables_of_the_current_folder_are_never_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (tmp_path, tmp_path / ".tools" / "bin"):
        folder.mkdir(parents=True, exist_ok=True)
        program = folder / "prodify-test-program"
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.pathsep.join([".", "", ".tools/bin", "/usr/bin"]))
    monkeypatch.delenv("PRODIFY_TOOLS", raising=False)
    assert find_executable("prodify-test-program") is None
    monkeypatch.setenv("PRODIFY_TOOLS", str(tmp_path))
    assert find_executable("prodify-test-program") == str(tmp_path / "prodify-test-program")


def test_a_secret_that_a_tool_quotes_is_masked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    value = "sk-pr" + "oj-" + "Zq7Xw2" * 8
    (tmp_path / "a.yaml").write_text(f"services:\n  OPENAI_API_KEY: {value}\n  replicas: two-of-them\n")
    said = [Problem("a.yaml", 2, f"OPENAI_API_KEY: '{value}' is not an integer"), Problem("a.yaml", 3, "'two-of-them' is not an integer")]
    monkeypatch.setattr(runner, "discover", lambda: (Validator(name="x", title="x", select=list, run=lambda job: said),))
    first, second = verify(tmp_path, ["a.yaml"]).outcomes[0].problems
    assert value not in first.message
    assert first.message.startswith("OPENAI_API_KEY: '***")
    assert second.message == "'two-of-them' is not an integer"


def test_a_matter_of_taste_in_a_file_of_the_users_is_a_note(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = [Problem("a.txt", 3, "not the usual order"), Problem("a.txt", 4, "does not parse", breaks=True)]
    validator = Validator(name="x", title="x", select=list, run=lambda job: said, taste=True)
    assert outcome_of(validator, root, monkeypatch).problems == tuple(said)
    (outcome,) = verify(root, ["a.txt"], theirs={"a.txt"}).outcomes
    assert outcome.status is Status.FAILED and outcome.problems == (said[1],)
    assert outcome.notes == ("a.txt:3: not the usual order (in a file of yours; prodify only edits it)",)
    validator = replace(validator, run=lambda job: said[:1])
    monkeypatch.setattr(runner, "discover", lambda: (validator,))
    (outcome,) = verify(root, ["a.txt"], theirs={"a.txt"}).outcomes
    assert outcome.status is Status.PASSED
    monkeypatch.setattr(runner, "discover", lambda: (replace(validator, taste=False),))
    assert verify(root, ["a.txt"], theirs={"a.txt"}).outcomes[0].status is Status.FAILED, "it keeps things from working"


@pytest.mark.parametrize(("text", "fails"), [("import os\n", False), ("print(nobody)\n", True)])
def test_verify_fails_for_an_edited_file_only_where_it_cannot_work(tmp_path: Path, text: str, fails: bool) -> None:
    if find_executable("ruff") is None:
        pytest.skip("ruff is not installed: make validators")
    (tmp_path / "app.py").write_text(text)
    (outcome,) = verify(tmp_path, ["app.py"], ["ruff"], {"app.py"}).outcomes
    assert (outcome.status is Status.FAILED) == fails
    assert bool(outcome.notes) != fails
