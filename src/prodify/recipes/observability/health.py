"""Recipe: liveness and readiness endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from prodify import edits
from prodify.api import Edit, File, Inventory, Profile, Review, Step, recipe
from prodify.escape import Code
from prodify.recipes.observability.webapp import WebApp, stands_for, web_app
from prodify.recipes.shared.layout import HEALTH_PATH, READY_PATH
from prodify.recipes.shared.variables import variables
from prodify.render import render

MODULE = "health"
FRAMEWORKS = {
    "flask": ("from flask import Blueprint, jsonify", "health_blueprint", "register_blueprint"),
    # Django's probes come in front of it: a pod's address is no allowed host, and the redirect to TLS would answer them.
    "django": ("from django.db import connections", "answered", ""),
    "fastapi": ("from fastapi import APIRouter\nfrom fastapi.responses import JSONResponse", "health_router", "include_router"),
}

SQL = re.compile(r"(.*_)?(DATABASE|DB|POSTGRES|POSTGRESQL|PG|MYSQL)_(URL|URI|DSN)|SQLALCHEMY_DATABASE_UR[IL]|DATABASE")
REDIS = re.compile(r"(.*_)?(REDIS|VALKEY|CACHE)(_TLS)?_(URL|URI)")
MONGO = re.compile(r"(.*_)?MONGO(DB)?_(URL|URI)")
DRIVERS = (("psycopg2", ("psycopg2", "psycopg2-binary")), ("psycopg", ("psycopg",)))


@dataclass(frozen=True, slots=True)
class HealthContext:
    """Values of observability/health.py. The variables name environment variables and are empty for stores that are not used.

    For Django `redis_variable` names the setting, and the rest stays empty: the module reads the settings.
    """

    framework: str
    asgi: bool
    framework_import: Code
    health_path: str
    ready_path: str
    liveness: bool
    sql_variable: str
    sql_by: str
    sql_driver: str
    sql_port: int
    redis_variable: str
    mongo_variable: str
    checks: Code


@recipe(
    step=Step.OBSERVABILITY,
    fixes=("health-endpoint-exists", "readiness-checks-dependencies"),
    review=Review.CURSORY,
)
def health(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:  # noqa: ARG001 - every recipe has both
    """Two endpoints: one says that the process answers, the other that its database, cache and the like answer too.

    Readiness asks the stores whose address an environment variable holds, with short timeouts, and remembers the answer for a few
    seconds. Nothing is written where both endpoints exist, or for services other than Flask, FastAPI and Django;
    in front of Django they answer whatever host and scheme the probe comes with.
    """
    app = web_app(repo)
    if app is None:
        return
    path = app.beside(MODULE)
    imported, name, method = FRAMEWORKS[app.framework]
    existing = {route.path for route in repo.routes if route.location.path != path}
    if READY_PATH in existing or not stands_for(repo, path, name if method else f"def {name}"):
        return
    yield File(path, render("observability/health.py", context_of(repo, app, imported, HEALTH_PATH not in existing)))
    package = f"{app.package}.{MODULE}" if app.package else MODULE
    call = f"{app.variable}.{method}({name})" if method else f"{app.variable} = {name}({app.variable})"
    yield Edit(
        app.path,
        edits.python.insert_after_app(app.variable, f"from {package} import {name}", call),
        why=f"answers {HEALTH_PATH} and {READY_PATH}",
    )


def context_of(repo: Inventory, app: WebApp, framework_import: str, liveness: bool) -> HealthContext:
    """What readiness asks: one store of each kind, the first variable by name; Django's settings know them better."""
    if app.framework == "django":
        empty = Code("{}")
        redis = "CACHES" if repo.uses("redis", "valkey", "django-redis") else ""
        return HealthContext("django", app.asgi, Code(framework_import), HEALTH_PATH, READY_PATH, liveness, "", "", "", 0, redis, "", empty)
    sql, redis, mongo = variable(repo, SQL), variable(repo, REDIS), variable(repo, MONGO)
    sql = sql if client_of(repo) else ""
    redis = redis if repo.uses("redis", "valkey") else ""
    mongo = mongo if repo.uses("pymongo", "motor", "mongoengine") else ""
    found = (("database", "_database", sql), ("redis", "_redis", redis), ("mongodb", "_mongodb", mongo))
    checks = ", ".join(f'"{name}": {function}' for name, function, used in found if used)
    driver = next((driver for driver, packages in DRIVERS if repo.uses(*packages)), "")
    return HealthContext(
        framework=app.framework,
        asgi=app.asgi,
        framework_import=Code(framework_import),
        health_path=HEALTH_PATH,
        ready_path=READY_PATH,
        liveness=liveness,
        sql_variable=sql,
        sql_by=client_of(repo) if sql else "",
        sql_driver=driver,
        sql_port=3306 if repo.uses("aiomysql", "asyncmy") else 5432,
        redis_variable=redis,
        mongo_variable=mongo,
        checks=Code("{" + checks + "}"),
    )


def client_of(repo: Inventory) -> str:
    """How the SQL database can be asked: SQLAlchemy, a driver, a bare connection (tcp) for other asynchronous drivers; empty for none."""
    if repo.uses("sqlalchemy", "flask-sqlalchemy", "sqlmodel"):
        if repo.uses("asyncpg"):
            return "asyncpg"
        return "tcp" if repo.uses("aiomysql", "asyncmy", "aiosqlite") else "sqlalchemy"
    for driver, packages in DRIVERS:
        if repo.uses(*packages):
            return driver
    if repo.uses("asyncpg"):
        return "asyncpg"
    return "tcp" if repo.uses("tortoise-orm", "databases") else ""


def variable(repo: Inventory, names: re.Pattern[str]) -> str:
    """The first environment variable that code reads under such a name; the generated module itself does not count."""
    found = {v.name for v in variables(repo) if names.fullmatch(v.name)}
    return min(found, key=lambda name: (name != "DATABASE_URL", len(name), name)) if found else ""
