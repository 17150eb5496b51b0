"""The check of git's history: what is gone from the tree, what still stands there, what was not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodify.inventory import Inventory, historyscan
from prodify.model import Kind
from prodify.profile import Profile
from tests.checks.conftest import Judge, check_named, git, lay_out

URL = "postgresql://app:" + "kT9x2LmQ8vR4wZ" + "@db.internal:5432/app"
GONE = {"HISTORY settings.py": f'DATABASE_URL = "{URL}"\n', "app.py": "x = 1\n"}
CHECK = "no-secret-in-history"


def judged(repo: Inventory) -> tuple[Kind, str]:
    verdict = check_named(CHECK).run(repo, Profile())
    return verdict.kind, verdict.message


def test_a_secret_that_is_gone_is_named_with_its_commit_and_never_shown(judge: Judge) -> None:
    verdict = judge(CHECK, GONE)
    assert verdict.kind is Kind.FAIL
    [place] = verdict.evidence
    assert (place.path, place.line, place.snippet) == ("settings.py", 1, "<redacted>")
    assert ", commit " in place.note and "kT9x2" not in repr(verdict)


def test_a_secret_that_still_stands_in_the_tree_is_reported_there_only(judge: Judge) -> None:
    assert judge(CHECK, {**GONE, "settings.py": f'DATABASE_URL = "{URL}"\n'}).kind is Kind.PASS


def test_secrets_of_tests_and_marked_ones_do_not_count(judge: Judge, tmp_path: Path) -> None:
    assert judge(CHECK, {"HISTORY tests/test_a.py": f'DATABASE_URL = "{URL}"\n', "app.py": "x = 1\n"}).kind is Kind.PASS


def test_gitleaksignore_holds_for_history(tmp_path: Path) -> None:
    root = lay_out(tmp_path, {**GONE, ".gitleaksignore": "settings.py:any-rule:1\n"})
    assert judged(Inventory(root))[0] is Kind.PASS


def test_history_is_left_out_when_asked_when_there_is_none_and_below_the_root(tmp_path: Path) -> None:
    root = lay_out(tmp_path / "r", {**GONE, "sub/app.py": "x = 1\n"})
    assert judged(Inventory(root, history=False)) == (Kind.NOT_APPLICABLE, "git history was left out, as asked for")
    assert judged(Inventory(root / "sub"))[0] is Kind.NOT_APPLICABLE
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "a.py").write_text("x = 1\n")
    assert judged(Inventory(tmp_path / "plain")) == (Kind.NOT_APPLICABLE, "there is no git history")


def test_a_large_history_is_read_only_when_asked_for_or_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = lay_out(tmp_path / "r", GONE)
    monkeypatch.setattr(historyscan, "CHEAP_KIB", -1)
    monkeypatch.setattr(historyscan, "CHEAP_REST", 1000)
    kind, message = judged(Inventory(root))
    assert kind is Kind.NOT_APPLICABLE and "--history reads it" in message
    assert judged(Inventory(root, history=True))[0] is Kind.FAIL
    assert judged(Inventory(root))[0] is Kind.FAIL, "an earlier look knows all but a little"
    (root / "new.txt").write_text("word " * 1000)
    git(root, "add", "new.txt")
    git(root, "commit", "-q", "-m", "more")
    assert judged(Inventory(root))[0] is Kind.NOT_APPLICABLE, "too much is new"
