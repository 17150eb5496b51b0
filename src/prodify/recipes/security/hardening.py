"""The recipe `hardening`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify import edits
from prodify.api import Edit, File, Inventory, Profile, Review, Role, Step, recipe
from prodify.inventory.dbconnects import LIBPQ, POOLS
from prodify.recipes.observability.webapp import stands_for, web_app
from prodify.recipes.security.dbedits import looks, with_connect_timeouts
from prodify.recipes.security.djangosettings import hardened_settings, plain_settings
from prodify.recipes.security.pyedits import debug_from_environment, fastapi_switches, origins_from_environment, schema_from, with_timeouts
from prodify.render import render

MODULE = "hardening"
_CALLS = ("requests.*", "httpx.*", "urllib.request.urlopen", "smtplib.SMTP", "smtplib.SMTP_SSL", "openai.*", "anthropic.*")
_CORS = ("flask_cors.*", "*.add_middleware")


@dataclass(frozen=True, slots=True)
class HardeningContext:
    """What `security/hardening.py` names."""

    framework: str


@recipe(
    step=Step.SECURITY,
    fixes=(
        "debug-is-off", "cors-is-not-wildcard", "cookies-are-protected", "security-headers-are-set", "outbound-calls-have-timeouts",
        "database-connections-have-timeouts",
    ),
    review=Review.CAREFUL,
)  # fmt: skip
def hardening(repo: Inventory, _: Profile) -> Iterator[File | Edit]:
    """Safer defaults by small edits and one module: timeouts; for Flask and FastAPI named origins; debug off, cookies, headers.

    Calls of other services get a timeout, and so does opening a connection to PostgreSQL. Flask's debug mode follows FLASK_DEBUG and
    FastAPI's DEBUG, cross-origin callers ALLOWED_ORIGINS. For both, hardening.py bounds the size of requests and sets the safe headers;
    for Flask it marks the session cookie secure, for FastAPI it keeps the schema and /docs out of production unless API_DOCS=1 asks for
    them. For Django, where one plain file holds the settings, DEBUG follows DJANGO_DEBUG, hosts come from ALLOWED_HOSTS, and lines at
    its end protect cookies and bound the wait for the database. What needs thought (SQL from strings, password hashes, escaping) is
    left to people; the audit names the places.
    """
    for path in _files(repo, _CALLS):
        yield Edit(path, with_timeouts(), why="another service that hangs must not hang this one")
    for path in _files(repo, (*LIBPQ, *POOLS)):
        yield Edit(path, with_connect_timeouts(looks(repo)), why="a database that does not answer must not hold a request for ever")
    app = web_app(repo)
    if app is None:
        return
    if app.framework == "django":
        settings = plain_settings(repo)
        if settings is not None:
            why = "debug mode and hosts from the environment, cookies over TLS only, a bounded wait for the database"
            yield Edit(settings, hardened_settings(), why=why)
        return
    for path in _files(repo, ("*.run", f"{app.variable}.run")) if app.framework == "flask" else ():
        yield Edit(path, debug_from_environment(app.variable), why="debug mode only where FLASK_DEBUG=1 asks for it")
    for path in _files(repo, _CORS):
        yield Edit(path, origins_from_environment(), why="only the origins in ALLOWED_ORIGINS may call from a browser")
    if app.framework == "fastapi":
        yield Edit(app.path, fastapi_switches(), why="debug pages only where DEBUG=1 asks for them, and the session's cookie over TLS only")
    if repo.uses("flask-talisman", "secure", "secweb") is not None:
        return
    if not stands_for(repo, app.beside(MODULE), r"def protect\(app"):
        return
    yield File(app.beside(MODULE), render("security/hardening.py", HardeningContext(app.framework)))
    protect = edits.python.insert_after_app(app.variable, app.import_line(MODULE), f"{MODULE}.protect({app.variable})")
    if app.framework == "flask":
        yield Edit(app.path, protect, why="cookies, request size and headers")
    else:
        schema = schema_from(MODULE)
        why = "request size and headers; the list of all routes is shown in production only where API_DOCS=1 asks for it"
        yield Edit(app.path, lambda text: schema(protect(text)), why=why)


def _files(repo: Inventory, calls: tuple[str, ...]) -> tuple[str, ...]:
    """Production files that make such calls, sorted."""
    return tuple(sorted({call.location.path for call in repo.python.calls(*calls, roles=(Role.PRODUCTION,))}))
