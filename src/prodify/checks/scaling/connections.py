"""What a request does while the database does not answer, and whether it finds the way back afterwards."""

from __future__ import annotations

from prodify.api import Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.inventory.dbconnects import connects, lasting


@check(
    step=Step.SCALING,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.MINUTES,
    cwe=(400, 1088),
    status="preview",
    fixed_by="hardening",
    hint="Say how long an attempt may take: connect_timeout=5 as an argument of connect(), in a pool's kwargs, or in Django's OPTIONS.",
)
def database_connections_have_timeouts(repo: Inventory, profile: Profile) -> Verdict:
    """Opening a connection to the database has a timeout.

    Why:
        PostgreSQL's client waits for ever for a server that takes the connection and says nothing. While a database hangs or moves to
        another machine, every request ends up waiting for it, and the service stays down when the database is back.

    Fails:
        ```text title="requirements.txt"
        flask
        psycopg2-binary
        ```
        ```python title="app.py"
        import os

        import psycopg2
        from flask import Flask

        app = Flask(__name__)

        @app.route("/")
        def home():
            with psycopg2.connect(os.environ["DATABASE_URL"]) as db, db.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM places")
                return str(cursor.fetchone()[0])
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        psycopg2-binary
        ```
        ```python title="app.py"
        import os

        import psycopg2
        from flask import Flask

        app = Flask(__name__)

        @app.route("/")
        def home():
            with psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=5) as db, db.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM places")
                return str(cursor.fetchone()[0])
        ```
    """
    opened = connects(repo)
    if not opened:
        return not_applicable("no connection is opened with PostgreSQL's client or by Django")
    endless = [Note(c.location, f"{c.name} without connect_timeout") for c in opened if c.bounded is False]
    if endless:
        return failed(f"{len(endless)} of {len(opened)} places wait for ever for a connection", *endless)
    return passed("opening a connection is bounded in time", *(Note(c.location, c.name) for c in opened[:5]))


@check(
    step=Step.SCALING,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.HOURS,
    cwe=(404,),
    status="preview",
    hint="Open a connection for each request and close it, or take one from a pool that replaces broken ones: "
    "psycopg_pool.ConnectionPool(..., check=ConnectionPool.check_connection), asyncpg.create_pool(), "
    "SQLAlchemy's create_engine(..., pool_pre_ping=True).",
)
def database_connections_recover(repo: Inventory, profile: Profile) -> Verdict:
    """No single connection to the database is kept for the life of the process.

    Why:
        A connection breaks when the database restarts, and nothing opens it again: every request fails until somebody restarts the
        service. Requests that run side by side share its transaction as well.

    Fails:
        ```text title="requirements.txt"
        flask
        psycopg2-binary
        ```
        ```python title="app.py"
        import os

        import psycopg2
        from flask import Flask

        app = Flask(__name__)
        db = psycopg2.connect(os.environ["DATABASE_URL"])

        @app.route("/")
        def home():
            with db.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM places")
                return str(cursor.fetchone()[0])
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        psycopg[pool]
        ```
        ```python title="app.py"
        import os

        from flask import Flask
        from psycopg_pool import ConnectionPool

        app = Flask(__name__)
        pool = ConnectionPool(os.environ["DATABASE_URL"], check=ConnectionPool.check_connection)

        @app.route("/")
        def home():
            with pool.connection() as db:
                return str(db.execute("SELECT count(*) FROM places").fetchone()[0])
        ```
    """
    if not repo.web_services:
        return not_applicable("no web service")
    kept = lasting(repo)
    if kept:
        return failed("one connection is opened at the start and never again", *kept)
    opened = [Note(c.location, c.name) for c in connects(repo)]
    return passed("connections are opened anew", *opened[:5]) if opened else not_applicable("no connection is opened by hand")
