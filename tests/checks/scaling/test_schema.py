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
