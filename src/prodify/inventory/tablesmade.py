"""Where Python code makes the tables of its database by itself, and whether that happens while the service starts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.lazyre import guarded

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.facts import Call

_STARTING = (None, "main", "create_app", "startup", "lifespan", "init_db", "on_startup")
"""Functions that run while a service starts; None is the module itself."""
_CREATE = guarded(r"\bcreate\s+table\b", "create", re.IGNORECASE)
_EXECUTORS = ("*.execute", "*.executescript", "*.exec_driver_sql")
_SERVER_DRIVERS = ("psycopg2", "psycopg", "psycopg_pool", "asyncpg", "pymysql", "MySQLdb", "mysql", "aiomysql", "asyncmy", "sqlalchemy")


def tables_made(repo: Inventory) -> tuple[Call, ...]:
    """Calls that make tables: SQLAlchemy's create_all, itself or through run_sync, and CREATE TABLE sent to a database on a server."""
    made = [*repo.python.calls("*.create_all")]
    made += [call for call in repo.python.calls("*.run_sync") if call.args and call.args[0].text.endswith(".create_all")]
    made += [call for call in repo.python.calls(*_EXECUTORS, where=_CREATE) if _creates(repo, call)]
    return tuple(sorted(made, key=lambda call: (call.location.path, call.location.line or 0)))


def _creates(repo: Inventory, call: Call) -> bool:
    """Whether a call sends CREATE TABLE, written in it or under a name; a file of SQLite belongs to one machine and locks itself."""
    path = call.location.path
    if repo.python.imports_in(path, "sqlite3") and not any(repo.python.imports_in(path, driver) for driver in _SERVER_DRIVERS):
        return False
    if not call.args:
        return False
    value, known = repo.python.value_of(call.args[0], call)
    return _CREATE.search(value if known and isinstance(value, str) else call.args[0].text) is not None


def at_start(repo: Inventory, call: Call) -> bool:
    """Whether a call runs while the service starts: at import, in a start-up hook, or in a function that one of these calls."""
    if call.function in _STARTING or _is_hook(repo, call):
        return True
    name = str(call.function)
    return any(caller.function in _STARTING or _is_hook(repo, caller) for caller in repo.python.calls(name, f"*.{name}"))


def _is_hook(repo: Inventory, call: Call) -> bool:
    """Whether the framework calls the call's function at the start: `@app.on_event("startup")`, `FastAPI(lifespan=...)`."""
    events = repo.python.functions("*.on_event", "*.before_first_request")
    if any(f.name == call.function and f.location.path == call.location.path for f in events):
        return True
    made = repo.python.calls("fastapi.FastAPI", "starlette.applications.Starlette")
    return any((given := app.arg("lifespan")) is not None and given.text == call.function for app in made)
