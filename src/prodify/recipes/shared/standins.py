"""Stand-ins for the values of settings, for tests: of the right form, plainly not real, and nobody answers at their addresses."""

from __future__ import annotations

import re

DATABASE, UPSTREAM = "{database}", "{upstream}"
"""What the tests put their own database, or their stand-in for other services, in the place of."""
_DATABASE = re.compile(r"(DATABASE|(^|_)DB|SQLALCHEMY\w*|POSTGRES\w*|PG|MYSQL|SQLITE)_?(URL|URI|DSN)$|^DATABASE$")
_OTHER_STORE = re.compile(r"REDIS|MONGO|AMQP|RABBIT|CELERY|BROKER|CACHE|KAFKA")
# Clients look at an address' form when they are made, which is when the application is imported.
_STORES = {
    "MONGO": "mongodb://127.0.0.1:1/test?serverSelectionTimeoutMS=500", "AMQP": "amqp://127.0.0.1:1/", "RABBIT": "amqp://127.0.0.1:1/",
    "KAFKA": "127.0.0.1:1",
}  # fmt: skip
_PART = re.compile(r"(HOST|PORT|USER|USERNAME|PASS|PASSWORD|DB|NAME|TTL|TIMEOUT|PREFIX|TOPIC|QUEUE|EXPIRE\w*|ENABLED|SIZE)$")
"""What is one part of an address, or beside it."""
_OWN_PATH = re.compile(r"""[=,]\s*["']/""")
"""A default that is a path of the service's own, as in `openapi_url: str = "/openapi.json"`."""
_ADDRESS = re.compile(r"(URL|URI|ENDPOINT|API_BASE|_BASE)$")
_NUMBER = re.compile(r"(PORT|TIMEOUT|SECONDS|MINUTES|DAYS|HOURS|SIZE|LIMIT|COUNT|MAX\w*|MIN\w*|TTL|WORKERS|THREADS|TOKENS)$")
_ANNOTATED = re.compile(r"^\s+\w+\s*:\s*(?:Optional\[)?(\w+)")
_TYPES = {
    **dict.fromkeys(("int", "float", "Decimal", "PositiveInt", "PositiveFloat", "NonNegativeInt", "NonNegativeFloat"), "1"),
    "bool": "false", **dict.fromkeys(("list", "set", "tuple", "List", "Set", "Tuple"), "[]"),
    **dict.fromkeys(("dict", "Dict", "json.loads"), "{}"),
}  # fmt: skip
"""Types that a value is read as, and a value that can be."""


def stand_in(name: str, *, needed: bool, line: str = "") -> str:
    """A stand-in for a variable's value, empty where its default serves. `line` is the code that reads it: it may say the type.

    >>> stand_in("OPENAI_API_KEY", needed=True), stand_in("LIMITS", needed=True, line="    limits: list[int]")
    ('sample', '[]')
    >>> stand_in("REDIS_PORT", needed=True), stand_in("OPENAPI_URL", needed=False, line='    openapi_url: str = "/openapi.json"')
    ('1', '')
    """
    if _DATABASE.search(name):
        return DATABASE
    store = _OTHER_STORE.search(name)
    if store is not None and not _PART.search(name):
        return _STORES.get(store[0], "redis://127.0.0.1:1/0") if needed else ""
    if _ADDRESS.search(name):
        return UPSTREAM if needed or not _OWN_PATH.search(line) else ""
    if not needed:
        return ""
    if typed := _typed(name, line):
        return typed
    if _NUMBER.search(name):
        return "1"
    if name.endswith("HOST"):
        return "127.0.0.1"
    return "sample@example.org" if re.search(r"E?MAIL|SENDER|FROM$", name) else "sample"


def _typed(name: str, line: str) -> str:
    """A value of the type that the line gives the variable: `int(os.environ["NAME"])`, or a field `name: int` of a settings class."""
    called = re.search(rf"\b(int|float|Decimal|json\.loads)\(\s*[\w.]+[\[(]\s*[\"']{re.escape(name)}[\"']", line)
    annotated = _ANNOTATED.match(line) if "environ" not in line and "getenv" not in line else None
    found = called or annotated
    return _TYPES.get(found[1], "") if found else ""
