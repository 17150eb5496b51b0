# Written by prodify (recipe unit); yours to edit, upgrades merge.
"""What every route does today, so that a change that alters it by accident is noticed.

Certain from the code, and tested from the first run: the route is there, it answers, and it answers what its code says (a page, JSON,
or the way to the login). What it answers exactly is known once it was recorded: `RECORD=1 pytest tests/characterisation` writes
baseline.json; look it through, commit it, and from then on every difference fails. Until then an error 5xx is reported as an expected
failure (`pytest -rx` lists them), since nobody has said yet whether it is known.
"""

from __future__ import annotations

import json
import os
#% if framework == "fastapi"
import re
#% endif
from dataclasses import dataclass
from pathlib import Path

import pytest

BASELINE = Path(__file__).with_name("baseline.json")
RECORD = os.environ.get("RECORD") == "1"


@dataclass(frozen=True)
class Route:
    """A request: method, the rule it must reach, the address asked for. The rest is what the code says of the answer.

    `kind` of an answer 200: html or json. `login`: where an anonymous visitor is sent. `body`: how data is sent, json or form.
    """

    method: str
    rule: str
    address: str
    kind: str = ""
    login: str = ""
    body: str = "form"

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


ROUTES = [
#% for route in routes
    {= route =},
#% endfor
]


@pytest.fixture(scope="session")
def recorded() -> dict[str, dict[str, object]]:
    """The answers on record, by route; empty as long as none are."""
    if RECORD:
        BASELINE.unlink(missing_ok=True)
    return json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.exists() else {}


#% if framework == "flask"
@pytest.fixture
def client(app, one_row_of_everything):
    """A visitor without cookies. Errors of the application become answers 500, as in production."""
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    return app.test_client()


def send(client, route):
    """The answer to a request."""
    data: dict[str, dict[str, str]] = {"json": {}} if route.body == "json" else {"data": {}}
    return client.open(route.address, method=route.method, **(data if route.method in ("POST", "PUT", "PATCH") else {}))


def ask(client, route):
    """Status, media type and redirect target of the answer."""
    answer = send(client, route)
    return {"status": answer.status_code, "type": answer.mimetype, "location": answer.headers.get("Location")}


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_the_route_is_served(app, route):
    from flask import request

    with app.test_request_context(route.address, method=route.method):
        assert request.url_rule is not None, f"nothing is served under {route.address} for {route.method}"
        assert request.url_rule.rule == route.rule


#% elif framework == "django"
@pytest.fixture
def client(app, one_row_of_everything):
    """A visitor without cookies. Errors of the application become answers 500, as in production."""
    from django.test import Client

    return Client(raise_request_exception=False)


def send(client, route):
    """The answer to a request."""
    data = {"data": "{}", "content_type": "application/json" if route.body == "json" else "application/x-www-form-urlencoded"}
    return client.generic(route.method, route.address, **(data if route.method in ("POST", "PUT", "PATCH") else {}))


def ask(client, route):
    """Status, media type and redirect target of the answer."""
    answer = send(client, route)
    media_type = answer.headers.get("Content-Type", "").partition(";")[0]
    return {"status": answer.status_code, "type": media_type, "location": answer.headers.get("Location")}


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_the_route_is_served(app, route):
    from django.urls import resolve

    assert resolve(route.address).func is not None, f"nothing is served under {route.address}"


#% else
#% if needs_postgres
@pytest.fixture
def client(app, one_row_of_everything):
    """A visitor without cookies. Errors of the application become answers 500, as in production."""
    from fastapi.testclient import TestClient

    if not os.environ.get("CHARACTERISATION_DATABASE"):
        pytest.skip("the service speaks to PostgreSQL only: TEST_DATABASE_URL=postgresql://... pytest tests/integration")
    with TestClient(app, raise_server_exceptions=False{=% if not old_client %=}, follow_redirects=False{=% endif %=}) as found:
        yield found


#% elif asynchronous
@pytest.fixture
def client(app, engine, one_row_of_everything):
    """A visitor without cookies. Errors of the application become answers 500, as in production."""
    from fastapi.testclient import TestClient

    with TestClient(app, raise_server_exceptions=False{=% if not old_client %=}, follow_redirects=False{=% endif %=}) as found:
        yield found
        if engine is not None:
            found.portal.call(engine.dispose)


#% else
@pytest.fixture
def client(app, one_row_of_everything):
    """A visitor without cookies. Errors of the application become answers 500, as in production."""
    from fastapi.testclient import TestClient

    with TestClient(app, raise_server_exceptions=False{=% if not old_client %=}, follow_redirects=False{=% endif %=}) as found:
        yield found


