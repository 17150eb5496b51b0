"""The commands that change files: looking without touching, asking, refusing, interrupting, committing, merging."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import GIT, copy_example
from tests.cli.helpers import prodify

AUTHOR = {f"GIT_{who}_{what}": f"t{at}" for who in ("AUTHOR", "COMMITTER") for what, at in (("NAME", ""), ("EMAIL", "@example.invalid"))}
LOOKING = ["--dry-run", "--diff", "--check"]


def git(root: Path, *arguments: str) -> str:
    return subprocess.run([*GIT, *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "x")


def everything(root: Path) -> dict[str, tuple[bytes, int]]:
    """Every file, prodify's own state and git's index included; git refreshes nothing here."""
    places = [place for place in sorted(root.rglob("*")) if place.is_file() and ".git/objects" not in place.as_posix()]
    return {place.relative_to(root).as_posix(): (place.read_bytes(), place.stat().st_mode) for place in places}


@pytest.fixture(scope="module")
def applied_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_example(tmp_path_factory.mktemp("slo") / "where2eat")
    assert prodify(["apply", root, "--step", "slo", "--yes", "-q"]).returncode == 0
    commit(root)
    return root


@pytest.fixture
def slo(applied_once: Path, tmp_path: Path) -> Path:
    """The example with one step applied and committed."""
    root = tmp_path / "where2eat"
    shutil.copytree(applied_once, root)
    git(root, "update-index", "-q", "--refresh")
    return root


def tighten(root: Path) -> list[str]:
    return ["upgrade", str(root), "--set", "slo.latency.threshold_ms=250"]


def collide(root: Path) -> Path:
    """Edit a line that a changed goal changes too."""
    place = root / "docs/error-budget-policy.md"
    text = place.read_text()
    place.write_text(re.sub(r"95 % of the requests take at most 300 ms \|", "95 % of the requests take about 300 ms |", text, count=1))
    assert place.read_text() != text
    commit(root)
    return place


def test_every_changing_command_can_look_without_touching(slo: Path) -> None:
    commands = {
        "apply": ["apply", str(slo), "--step", "ci"],
        "upgrade": tighten(slo),
        "undo": ["undo", str(slo)],
        "own": ["own", "slo/openslo.yaml", "--root", str(slo)],
    }
    for name, command in commands.items():
        before = everything(slo)
        said = {option: prodify([*command, option]) for option in LOOKING}
        assert everything(slo) == before, name
        assert [done.returncode for done in said.values()] == [0, 0, 1], (name, said)
        subprocess.run(["git", "apply", "--check", "-"], cwd=slo, input=said["--diff"].stdout.encode(), check=True)
        assert said["--diff"].stdout.startswith("diff --git ") and said["--dry-run"].stdout == said["--check"].stdout != ""
        assert re.search(r"\d+ files?, \+\d+ -\d+ lines", said["--dry-run"].stderr) or name == "own"


def test_status_shows_what_the_user_changed(slo: Path) -> None:
    collide(slo)
    shown = prodify(["status", slo, "--diff", "--dry-run"]).stdout
    assert shown.startswith("diff --git a/docs/error-budget-policy.md ")
    assert "-| 95 % of the requests take at most 300 ms |" in shown and "+| 95 % of the requests take about 300 ms |" in shown
    subprocess.run(["git", "apply", "--check", "--reverse", "-"], cwd=slo, input=shown.encode(), check=True)
    assert prodify(["status", slo, "--check", "-q"]).returncode == 1


def test_the_reverse_patch_is_what_undo_does(slo: Path) -> None:
    patch = prodify(["undo", slo, "--diff", "-q"]).stdout
    assert prodify(["undo", slo]).returncode == 0
    assert not (slo / "slo").exists() and not (slo / ".gitattributes").exists()
    left = git(slo, "status", "--porcelain")
    git(slo, "checkout", "-q", ".")
    subprocess.run(["git", "apply", "-"], cwd=slo, input=patch.encode(), check=True, capture_output=True)
    assert git(slo, "status", "--porcelain") == left
    assert prodify(["undo", slo, "--check"]).returncode == 0 and "nothing to undo" in prodify(["undo", slo, "--dry-run"]).stderr


def test_without_a_terminal_new_files_are_written_and_nothing_else(slo: Path) -> None:
    assert prodify(["apply", slo, "--recipe", "game-day"]).returncode == 0
    assert (slo / "docs/game-day.md").exists()
    before = everything(slo)
    done = prodify(tighten(slo))
    assert done.returncode == 2 and everything(slo) == before
    assert "there is no terminal to ask at: deploy/prometheus/rules/slo.yaml" in done.stderr
    assert "Nothing was written." in done.stderr and "--yes" in done.stderr
    assert prodify([*tighten(slo), "--yes"]).returncode == 0


def at_terminal(command: list[str], answers: list[bytes], env: dict[str, str] | None = None) -> tuple[int, str]:
    """Run prodify with a terminal as standard input and error; answer each question, the last one again if asked again."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "prodify", *command], stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, start_new_session=True,
        env={**os.environ, "TERM": "xterm", **(env or {})},
    )  # fmt: skip
    os.close(theirs)
    said, left, deadline = b"", list(answers), time.monotonic() + 60
    while True:
        ready, _, _ = select.select([ours], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            process.kill()
            break
        try:
            piece = os.read(ours, 4096)
        except OSError:
            break
        if not piece:
            break
        said += piece
        if left and said.endswith(b"[d]iff (n): "):
            answer = left.pop(0)
            if answer == b"\x03":
                os.killpg(process.pid, signal.SIGINT)
            else:
                os.write(ours, answer)
    os.close(ours)
    return process.wait(timeout=30), said.decode().replace("\r\n", "\n")


def test_at_a_terminal_one_question_with_the_patch_a_key_away(example: Path) -> None:
    command = ["apply", str(example), "--step", "slo"]
    code, said = at_terminal(command, [b"d\n", b"n\n"])
    assert code == 0 and said.count("write these changes?") == 2 and said.rstrip().endswith("nothing was written")
    assert "\x1b[32m+groups:\x1b[0m" in said and "step 5 slo: 4 files, +" in said
    assert not (example / "slo").exists()
    assert at_terminal(command, [b"\n"])[0] == 0 and not (example / "slo").exists()
    code, said = at_terminal(command, [b"d\n", b"y\n"], {"NO_COLOR": "1"})
    assert code == 0 and "\x1b[" not in said and "+groups:\n" in said
    assert (example / "slo/openslo.yaml").exists()


def test_interrupted_at_the_question(example: Path) -> None:
    code, said = at_terminal(["apply", str(example), "--step", "slo"], [b"\x03"])
    assert code == 130 and "interrupted. Nothing was written." in said
    assert git(example, "status", "--porcelain") == ""


INTERRUPTING = """
import os, signal, sys
from prodify.changes import disk
name, label, count = sys.argv[1], sys.argv[2], [int(sys.argv[3])]
def send(now):
    if now == label:
        count[0] -= 1
        if count[0] == 0:
            os.kill(os.getpid(), getattr(signal, name))
            if name == "SIGINT":
                signal.raise_signal(signal.SIGTERM)
disk.checkpoint = send
sys.argv = ["prodify", *sys.argv[4:]]
from prodify.__main__ import main
sys.exit(main())
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize(("label", "count", "sentence"), [("commit", 1, "Nothing was written."), ("memory", 1, "The old tree is back.")])
def test_interrupted_in_the_middle(example: Path, name: str, label: str, count: int, sentence: str) -> None:
    command = [sys.executable, "-c", INTERRUPTING, name, label, str(count), "apply", str(example), "--step", "slo", "--yes"]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 130 and done.stderr.rstrip().endswith(f"prodify: interrupted. {sentence}"), done.stderr
    assert git(example, "status", "--porcelain") == ""
    assert "nothing to undo" in prodify(["undo", example]).stderr


def test_an_interrupted_apply_is_finished_by_the_next_command_that_says_so(example: Path) -> None:
    code = "import os\n" + INTERRUPTING.replace("os.kill(os.getpid(), getattr(signal, name))", "os._exit(9)")
    command = [sys.executable, "-c", code, "SIGTERM", "memory", "1", "apply", str(example), "--step", "slo", "--yes"]
    assert subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False).returncode == 9
    assert "between old and new" in prodify(["status", example]).stderr
    done = prodify(["upgrade", example, "--yes"])
    assert done.returncode == 0 and "prodify: finished an interrupted change: every file is as it was planned\n" in done.stderr
    assert "clean" in prodify(["status", example]).stdout


def test_a_conflict_from_end_to_end(slo: Path) -> None:
    place = collide(slo)
    skipped = prodify([*tighten(slo), "--yes", "--conflict", "abort"])
    assert skipped.returncode == 2 and "Nothing was written." in skipped.stderr and git(slo, "status", "--porcelain") == ""
    done = prodify([*tighten(slo), "--yes"])
    assert done.returncode == 1 and "git status lists them as unmerged" in done.stderr and "then git add docs/error" in done.stderr
    assert "UU docs/error-budget-policy.md" in git(slo, "status", "--porcelain")
    marked = place.read_text()
    assert [label in marked for label in ("<<<<<<< yours\n", "||||||| base\n", ">>>>>>> prodify\n")] == [True] * 3
    assert "conflict  docs/error-budget-policy.md" in prodify(["status", slo]).stdout
    again = prodify(["upgrade", slo, "--set", "slo.latency.threshold_ms=200", "--yes", "--allow-dirty"])
    assert again.returncode == 1 and "unresolved    docs/error-budget-policy.md" in again.stderr and "settle them by hand" in again.stderr
    assert place.read_text() == marked
    place.write_text(re.sub(r"<<<<<<< yours\n(.*?)\|\|\|\|\|\|\| base\n.*?>>>>>>> prodify\n", r"\1", marked, flags=re.DOTALL))
    git(slo, "add", str(place))
    assert "edited    docs/error-budget-policy.md" in prodify(["status", slo]).stdout


def test_a_recipe_that_prodify_no_longer_has(slo: Path) -> None:
    lock = slo / ".prodify.lock.json"
    lock.write_text(lock.read_text().replace('["budget-policy"]', '["of-another-time"]'))
    commit(slo)
    assert "leftover  docs/error-budget-policy.md" in prodify(["status", slo]).stdout
    assert prodify(["apply", slo, "--step", "slo", "--recipe", "slo", "--check"]).stdout == ""
    done = prodify(["upgrade", slo, "--yes"])
    assert done.returncode == 0 and "remove        docs/error-budget-policy.md  (of-another-time)" in done.stderr
    assert not (slo / "docs").exists() and "of-another-time" not in lock.read_text()
    assert prodify(["undo", slo]).returncode == 0 and git(slo, "status", "--porcelain") == ""


def test_one_commit_a_step_says_what_why_and_how_to_undo(example: Path) -> None:
    (example / "notes.txt").write_text("mine\n")
    done = prodify(["apply", example, "--step", "ci", "--step", "slo", "--yes", "--commit-per-step"], env=AUTHOR)
    assert done.returncode == 0, done.stderr
    subjects = git(example, "log", "--format=%s", "-2").splitlines()
    assert subjects == ["Add step 5: service level objectives", "Add step 2: continuous integration and delivery"]
    body = git(example, "log", "-1", "--format=%b")
    assert "What:\n- slo: deploy/prometheus/rules/slo.yaml," in body and "\nUndo: git revert this commit; " in body
    assert re.search(r"\nWhy, as prodify audit found before:\n- [^\n]+\([a-z-]+\)\n", body)
    assert git(example, "status", "--porcelain") == "?? notes.txt\n"
    git(example, "revert", "--no-edit", "HEAD")
    assert not (example / "slo").exists() and (example / "ruff.toml").exists()


def test_a_commit_per_step_holds_nothing_of_the_users(example: Path) -> None:
    (example / "api.py").write_text((example / "api.py").read_text() + "# mine\n")
    git(example, "add", "api.py")
    before = everything(example)
    done = prodify(["apply", example, "--step", "slo", "--yes", "--commit-per-step"], env=AUTHOR)
    assert done.returncode == 2 and "changes of yours are staged: api.py" in done.stderr and "Nothing was written." in done.stderr
    assert everything(example) == before
    mixed = prodify(["apply", example, "--step", "slo", "--yes", "--commit-per-step", "--allow-dirty"], env=AUTHOR)
    assert mixed.returncode == 2 and "exclude each other" in mixed.stderr


def test_a_hook_that_refuses_leaves_a_clear_state(example: Path) -> None:
    hook = example / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no commits on Fridays >&2\nexit 1\n")
    hook.chmod(0o755)
    index = git(example, "ls-files", "--stage")
    done = prodify(["apply", example, "--step", "ci", "--step", "slo", "--yes", "--commit-per-step"], env=AUTHOR)
    assert done.returncode == 2 and "git could not commit step 2 (no commits on Fridays)" in done.stderr and "prodify undo" in done.stderr
    assert git(example, "ls-files", "--stage") == index and not (example / "slo").exists()
    assert prodify(["undo", example]).returncode == 0 and git(example, "status", "--porcelain") == ""


def test_two_branches_that_applied_different_steps_merge(example: Path) -> None:
    for step in ("slo", "ci"):
        git(example, "checkout", "-q", "-b", step, "main")
        assert prodify(["apply", example, "--step", step, "--yes", "-q"]).returncode == 0
        commit(example)
    git(example, "merge", "-q", "--no-edit", "slo")
    assert prodify(["status", example, "--check", "-q"]).returncode == 0
    assert prodify(["apply", example, "--step", "slo", "--step", "ci", "--yes"]).returncode == 0
    files = json.loads((example / ".prodify.lock.json").read_text())["files"]
    assert {"slo/openslo.yaml", "ruff.toml"} <= files.keys() and list(files) == sorted(files)
    assert prodify(["apply", example, "--step", "slo", "--step", "ci", "--check"]).returncode == 0


def test_uncommitted_changes_stop_an_apply(slo: Path) -> None:
    place = slo / "slo/openslo.yaml"
    place.write_text("# mine\n" + place.read_text())
    done = prodify([*tighten(slo), "--yes"])
    assert done.returncode == 2 and "uncommitted changes in slo/openslo.yaml" in done.stderr and "Nothing was written." in done.stderr
    assert prodify([*tighten(slo), "--yes", "--allow-dirty"]).returncode == 0
    assert place.read_text().startswith("# mine\n") and "0.25" in place.read_text()
