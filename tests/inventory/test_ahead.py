"""What another process does while this one reads code: the same facts, the same files counted, and nothing lost with it."""

from __future__ import annotations

import os
import select
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from prodify import audit
from prodify.inventory import Inventory, ahead, secretscan, tests
from prodify.inventory.ahead import Ahead
from prodify.inventory.secrets import parallel
from prodify.profile import Profile

from .conftest import Repo

if TYPE_CHECKING:
    from prodify.api import Check
    from prodify.model import Finding

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
        patched.setattr(ahead, "may_begin", lambda: True)
        patched.setattr(secretscan, "find_secrets", lambda _repo: 1 / 0)
        inv.look_ahead()
    assert inv.secrets == ()


def test_nothing_is_begun_for_an_empty_tree(repo: Repo) -> None:
    assert ahead.begin(repo({})) is None


def test_only_the_process_that_began_it_takes_the_result() -> None:
    begun = Ahead(lambda: 7)
    assert parallel.in_two(lambda number: number == 1 and begun.result() is None) == (False, True)
    assert begun.result() == 7
    assert begun.is_done()


def judged_here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The checks that this process judges from now on, as they come."""
    ours: list[str] = []
    judge = audit.run_check

    def noted(check: Check, *arguments: Any) -> Finding:
        ours.append(check.id)
        return judge(check, *arguments)

    monkeypatch.setattr(audit, "run_check", noted)
    return ours


def test_checks_that_two_processes_share_say_what_one_says(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "app.py": "import os\nfrom flask import Flask\n\napp = Flask(__name__)\nKEY = os.environ['KEY']\n\n\n@app.route('/')\n"
        "def home():\n    print('password', password)\n    return 'hi'\n",
        "tests/test_app.py": "def test_home():\n    assert home()\n",
        "requirements.txt": "flask==3.1.0\n",
        "Dockerfile": "FROM python\nCOPY . .\n",
    }
    root = repo(files).files.root
    alone = audit.audit(Inventory(root, history=False), Profile())
    ours = judged_here(monkeypatch)
    monkeypatch.setattr(audit, "_SHARED_FROM", 1)
    monkeypatch.setattr(ahead, "may_begin", lambda: True)
    monkeypatch.setattr(audit, "prepare", lambda _repo: time.sleep(0.2))  # the other process is there before this one begins
    inv = Inventory(root, history=False)
    inv.look_ahead()
    assert inv._ahead is not None
    select.select([inv._ahead._reading], [], [])
    assert audit.audit(inv, Profile()) == alone
    assert 0 < len(ours) < len(alone.findings)


def test_what_was_judged_before_the_other_process_was_done_is_judged_once(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repo({"app.py": "from flask import Flask\n\napp = Flask(__name__)\n", "requirements.txt": "flask==3.1.0\n"}).files.root
    alone = audit.audit(Inventory(root, history=False), Profile())
    ours = judged_here(monkeypatch)
    asked = iter([False] * 5)
    monkeypatch.setattr(audit, "_SHARED_FROM", 1)
    monkeypatch.setattr(Inventory, "has_looked_ahead", property(lambda _repo: next(asked, True)))
    monkeypatch.setattr(audit, "prepare", lambda _repo: time.sleep(0.2))
    assert audit.audit(Inventory(root, history=False), Profile()) == alone
    assert 5 < len(ours) < len(alone.findings)
    assert len(set(ours)) == len(ours)
