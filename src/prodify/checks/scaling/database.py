"""How the service uses its database: sessions, connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.api import Audience, Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.checks.scaling._stores import SQL
from prodify.connections import DEFAULT_LIMIT, WORKERS, Room
from prodify.inventory.pools import database_limit, most_background, most_replicas, pools, server_number, tasks_at_once

if TYPE_CHECKING:
    from prodify.inventory.pools import Number, Pool


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
        Every worker of every replica, background workers included, fills a pool of its own. Together they must stay under the
        database's limit, 100 by default in PostgreSQL: above it nobody gets in any more, exactly when there is most to do.

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
    threads = server_number(repo, "threads") if repo.web_services or not _background(repo, profile)[0] else None
    sizes = [(pool, (threads.value if threads else 1) if pool.per_thread else pool.size) for pool in found]
    large = [(pool, size) for pool, size in sizes if size is not None and not room.takes(size, _each(pool))]
    if large:
        counted = ", ".join(dict.fromkeys(_product(room, size, _each(pool)) for pool, size in large))
        return failed(f"{counted}, the database takes {room.limit}; {_fitting(room)}", *(_note(p, s) for p, s in large))
    unsized = [(pool, size) for pool, size in sizes if not pool.chosen]
    if unsized and profile.audience is not Audience.CREATOR:
        each_time = all(pool.per_thread for pool, _ in unsized)
        said = "a connection is opened for every request" if each_time else "the pool is left at its default size"
        return failed(f"{said}; {_fitting(room)}", *(_note(p, s) for p, s in unsized))
    known = [(size, pool) for pool, size in sizes if size is not None]
    size, pool = max(known, key=lambda pair: pair[0], default=(0, found[0]))
    fits = f": {_product(room, size, _each(pool))} of {room.limit}" if known else ""
    return passed(f"the pool's size is chosen{fits}", *(_note(p, s) for p, s in sizes[:3]), *proof)


def _room(repo: Inventory, profile: Profile) -> tuple[Room, tuple[Note, ...]]:
    """What the database has room for, with the places that say so; goals that somebody stated count where no manifest does.

    A background worker in the web service's folder has its pools too; one that stands alone takes the web service's place.
    """
    limit, workers, replicas = database_limit(repo), server_number(repo, "workers"), most_replicas(repo)
    behind, at_once, most = _background(repo, profile)
    if behind and not repo.web_services:
        alone = Room(limit.value if limit else DEFAULT_LIMIT, at_once[0], most[0])
        return alone, tuple(Note(n.location, f"{n.note}: {n.value}") for n in (at_once[1], most[1], limit) if n is not None)
    stated = any(profile.source(key) != "default" for key in ("scaling", "traffic"))
    expected = profile.max_replicas if stated else profile.baseline_replicas
    many = WORKERS if any(c.framework in ("flask", "django") for c in repo.services) else 1
    room = Room(
        limit=limit.value if limit else DEFAULT_LIMIT,
        workers=max(1, workers.value if workers else many),
        replicas=max(1, replicas.value if replicas else expected),
        background=at_once[0] * most[0] if behind else 0,
    )
    factors = (workers, replicas, *((at_once[1], most[1]) if behind else ()), limit)
    return room, tuple(Note(n.location, f"{n.note}: {n.value}") for n in factors if n is not None)


def _background(repo: Inventory, profile: Profile) -> tuple[bool, tuple[int, Number | None], tuple[int, Number | None]]:
    """Whether there is a background worker of the same code, its processes and its copies, each with the place that says so."""
    homes = {component.path for component in repo.web_services}
    found = [c for c in repo.services if c.kind in ("worker", "bot") and c.language == "python" and (not homes or c.path in homes)]
    if not found:
        return False, (0, None), (0, None)
    celery = any(component.framework == "celery" for component in found)
    at_once = tasks_at_once(repo) if celery else None
    most = most_background(repo)
    # Who takes from no queue that is known runs once.
    expected = profile.scaling.max_replicas or profile.scaling.min_replicas if celery or found[0].framework == "rq" else 1
    processes = at_once.value if at_once else profile.tasks.concurrency if celery else 1
    return True, (max(1, processes), at_once), (max(1, most.value if most else expected), most)


def _each(pool: Pool) -> int | None:
    """Most connections of a background process where that is not the pool: it does one task at a time, so it has one thread."""
    return 1 if pool.per_thread else None


def _product(room: Room, size: int, each: int | None = None) -> str:
    web = f"{_many(size, 'connection')} x {_many(room.workers, 'worker')} x {_many(room.replicas, 'replica')}"
    behind = f" + {size if each is None else each} x {_many(room.background, 'background process', 'es')}" if room.background else ""
    return f"{web}{behind} = {room.asked(size, each)}"


def _many(number: int, word: str, ending: str = "s") -> str:
    return f"{number} {word}{'' if number == 1 else ending}"


def _fitting(room: Room) -> str:
    if room.pool == 0:
        return "not even one for each worker fits: put a pooler (PgBouncer) before it, or take a larger one"
    return f"at most {_many(room.pool, 'connection')} for each worker"


def _note(pool: Pool, size: int | None) -> Note:
    bounded = f"up to {_many(size, 'connection')}" if size is not None else "size set elsewhere"
    return Note(pool.location, f"{pool.note}: {'one connection a thread' if pool.per_thread else bounded}")
