"""How the database's schema changes, and what brings its rows back."""

from __future__ import annotations

import re

from prodify.api import Effort, Inventory, Level, Location, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.checks.scaling._stores import SQL
from prodify.inventory.tablesmade import at_start, tables_made

_BACKUPS = ("pg_dump", "mysqldump", "mongodump", "pgbackrest", "barman", "wal-g", "automated backup")
_DATABASES = ("google_sql", "aws_db", "aws_rds", "aws_backup", "azurerm_postgresql", "google_alloydb")


@check(
    step=Step.SCALING,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.HOURS,
    hint="Write migrations with Alembic (Flask-Migrate), or your framework's own, and run them as a step of the deployment.",
)
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
    if not any(t.name in SQL for t in repo.datastores):
        return not_applicable("no SQL datastore")
    if repo.has["migrations"]:
        return passed("migrations are there")
    made = repo.python.calls("*.create_all")
    return failed("no migration is there; the schema cannot change safely", *(Note(c.location, c.name) for c in made))


@check(
    step=Step.SCALING,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.HOURS,
    hint="Run migrations as a job before the release; leave create_all() and CREATE TABLE to the tests. `prodify apply --step scaling` "
    "starts one process that makes missing tables before each release, so that two never do it at once; only migrations change a table "
    "that is there.",
)
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
    if not any(t.name in SQL for t in repo.datastores):
        return not_applicable("no SQL datastore")
    made = [c for c in repo.python.calls("alembic.command.upgrade", "flask_migrate.upgrade") if at_start(repo, c)]
    made += [c for c in tables_made(repo) if at_start(repo, c)]
    started = [s for d in repo.dockerfiles for s in d.start if re.search(r"migrate|db upgrade|alembic upgrade", s.text)]
    if made or started:
        return failed(
            "the schema is changed when the service starts",
            *(Note(c.location, c.name) for c in made),
            *(Note(s.location, s.note) for s in started),
        )
    return passed("the schema is left alone at start-up")


@check(
    step=Step.SCALING,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.HOURS,
    fixed_by="backup",
    hint="Turn on automated backups of the database (a managed database has a switch), and write down how long they are kept.",
)
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
    if not any(t.name in SQL or t.name == "mongodb" for t in repo.datastores):
        return not_applicable("no database")
    kept = [b for b in repo.terraform if b.type == "resource" and b.kind.startswith(_DATABASES)]
    blocks = [b for b in kept if any("backup" in key or "backup" in inner.type for inner in b.walk() for key in (*inner.attributes, ""))]
    scripts = [
        Location(p)
        for p in repo.files.select("*.sh", "*.yaml", "*.yml", "*.py", "*.md")
        if any(word in (repo.files.text(p) or "") for word in _BACKUPS)
    ]
    if blocks or scripts:
        return passed("the database is backed up", *blocks, *scripts[:3])
    if {t.name for t in repo.datastores if t.name in SQL or t.name == "mongodb"} == {"sqlite"}:
        return failed(
            "nothing copies the file of SQLite; `sqlite3 FILE \".backup COPY\"` does while it is in use, but only a database on a server "
            "outlives the machine and can be shared"
        )
    return failed("nothing backs the database up")
