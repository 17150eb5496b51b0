"""Work that grows with the data: queries in loops, whole tables, answers asked for again and again."""

from __future__ import annotations

import ast
import re

from prodify.api import Call, Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.checks.scaling._stores import SQL
from prodify.inventory.pyexpr import parsed, written
from prodify.inventory.starting import dialect_of
from prodify.lazyre import lazy

_WHOLE = lazy(r"^\s*select\s+\*?.*\bfrom\b(?!.*\b(where|limit|fetch|top|group by|count\()\b)", re.IGNORECASE | re.DOTALL)
_MAY_STATE = lazy(r"select|update|insert|delete", re.IGNORECASE)
_STATEMENT = lazy(r"^\s*(select|update|insert|delete)\b", re.IGNORECASE)
_ONCE = lazy(
    r"(^|/)(migrations?|alembic|scripts?|seeds?|fixtures|management/commands|versions)/|(^|/)(seed|migrate|init_db|setup|import)\w*\.py$"
)
_MODULES = ("flask_caching", "cachetools", "requests_cache", "aiocache", "cashews", "dogpile", "diskcache", "hishel", "cachecontrol",
            "fastapi_cache", "redis", "pymemcache", "django.core.cache")  # fmt: skip
_PACKAGES = ("lru-cache", "node-cache", "keyv", "memjs", "apicache", "redis", "ioredis", "django-cachalot")
_ASIDE = lazy(r"(^|/)(scripts?|tools?|docker|examples?|notebooks?|bin|infra|functions|deploy)/|example|demo", re.IGNORECASE)


@check(
    step=Step.SCALING,
    level=Level.NOTE,
    maturity=3,
    effort=Effort.HOURS,
    status="preview",
    cwe=(1049, 1073),
    hint="Ask once for all rows (a join, IN, selectinload, prefetch_related), and give every list a LIMIT and pages.",
)
def queries_are_bounded(repo: Inventory, profile: Profile) -> Verdict:
    """A request makes few queries, and each of them returns few rows.

    Why:
        One query an item and a list without an end are fast with the ten rows of a prototype and take minutes with a hundred thousand.

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

        @app.route("/places")
        def places():
            return [place.name for place in Place.query.all()]
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

        @app.route("/places")
        def places():
            return [place.name for place in Place.query.order_by(Place.name).limit(50)]
        ```
    """
    if not repo.services:
        return not_applicable("no service answers requests")
    if not any(t.name in SQL for t in repo.datastores):
        return not_applicable("no SQL datastore")
    whole = [c for c in repo.python.calls("*.query.all", "*.objects.all") if _is_served(c)]
    asked = [(c, _statement(repo, c)) for c in repo.python.calls("*.execute") if _is_served(c)]
    bad = [Note(c.location, f"{c.name} reads every row") for c in whole]
    bad += [Note(c.location, "a SELECT without WHERE or LIMIT") for c, said in asked if _WHOLE.search(said)]
    bad += [Note(c.location, "a query for each item of a loop") for c, said in asked if c.in_loop and _STATEMENT.search(said)]
    bad += [
        Note(c.location, "a query for each item of a loop")
        for c in repo.python.calls("*.query.get", "*.query.filter_by")
        if c.in_loop and _is_served(c)
    ]
    return failed("the work of a request grows with the data", *bad) if bad else passed("no query was found that grows without end")


def _built(tree: ast.expr | None) -> str | None:
    """The verb of a statement that is put together by calls: `select(Place).where(...)`; None for any other expression."""
    while isinstance(tree, ast.Call | ast.Attribute):
        if isinstance(tree, ast.Call):
            owner, verb = ("", tree.func.id) if isinstance(tree.func, ast.Name) else ("?", "")
            if isinstance(tree.func, ast.Attribute) and isinstance(tree.func.value, ast.Name):
                owner, verb = tree.func.value.id, tree.func.attr
            if verb in _VERBS and owner in _MAKERS:
                return verb
        tree = tree.func if isinstance(tree, ast.Call) else tree.value
    return None


