# Written by prodify (recipe integration); yours to edit, upgrades merge.
"""The service on the database that production uses: TEST_DATABASE_URL=postgresql://... pytest tests/integration

CI starts one for each run. The tables of that database are dropped and made anew, so its name must contain "test".
"""

from __future__ import annotations

#% if asynchronous
import asyncio
#% elif sqlalchemy
import importlib.util
#% endif
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
DATABASE_URL = os.environ.get("TEST_DATABASE_URL", "")
# As the application wants it: the part in front says which driver is used.
ADDRESS = re.sub(r"^postgres(ql)?://", "{= scheme =}://", DATABASE_URL)
TIMEOUT_SECONDS = 300

pytestmark = pytest.mark.skipif(not DATABASE_URL, reason="TEST_DATABASE_URL is not set: the address of an empty database for tests")


@pytest.fixture(scope="module")
def result() -> subprocess.CompletedProcess[str]:
    """The characterisation tests, run once more with the application on that database."""
    name = urlsplit(DATABASE_URL).path.lstrip("/")
    if "test" not in name:
        pytest.fail(f'the database is called "{name}"; its tables would be dropped, so its name must contain "test"')
    environment = {**os.environ, "CHARACTERISATION_DATABASE": ADDRESS}
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "{= suite =}"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)


def test_every_route_behaves_as_it_does_on_sqlite(result: subprocess.CompletedProcess[str]) -> None:
    assert result.returncode == 0, result.stdout[-5000:] + result.stderr[-2000:]


def test_the_routes_were_really_asked(result: subprocess.CompletedProcess[str]) -> None:
    passed = re.search(r"(\d+) passed", result.stdout)
    assert passed, result.stdout[-2000:]
    assert int(passed[1]) >= {= least =}
#% if sqlalchemy


def test_the_rows_are_in_this_database(result: subprocess.CompletedProcess[str]) -> None:
#% if asynchronous
    from sqlalchemy import func, inspect, select, table
    from sqlalchemy.engine import Connection
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    def count(connection: Connection) -> dict[str, int]:
        names = inspect(connection).get_table_names()
        return {name: connection.execute(select(func.count()).select_from(table(name))).scalar_one() for name in names}

    async def counted() -> dict[str, int]:
        async with create_async_engine(ADDRESS, poolclass=NullPool).connect() as connection:
            return await connection.run_sync(count)

    rows = asyncio.run(counted())
#% else
    from sqlalchemy import create_engine, func, inspect, select, table

    driver = "psycopg2" if importlib.util.find_spec("psycopg2") else "psycopg"
    engine = create_engine(re.sub(r"^postgres(ql)?(\+\w+)?://", f"postgresql+{driver}://", DATABASE_URL))
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
        rows = {name: connection.execute(select(func.count()).select_from(table(name))).scalar_one() for name in names}
#% endif
    assert any(rows.values()), f"no table holds a row: {rows}; {result.stdout[-1000:]}"
#% endif
