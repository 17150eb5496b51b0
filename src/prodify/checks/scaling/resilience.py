"""What happens when something is slow, fails, or there is more of it."""

from __future__ import annotations

import re

from prodify.api import Effort, Inventory, Level, Location, Note, Profile, Step, Verdict, check, failed, not_applicable, passed

_SQL = frozenset(("postgres", "mysql", "sqlite", "mssql", "oracle", "mariadb", "cockroachdb"))


@check(step=Step.SCALING, level=Level.ERROR, maturity=1, effort=Effort.MINUTES, cwe=(400, 1088), fixed_by="hardening")
def outbound_calls_have_timeouts(repo: Inventory, profile: Profile) -> Verdict:
    """Calls of other servers have a timeout.

    Why:
        Most HTTP libraries wait for ever. When the other server hangs, every worker ends up waiting for it and the whole service stops.

    Fails:
        ```python title="client.py"
        import requests

        def load(url):
            return requests.get(url).json()
        ```

    Passes:
        ```python title="client.py"
        import requests

        def load(url):
            return requests.get(url, timeout=5).json()
        ```
    """
    calls = repo.outbound_calls
    if not calls:
        return not_applicable("no other server is called")
    endless = [Note(c.location, f"{c.name} without a timeout") for c in calls if c.timeout is False]
    if endless:
        return failed(f"{len(endless)} of {len(calls)} calls may wait for ever", *endless)
    return passed("every call has a timeout", *(Note(c.location, c.name) for c in calls[:5]))


@check(step=Step.SCALING, level=Level.WARNING, maturity=2, effort=Effort.HOURS, cwe=(834,), hint="Bound retries by number and time, with jitter: tenacity's stop_after_attempt and wait_random_exponential.")
def retries_are_bounded(repo: Inventory, profile: Profile) -> Verdict:
    """Retries stop.

    Why:
        Clients that retry without end keep a server that recovers down: each of them sends again what it could not answer before.

    Fails:
        ```python title="client.py"
        import requests

        def load(url):
            while True:
                try:
                    return requests.get(url, timeout=5).json()
                except requests.RequestException:
                    pass
        ```

    Passes:
        ```python title="client.py"
        import requests
        from tenacity import retry, stop_after_attempt, wait_random_exponential

        @retry(stop=stop_after_attempt(3), wait=wait_random_exponential(max=10))
        def load(url):
            return requests.get(url, timeout=5).json()
        ```
    """
    from prodify.inventory.loops import endless_retries

    endless = endless_retries(repo)
    bare = [Note(c.location, "retry without a stop") for c in repo.python.calls("tenacity.retry", "backoff.on_exception", "retrying.retry")
            if not re.search(r"stop|max_tries|max_time|attempt", c.text)]  # fmt: skip
    bare += [Note(f.location, f.name) for f in repo.python.functions("tenacity.retry") if any(d.name == "tenacity.retry" and not d.args for d in f.decorators)]
    if endless or bare:
        return failed("a retry has no end", *endless, *bare)
    retried = repo.python.calls("tenacity.retry", "backoff.on_exception", "*.Retry", "stamina.retry")
    return passed("retries end", *retried) if retried else not_applicable("nothing is retried")


@check(step=Step.SCALING, level=Level.WARNING, maturity=2, effort=Effort.HOURS, cwe=(390, 391), hint="Catch the one exception that you expect, log it with its context, and let the rest reach the error handler.")
def errors_are_not_swallowed(repo: Inventory, profile: Profile) -> Verdict:
    """Errors are not swallowed.

    Why:
        After `except: pass` the program goes on with half the work done, and nobody can tell from the log that anything went wrong.

    Fails:
        ```python title="mailer.py"
        def send(mail):
            try:
                deliver(mail)
            except Exception:
                pass
        ```

    Passes:
        ```python title="mailer.py"
        import logging

        log = logging.getLogger(__name__)

        def send(mail):
            try:
                deliver(mail)
            except ConnectionError:
                log.exception("mail was not sent")
        ```
    """
    from prodify.inventory.loops import swallowed_errors

    if not any(c.language == "python" for c in repo.components):
        return not_applicable("no Python code")
    found = swallowed_errors(repo)
    return failed("every error is caught and dropped", *found) if found else passed("no error is dropped unseen")


