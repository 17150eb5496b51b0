"""Two workers that make their tables at the start, on an empty PostgreSQL at the same moment; and what is generated against it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from prodify.changes import apply
from prodify.infer import load_profile
from prodify.inventory import Inventory
from tests.checks.conftest import check_named
from tests.e2e.live.stack import Postgres, Process, free_port, get, wait_for
from tests.e2e.matrix.proving import proposal
from tests.recipes.conftest import commit_all

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(not list(Path("/usr/lib/postgresql").glob("*/bin")), reason="PostgreSQL is not installed"),
    pytest.mark.skipif(not os.environ.get("PRODIFY_SLOW_TESTS"), reason="takes a minute; PRODIFY_SLOW_TESTS=1 (make e2e) runs it"),
]

MODELS = """import os
import time

from sqlalchemy import Column, Integer, String, create_engine, event
from sqlalchemy.orm import declarative_base

engine = create_engine(os.environ["DATABASE_URL"])
Base = declarative_base()


class Place(Base):
    __tablename__ = "places"

    id = Column(Integer, primary_key=True)
    name = Column(String(80))


@event.listens_for(Base.metadata, "before_create")
def look(*_, **__):
    # The moment between the look whether a table is missing and its making: long enough that two are in it for certain.
    time.sleep(float(os.environ.get("BETWEEN", "0")))

