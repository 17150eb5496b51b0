"""Schemas that are made at the start, in the shapes that frameworks have for it; databases that are one file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from prodify.model import Verdict

Judge = Callable[[str, Mapping[str, str]], Verdict]
REQUIREMENTS = {"requirements.txt": "fastapi\nsqlalchemy\nasyncpg\n"}
START = (
    "from fastapi import FastAPI\nfrom sqlalchemy.ext.asyncio import create_async_engine\n\nfrom models import Base\n\n"
    'app = FastAPI()\nengine = create_async_engine("postgresql+asyncpg://db/app")\n\n\n'
)
MAKE = "async def make():\n    async with engine.begin() as connection:\n        await connection.run_sync(Base.metadata.create_all)\n"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (f'@app.on_event("startup")\n{MAKE}', "fail"),
        (MAKE.replace("make()", "lifespan(app)"), "fail"),
        (MAKE, "pass"),
        (MAKE.replace("Base.metadata.create_all", "count_rows").replace("make()", "lifespan(app)"), "pass"),
    ],
    ids=["start-up event", "lifespan", "a function of one's own", "something else"],
)
def test_tables_made_through_run_sync(code: str, kind: str, judge: Judge) -> None:
    assert judge("migrations-run-outside-start-up", {**REQUIREMENTS, "main.py": START + code}).kind == kind


def test_a_file_of_sqlite_is_told_by_its_name(judge: Judge) -> None:
    files = {
        "requirements.txt": "flask\n",
        "app.py": 'import sqlite3\n\nfrom flask import Flask\n\napp = Flask(__name__)\ndb = sqlite3.connect("app.db")\n',
    }
    verdict = judge("database-is-backed-up", files)
    assert verdict.kind == "fail" and "SQLite" in verdict.message


RAW = "from fastapi import FastAPI\nimport asyncpg\n\napp = FastAPI()\n"
CREATE = 'await pool.execute("create table if not exists notes (id int)")\n'


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (f'{RAW}\n@app.on_event("startup")\nasync def make():\n    {CREATE}', "fail"),
        (f"{RAW}\nasync def make():\n    {CREATE}\n\n@app.on_event('startup')\nasync def go():\n    await make()\n", "fail"),
        (f"{RAW}\nasync def make():\n    {CREATE}", "pass"),
        (f"{RAW}\n@app.on_event('startup')\nasync def make():\n    await pool.execute('SELECT 1')\n", "pass"),
        ("import psycopg2\n\ndb = psycopg2.connect(U)\nSQL = 'CREATE TABLE a (b int)'\ndb.cursor().execute(SQL)\n", "fail"),
        ("import sqlite3\n\ndb = sqlite3.connect('a.db')\ndb.execute('CREATE TABLE IF NOT EXISTS a (b int)')\n", "pass"),
    ],
    ids=["start-up event", "called by one", "a function of one's own", "something else", "under a name", "a file of its own"],
)
def test_tables_made_by_a_statement(code: str, kind: str, judge: Judge) -> None:
    assert judge("migrations-run-outside-start-up", {**REQUIREMENTS, "main.py": code}).kind == kind