@check(step=Step.SCALING, level=Level.WARNING, maturity=1, effort=Effort.DAYS, cwe=(400,), hint="Keep state outside the process: PostgreSQL instead of SQLite, object storage for uploads, Redis or signed cookies for sessions.")
def state_is_external(repo: Inventory, profile: Profile) -> Verdict:
    """State lives outside the process and its disk.

    Why:
        A container's disk is gone at the next deployment, and a second replica does not see the first one's files: uploads and rows vanish.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask, request

        app = Flask(__name__)

        @app.route("/photo", methods=["POST"])
        def photo():
            request.files["photo"].save("static/uploads/a.jpg")
            return "ok"
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        boto3
        ```
        ```python title="app.py"
        import boto3
        from flask import Flask, request

        app = Flask(__name__)
        bucket = boto3.resource("s3").Bucket("photos")

        @app.route("/photo", methods=["POST"])
        def photo():
            bucket.upload_fileobj(request.files["photo"], "a.jpg")
            return "ok"
        ```
    """
    if not repo.services:
        return not_applicable("no service keeps state")
    stores = {t.name: t for t in repo.datastores}
    bad = []
    if "sqlite" in stores and not ({"postgres", "mysql", "mariadb", "mssql"} & set(stores)):
        bad.append(Note(stores["sqlite"].location, "SQLite file"))
    for call in repo.python.calls("*.save"):
        if "request.files" in (repo.files.text(call.location.path) or "") and call.args and "request.files" not in call.name.partition(".save")[2]:
            bad.append(Note(call.location, "upload on the local disk"))
    bad += [Note(a.location, "sessions on the local disk") for a in repo.python.assignments("*SESSION_TYPE*") if a.value == "filesystem"]
    return failed("state lies on the local disk", *bad) if bad else passed("no state was found on the local disk", *stores.values())


@check(step=Step.SCALING, level=Level.NOTE, maturity=2, effort=Effort.MINUTES, cwe=(770, 1325), hint="Use functools.lru_cache(maxsize=...), cachetools.TTLCache, or Redis with an expiry.")
def in_process_caches_are_bounded(repo: Inventory, profile: Profile) -> Verdict:
    """Caches in the process have a largest size.

    Why:
        A dictionary that only grows ends as a process that is killed for its memory, usually at the busiest hour.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        cache = {}

        @app.route("/places/<city>")
        def places(city):
            if city not in cache:
                cache[city] = load(city)
            return cache[city]
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        cachetools
        ```
        ```python title="app.py"
        from cachetools import TTLCache
        from flask import Flask

        app = Flask(__name__)
        cache = TTLCache(maxsize=1000, ttl=600)

        @app.route("/places/<city>")
        def places(city):
            if city not in cache:
                cache[city] = load(city)
            return cache[city]
        ```
    """
    from prodify.inventory.loops import growing_dictionaries

    if not any(c.language == "python" for c in repo.services):
        return not_applicable("no Python service")
    growing = growing_dictionaries(repo)
    endless = [Note(c.location, "lru_cache(maxsize=None)") for c in repo.python.calls("functools.lru_cache") if c.arg("maxsize", 0) is not None and repo.python.value_of(c.arg("maxsize", 0), c) == (None, True)]
    if growing or endless:
        return failed("a cache in the process only grows", *growing, *endless)
    return passed("no cache was found that only grows")


@check(step=Step.SCALING, level=Level.WARNING, maturity=2, effort=Effort.HOURS, cwe=(404, 772), hint="Close what was opened: with Session() as db, or @app.teardown_appcontext that calls Session.remove().")
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


@check(step=Step.SCALING, level=Level.WARNING, maturity=2, effort=Effort.HOURS, hint="Write migrations with Alembic (Flask-Migrate), or your framework's own, and run them as a step of the deployment.")
def migrations_exist(repo: Inventory, profile: Profile) -> Verdict:
    """The database's schema changes through migrations.

    Why:
        `create_all` makes missing tables and never changes an existing one: the first new column breaks production.

    Fails:
        ```text title="requirements.txt"
        sqlalchemy
        psycopg2-binary
        ```
        ```python title="models.py"
        from sqlalchemy import create_engine
        from sqlalchemy.orm import declarative_base

        Base = declarative_base()
        engine = create_engine("postgresql://localhost/app")
        Base.metadata.create_all(engine)
        ```

    Passes:
        ```text title="requirements.txt"
        sqlalchemy
        psycopg2-binary
        alembic
        ```
        ```python title="models.py"
        from sqlalchemy import create_engine
        from sqlalchemy.orm import declarative_base

        Base = declarative_base()
        engine = create_engine("postgresql://localhost/app")
        ```
        ```python title="migrations/versions/0001_start.py"
        def upgrade():
            op.create_table("places")
        ```
    """
    if not any(t.name in _SQL for t in repo.datastores):
        return not_applicable("no SQL datastore")
    if repo.has["migrations"]:
        return passed("migrations are there")
    made = repo.python.calls("*.create_all")
    return failed("no migration is there; the schema cannot change safely", *(Note(c.location, c.name) for c in made))


