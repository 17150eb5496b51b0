"""Services without SQLAlchemy, everything applied, alive, while PostgreSQL is killed and while it hangs: psycopg2, psycopg 3, its pool."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from prodify.audit import audit
from prodify.changes import apply
from prodify.infer import load_profile
from prodify.inventory import Inventory
from tests.e2e.live.stack import DATABASE_PASSWORD, Postgres, Process, free_port, get, wait_for
from tests.e2e.matrix.proving import proposal
from tests.recipes.conftest import commit_all

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(not list(Path("/usr/lib/postgresql").glob("*/bin")), reason="PostgreSQL is not installed"),
    pytest.mark.skipif(not os.environ.get("PRODIFY_SLOW_TESTS"), reason="takes a minute; PRODIFY_SLOW_TESTS=1 (make e2e) runs it"),
]
PROFILE = 'service: {name: notes, owner: "@ann"}\n'
HEAD = 'import os\n\nimport {}\nfrom flask import Flask\n\napp = Flask(__name__)\n{}\n\n@app.get("/notes")\ndef notes():\n'
EACH = (
    '    db = {}.connect(os.environ["DATABASE_URL"])\n    try:\n        cursor = db.cursor()\n        cursor.execute("SELECT 41 + 1")\n'
    "        return str(cursor.fetchone()[0])\n    finally:\n        db.close()\n"
)
POOL = 'pool = psycopg_pool.ConnectionPool(os.environ["DATABASE_URL"], min_size=1, max_size=4)\n'
WITH_POOL = '    with pool.connection() as db:\n        return str(db.execute("SELECT 41 + 1").fetchone()[0])\n'
ONE = 'db = psycopg2.connect(os.environ["DATABASE_URL"])\ndb.autocommit = True\n'
WITH_ONE = '    with db.cursor() as cursor:\n        cursor.execute("SELECT 41 + 1")\n        return str(cursor.fetchone()[0])\n'
PROGRAMS = {
    "psycopg2": (HEAD.format("psycopg2", "") + EACH.format("psycopg2"), "psycopg2-binary\n"),
    "psycopg": (HEAD.format("psycopg", "") + EACH.format("psycopg"), "psycopg[binary]\n"),
    "pool": (HEAD.format("psycopg_pool", POOL) + WITH_POOL, "psycopg[binary,pool]\n"),
    "one": (HEAD.format("psycopg2", ONE) + WITH_ONE, "psycopg2-binary\n"),
}
"""A connection for each request, in both drivers; psycopg's pool; one connection for all."""
BOUND = 9
"""Seconds: the five that an attempt may take, and the time of a busy machine."""


class System:
    """Database and service."""

    def __init__(self, root: Path, home: Path, command: list[str], **settings: str) -> None:
        self.database, self.port = Postgres(), free_port()
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("OTEL_", "DJANGO_", "PG"))}
        self.settings = {
            **inherited, "DATABASE_URL": self.database.url, "PORT": str(self.port), "ENVIRONMENT": "production", "WEB_CONCURRENCY": "2",
            "OTEL_SDK_DISABLED": "true", **settings,
        }  # fmt: skip
        self.service = Process(home / "service.log", [sys.executable, *command], root, self.settings)
        wait_for("the service", lambda: self.status("/readyz") == 200, 60)

    def status(self, path: str, timeout: float = 30) -> int:
        """The status of a page; 0 where nobody answers in time."""
        return get(f"http://127.0.0.1:{self.port}{path}", timeout)[0]

    def several(self, path: str, times: int = 8, timeout: float = 30) -> list[tuple[int, float]]:
        """Statuses and seconds of requests that are sent at once."""

        def one(_: int) -> tuple[int, float]:
            began = time.monotonic()
            return self.status(path, timeout), time.monotonic() - began

        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(one, range(times)))

    def close(self) -> None:
        """End everything."""
        self.service.kill()
        self.database.close()


def laid_out(root: Path, code: str, packages: str) -> Path:
    """A repository with everything applied."""
    files = {"app.py": code, "requirements.txt": f"flask\ngunicorn\n{packages}", "README.md": "# Notes\n", "prodify.yaml": PROFILE}
    root.mkdir()
    for path, text in files.items():
        (root / path).write_text(text, encoding="utf-8")
    commit_all(root)
    apply(root, proposal(root, load_profile(Inventory(root)).profile))
    return root


@pytest.fixture
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[System]:
    for module in ("psycopg2", "psycopg", "psycopg_pool", "flask", "gunicorn"):
        pytest.importorskip(module, reason=f"{module} of requirements/e2e.in is not installed")
    root = laid_out(tmp_path / "notes", *PROGRAMS[request.param])
    found = System(root, tmp_path, ["-m", "gunicorn", "--config", "gunicorn.conf.py", "app:app"])
    yield found
    found.close()


def unready(system: System) -> None:
    """It takes itself out of the rotation, and nobody restarts it."""
    wait_for("not ready", lambda: system.status("/readyz") == 503, 20)
    assert system.status("/healthz") == 200
    assert system.service.process.poll() is None


def recovered(system: System, path: str = "/notes") -> None:
    """It finds the way back by itself, and stays there."""
    wait_for("ready", lambda: system.status("/readyz") == 200, 30)
    wait_for("an answer", lambda: system.status(path) == 200, 15)
    assert {status for status, _ in system.several(path)} == {200}


@pytest.mark.parametrize("system", ["psycopg2", "psycopg", "pool"], indirect=True)
def test_it_fails_fast_and_finds_the_way_back(system: System) -> None:
    assert {status for status, _ in system.several("/notes")} == {200}
    system.database.stop()
    unready(system)
    assert all(status == 500 and seconds < BOUND for status, seconds in system.several("/notes")), "refused at once, or by the pool in time"
    system.database.start()
    recovered(system)
    assert DATABASE_PASSWORD not in system.service.text()


@pytest.mark.parametrize("system", ["psycopg2", "psycopg"], indirect=True)
def test_one_that_hangs_holds_no_request_for_ever(system: System) -> None:
    system.database.pause()
    try:
        assert all(status == 500 and seconds < BOUND for status, seconds in system.several("/notes", 4))
        unready(system)
    finally:
        system.database.go_on()
    recovered(system)
    assert DATABASE_PASSWORD not in system.service.text()


@pytest.mark.parametrize("system", ["pool"], indirect=True)
def test_what_waits_on_an_open_connection_goes_on_when_the_database_does(system: System) -> None:
    """No client of PostgreSQL bounds the answer of a connection that is open: those few wait, all others fail in time."""
    assert system.status("/notes") == 200
    system.database.pause()
    try:
        found = system.several("/notes", 4, timeout=BOUND)
        unready(system)
    finally:
        system.database.go_on()
    assert {status for status, _ in found} <= {0, 500}
    recovered(system)


@pytest.mark.parametrize("system", ["one"], indirect=True)
def test_one_connection_for_all_never_recovers_and_the_audit_says_so(system: System, tmp_path: Path) -> None:
    assert system.status("/notes") == 200
    repo = Inventory(tmp_path / "notes")
    profile = load_profile(repo).profile
    (said,) = [f for f in audit(repo, profile).findings if f.check == "database-connections-recover"]
    assert said.kind == "fail" and "db = psycopg2.connect" in str(said.evidence)
    system.database.stop()
    unready(system)
    system.database.start()
    wait_for("ready", lambda: system.status("/readyz") == 200, 30)
    statuses = [status for status, _ in system.several("/notes", 6)]
    assert set(statuses) == {500}, "the connection of both workers stays broken: what the check is there for"
