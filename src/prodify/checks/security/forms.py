"""What handlers check of a request before they believe it: its shape, and that its page was ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.api import Effort, Inventory, Level, Note, Profile, Step, Verdict, check, failed, not_applicable, passed, query
from prodify.checks.security._requests import WRITING, handler_text, python_handler, reading_routes
from prodify.inventory.django import setting, settings_chain
from prodify.inventory.pynodes import Lines, function_at
from prodify.lazyre import Words, lazy

if TYPE_CHECKING:
    from prodify.api import Located, Route
    from prodify.inventory.facts import Function

_MODULES = (
    "pydantic", "marshmallow", "wtforms", "flask_wtf", "cerberus", "jsonschema", "voluptuous", "webargs", "flask_smorest", "apiflask",
    "msgspec", "colander", "rest_framework.serializers", "ninja", "flask_restx", "connexion", "django.forms",
)  # fmt: skip
"""Python modules that check data; imported, since lists of pinned requirements name them for other libraries' sake as well."""
_PACKAGES = (
    "zod", "joi", "ajv", "yup", "valibot", "class-validator", "express-validator", "superstruct", "@sinclair/typebox", "io-ts",
    "celebrate", "@hapi/joi", "fastest-validator", "arktype",
)  # fmt: skip
_TYPED = frozenset(("fastapi", "litestar", "blacksheep", "django-ninja", "spring-boot", "aspnetcore"))
_SCHEMAS = tuple(
    query(language, {"kind": "variable_declarator", "has": {"field": "value", "kind": "object", "has": {"any": [
        {"kind": "pair", "has": {"field": "key", "regex": "^schema$"}}, {"kind": "shorthand_property_identifier", "regex": "^schema$"},
    ]}}}, keywords=("schema",))
    for language in ("javascript", "typescript")
)  # fmt: skip
"""Options of a Fastify route that are kept in a constant: a schema among them is checked before the handler runs."""
_REFUSED = {"kind": "integer", "regex": "^4(00|22)$"}
_CHECKS: dict[str, object] = {"any": [
    {"kind": "call", "has": {"field": "function", "regex": r"(?-u)^(isinstance|int|float|len|re\s*\.\s*(full)?match)$|is_valid$"}},
    {"kind": "call", "all": [{"has": {"field": "function", "regex": r"(?-u)(^|\.\s*)abort$"}},
                             {"has": {"field": "arguments", "has": {"kind": "integer", "regex": "^4"}}}]},
    {"kind": "call", "all": [{"has": {"field": "function", "regex": r"(?-u)(^|\.\s*)HTTPException$"}},
                             {"has": {"field": "arguments", "has": _REFUSED}}]},
    {**_REFUSED, "any": [
        {"nthChild": "n+2", "inside": {"any": [{"kind": "expression_list"}, {"kind": "tuple"}, {"kind": "argument_list"}]}},
        {"inside": {"kind": "keyword_argument", "has": {"field": "name", "regex": "^(status|status_code|code)$"}}}]},
    {"kind": "identifier", "regex": "^HTTP_4(00|22)_"},
    {"kind": "comparison_operator", "has": {"regex": r"^not\s+in$"}},
    {"kind": "raise_statement", "has": {"kind": "identifier", "regex": "Validation|BadRequest|ValueError", "stopBy": {
        "kind": "argument_list"}}},
]}  # fmt: skip
"""How a handler of Python looks at what it got: a type, a length, a pattern, or an answer that refuses it."""
_CHECK_WORDS = lazy(r"isinstance|int|float|len|match|is_valid|abort|HTTPException|4(00|22)|HTTP_4|not\s+in|raise")
_BY_HAND = lazy(
    r"isinstance\(|\bint\(|\bfloat\(|len\(|re\.(full)?match\(|abort\(4|, 4(00|22)\b"
    r"|status\(4|\bnot in\b|raise \w*(Validation|BadRequest|ValueError)|is_valid\("
)
"""The same in other languages, whose handlers are known by their text alone."""
_COOKIE = {"rule": {"any": [{"kind": "attribute", "regex": r"(?-u)(^|\.\s*)request\s*\.\s*(user|session)$"},
                            {"kind": "identifier", "regex": "login_required"}]}}  # fmt: skip
