"""The Django example, everything applied, alive, while its PostgreSQL is killed, hangs, or holds a lock; connections kept and not kept."""

from __future__ import annotations

import importlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.helpers import ROOT, prodify
from tests.e2e.live.stack import DATABASE_PASSWORD
from tests.e2e.test_database_falls import BOUND, System, pytestmark, recovered, unready
from tests.e2e.test_django_example import PACKAGES, commit

__all__ = ["pytestmark"]
EXAMPLE = ROOT / "examples" / "django-notes"
PLAIN = "sqlite:///{BASE_DIR / 'db.sqlite3'}\")"
STATEMENT_SECONDS = 2
KEY = "canary-django-71c2"


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example with everything applied."""
    import shutil

    for name in PACKAGES:
        pytest.importorskip(name, reason="the packages of requirements/e2e.in are not installed")
    root = tmp_path_factory.mktemp("django-falls") / "notes"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("__pycache__", "*.sqlite3"))
    commit(["init", "-q"], root)
    done = prodify(["apply", root, "--all", "--yes"])
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture(params=["opened anew", "kept"])
def system(request: pytest.FixtureRequest, applied: Path, tmp_path: Path) -> Iterator[System]:
    import shutil

    root = shutil.copytree(applied, tmp_path / "notes")
    if request.param == "kept":
        path = root / "config" / "settings.py"
        text = path.read_text(encoding="utf-8")
        assert text.count(PLAIN) == 1
        path.write_text(text.replace(PLAIN, f"{PLAIN}, conn_max_age=600"), encoding="utf-8")
    found = served(root, tmp_path)
    yield found
    found.close()


def served(root: Path, home: Path) -> System:
    """The service with its static files collected and its tables made, which is what the image and a release do."""

    class Prepared(System):
        def status(self, path: str, timeout: float = 30) -> int:
            if not prepared:
                for step in (["collectstatic", "--noinput"], ["migrate"]):
                    command = [sys.executable, "manage.py", *step, "-v", "0"]
                    subprocess.run(command, cwd=root, env=self.settings, check=True, timeout=300)
                prepared.append(True)
            return super().status(path, timeout)

    prepared: list[bool] = []
    options = f"-c statement_timeout={STATEMENT_SECONDS * 1000}"
    command = ["-m", "gunicorn", "-c", "gunicorn.conf.py", "config.wsgi:application"]
    return Prepared(root, home, command, SECRET_KEY=KEY, ALLOWED_HOSTS="127.0.0.1", PGOPTIONS=options)


def test_a_killed_one_makes_it_unready_and_back_it_is_used_at_once(system: System) -> None:
    assert {status for status, _ in system.several("/", 12)} == {200}
    system.database.stop()
    assert all(status == 500 and seconds < BOUND for status, seconds in system.several("/", 12))
    unready(system)
    system.database.start()
    recovered(system, "/")
    log = system.service.text()
    assert DATABASE_PASSWORD not in log and KEY not in log


@pytest.mark.parametrize("system", ["kept"], indirect=True)
def test_a_kept_connection_that_broke_is_found_before_it_fails_a_request(system: System) -> None:
    assert {status for status, _ in system.several("/", 12)} == {200}
    system.database.stop()
    system.database.start()
    assert {status for status, _ in system.several("/", 12)} == {200}


@pytest.mark.parametrize("system", ["opened anew"], indirect=True)
def test_one_that_hangs_holds_no_request_for_ever(system: System) -> None:
    system.database.pause()
    try:
        assert all(status == 500 and seconds < BOUND for status, seconds in system.several("/", 4))
        unready(system)
    finally:
        system.database.go_on()
    recovered(system, "/")
    assert DATABASE_PASSWORD not in system.service.text()


@pytest.mark.parametrize("system", ["opened anew"], indirect=True)
def test_a_statement_that_waits_for_a_lock_ends_where_the_environment_says_so(system: System) -> None:
    psycopg2: Any = importlib.import_module("psycopg2")
    holder = psycopg2.connect(system.database.url)
    try:
        holder.cursor().execute("LOCK TABLE notes_note IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        assert system.status("/") == 500
        assert STATEMENT_SECONDS * 0.9 < time.monotonic() - began < STATEMENT_SECONDS + BOUND
        assert system.status("/readyz") == 200, "busy is not broken"
    finally:
        holder.close()
    assert system.status("/") == 200