"""
FLASK = {
    "models.py": f"{MODELS}\nBase.metadata.create_all(engine)\n",
    "app.py": "from flask import Flask\n\nfrom models import engine\n\napp = Flask(__name__)\n\n\n"
    '@app.get("/")\ndef index():\n    with engine.connect() as connection:\n'
    '        return str(connection.exec_driver_sql("SELECT count(*) FROM places").scalar())\n',
    "requirements.txt": "flask\nsqlalchemy\npsycopg2-binary\n",
}
FASTAPI = {
    "models.py": MODELS,
    "app.py": "from contextlib import asynccontextmanager\n\nfrom fastapi import FastAPI\n\nfrom models import Base, engine\n\n\n"
    "@asynccontextmanager\nasync def lifespan(app):\n    Base.metadata.create_all(engine)\n    yield\n\n\n"
    "app = FastAPI(lifespan=lifespan)\n\n\n"
    '@app.get("/")\ndef index():\n    with engine.connect() as connection:\n'
    '        return connection.exec_driver_sql("SELECT count(*) FROM places").scalar()\n',
    "requirements.txt": "fastapi\nuvicorn\nsqlalchemy\npsycopg2-binary\n",
}
RAW_FLASK = {
    "app.py": "import os\nimport time\n\nimport psycopg2\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n"
    'def connect():\n    return psycopg2.connect(os.environ["DATABASE_URL"])\n\n\n'
    'with connect() as db, db.cursor() as cursor:\n    cursor.execute("CREATE TABLE IF NOT EXISTS places (id serial PRIMARY KEY)")\n'
    '    time.sleep(float(os.environ.get("BETWEEN", "0")))\n\n\n'
    '@app.get("/")\ndef index():\n    with connect() as db, db.cursor() as cursor:\n        cursor.execute("SELECT count(*) FROM places")\n'
    "        return str(cursor.fetchone()[0])\n",
    "requirements.txt": "flask\npsycopg2-binary\n",
}
RAW_FASTAPI = {
    "app.py": "import asyncio\nimport os\nfrom contextlib import asynccontextmanager\n\nimport asyncpg\nfrom fastapi import FastAPI\n\n"
    'SCHEMA = """\n    CREATE TABLE IF NOT EXISTS places (id serial PRIMARY KEY)\n"""\n\n\n'
    "@asynccontextmanager\nasync def running(app):\n"
    '    app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=1, max_size=2)\n'
    "    async with app.state.pool.acquire() as db, db.transaction():\n        await db.execute(SCHEMA)\n"
    '        await asyncio.sleep(float(os.environ.get("BETWEEN", "0")))\n    yield\n    await app.state.pool.close()\n\n\n'
    "app = FastAPI(lifespan=running)\n\n\n"
    '@app.get("/")\nasync def index():\n    return await app.state.pool.fetchval("SELECT count(*) FROM places")\n',
    "requirements.txt": "fastapi\nuvicorn\nasyncpg\n",
}
"""The same without SQLAlchemy: IF NOT EXISTS looks and makes in two steps as well, and the others wait for the one whose making counts."""
PROFILE = 'service: {name: places, owner: "@ann"}\n'


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.close()


@pytest.mark.parametrize(
    ("name", "files"),
    [("flask", FLASK), ("fastapi", FASTAPI), ("flask", RAW_FLASK), ("fastapi", RAW_FASTAPI)],
    ids=["flask", "fastapi", "flask and psycopg2", "fastapi and asyncpg"],
)
def test_two_that_start_at_once_collide_and_the_start_before_them_prevents_it(
    name: str, files: dict[str, str], database: Postgres, tmp_path: Path
) -> None:
    raw = "sqlalchemy" not in files["requirements.txt"]
    label = f"{name}_raw" if raw else name
    for module in ("sqlalchemy", "psycopg2", "asyncpg", name, "gunicorn", "uvicorn"):
        pytest.importorskip(module, reason=f"{module} of requirements/e2e.in is not installed")
    root = tmp_path / name
    for path, text in {**files, "prodify.yaml": PROFILE, "README.md": "# Places\n"}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    commit_all(root)
    assert check_named("migrations-run-outside-start-up").run(Inventory(root), load_profile(Inventory(root)).profile).kind == "fail"
    apply(root, proposal(root, load_profile(Inventory(root)).profile))

    def environment(database_name: str, port: int) -> dict[str, str]:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("OTEL_")}
        url = database.url if raw else database.url.replace("postgresql:", "postgresql+psycopg2:")
        url = url.rpartition("/")[0] + f"/{database_name}"
        return {**inherited, "DATABASE_URL": url, "PORT": str(port), "WEB_CONCURRENCY": "1", "BETWEEN": "2", "ENVIRONMENT": "production"}

    def start(database_name: str) -> list[tuple[int, Process]]:
        """Two replicas with one process each, as the manifests start them."""
        command = ["-m", "gunicorn", "--config", "gunicorn.conf.py", "app:app"] if name == "flask" else ["serve.py"]
        found = []
        for number in range(2):
            port = free_port()
            log = tmp_path / f"{database_name}-{number}.log"
            found.append((port, Process(log, [sys.executable, *command], root, environment(database_name, port))))
        return found

    def end(replicas: list[tuple[int, Process]]) -> None:
        for _, process in replicas:
            process.kill()

    database.create_database(f"{label}_empty")
    replicas = start(f"{label}_empty")
    try:
        wait_for("one of the two to die", lambda: any(process.process.poll() is not None for _, process in replicas), 30)
        said = "".join(process.text() for _, process in replicas)
        assert "UniqueViolation" in said or "DuplicateTable" in said
    finally:
        end(replicas)

    (job,) = [
        document
        for document in yaml.safe_load_all((root / "deploy/kubernetes/base/migrate.yaml").read_text(encoding="utf-8"))
        if document["kind"] == "Job"
    ]
    command = job["spec"]["template"]["spec"]["containers"][0]["command"]
    assert command[0] == "python"
    database.create_database(f"{label}_prepared")
    prepared = environment(f"{label}_prepared", free_port())
    subprocess.run([sys.executable, *command[1:]], cwd=root, env=prepared, check=True, timeout=30)
    replicas = start(f"{label}_prepared")
    try:
        for port, _ in replicas:
            wait_for("an answer", lambda port=port: get(f"http://127.0.0.1:{port}/") == (200, b"0"), 30)  # type: ignore[misc]
        assert all(process.process.poll() is None for _, process in replicas)
    finally:
        end(replicas)
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert "The service makes its tables itself when it starts." in readme
