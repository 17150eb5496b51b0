"""How the service speaks to its SQL database: through SQLAlchemy or a driver, waiting or not, and how the address begins for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodify.inventory import Inventory

_SCHEMES = {"postgres": "postgresql", "mysql": "mysql"}
_WAITING = {"postgres": (("psycopg2", ("psycopg2", "psycopg2-binary")), ("psycopg", ("psycopg",))), "mysql": (("pymysql", ("pymysql",)),)}
_ASYNCHRONOUS = {
    "postgres": (("asyncpg", ("asyncpg",)), ("psycopg", ("psycopg",))),
    "mysql": (("asyncmy", ("asyncmy",)), ("aiomysql", ("aiomysql",))),
}
_CONNECT = ("asyncpg.connect", "asyncpg.create_pool", "psycopg2.connect", "psycopg.connect", "psycopg.AsyncConnection.connect")
_NEED_POSTGRES = ("asyncpg", "psycopg", "psycopg2", "psycopg2-binary", "databases", "tortoise-orm")


def uses_sqlalchemy(repo: Inventory) -> bool:
    """Whether tables are described with SQLAlchemy, so that tests can make and fill them."""
    return repo.uses("sqlalchemy", "flask-sqlalchemy", "sqlmodel") is not None


def is_asynchronous(repo: Inventory) -> bool:
    """Whether SQLAlchemy's asynchronous engine is what production code makes."""
    return uses_sqlalchemy(repo) and bool(repo.python.calls("sqlalchemy.ext.asyncio.create_async_engine", "*create_async_engine"))


def needs_postgres(repo: Inventory) -> bool:
    """Whether the code speaks PostgreSQL's own protocol, so that no other database stands in for it: a driver without SQLAlchemy."""
    return not uses_sqlalchemy(repo) and repo.uses("django") is None and repo.uses(*_NEED_POSTGRES) is not None


def scheme(repo: Inventory, database: str) -> str:
    """How the address of a `database` (postgres or mysql) begins, up to "://".

    SQLAlchemy takes the driver from it. Without one, 2.0 and 2.1 choose different drivers (psycopg2, psycopg), and an asynchronous
    engine refuses both. Everything else wants the plain form.
    """
    plain = _SCHEMES[database]
    if not uses_sqlalchemy(repo) or _connects_itself(repo):
        return plain
    drivers = _ASYNCHRONOUS if is_asynchronous(repo) else _WAITING
    driver = next((name for name, packages in drivers[database] if repo.uses(*packages) is not None), "")
    return f"{plain}+{driver}" if driver else plain


def _connects_itself(repo: Inventory) -> bool:
    """Whether a driver is given an address beside SQLAlchemy; drivers know nothing of SQLAlchemy's form of it. The readiness check does."""
    calls = repo.python.calls(*_CONNECT)
    return any(call.location.path.rpartition("/")[2] != "health.py" for call in calls)
