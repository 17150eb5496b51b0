"""How the service uses its database: sessions, connections."""

from __future__ import annotations

from prodify.api import Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.checks.scaling._stores import SQL


@check(
    step=Step.SCALING,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.HOURS,
    cwe=(404, 772),
    hint="Close what was opened: with Session() as db, or @app.teardown_appcontext that calls Session.remove().",
)
def database_sessions_are_closed(repo: Inventory, profile: Profile) -> Verdict:
    """Database sessions and connections are closed.

    Why:
        Every session that is left open keeps a connection; when the pool is empty, requests wait and then fail.

    Fails:
        ```text title="requirements.txt"
        flask
        sqlalchemy
        ```
        ```python title="app.py"
        from flask import Flask
        from sqlalchemy import create_engine
        from sqlalchemy.orm import sessionmaker

        app = Flask(__name__)
        Session = sessionmaker(bind=create_engine("sqlite:///app.db"))

        @app.route("/")
        def home():
            db = Session()
            return str(db.query(Place).count())
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        sqlalchemy
        ```
        ```python title="app.py"
        from flask import Flask
        from sqlalchemy import create_engine
        from sqlalchemy.orm import sessionmaker

        app = Flask(__name__)
        Session = sessionmaker(bind=create_engine("sqlite:///app.db"))

        @app.route("/")
        def home():
            with Session() as db:
                return str(db.query(Place).count())
        ```
    """
    from prodify.inventory.loops import unclosed_sessions

    opened, left = unclosed_sessions(repo)
    if not opened:
        return not_applicable("no session is opened by hand")
    return failed(f"{len(left)} of {len(opened)} sessions are never closed", *left) if left else passed("sessions are closed", *opened[:5])


@check(
    step=Step.SCALING,
    level=Level.WARNING,
    maturity=3,
    effort=Effort.MINUTES,
    hint="Set pool_size, max_overflow and pool_timeout from (connections of the database) / (replicas x workers).",
)
def database_pool_is_sized(repo: Inventory, profile: Profile) -> Verdict:
    """The connection pool's size is chosen.

    Why:
        Replicas times workers times pool must stay under the database's limit; left to the default it holds until autoscaling adds a
        replica.

    Fails:
        ```text title="requirements.txt"
        sqlalchemy
        psycopg2-binary
        ```
        ```python title="db.py"
        from sqlalchemy import create_engine

        engine = create_engine("postgresql://localhost/app")
        ```

    Passes:
        ```text title="requirements.txt"
        sqlalchemy
        psycopg2-binary
        ```
        ```python title="db.py"
        from sqlalchemy import create_engine

        engine = create_engine("postgresql://localhost/app", pool_size=5, max_overflow=2, pool_timeout=5)
        ```
    """
    engines = [
        *repo.python.calls(
            "sqlalchemy.create_engine",
            "sqlalchemy.ext.asyncio.create_async_engine",
            "asyncpg.create_pool",
            "psycopg_pool.*",
            "psycopg2.pool.*",
        )
    ]
    if not engines or not any(t.name in SQL - {"sqlite"} for t in repo.datastores):
        return not_applicable("no connection pool of a database server")
    sized = [
        c
        for c in engines
        if any(c.arg(name) is not None for name in ("pool_size", "poolclass", "max_size", "maxconn")) or c.has_star or ".pool." in c.name
    ]
    sized += [c for c in repo.python.calls("sqlalchemy.create_engine") if "pool_size" in c.text]
    options = repo.python.assignments("*SQLALCHEMY_ENGINE_OPTIONS*")
    if sized or options:
        return passed("the pool's size is chosen", *sized[:3], *(Note(a.location, a.target) for a in options))
    return failed("the pool is left at its default size", *(Note(c.location, c.name) for c in engines))
