"""The generated backup and its restore drill on a real PostgreSQL: dump, change, drop, restore, compare."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.live.backups import backups_of
from tests.e2e.live.stack import Postgres

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(
        not list(Path("/usr/lib/postgresql").glob("*/bin")) or shutil.which("pg_dump") is None, reason="PostgreSQL is not installed"
    ),
]
CODE = 'import os\n\nimport psycopg2\nfrom flask import Flask\n\napp = Flask(__name__)\ndb = psycopg2.connect(os.environ["DATABASE_URL"])\n'
TABLES = """
CREATE SCHEMA shop;
CREATE TABLE shop.orders (id serial PRIMARY KEY, "who" text NOT NULL, at timestamptz DEFAULT now());
CREATE TABLE "Odd Name" (n integer);
INSERT INTO shop.orders (who) SELECT 'user ' || n FROM generate_series(1, 500) AS n;
INSERT INTO "Odd Name" VALUES (1), (2);
"""


@pytest.fixture
def database() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.close()


def sql(server: Postgres, text: str) -> str:
    options = ["--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--set", "ON_ERROR_STOP=1"]
    program = ["psql", *options, "--dbname", server.url, "--command", text]
    return subprocess.run(program, check=True, capture_output=True, text=True, timeout=30).stdout.strip()


def test_what_was_dropped_comes_back_and_the_drill_says_what_is_true(database: Postgres, tmp_path: Path) -> None:
    # As SQLAlchemy writes it: PostgreSQL's own programs do not know the driver's name.
    kept = backups_of(tmp_path, CODE, "flask\npsycopg2-binary\n", {"DATABASE_URL": database.url.replace("postgresql://", "postgresql+psycopg2://")})
    backups, run = kept.folder, kept.run

    def databases() -> str:
        return sql(database, "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database")

    assert run("restore-drill.sh").returncode == 1, "no dump yet"
    sql(database, TABLES)
    before, there = sql(database, "SELECT md5(string_agg(o::text, '|' ORDER BY id)) FROM shop.orders AS o"), databases()
    old = backups / "2020-01-01T000000Z.dump"
    backups.mkdir()
    old.write_text("an old one", encoding="utf-8")
    os.utime(old, (0, 0))
    made = run("backup.sh")
    assert made.returncode == 0, made.stderr
    (dump,) = backups.iterdir()
    assert dump.stat().st_mode & 0o077 == 0, "a dump is nobody else's to read"

    drill = run("restore-drill.sh", EXACT="1")
    assert drill.returncode == 0, drill.stdout + drill.stderr
    assert drill.stdout.rstrip().endswith("| 2 tables, 502 rows |") and dump.name in drill.stdout
    assert databases() == there, "the drill leaves nothing behind"

    sql(database, "INSERT INTO shop.orders (who) VALUES ('later')")
    changed = run("restore-drill.sh")
    assert changed.returncode == 0 and "shop.orders\t501" in changed.stdout
    assert run("restore-drill.sh", EXACT="1").returncode == 1

    sql(database, "CREATE TABLE newer (n integer)")
    missing = run("restore-drill.sh")
    assert missing.returncode == 1 and "not in the dump: public.newer" in missing.stderr
    assert databases() == there

    sql(database, 'DROP SCHEMA shop CASCADE; DROP TABLE "Odd Name", newer')
    subprocess.run(["pg_restore", "--exit-on-error", "--no-owner", "--dbname", database.url, str(dump)], check=True, timeout=60)
    assert sql(database, "SELECT md5(string_agg(o::text, '|' ORDER BY id)) FROM shop.orders AS o") == before
    assert run("restore-drill.sh", EXACT="1").returncode == 0

    broken = backups / "2999-01-01T000000Z.dump"
    broken.write_bytes(dump.read_bytes()[:200])
    assert run("restore-drill.sh").returncode != 0, "half a dump restores nothing"
    assert databases() == there
