"""Health endpoints, for whatever runs the service. Written by prodify (recipe health); yours to edit, upgrades merge.

{= health_path =}: this process answers. Asks nothing else: a database that is down is no reason to restart the process.
{= ready_path =}: what the service depends on answers as well, so that requests may be sent here.
"""

from __future__ import annotations

#% if framework == "django" and asgi
import asyncio
#% endif
#% if framework == "django"
import json
#% endif
import logging
#% if checks != "{}"
import os
#% endif
import threading
import time
from collections.abc import Callable
#% if framework == "django"
from functools import partial
from http import HTTPStatus
#% endif
from typing import Any

#% if framework == "django" and redis_variable
from django.conf import settings
#% endif
{= framework_import =}

try:
    from opentelemetry.instrumentation.utils import suppress_instrumentation as untraced
except ImportError:  # the service runs without telemetry
    from contextlib import nullcontext as untraced  # type: ignore[assignment]

# Seconds. Probes come every few seconds and from several places; one answer is good for this long.
FRESH = 5
# Seconds. What has not answered by then counts as down.
TIMEOUT = 2

log = logging.getLogger(__name__)


#% if sql_by == "sqlalchemy"
def _database() -> None:
    address = os.environ.get("{= sql_variable =}", "")
    if not address:
        return  # not configured: nothing to wait for
    from sqlalchemy import create_engine, text
    from sqlalchemy.engine import make_url
    from sqlalchemy.pool import NullPool

    url = make_url(address.replace("postgres://", "postgresql://", 1))
    #% if sql_driver
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+{= sql_driver =}")
    #% endif
    limits = {"connect_timeout": TIMEOUT} if url.get_backend_name() in ("postgresql", "mysql", "mariadb") else {}
    # A connection of its own: a full pool means busy, not broken.
    with create_engine(url, poolclass=NullPool, connect_args=limits).connect() as connection:
        connection.execute(text("SELECT 1"))


