"""Who may change something, and how often they may ask."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from prodify.api import Effort, Inventory, Level, Location, Note, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.inventory import pyimports
from prodify.inventory.django import setting, settings_chain
from prodify.inventory.pyexpr import written
from prodify.inventory.pynames import calls_of
from prodify.inventory.pynodes import Lines
from prodify.lazyre import Words, lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.facts import Function
    from prodify.inventory.pymodule import PyModule

_WRITING = frozenset(("POST", "PUT", "PATCH", "DELETE"))
_ASKS = (
    "auth|user|token|login|key|permission|verif|admin|current|require|check|jwt|bearer|oauth|member|owner|principal|identity|secur|guard"
    "|protect|credential|account|access|signature"
)
_ASKING = lazy(_ASKS, re.IGNORECASE)
"""What dependencies are called that look who is calling; a session of the database (`Depends(get_db)`) does not."""
_AUTH_DECORATOR = lazy(
    r"(login|auth|token|jwt|permission|role|user|admin|session|require|protect|verify|oauth|api_?key|access|member|signed)", re.IGNORECASE
)
_SESSION = r"((self|request|flask)\s*\.\s*){0,2}session"
"""The visitor's session, which is none of the database's: `db.session.get(Order, 1)`."""
_AUTH_BODY: dict[str, object] = {"any": [
    {"kind": "subscript", "has": {"field": "value", "regex": rf"(?-u)^{_SESSION}$"}},
    {"kind": "attribute", "regex": rf"(?-u)^{_SESSION}\s*\.\s*get$|(^|\.\s*)(request|g)\s*\.\s*user$"},
    {"kind": "identifier", "regex": "current_user|get_jwt_identity|verify_|authori[sz]ation|HTTPBearer"},
    {"kind": "string_content", "regex": "(?i-u)^authorization$"},
    {"kind": "call", "has": {"field": "function", "regex": r"(^|\.)Security$"}},
    {"kind": "call", "all": [{"has": {"field": "function", "regex": r"(^|\.)Depends$"}},
                             {"has": {"field": "arguments", "regex": f"(?i-u){_ASKS}"}}]},
    {"kind": "call", "all": [{"has": {"field": "function", "regex": r"(^|\.)abort$"}},
                             {"has": {"field": "arguments", "has": {"kind": "integer", "regex": "^40[13]$"}}}]},
]}  # fmt: skip
"""What a function says that looks who is calling."""
_LOOKS: dict[str, object] = {"any": [
    _AUTH_BODY, {"kind": "call", "has": {"field": "function", "regex": r"(?-u)(user|auth|token|login)\w*$"}}]}  # fmt: skip
"""The same, or a call that is named after it."""
_AUTH_WORDS = Words("session user jwt verify_ authori abort depends httpbearer security auth token login")
_MOST_NESTED = 5
_PUBLIC_ROUTE = lazy(
    r"(login|log-in|signin|sign-in|signup|sign-up|register|logout|webhook|callback|health|contact|subscribe|forgot|reset|token|oauth|auth)",
    re.IGNORECASE,
)


@check(
    step=Step.SECURITY,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.HOURS,
    cwe=(770, 799),
    hint="Add Flask-Limiter (slowapi for FastAPI) with shared storage, or limit at the gateway.",
)
def requests_are_rate_limited(repo: Inventory, profile: Profile) -> Verdict:
    """The number of requests that one client may make is limited.

    Why:
        Without a limit one script can try every password, or spend the month's model budget in an hour.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)

        @app.route("/login", methods=["POST"])
        def login():
            return "ok"
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        Flask-Limiter
        ```
        ```python title="app.py"
        from flask import Flask
        from flask_limiter import Limiter
        from flask_limiter.util import get_remote_address

        app = Flask(__name__)
        limiter = Limiter(get_remote_address, app=app, default_limits=["60/minute"])

        @app.route("/login", methods=["POST"])
        def login():
            return "ok"
        ```
    """
    if not repo.web_services:
        return not_applicable("no web service")
    library = repo.uses(
        "flask-limiter", "slowapi", "django-ratelimit", "fastapi-limiter", "limits", "express-rate-limit", "@fastify/rate-limit",
        "rate-limiter-flexible", "@nestjs/throttler", "django-axes", "rack-attack", "tower-governor", "actix-governor", "golang.org/x/time",
    )  # fmt: skip
    if library is not None:
        return passed("requests are limited in the application", library)
    if repo.has.get("rate_limit"):
        return passed("requests are limited")
    return failed("nothing limits how many requests a client makes", *(r.location for r in repo.routes if "POST" in r.methods))


@check(
    step=Step.SECURITY,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.DAYS,
    cwe=(306, 862),
    hint="Check on the server who is asking before anything is changed: login_required, a dependency, or a look at the session.",
)
def write_routes_need_authentication(repo: Inventory, profile: Profile) -> Verdict:
    """Routes that change something ask who is calling.

    Why:
        What only the page hides, anybody can call: a rule counts when the server enforces it, not when the button is missing.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)

        @app.route("/groups/<int:group_id>", methods=["DELETE"])
        def delete_group(group_id):
            return remove(group_id)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        flask-login
        ```
        ```python title="app.py"
        from flask import Flask
        from flask_login import login_required

        app = Flask(__name__)

        @app.route("/groups/<int:group_id>", methods=["DELETE"])
        @login_required
        def delete_group(group_id):
            return remove(group_id)
        ```
    """
    routes = [r for r in repo.routes if _WRITING & set(r.methods) and not _PUBLIC_ROUTE.search(r.path) and r.location.path.endswith(".py")]
    if not routes:
        return not_applicable("no route changes anything but logins")
    if _guarded_globally(repo):
        return passed("every request passes a guard")
    included, asking, looking = _guarded_files(repo), Lines(repo, _AUTH_BODY, _AUTH_WORDS), Lines(repo, _LOOKS, _AUTH_WORDS)
    bare = [
        Note(r.location, f"{','.join(r.methods)} {r.path}")
        for r in routes
        if r.location.path not in included and not _guarded(repo, r.location, r.handler, asking, looking)
    ]
    if bare:
        return failed("a route that changes something does not look who is calling", *bare)
    return passed("every route that changes something looks who is calling", *(r.location for r in routes[:5]))


def _guarded_globally(repo: Inventory) -> bool:
    hooks = [f for f in repo.python.functions("*.before_request", "*.middleware") if _AUTH_DECORATOR.search(f.name)]
    django = setting(repo, "REST_FRAMEWORK") if settings_chain(repo) else None
    applications = [c.arg("dependencies") for c in repo.python.calls("fastapi.FastAPI")]
    if any(given is not None and _asks(given.text) for given in applications):
        return True
    return bool(hooks) or (django is not None and "IsAuthenticated" in django.text)


def _guarded_files(repo: Inventory) -> frozenset[str]:
    """Files of routers that another file includes with a dependency that asks, and of the routers that those include."""
    found: set[str] = set()
    calls = repo.python.calls("*.include_router")
    for _ in range(_MOST_NESTED):
        before = len(found)
        for call in calls:
            asks, router = call.arg("dependencies"), call.arg("router", 0)
            if router is not None and ((asks is not None and _asks(asks.text)) or call.location.path in found):
                home = pyimports.definition(repo, call.location.path, router.text)
                found.update([home[0]] if home is not None and home[0] != call.location.path else ())
        if len(found) == before:
            break
    return frozenset(found)


def _router_asks(module: PyModule) -> bool:
    """Whether the file's router or application runs a dependency before every route, as `APIRouter(dependencies=[Depends(user)])`."""
    made = [c for c in module.calls if c.name.rpartition(".")[2] in ("APIRouter", "FastAPI")]
    given = [c.arg("dependencies") for c in made]
    return bool(given) and all(g is not None and _asks(g.text) for g in given)