#% endif
def send(client, route):
    """The answer to a request whose body fits the schema that the application states."""
    return client.request(route.method, route.address, {=% if old_client %=}allow_redirects=False, {=% endif %=}**body_for(client.app, route))


def ask(client, route):
    """Status, media type and redirect target of the answer."""
    answer = send(client, route)
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    return {"status": answer.status_code, "type": media_type, "location": answer.headers.get("location")}


def path_in_schema(route):
    """The rule as OpenAPI writes it: {name:path} is {name} there."""
    return re.sub(r":\w+}", "}", route.rule)


def body_for(app, route):
    """A sample of the body that the route wants, as the test client takes it."""
    schema = app.openapi()
    wanted = schema["paths"].get(path_in_schema(route), {}).get(route.method.lower(), {}).get("requestBody", {}).get("content", {})
    if "application/json" in wanted:
        return {"json": sample_of(wanted["application/json"]["schema"], schema)}
    for form in ("application/x-www-form-urlencoded", "multipart/form-data"):
        if form in wanted:
            fields = sample_of(wanted[form]["schema"], schema)
            files = {name: ("sample.txt", value) for name, value in fields.items() if isinstance(value, bytes)}
            return {"data": {name: value for name, value in fields.items() if name not in files}, **({"files": files} if files else {})}
    return {}


def sample_of(wanted, schema):
    """A value that fits a JSON schema: what it names as default or choice, else a plain one of its type; only fields that are needed."""
    if "$ref" in wanted:
        return sample_of(schema["components"]["schemas"][wanted["$ref"].rpartition("/")[2]], schema)
    for key in ("anyOf", "oneOf", "allOf"):
        if key in wanted:
            return sample_of(wanted[key][0], schema)
    if "default" in wanted or "const" in wanted or "enum" in wanted:
        return wanted.get("default", wanted.get("const", [*wanted.get("enum", ()), None][0]))
    if wanted.get("format") == "binary" or "contentMediaType" in wanted:
        return b"sample"
    if wanted.get("type") == "object":
        fields = wanted.get("properties", {})
        return {name: sample_of(fields[name], schema) for name in wanted.get("required", ()) if name in fields}
    if wanted.get("type") == "array":
        return [sample_of(wanted.get("items", {}), schema)] * wanted.get("minItems", 0)
    if wanted.get("type") in ("integer", "number"):
        return wanted.get("minimum", wanted.get("exclusiveMinimum", 0) + 1)
    if wanted.get("type") == "boolean":
        return True
    text = FORMATS.get(wanted.get("format", ""), "sample")
    return text.ljust(wanted.get("minLength", 0), "x")[: wanted.get("maxLength")]


FORMATS = {
    "email": "sample@example.org", "uri": "https://example.org", "date": "2026-01-01", "date-time": "2026-01-01T12:00:00Z",
    "time": "12:00:00", "uuid": "00000000-0000-0000-0000-000000000001",
}  # fmt: skip


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_the_route_is_served(app, route):
    from starlette.routing import Match

    if route.method.lower() in app.openapi()["paths"].get(path_in_schema(route), {}):
        return
    # Routes may be kept out of the schema; then what answers must at least know the address.
    scope = {"type": "http", "method": route.method, "path": route.address.partition("?")[0], "root_path": "", "headers": []}
    assert any(served.matches(scope)[0] is Match.FULL for served in app.routes), f"nothing is served under {route.address} for {route.method}"


#% endif
@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_the_route_answers_as_it_does_today(client, route, recorded):
    answer = ask(client, route)
    if RECORD:
        everything = json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.exists() else {}
        everything[str(route)] = answer
        BASELINE.write_text(json.dumps(everything, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        pytest.skip(f"recorded: {answer['status']}")
    if str(route) in recorded:
        assert answer == recorded[str(route)], "other than on record; if that is intended: RECORD=1 pytest tests/characterisation"
        return
    if answer["status"] >= 500:
        pytest.xfail(f"{route} answers {answer['status']} and nothing is on record yet; repair it, or record it as known")
    if answer["status"] == 200 and route.kind:
        assert answer["type"] == {"html": "text/html", "json": "application/json"}[route.kind]
    if route.login:
        assert answer["status"] in (302, 303, 307), "an anonymous visitor is sent to the login"
        assert answer["location"].startswith(route.login)


#% if knows_404
def test_an_unknown_address_is_not_found(client):
    assert ask(client, Route("GET", "", "/nothing-is-here"))["status"] == 404


#% endif
@pytest.mark.skipif(RECORD or not BASELINE.exists(), reason="nothing is on record yet: RECORD=1 pytest tests/characterisation")
def test_the_record_names_the_routes_that_there_are(recorded):
    assert sorted(recorded) == sorted(map(str, ROUTES)), "record anew: RECORD=1 pytest tests/characterisation"