#% elif sql_by == "asyncpg"
def _database() -> None:
    address = os.environ.get("{= sql_variable =}", "")
    if not address.startswith("postgres"):
        return  # not configured, or a file: nothing to wait for
    import asyncio
    import re

    import asyncpg

    async def ask() -> None:
        # SQLAlchemy names the driver in the address, the driver itself knows nothing of that.
        connection = await asyncpg.connect(re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", address), timeout=TIMEOUT)
        try:
            await connection.fetchval("SELECT 1", timeout=TIMEOUT)
        finally:
            await connection.close(timeout=TIMEOUT)

    # The probe runs in a thread beside the application's loop, so it asks in a loop, and over a connection, of its own.
    asyncio.run(ask())


#% elif sql_by == "tcp"
def _database() -> None:
    address = os.environ.get("{= sql_variable =}", "")
    if not address:
        return  # not configured: nothing to wait for
    import socket
    from urllib.parse import urlsplit

    # The driver is asynchronous and this check is not, so it asks for a connection and no more.
    url = urlsplit(address)
    if url.hostname:
        socket.create_connection((url.hostname, url.port or {= sql_port =}), timeout=TIMEOUT).close()


#% elif sql_by
def _database() -> None:
    address = os.environ.get("{= sql_variable =}", "")
    if not address:
        return  # not configured: nothing to wait for
    import {= sql_by =}

    connection = {= sql_by =}.connect(address, connect_timeout=TIMEOUT)
    try:
        connection.cursor().execute("SELECT 1")
    finally:
        connection.close()


#% endif
#% if redis_variable and framework != "django"
def _redis() -> None:
    address = os.environ.get("{= redis_variable =}", "")
    if not address:
        return  # not configured: nothing to wait for
    import redis

    with redis.Redis.from_url(address, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT) as client:
        client.ping()


#% endif
#% if framework == "django"
def _database(alias: str) -> None:
    # A connection of its own: the one of this thread may be in use, and a full pool means busy, not broken.
    connection = connections.create_connection(alias)
    options = {key: value for key, value in connection.settings_dict["OPTIONS"].items() if key != "pool"}
    if connection.vendor in ("postgresql", "mysql"):
        options["connect_timeout"] = TIMEOUT
    connection.settings_dict = {**connection.settings_dict, "OPTIONS": options}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()


#% if redis_variable
def _redis(cache: dict[str, Any]) -> None:
    import redis

    location = cache["LOCATION"]
    address = location.replace(";", ",").split(",")[0] if isinstance(location, str) else location[0]
    password = cache.get("OPTIONS", {}).get("PASSWORD")
    with redis.Redis.from_url(address, password=password, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT) as client:
        client.ping()


#% endif
def _configured() -> dict[str, Callable[[], None]]:
#% if redis_variable
    """Every database of the settings, and every cache that is a Redis: others are this process's own."""
#% else
    """Every database of the settings."""
#% endif
    checks: dict[str, Callable[[], None]] = {
        "database" if alias == "default" else f"database {alias}": partial(_database, alias)
        for alias, database in connections.settings.items()
        if database["ENGINE"] != "django.db.backends.dummy"
    }
#% if redis_variable
    for alias, cache in settings.CACHES.items():
        if cache["BACKEND"].endswith("RedisCache"):
            checks["redis" if alias == "default" else f"redis {alias}"] = partial(_redis, cache)
#% endif
    return checks


#% endif
#% if mongo_variable
def _mongodb() -> None:
    address = os.environ.get("{= mongo_variable =}", "")
    if not address:
        return  # not configured: nothing to wait for
    from pymongo import MongoClient

    client: Any = MongoClient(address, serverSelectionTimeoutMS=TIMEOUT * 1000)
    try:
        client.admin.command("ping")
    finally:
        client.close()


#% endif
#% if framework == "django"
# What must answer before requests may come: a name, and a function that raises when it does not. Add your own.
#% else
# What must answer before requests may come: a name, and a function that raises when it does not.
#% endif
CHECKS: dict[str, Callable[[], None]] = {= checks =}


class Readiness:
    """Remembers the last answers, so that probes cannot wear out what they ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failing: list[str] = []
        self._asked = float("-inf")

    def failing(self) -> list[str]:
        """Names of the dependencies that do not answer."""
        with self._lock:
            if time.monotonic() - self._asked >= FRESH:
                self._failing = [name for name, check in CHECKS.items() if not _answers(name, check)]
                self._asked = time.monotonic()
            return self._failing


def _answers(name: str, check: Callable[[], None]) -> bool:
    try:
        with untraced():
            check()
    except Exception as error:  # noqa: BLE001 - whatever it raises, it did not answer
        # The kind of the error only: its text may hold the address with its password.
        log.warning("%s does not answer: %s", name, type(error).__name__)
        return False
    return True


readiness = Readiness()
#% if framework == "flask"
health_blueprint = Blueprint("health", __name__)


#% if liveness
@health_blueprint.get("{= health_path =}")
def healthz() -> Any:
    return jsonify(status="ok")


#% endif
@health_blueprint.get("{= ready_path =}")
def readyz() -> Any:
    failing = readiness.failing()
    return jsonify(status="failing" if failing else "ok", failing=failing), 503 if failing else 200
#% elif framework == "django"
{= "" =}

#% if liveness
def healthz() -> tuple[HTTPStatus, dict[str, Any]]:
    return HTTPStatus.OK, {"status": "ok"}


#% endif
def readyz() -> tuple[HTTPStatus, dict[str, Any]]:
    failing = readiness.failing()
    status = HTTPStatus.SERVICE_UNAVAILABLE if failing else HTTPStatus.OK
    return status, {"status": "failing" if failing else "ok", "failing": failing}


#% if liveness
PROBES = {"{= health_path =}": healthz, "{= ready_path =}": readyz}
#% else
PROBES = {"{= ready_path =}": readyz}
#% endif
{= "" =}

#% if asgi
def answered(application: Callable[..., Any]) -> Callable[..., Any]:
    """The ASGI application with its probes answered in front of it.

    They come with the address of a pod or a machine as their host, which is not in ALLOWED_HOSTS, and without TLS.
    """
    CHECKS.update(_configured())

    async def answer(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        probe = PROBES.get(scope["path"]) if scope["type"] == "http" else None
        if probe is None:
            await application(scope, receive, send)
            return
        # In a thread: a database that does not answer must not hold up the requests beside it.
        status, said = await asyncio.to_thread(probe)
        body = json.dumps(said).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status.value, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    return answer
#% else
def answered(application: Callable[..., Any]) -> Callable[..., Any]:
    """The WSGI application with its probes answered in front of it.

    They come with the address of a pod or a machine as their host, which is not in ALLOWED_HOSTS, and without TLS.
    """
    CHECKS.update(_configured())

    def answer(request: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        probe = PROBES.get(request.get("PATH_INFO", ""))
        if probe is None:
            return application(request, start_response)
        status, said = probe()
        body = json.dumps(said).encode()
        start_response(f"{status.value} {status.phrase}", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [b"" if request["REQUEST_METHOD"] == "HEAD" else body]

    return answer
#% endif
#% else
health_router = APIRouter(include_in_schema=False)


#% if liveness
@health_router.get("{= health_path =}")
def healthz() -> Any:
    return {"status": "ok"}


#% endif
@health_router.get("{= ready_path =}")
def readyz() -> Any:
    failing = readiness.failing()
    return JSONResponse({"status": "failing" if failing else "ok", "failing": failing}, 503 if failing else 200)
#% endif