def _asks(dependencies: str) -> bool:
    """Whether one of the dependencies looks who is calling, as its name tells: `[Depends(current_user)]`, `[Security(Roles("admin"))]`."""
    for call in calls_of(dependencies):
        given = call.args[0] if call.args else None
        given = given.func if isinstance(given, ast.Call) else given
        if written(call.func).rpartition(".")[2] in ("Depends", "Security") and given is not None and _ASKING.search(written(given)):
            return True
    return False


def _asks_itself(repo: Inventory, decorator: str, asking: Lines) -> bool:
    """Whether a decorator of the repository's own looks who is calling, whatever it is called."""
    name = decorator.rpartition(".")[2]
    return any(asking.within(function) for _, function in _defined(repo, name))


def _defined(repo: Inventory, name: str) -> Iterator[tuple[PyModule, Function]]:
    """The functions of a name, wherever they stand."""
    return ((module, f) for module in repo.python.modules((f"def {name}(",)) for f in module.functions if f.name == name)


def _guarded(repo: Inventory, place: Location, handler: str | None, asking: Lines, looking: Lines) -> bool:
    """Whether a handler looks who is calling: by a decorator that does (`asking`), or by itself (`looking`)."""
    module = repo.python.module(place.path)
    if module is None or handler is None or _router_asks(module):
        return True
    for function in module.functions:
        if function.name == handler.rpartition(".")[2]:
            decorators = [
                d.name for d in function.decorators if not d.name.endswith((".route", ".get", ".post", ".put", ".delete", ".patch"))
            ]
            if any(_AUTH_DECORATOR.search(d) or _asks_itself(repo, d, asking) for d in decorators):
                return True
            return looking.within(function) or _depends(repo, module, function, asking, _MOST_NESTED)
    return True


def _depends(repo: Inventory, module: PyModule, function: Function, asking: Lines, depth: int) -> bool:
    """Whether a dependency of a function, or one of its own, looks who is calling, whatever it is called."""
    first, last = function.location.line or 1, function.location.end_line or function.location.line or 1
    for call in module.calls_where(lambda name: name.rpartition(".")[2] == "Depends"):
        name = call.args[0].text.rpartition(".")[2] if call.args and first <= (call.location.line or 0) <= last else ""
        for home, found in _defined(repo, name) if name.isidentifier() and depth else ():
            if asking.within(found) or _depends(repo, home, found, asking, depth - 1):
                return True
    return False