"""What a view says that knows its caller by the session."""
_SIGNED = lazy(r"\bconstruct_event\(|\bcompare_digest\(|(?i:verify\w*_signature|signature_?verif)\w*\(|\bRequestValidator\(")
"""Webhooks: what a sender has signed needs no cookie, and a stranger's page cannot make it."""
_SIGNED_CALL: dict[str, object] = {"kind": "call", "has": {
    "field": "function", "regex": r"(?i-u)(construct_event|compare_digest|verify\w*_signature\w*|signature_?verif\w*|RequestValidator)$"}}
"""The same in Python."""
_SIGNED_WORDS = Words("construct_event compare_digest signature requestvalidator")
_GUARDS = (
    "flask-wtf",
    "flask-seasurf",
    "starlette-csrf",
    "asgi-csrf",
    "fastapi-csrf-protect",
    "csurf",
    "csrf-csrf",
    "lusca",
    "@fastify/csrf-protection",
    "tiny-csrf",
)


@check(
    step=Step.SECURITY,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.HOURS,
    cwe=(20,),
    hint="Describe each body as a model (pydantic, marshmallow, zod) and answer 400 or 422 when it does not fit.",
)
def inputs_are_validated(repo: Inventory, profile: Profile) -> Verdict:
    """What a request brings is checked before it is used.

    Why:
        A missing field becomes an error page, a text of ten megabytes a slow database, and a number below zero a present.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask, request

        app = Flask(__name__)

        @app.route("/orders", methods=["POST"])
        def order():
            data = request.get_json()
            return save(data["place"], data["people"])
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        pydantic
        ```
        ```python title="app.py"
        from flask import Flask, request
        from pydantic import BaseModel, Field

        app = Flask(__name__)

        class Order(BaseModel):
            place: str = Field(max_length=80)
            people: int = Field(ge=1, le=20)

        @app.route("/orders", methods=["POST"])
        def order():
            wanted = Order.model_validate(request.get_json())
            return save(wanted.place, wanted.people)
        ```
    """
    routes = reading_routes(repo)
    if not routes:
        typed = [r for r in repo.routes if r.framework in _TYPED and WRITING & set(r.methods)]
        return (
            passed("the framework checks bodies against types", *typed[:5]) if typed else not_applicable("no route reads a request's body")
        )
    imported, library = repo.python.imports(*_MODULES), repo.uses(*_PACKAGES)
    if imported or library:
        return passed("bodies are checked against a description", *imported[:3], *([library] if library else []))
    checking = Lines(repo, _CHECKS, _CHECK_WORDS)
    bare = [Note(r.location, f"{','.join(r.methods)} {r.path}") for r in routes if not _is_checked(repo, r, checking)]
    if bare:
        return failed("a route uses what the request brings without a look at it", *bare)
    return passed("handlers look at what the request brings", *(r.location for r in routes[:5]))


def _is_checked(repo: Inventory, route: Route, checking: Lines) -> bool:
    """Whether a handler looks at the body by hand, or its route carries a schema that Fastify holds the body against."""
    handler = python_handler(repo, route)
    if handler is not None:
        return checking.within(handler)
    text = handler_text(repo, route)
    if _BY_HAND.search(text):
        return True
    if route.framework != "fastify":
        return False
    named = {m.text.partition("=")[0].strip() for m in repo.find(*_SCHEMAS) if m.location.path == route.location.path}
    return "schema" in text or any(re.search(rf"\b{re.escape(name)}\b", text) for name in named if name.isidentifier())


