"""How the service uses its database: sessions, connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.api import Audience, Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.checks.scaling._stores import SQL
from prodify.connections import DEFAULT_LIMIT, WORKERS, Room
from prodify.inventory.pools import database_limit, most_replicas, pools, server_number

if TYPE_CHECKING:
    from prodify.inventory.pools import Pool


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
    hint="Set pool_size and max_overflow (max_size; CONN_MAX_AGE in Django): pool x workers x replicas must fit what the database takes.",
)
def database_pool_is_sized(repo: Inventory, profile: Profile) -> Verdict:
    """The connection pool's size is chosen, and fits the database.

    Why:
        Every worker of every replica fills a pool of its own. Together they must stay under the database's limit, 100 by default in
        PostgreSQL: above it nobody gets in any more, exactly when there is most to do.

    Fails:
        ```text title="requirements.txt"
        flask
        sqlalchemy
        psycopg2-binary
        ```
        ```python title="db.py"
        from sqlalchemy import create_engine

        engine = create_engine("postgresql://localhost/app", pool_size=50, max_overflow=100)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        sqlalchemy
        psycopg2-binary
        ```
        ```python title="db.py"
        from sqlalchemy import create_engine

        engine = create_engine("postgresql://localhost/app", pool_size=5, max_overflow=2, pool_timeout=5)
        ```
    """
    found = pools(repo) if any(t.name in SQL - {"sqlite"} for t in repo.datastores) else ()
    if not found:
        return not_applicable("no connection pool of a database server")
    room, proof = _room(repo, profile)
    threads = server_number(repo, "threads")
    sizes = [(pool, (threads.value if threads else 1) if pool.per_thread else pool.size) for pool in found]
    large = [(pool, size) for pool, size in sizes if size is not None and not room.takes(size)]
    if large:
        counted = ", ".join(dict.fromkeys(_product(room, size) for _, size in large))
        return failed(f"{counted}, the database takes {room.limit}; {_fitting(room)}", *(_note(p, s) for p, s in large))
    unsized = [(pool, size) for pool, size in sizes if not pool.chosen]
    if unsized and profile.audience is not Audience.CREATOR:
        each_time = all(pool.per_thread for pool, _ in unsized)
        said = "a connection is opened for every request" if each_time else "the pool is left at its default size"
        return failed(f"{said}; {_fitting(room)}", *(_note(p, s) for p, s in unsized))
    known = [size for _, size in sizes if size is not None]
    fits = f": {_product(room, max(known))} of {room.limit}" if known else ""
    return passed(f"the pool's size is chosen{fits}", *(_note(p, s) for p, s in sizes[:3]), *proof)


def _room(repo: Inventory, profile: Profile) -> tuple[Room, tuple[Note, ...]]:
    """What the database has room for, with the places that say so; goals that somebody stated count where no manifest does."""
    limit, workers, replicas = database_limit(repo), server_number(repo, "workers"), most_replicas(repo)
    stated = any(profile.source(key) != "default" for key in ("scaling", "traffic"))
    expected = profile.max_replicas if stated else profile.baseline_replicas
    many = WORKERS if any(c.framework in ("flask", "django") for c in repo.services) else 1
    room = Room(
        limit=limit.value if limit else DEFAULT_LIMIT,
        workers=max(1, workers.value if workers else many),
        replicas=max(1, replicas.value if replicas else expected),
    )
    return room, tuple(Note(n.location, f"{n.note}: {n.value}") for n in (workers, replicas, limit) if n is not None)


def _product(room: Room, size: int) -> str:
    return f"{_many(size, 'connection')} x {_many(room.workers, 'worker')} x {_many(room.replicas, 'replica')} = {room.asked(size)}"


def _many(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _fitting(room: Room) -> str:
    if room.pool == 0:
        return "not even one for each worker fits: put a pooler (PgBouncer) before it, or take a larger one"
    return f"at most {_many(room.pool, 'connection')} for each worker"


def _note(pool: Pool, size: int | None) -> Note:
    bounded = f"up to {_many(size, 'connection')}" if size is not None else "size set elsewhere"
    return Note(pool.location, f"{pool.note}: {'one connection a thread' if pool.per_thread else bounded}")