@check(step=Step.SCALING, level=Level.WARNING, maturity=2, effort=Effort.HOURS, hint="Run migrations as a job before the release; leave create_all() to the tests.")
def migrations_run_outside_start_up(repo: Inventory, profile: Profile) -> Verdict:
    """The schema is not changed when the service starts.

    Why:
        With two replicas two processes change the schema at once, and a failing migration keeps the old version from starting again.

    Fails:
        ```text title="requirements.txt"
        flask
        flask-sqlalchemy
        psycopg2-binary
        ```
        ```python title="app.py"
        from flask import Flask
        from flask_sqlalchemy import SQLAlchemy

        app = Flask(__name__)
        app.config["SQLALCHEMY_DATABASE_URI"] = "postgresql://localhost/app"
        db = SQLAlchemy(app)

        with app.app_context():
            db.create_all()
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        flask-sqlalchemy
        psycopg2-binary
        ```
        ```python title="app.py"
        from flask import Flask
        from flask_sqlalchemy import SQLAlchemy

        app = Flask(__name__)
        app.config["SQLALCHEMY_DATABASE_URI"] = "postgresql://localhost/app"
        db = SQLAlchemy(app)
        ```
    """
    if not any(t.name in _SQL for t in repo.datastores):
        return not_applicable("no SQL datastore")
    made = [c for c in repo.python.calls("*.create_all", "alembic.command.upgrade", "flask_migrate.upgrade") if c.function in (None, "main", "create_app", "startup", "lifespan", "init_db", "on_startup")]
    started = [s for d in repo.dockerfiles for s in d.start if re.search(r"migrate|db upgrade|alembic upgrade", s.text)]
    started += [] if not started else []
    if made or started:
        return failed("the schema is changed when the service starts", *(Note(c.location, c.name) for c in made), *(Note(s.location, s.note) for s in started))
    return passed("the schema is left alone at start-up")


@check(step=Step.SCALING, level=Level.WARNING, maturity=2, effort=Effort.HOURS, hint="Turn on automated backups of the database (a managed database has a switch), and write down how long they are kept.")
def database_is_backed_up(repo: Inventory, profile: Profile) -> Verdict:
    """The database is backed up.

    Why:
        A wrong DELETE, a failed migration or a lost disk takes everything that users ever entered; only a backup brings it back.

    Fails:
        ```text title="requirements.txt"
        psycopg2-binary
        ```
        ```python title="app.py"
        import psycopg2

        db = psycopg2.connect("dbname=app")
        ```

    Passes:
        ```text title="requirements.txt"
        psycopg2-binary
        ```
        ```python title="app.py"
        import psycopg2

        db = psycopg2.connect("dbname=app")
        ```
        ```hcl title="infra/main.tf"
        resource "google_sql_database_instance" "main" {
          database_version = "POSTGRES_18"
          settings {
            tier = "db-f1-micro"
            backup_configuration {
              enabled = true
            }
          }
        }
        ```
    """
    if not any(t.name in _SQL or t.name == "mongodb" for t in repo.datastores):
        return not_applicable("no database")
    blocks = [
        b for b in repo.terraform if b.type == "resource" and (b.kind.startswith(("google_sql", "aws_db", "aws_rds", "aws_backup", "azurerm_postgresql", "google_alloydb")))
        and any("backup" in key or "backup" in inner.type for inner in b.walk() for key in (*inner.attributes, ""))
    ]  # fmt: skip
    scripts = [Location(p) for p in repo.files.select("*.sh", "*.yaml", "*.yml", "*.py", "*.md") if re.search(r"pg_dump|mysqldump|mongodump|pgbackrest|barman|wal-g|automated backup", repo.files.text(p) or "")]
    if blocks or scripts:
        return passed("the database is backed up", *blocks, *scripts[:3])
    return failed("nothing backs the database up")


@check(step=Step.SCALING, level=Level.WARNING, maturity=3, effort=Effort.MINUTES, hint="Set pool_size, max_overflow and pool_timeout from (connections of the database) / (replicas x workers).")
def database_pool_is_sized(repo: Inventory, profile: Profile) -> Verdict:
    """The connection pool's size is chosen.

    Why:
        Replicas times workers times pool must stay under the database's limit; left to the default it holds until autoscaling adds a replica.

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
    engines = [*repo.python.calls("sqlalchemy.create_engine", "sqlalchemy.ext.asyncio.create_async_engine", "asyncpg.create_pool", "psycopg_pool.*", "psycopg2.pool.*")]
    if not engines or not any(t.name in _SQL - {"sqlite"} for t in repo.datastores):
        return not_applicable("no connection pool of a database server")
    sized = [c for c in engines if any(c.arg(name) is not None for name in ("pool_size", "poolclass", "max_size", "maxconn")) or c.has_star or ".pool." in c.name]
    sized += [c for c in repo.python.calls("sqlalchemy.create_engine") if "pool_size" in c.text]
    options = repo.python.assignments("*SQLALCHEMY_ENGINE_OPTIONS*")
    if sized or options:
        return passed("the pool's size is chosen", *sized[:3], *(Note(a.location, a.target) for a in options))
    return failed("the pool is left at its default size", *(Note(c.location, c.name) for c in engines))
