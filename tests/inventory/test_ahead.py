"""What another process does while this one reads code: the same facts, the same files counted, and nothing lost with it."""

from __future__ import annotations

import os
import sys

import pytest

from prodify.inventory import Inventory, ahead, secretscan, tests
from prodify.inventory.ahead import Ahead

from .conftest import Repo

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks")


def test_the_result_comes_from_the_other_process() -> None:
    assert Ahead(lambda: os.getppid()).result() == os.getpid()


def test_a_task_that_fails_gives_nothing() -> None:
    def fail() -> int:
        raise ValueError

    assert Ahead(fail).result() is None


def test_a_large_tree_is_scanned_ahead_and_tells_the_same(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "ghp_" + "aB3dE5gH7jK9mN1pQ3sT5vW7xY9zA1cD3eF5"[:36]
    files = {"settings.py": f'TOKEN = "{secret}"\n', "a.txt": "plain\n", "tests/test_b.py": "def test_b():\n    assert b()\n"}
    alone = repo(files)
    other = Inventory(alone.files.root)
    monkeypatch.setattr(ahead, "AHEAD_FROM", 2)
    monkeypatch.setattr(ahead, "may_begin", lambda: True)
    other.look_ahead()
    monkeypatch.setattr(secretscan, "find_secrets", lambda _repo: pytest.fail("the other process has done that"))
    monkeypatch.setattr(tests, "find_tests", lambda _repo: pytest.fail("the other process has done that"))
    found, cases, kind = other.secrets, other.tests, other.files.content.known("a.txt")
    monkeypatch.undo()
    assert found == alone.secrets
    assert len(found) == 1
    assert cases == alone.tests
    assert len(cases.cases) == 1
    assert kind == alone.files.content.about("a.txt")


def test_what_the_other_process_cannot_deliver_is_done_here(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    inv = repo({"a.py": "x = 1\n", "b.py": "x = 1\n"})
    with monkeypatch.context() as patched:
        patched.setattr(ahead, "AHEAD_FROM", 2)
        patched.setattr(ahead, "may_begin", lambda: True)
        patched.setattr(secretscan, "find_secrets", lambda _repo: 1 / 0)
        inv.look_ahead()
    assert inv.secrets == ()


def test_a_small_tree_needs_no_second_process(repo: Repo) -> None:
    inv = repo({"a.py": "x = 1\n"})
    assert ahead.begin(inv) is None
