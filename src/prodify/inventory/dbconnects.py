"""Where Python code opens connections to PostgreSQL or MySQL by itself, how long it waits, and which are kept for ever."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from prodify.inventory import django
from prodify.inventory.facts import Note
from prodify.lazydata import dataclass
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Call
    from prodify.model import Location

LIBPQ: Mapping[str, int] = {
    "psycopg2.connect": 0, "psycopg.connect": 0, "psycopg.Connection.connect": 0, "psycopg.AsyncConnection.connect": 0,
    "psycopg2.pool.SimpleConnectionPool": 2, "psycopg2.pool.ThreadedConnectionPool": 2,
}  # fmt: skip
"""Callables that hand their keywords to PostgreSQL's own client, with the position of the address. It waits for ever unless it is told
how long (psycopg 3: 130 seconds)."""
POOLS = frozenset(("psycopg_pool.ConnectionPool", "psycopg_pool.AsyncConnectionPool"))
"""Pools of psycopg 3, which take the keywords of a connection in `kwargs`."""
_SINGLE = (
    "psycopg2.connect", "psycopg.connect", "psycopg.Connection.connect", "psycopg.AsyncConnection.connect", "asyncpg.connect",
    "pymysql.connect", "MySQLdb.connect", "mysql.connector.connect",
)  # fmt: skip
_SERVER_ENGINE = lazy(r"postgres|postgis|psycopg|mysql|dj_database_url|env\.(db|dj_db_url)\b", re.IGNORECASE)
_KEPT = ("app.state.", "app.", "application.state.")


@dataclass(frozen=True, slots=True)
class Connect:
    """A place that opens connections. `bounded`: whether the attempt ends by itself; None where its settings stand elsewhere."""

    location: Location
    name: str
    bounded: bool | None


def connects(repo: Inventory) -> tuple[Connect, ...]:
    """Every place of the service's own code that opens connections by PostgreSQL's client, and Django's databases on a server."""
    found = [Connect(call.location, call.name, _bounded(call)) for call in repo.python.calls(*LIBPQ, *POOLS)]
    return tuple(sorted((*found, *_django(repo)), key=lambda connect: (connect.location.path, connect.location.line or 0)))


def _bounded(call: Call) -> bool | None:
    """Whether a call says how long to wait, by keyword or in an address that is written down."""
    if "connect_timeout" in call.text:
        return True
    return None if call.has_star else False


def _django(repo: Inventory) -> Iterator[Connect]:
    databases = django.setting(repo, "DATABASES")
    if databases is None:
        return
    chain = [repo.files.text(path) or "" for path in django.settings_chain(repo)]
    if any(_SERVER_ENGINE.search(text) for text in chain):
        yield Connect(databases.location, "DATABASES", any("connect_timeout" in text for text in chain))


def lasting(repo: Inventory) -> tuple[Note, ...]:
    """Connections that are opened once, when a module is imported or the application starts, and used by every request from then on."""
    found = []
    for call in repo.python.calls(*_SINGLE):
        module = repo.python.module(call.location.path)
        for assignment in module.assignments if module is not None else ():
            same = assignment.location.line == call.location.line and assignment.function == call.function
            kept = assignment.function is None or assignment.target.startswith(_KEPT)
            if same and kept and "." not in assignment.target.removeprefix("app.state.").removeprefix("app."):
                found.append(Note(call.location, f"{assignment.target} = {call.name}(...)"))
    return tuple(found)
