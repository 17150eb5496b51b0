# Written by prodify (recipe unit); yours to edit, upgrades merge.
"""The application as the characterisation tests see it: a database of its own, a stand-in for the services it calls, no network."""

from __future__ import annotations

#% if asynchronous
import asyncio
#% endif
#% if django
import contextlib
#% endif
#% if sqlalchemy or django
import datetime as dt
#% endif
#% if sqlalchemy and not asynchronous
import gc
#% endif
import importlib
import json
import os
import shutil
import socket
import sqlite3
#% if shadowed or (sqlalchemy and not django)
import sys
#% endif
import threading
#% if sqlalchemy or django
import uuid
#% endif
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULE, ATTRIBUTE = "{= module =}", "{= attribute =}"
# Settings that the application needs to start; none of them is real. "{upstream}" is the stand-in, "{database}" the test's own database.
SETTINGS = {
#% for name, value in settings
    "{= name =}": "{= value =}",
#% endfor
}
# Settings that have a default, which is what the tests use, whatever stands in the environment.
UNSET: list[str] = {= unset =}
LOCAL = ("127.0.0.1", "localhost", "::1", "0.0.0.0")


class Upstream(BaseHTTPRequestHandler):
    """Answers like a model provider or a harmless API, at once."""

    def do_GET(self) -> None:
        self.answer({"results": [], "items": [], "data": [], "status": "OK"})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.endswith("/chat/completions"):
            message = {"role": "assistant", "content": "sample"}
            self.answer({"id": "1", "object": "chat.completion", "created": 0, "model": "sample",
                         "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                         "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}})  # fmt: skip
        elif self.path.endswith("/messages"):
            self.answer({"id": "1", "type": "message", "role": "assistant", "model": "sample", "stop_reason": "end_turn",
                         "content": [{"type": "text", "text": "sample"}], "usage": {"input_tokens": 1, "output_tokens": 1}})  # fmt: skip
        else:
            self.do_GET()

    def answer(self, body: dict[str, object]) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def upstream() -> Iterator[str]:
    """The address of the stand-in."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def app(upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """The application, imported once."""
#% if unlisted
    # No file of the project lists its packages, so nothing installs them: write them into requirements.txt, and take this line out.
    pytest.importorskip("{= unlisted =}", reason="no file lists the project's packages: write them into requirements.txt")
#% endif
    folder = tmp_path_factory.mktemp("characterisation")
    # The integration tests run this suite again on another database.
#% if asynchronous
    database = os.environ.get("CHARACTERISATION_DATABASE") or f"sqlite+aiosqlite:///{folder / 'test.db'}"
#% elif needs_postgres
    database = os.environ.get("CHARACTERISATION_DATABASE") or "postgresql://nobody@127.0.0.1:1/nothing"
#% else
    database = os.environ.get("CHARACTERISATION_DATABASE") or f"sqlite:///{folder / 'test.db'}"
#% endif
    with pytest.MonkeyPatch.context() as patch:
        for name in UNSET:
            patch.delenv(name, raising=False)
        for name, value in SETTINGS.items():
            patch.setenv(name, value.replace("{upstream}", upstream).replace("{database}", database))
        for source in ("src", "."):
            if (ROOT / source).is_dir():
                patch.syspath_prepend(str(ROOT / source))
        patch.chdir(ROOT)
#% if shadowed
        # The project's folder is a package of the same name as the one inside, and pytest imports it first.
        patch.delitem(sys.modules, MODULE.partition(".")[0], raising=False)
#% endif
        keep_files_of_sqlite_in(folder, patch)
        keep_off_the_network(patch, [database])
#% if django
        with django_for_tests(patch):
            yield getattr(importlib.import_module(MODULE), ATTRIBUTE)
#% elif not attribute
        # What does the jobs has no application; one module of theirs stands for it.
        yield importlib.import_module(MODULE)
#% else
        found = getattr(importlib.import_module(MODULE), ATTRIBUTE)
        yield found if hasattr(found, "{= marker =}") else found()
#% endif
{= "" =}

#% if django
@contextlib.contextmanager
def django_for_tests(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Django with an empty database in memory (or on the server that the integration tests name), and no cache or redirect in between."""
    patch.setenv("DJANGO_SETTINGS_MODULE", "{= django_settings =}")
    from django.conf import settings
    from django.test import utils

    if not os.environ.get("CHARACTERISATION_DATABASE"):
        settings.DATABASES = {alias: {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"} for alias in settings.DATABASES}
    settings.CACHES = {alias: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"} for alias in settings.CACHES}
    settings.SECURE_SSL_REDIRECT = False
    # Pages name static files that nobody has collected here.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    if hasattr(settings, "STORAGES"):
        settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    else:  # before Django 4.2
        settings.STATICFILES_STORAGE = plain["BACKEND"]
    importlib.import_module(MODULE)
    utils.setup_test_environment(debug=False)
    databases = utils.setup_databases(verbosity=0, interactive=False)
    yield
    utils.teardown_databases(databases, verbosity=0)
    utils.teardown_test_environment()


#% endif
def keep_off_the_network(patch: pytest.MonkeyPatch, allowed: list[str]) -> None:
    """Let connections reach this machine only: a test must neither depend on the network nor spend money there."""
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def is_local(host: object) -> bool:
        name = host.decode() if isinstance(host, bytes) else str(host)
        return name in LOCAL or name.startswith("127.") or any(f"@{name}" in url or f"//{name}" in url for url in allowed)

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not is_local(address[0]):
            raise ConnectionRefusedError(f"the tests reached for {address[0]}; give the application a setting for that address")
        connect(self, address)

    def guarded_resolve(host: Any, *args: Any, **options: Any) -> object:
        if host is not None and not is_local(host):
            raise socket.gaierror(f"the tests reached for {host}; give the application a setting for that address")
        return resolve(host, *args, **options)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket, "getaddrinfo", guarded_resolve)


def keep_files_of_sqlite_in(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Open a copy of every SQLite file, so that the tests change none that somebody works with."""
    connect = sqlite3.connect

    def redirected(database: Any, *args: Any, **options: Any) -> sqlite3.Connection:
        name = str(database).removeprefix("file:").partition("?")[0]
        if name and ":memory:" not in str(database) and "mode=memory" not in str(database):
            target = folder / Path(name).name
            if Path(name).is_file() and not target.exists():
                shutil.copy(name, target)
            database = str(database).replace(name, str(target))
        connection = connect(database, *args, **options)
        connection.execute("PRAGMA synchronous=OFF")  # nothing here has to survive a power cut
        return connection

    patch.setattr(sqlite3, "connect", redirected)
    patch.setattr(sqlite3.dbapi2, "connect", redirected)
#% if django


@pytest.fixture
def one_row_of_everything(app: object) -> Iterator[None]:
    """While a test runs, every model holds one row with the id 1, so that /things/1 finds something."""
    from django.apps import apps
    from django.core.management.color import no_style
    from django.db import connection, transaction

    with transaction.atomic():
        models = [m for m in apps.get_models() if m._meta.managed and not m._meta.proxy and not m._meta.parents]
        for model in models:
            insert_a_row(model)
        # The database numbers the next row by itself.
        with connection.cursor() as cursor:
            for line in connection.ops.sequence_reset_sql(no_style(), models):
                cursor.execute(line)
        yield
        transaction.set_rollback(True)


def insert_a_row(model: Any) -> None:
    """One row of sample values; a model that refuses them, or has rows already, stays as it is."""
    from django.core.exceptions import ValidationError
    from django.db import DatabaseError, transaction

    needed = [f for f in model._meta.concrete_fields if f.primary_key or not (f.null or f.blank or f.has_default())]
    values = {field.attname: sample(field) for field in needed}
    try:
        with transaction.atomic():
            if not model._base_manager.exists():
                # In bulk, because that calls no code of the application.
                model._base_manager.bulk_create([model(**{name: value for name, value in values.items() if value is not None})])
    except (DatabaseError, ValidationError, TypeError, ValueError):
        return


def sample(field: Any) -> object:
    """A plausible value of a field's type; None where there is none."""
    if field.is_relation:
        return 1
    if field.choices:
        return field.flatchoices[0][0]
    value = SAMPLES.get(field.get_internal_type(), "sample" if field.max_length else None)
    return value[: field.max_length] if isinstance(value, str) and field.max_length else value


NUMBERS = ("AutoField", "BigAutoField", "SmallAutoField", "IntegerField", "BigIntegerField", "SmallIntegerField", "PositiveIntegerField",
           "PositiveBigIntegerField", "PositiveSmallIntegerField", "FloatField", "DecimalField")  # fmt: skip
SAMPLES = {
    **dict.fromkeys(NUMBERS, 1), "BooleanField": True, "TextField": "sample", "BinaryField": b"sample", "JSONField": {},
    "GenericIPAddressField": "127.0.0.1", "UUIDField": uuid.UUID(int=1), "DateField": dt.date(2026, 1, 1), "TimeField": dt.time(12),
    "DateTimeField": dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc), "DurationField": dt.timedelta(days=1),
}  # fmt: skip
#% elif sqlalchemy


#% if asynchronous
@pytest.fixture
def engine(app: Any) -> Any:
    """The application's engine; None where it makes one only once it runs."""
    from sqlalchemy.ext.asyncio import AsyncEngine

    return next((value for value in own_values() if isinstance(value, AsyncEngine)), None)


@pytest.fixture
def one_row_of_everything(engine: Any) -> None:
    """Every mapped table holds one row with the id 1, so that /things/1 finds something."""
    if engine is not None:
        asyncio.run(refill(engine))


async def refill(engine: Any) -> None:
    """Empty tables, with a row each. Leaves no connection open: a connection belongs to the event loop that opened it, and each test has its own."""
    async with engine.begin() as connection:
        for metadata in mapped():
            await connection.run_sync(metadata.drop_all)
            await connection.run_sync(metadata.create_all)
    for metadata in mapped():
        for table in metadata.sorted_tables:
            await insert_a_row(engine, table)
    await engine.dispose()


#% else
@pytest.fixture
def one_row_of_everything(app: Any) -> None:
    """Every mapped table holds one row with the id 1, so that /things/1 finds something."""
    from sqlalchemy.engine import Engine

    found = own_values()
    engine = next((value for value in found if isinstance(value, Engine)), None)
    if engine is None and "sqlalchemy" in getattr(app, "extensions", {}):
        with app.app_context():
            engine = app.extensions["sqlalchemy"].engine
    if engine is None:
        return
    gc.collect()  # sessions that a request left open would lock the tables
    engine.dispose()
    for metadata in mapped():
        metadata.drop_all(engine)
        metadata.create_all(engine)
        for table in metadata.sorted_tables:
            insert_a_row(engine, table)


#% endif
def own_values() -> list[Any]:
    """Everything that stands in the application's own modules."""
    return [value for module in list(sys.modules.values()) if is_own(module) for value in vars(module).values()]


def mapped() -> list[Any]:
    """The descriptions of all tables."""
    from sqlalchemy import MetaData

    models: list[Any] = [value for value in own_values() if isinstance(value, type) and isinstance(getattr(value, "metadata", None), MetaData)]
    return list({id(model.metadata): model.metadata for model in models}.values())


def is_own(module: object) -> bool:
    """Whether a module is the application's: not a package, not a test."""
    path = Path(getattr(module, "__file__", None) or "/")
    return path.is_relative_to(ROOT) and not {"site-packages", "tests"} & set(path.relative_to(ROOT).parts)


#% if asynchronous
async def insert_a_row(engine: Any, table: Any) -> None:
#% else
def insert_a_row(engine: Any, table: Any) -> None:
#% endif
    """One row of sample values; a table that refuses them stays empty."""
    from sqlalchemy.exc import SQLAlchemyError

    # The database numbers the row itself, or the application's next one would get the same number.
    counted = table._autoincrement_column  # the public name of it came with SQLAlchemy 2
    columns = [c for c in table.columns if c is not counted and c.default is None and c.server_default is None]
    row = {column.name: sample(column) for column in columns}
    try:
#% if asynchronous
        async with engine.begin() as connection:
            await connection.execute(table.insert().values({name: value for name, value in row.items() if value is not None}))
#% else
        with engine.begin() as connection:
            connection.execute(table.insert().values({name: value for name, value in row.items() if value is not None}))
#% endif
    except (SQLAlchemyError, TypeError, ValueError):
        return


def sample(column: Any) -> object:
    """A plausible value of a column's type; None where there is none."""
    if getattr(column.type, "enums", None):
        return column.type.enums[0]
    try:
        kind = column.type.python_type
    except NotImplementedError:
        return None
    value = SAMPLES.get(kind.__name__)
    return value[: column.type.length] if isinstance(value, str) and getattr(column.type, "length", None) else value


SAMPLES: dict[str, object] = {
    "int": 1, "float": 1.0, "Decimal": 1, "bool": True, "str": "sample", "bytes": b"sample", "dict": {}, "list": [],
    "UUID": uuid.UUID(int=1), "date": dt.date(2026, 1, 1), "datetime": dt.datetime(2026, 1, 1), "time": dt.time(12), "timedelta": dt.timedelta(days=1),
}  # fmt: skip
#% else


@pytest.fixture
def one_row_of_everything() -> None:
    """Put rows into your database here, so that /things/1 finds something."""
#% endif