@check(
    step=Step.SECURITY,
    level=Level.WARNING,
    maturity=2,
    effort=Effort.HOURS,
    cwe=(352,),
    hint="Add Flask-WTF's CSRFProtect (Django: its middleware), or set SESSION_COOKIE_SAMESITE to Lax where every change is a POST.",
)
def csrf_is_protected(repo: Inventory, profile: Profile) -> Verdict:
    """Other sites' pages cannot act in a visitor's name.

    Why:
        The browser sends the session cookie with every request, also with one that a stranger's page makes while the visitor is logged in.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask, request, session

        app = Flask(__name__)

        @app.route("/login", methods=["POST"])
        def login():
            session["user"] = request.form["user"]
            return "ok"

        @app.route("/delete", methods=["POST"])
        def delete():
            return remove(session["user"])
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        flask-wtf
        ```
        ```python title="app.py"
        from flask import Flask, request, session
        from flask_wtf.csrf import CSRFProtect

        app = Flask(__name__)
        CSRFProtect(app)

        @app.route("/login", methods=["POST"])
        def login():
            session["user"] = request.form["user"]
            return "ok"

        @app.route("/delete", methods=["POST"])
        def delete():
            return remove(session["user"])
        ```
    """
    if not repo.web_services:
        return not_applicable("no web service")
    if settings_chain(repo):
        return _django(repo)
    signed = Lines(repo, _SIGNED_CALL, _SIGNED_WORDS)
    routes = [r for r in repo.routes if WRITING & set(r.methods) and not _is_signed(repo, r, signed)]
    sessions: list[Located] = [*repo.python.assignments("session[*", "flask.session[*", "request.session[*")]
    sessions += [*repo.python.calls("flask_login.login_user")]
    if not routes or not sessions:
        return not_applicable("no session cookie decides what a request may change")
    same_site = [a for a in repo.python.assignments("*SESSION_COOKIE_SAMESITE*") if a.value in ("Lax", "Strict")]
    updates = [c for c in repo.python.calls("*.config.update", "*.from_mapping") if c.arg("SESSION_COOKIE_SAMESITE") is not None]
    middleware = repo.python.calls("*.SessionMiddleware", "*.add_middleware")
    strict = [c for c in middleware if (given := c.arg("same_site")) is not None and "none" not in given.text.lower()]
    library = repo.uses(*_GUARDS)
    if library is not None or same_site or updates or strict:
        return passed(
            "forged requests are refused",
            *([library] if library else []),
            *(Note(a.location, a.target) for a in same_site),
            *updates,
            *strict,
        )
    return failed(
        "a stranger's page can act in a visitor's name", *(Note(r.location, f"{','.join(r.methods)} {r.path}") for r in routes[:5])
    )


def _is_signed(repo: Inventory, route: Route, signed: Lines) -> bool:
    """Whether a handler holds a signature against what was sent."""
    handler = python_handler(repo, route)
    return signed.within(handler) if handler is not None else _SIGNED.search(handler_text(repo, route)) is not None


def _django(repo: Inventory) -> Verdict:
    """Django's middleware, and views that are exempt from it."""
    middleware = setting(repo, "MIDDLEWARE")
    exempt = repo.python.functions("*.csrf_exempt", "csrf_exempt", "*.decorators.csrf.csrf_exempt")
    if middleware is None:
        return not_applicable("the settings name no middleware")
    if "CsrfViewMiddleware" not in middleware.text:
        return failed("Django's protection against forged requests is not among the middleware", Note(middleware.location, "MIDDLEWARE"))
    trusting = [f for f in exempt if _asks_the_cookie(repo, f)]
    if trusting:
        return failed("a view that trusts the session is exempt from the protection", *(Note(f.location, f.name) for f in trusting))
    return passed("Django refuses forged requests", Note(middleware.location, "MIDDLEWARE"))


def _asks_the_cookie(repo: Inventory, function: Function) -> bool:
    """Whether a view knows its caller by the session; webhooks and interfaces with keys of their own need no protection."""
    node = function_at(repo, function)
    return node is not None and node.find(_COOKIE) is not None  # type: ignore[call-overload]