_VERBS = frozenset(("select", "insert", "update", "delete"))
_MAKERS = frozenset(("", "sa", "sqlalchemy", "db", "sqlmodel"))
"""Whose functions they are; as a method of a table they tell of no row."""
_CACHE = {"rule": {"regex": r"(?i-u)^[\w$]*cache[\w$]*$", "not": {"inside": {"regex": "^[\"'`]"}}}}
"""A name of any language, and not the inside of a string."""


def _names_a_cache(repo: Inventory, path: str) -> bool:
    """Whether code of a file calls something a cache; a header that forbids to keep the answer does not."""
    if "cache" not in (repo.files.text(path) or "").lower():
        return False
    if path.endswith((".vue", ".svelte", ".astro")):
        return True
    root = repo.syntax.tree(path, dialect_of(path))
    return root is None or root.find(_CACHE) is not None  # type: ignore[call-overload]


def _is_served(call: Call) -> bool:
    """Whether a call stands in a function of the running service, not in a script that is run once."""
    return call.function is not None and not _ONCE.search(call.location.path)


def _statement(repo: Inventory, call: Call) -> str:
    """The literal text of the statement that a call runs, wrapped in `text()` or not; a hole in it is a blank."""
    if not call.args:
        return ""
    value, known = repo.python.value_of(call.args[0], call)
    if known:
        return value if isinstance(value, str) else ""
    text = call.args[0].text
    stated = _MAY_STATE.search(text) is not None and (call.in_loop or '"' in text or "'" in text)  # what is built matters in loops alone
    tree = parsed(text) if stated else None
    if isinstance(tree, ast.Call) and written(tree.func).rpartition(".")[2] == "text" and tree.args:
        tree = tree.args[0]
    if (built := _built(tree)) is not None:
        return built
    if isinstance(tree, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else " " for part in tree.values)
    return str(tree.value) if isinstance(tree, ast.Constant) else ""


@check(
    step=Step.SCALING,
    level=Level.NOTE,
    maturity=3,
    effort=Effort.HOURS,
    status="preview",
    cwe=(1073,),
    fixed_by="cache",
    hint="Keep answers that many requests need for a few minutes: cachetools.TTLCache, requests-cache or Redis.",
)
def expensive_calls_are_cached(repo: Inventory, profile: Profile) -> Verdict:
    """Answers of other servers are kept for a while.

    Why:
        A page that asks three other services is as slow as the slowest of them, each time, for everybody, and pays each time.

    Fails:
        ```text title="requirements.txt"
        flask
        requests
        ```
        ```python title="app.py"
        import requests
        from flask import Flask

        app = Flask(__name__)

        def weather(city):
            answer = requests.get("https://api.example.org/weather", params={"city": city}, timeout=5)
            answer.raise_for_status()
            return answer.json()

        @app.route("/weather/<city>")
        def page(city):
            return weather(city)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        requests
        cachetools
        ```
        ```python title="app.py"
        import requests
        from cachetools import TTLCache, cached
        from flask import Flask

        app = Flask(__name__)

        @cached(TTLCache(maxsize=100, ttl=300))
        def weather(city):
            answer = requests.get("https://api.example.org/weather", params={"city": city}, timeout=5)
            answer.raise_for_status()
            return answer.json()

        @app.route("/weather/<city>")
        def page(city):
            return weather(city)
        ```
    """
    calls = [c for c in repo.outbound_calls if c.name.endswith((".get", "fetch", "urlopen", ".request"))]
    reads = [c for c in calls if not _ASIDE.search(c.location.path)]
    if not reads or not repo.web_services:
        return not_applicable("no page asks another server")
    imported, library = repo.python.imports(*_MODULES), repo.uses(*_PACKAGES)
    kept = repo.python.functions("functools.lru_cache", "functools.cache", "*.cached", "*.memoize", "streamlit.cache_data")
    if imported or library or kept:
        return passed("answers are kept", *imported[:2], *([library] if library else []), *(Note(f.location, f.name) for f in kept[:3]))
    anew = [c for c in reads if not _names_a_cache(repo, c.location.path)]
    if not anew:
        return passed("answers are kept in a cache of the code's own", *(Note(c.location, c.name) for c in reads[:3]))
    return failed("other servers are asked anew each time", *(Note(c.location, c.name) for c in anew))
