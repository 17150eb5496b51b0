"""FastAPI on a bare asyncpg pool, everything applied, alive: readiness, the pool's limit, a database that falls and comes back."""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from prodify.changes import apply
from prodify.infer import load_profile
from prodify.inventory import Inventory
from tests.e2e.live.stack import Postgres, Process, free_port, get, wait_for
from tests.e2e.matrix.proving import proposal
from tests.recipes.conftest import commit_all
from tests.recipes.observability.otlp import Receiver, values

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(not list(Path("/usr/lib/postgresql").glob("*/bin")), reason="PostgreSQL is not installed"),
    pytest.mark.skipif(not os.environ.get("PRODIFY_SLOW_TESTS"), reason="takes a minute; PRODIFY_SLOW_TESTS=1 (make e2e) runs it"),
]
POOL = 4
FILES = {
    "app.py": f"""import os
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app):
    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=1, max_size={POOL}, command_timeout=2)
    await app.state.pool.execute("CREATE TABLE IF NOT EXISTS notes (id serial PRIMARY KEY, text text)")
    yield
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan)


@app.get("/notes")
async def notes():
    return await app.state.pool.fetchval("SELECT count(*) FROM notes")


@app.get("/slow")
async def slow():
    return await app.state.pool.fetchval("SELECT 1 FROM pg_sleep(0.5)")
""",
    "requirements.txt": "fastapi\nuvicorn\nasyncpg\n",
    "README.md": "# Notes\n",
    "prodify.yaml": 'service: {name: notes, owner: "@ann"}\n',
}


class System:
    """Database, receiver and service."""

    def __init__(self, root: Path, home: Path) -> None:
        self.database, self.receiver, self.port = Postgres(), Receiver(), free_port()
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("OTEL_")}
        settings = {
            **inherited, "DATABASE_URL": self.database.url, "PORT": str(self.port), "ENVIRONMENT": "production",
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.receiver.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "200",
        }  # fmt: skip
        self.service = Process(home / "service.log", [sys.executable, "serve.py"], root, settings)
        wait_for("the service", lambda: self.status("/readyz") == 200, 40)

    def status(self, path: str, timeout: float = 10) -> int:
        """The status of a page."""
        return get(f"http://127.0.0.1:{self.port}{path}", timeout)[0]

    def sessions(self) -> int:
        """Connections of others to the database."""
        asyncpg: Any = importlib.import_module("asyncpg")

        async def count() -> Any:
            connection = await asyncpg.connect(self.database.url)
            try:
                return await connection.fetchval(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = 'app' AND pid <> pg_backend_pid() AND query LIKE '%pg_sleep%'"
                )
            finally:
                await connection.close()

        return int(asyncio.run(count()))

    def close(self) -> None:
        """End everything."""
        self.service.kill()
        self.database.close()
        self.receiver.close()


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    for name in ("asyncpg", "fastapi", "uvicorn", "opentelemetry.instrumentation.asyncpg"):
        pytest.importorskip(name, reason=f"{name} of requirements/e2e.in is not installed")
    root = tmp_path_factory.mktemp("notes")
    for path, text in FILES.items():
        (root / path).write_text(text, encoding="utf-8")
    commit_all(root)
    apply(root, proposal(root, load_profile(Inventory(root)).profile))
    found = System(root, tmp_path_factory.mktemp("home"))
    yield found
    found.close()


def test_it_is_ready_and_its_queries_are_traced(system: System) -> None:
    assert system.status("/healthz") == system.status("/readyz") == system.status("/notes") == 200
    wait_for("the request's span", lambda: any(span.name == "GET /notes" for span in system.receiver.spans), 10)
    request = next(span for span in system.receiver.spans if span.name == "GET /notes")
    assert any(span.trace_id == request.trace_id and span.name.startswith("SELECT") for span in system.receiver.spans)
    asked = [values(span.attributes) for span in system.receiver.spans]
    texts = {found.get("db.query.text", found.get("db.statement")) for found in asked}
    assert "SELECT count(*) FROM notes" in texts and "SELECT 1" not in texts, "probes leave no traces"


def test_no_more_connections_are_taken_than_the_pool_may_hold(system: System) -> None:
    with ThreadPoolExecutor(20) as pool:
        asked = [pool.submit(system.status, "/slow") for _ in range(20)]
        most = 0
        while not all(answer.done() for answer in asked):
            most = max(most, system.sessions())
        assert {answer.result() for answer in asked} == {200}, "the others wait for their turn"
    assert 1 < most <= POOL
    assert system.status("/readyz") == 200


def test_a_database_that_falls_makes_it_unready_and_not_dead_and_it_finds_the_way_back(system: System) -> None:
    system.database.stop()
    wait_for("not ready", lambda: system.status("/readyz") == 503, 15)
    assert system.status("/healthz") == 200, "a restart brings no database back"
    began = time.monotonic()
    assert system.status("/notes", 15) == 500
    assert time.monotonic() - began < 10
    assert system.service.process.poll() is None
    system.database.start()
    wait_for("ready", lambda: system.status("/readyz") == 200, 20)
    wait_for("an answer", lambda: system.status("/notes") == 200, 10)


def test_it_stops_in_good_order(system: System) -> None:
    assert system.service.stop(30) < 15
    assert "Traceback" not in system.service.text().rpartition("Application startup complete")[2].rpartition("Shutting down")[2]
