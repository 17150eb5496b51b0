# Written by prodify (recipe contract); yours to edit, upgrades merge.
"""What others may rely on in this service's answers, and what this service relies on in theirs: pytest tests/characterisation/test_contract.py

A field that was taken away breaks whoever reads it, without an error in this repository. Tested from the first run is what is certain
from the code.
#% if framework == "fastapi" and routes

`RECORD=1 pytest tests/characterisation/test_contract.py` then writes what the service promises today into contract.json, and its
description into openapi.json; look both through and commit them. From then on a field that goes or changes its type fails, as does any
other change of the description. Where a change is meant, record again: the diff is what to tell whoever uses the API.
#% elif routes

`RECORD=1 pytest tests/characterisation/test_contract.py` then writes what the service promises today into contract.json; look it through
and commit it. From then on a field that goes or changes its type fails; one that is added does not. Where a change is meant, record
again: the diff is what to tell whoever uses the API.
#% endif
"""

from __future__ import annotations

#% if routes
import importlib.util
#% endif
import json
import os
#% if routes
import sys
#% endif
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
RECORD = os.environ.get("RECORD") == "1"
COMMAND = "RECORD=1 pytest tests/characterisation/test_contract.py"
if not HERE.joinpath("test_routes.py").is_file():
    pytest.skip("these tests ask as tests/characterisation/test_routes.py does: prodify apply . --recipe unit", allow_module_level=True)
#% if routes

# The routes that programs read, and the fields that the code puts into every good answer, as far as it can be told from the code.
PROMISED: dict[str, list[str]] = {
#% for name, fields in routes
    "{= name =}": {= fields =},
#% endfor
}


def loaded(name: str) -> Any:
    """A file beside this one as a module, however pytest was told to import."""
    spec = importlib.util.spec_from_file_location(f"characterisation_{name}", HERE / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


asking = loaded("test_routes")
client = asking.client
ROUTES = {str(route): route for route in asking.ROUTES}


class Record:
    """The answers that are on record, in contract.json."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.known: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() and not RECORD else {}

    def keep(self, section: str, name: str, value: object) -> None:
        self.known.setdefault(section, {})[name] = value
        self.path.write_text(json.dumps(self.known, indent=2, sort_keys=True) + "\n", encoding="utf-8")

    def of(self, section: str, name: str) -> Any:
        return self.known.get(section, {}).get(name)


@pytest.fixture(scope="module")
def record() -> Record:
    return Record(HERE / "contract.json")


def shape(value: object) -> object:
    """What programs rely on in a JSON value: names and types; of a list, what its first element is."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "null" if value is None else "boolean" if isinstance(value, bool) else "number" if isinstance(value, (int, float)) else "string"


def broken(promised: object, value: object, place: str = "the answer") -> list[str]:
    """Where a value no longer has a shape. What is null or empty on record promises nothing."""
    if promised in ("null", []):
        return []
    if isinstance(promised, dict) and isinstance(value, dict):
        gone = [f"{place}.{name} is gone" for name in promised if name not in value]
        return gone + [problem for name in promised if name in value for problem in broken(promised[name], value[name], f"{place}.{name}")]
    if isinstance(promised, list) and isinstance(value, list):
        return [problem for item in value for problem in broken(promised[0], item, f"{place}[]")] if value else [f"{place} is empty"]
    now = shape(value)
    return [] if now == promised else [f"{place} was {named(promised)} and is {named(now)}"]


def named(of: object) -> str:
    return "an object" if isinstance(of, dict) else "a list" if isinstance(of, list) else str(of)


def body_of(answer: Any) -> Any:
    """The JSON of an answer; None for anything else."""
    try:
#% if framework == "flask"
        return json.loads(answer.get_data())
#% else
        return json.loads(answer.content)
#% endif
    except ValueError:
        return None


@pytest.mark.parametrize("name", PROMISED)
def test_no_field_that_others_read_is_taken_away(client, record, name):
    assert name in ROUTES, f"{name} is not among the routes of test_routes.py anymore: whoever calls it gets an error"
    answer = asking.send(client, ROUTES[name])
    status, body, media_type = answer.status_code, body_of(answer), answer.headers.get("Content-Type", "").partition(";")[0]
    if RECORD:
        record.keep("answers", name, {"status": status, "type": media_type, "shape": shape(body)})
        pytest.skip(f"recorded: {status}")
    promised = record.of("answers", name)
    if promised is not None:
        assert (status, media_type) == (promised["status"], promised["type"]), f"other than on record; if that is meant: {COMMAND}"
        assert broken(promised["shape"], body) == [], f"whoever reads that breaks; if it is meant: {COMMAND}"
        return
    if status >= 500:
        pytest.xfail(f"{name} answers {status} and nothing is on record yet; repair it, or record it as known")
    if 200 <= status < 300 and PROMISED[name]:
        missing = sorted(set(PROMISED[name]) - set(body)) if isinstance(body, dict) else PROMISED[name]
        assert missing == [], "whoever reads these fields breaks"


@pytest.mark.skipif(RECORD or not HERE.joinpath("contract.json").exists(), reason=f"nothing is on record yet: {COMMAND}")
def test_the_record_names_the_routes_that_there_are(record):
    assert sorted(record.known.get("answers", {})) == sorted(PROMISED), f"record anew: {COMMAND}"
#% endif
#% if framework == "fastapi" and routes


@pytest.mark.skipif(not RECORD and not HERE.joinpath("openapi.json").exists(), reason=f"no description is on record yet: {COMMAND}")
def test_the_description_is_the_one_on_record(app):
    """Whoever generates a client from openapi.json gets what the service is."""
    path, now = HERE / "openapi.json", json.loads(json.dumps(app.openapi()))
    if RECORD:
        path.write_text(json.dumps(now, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        pytest.skip("recorded")
    assert json.loads(path.read_text(encoding="utf-8")) == now, f"the API changed; if that is meant: {COMMAND}, and tell whoever uses it"


EXAMPLES = 20  # requests for each operation; more find more and take longer


def test_every_operation_keeps_to_the_description(app, client, record):
    """Requests that the description allows, made up by schemathesis: no error 5xx, and answers as described.

    They are the same in every run with the same versions. A new version may find what was there before: repair it or record it.
    """
    schemathesis = pytest.importorskip("schemathesis", minversion="4")
    found = {}
    for result in schemathesis.openapi.from_dict(app.openapi()).get_all_operations():
        operation = result.ok()
        found[operation.label] = violations(operation, client)
    if RECORD:
        for label, names in found.items():
            record.keep("violations", label, names)
        pytest.skip(f"recorded: {sum(map(bool, found.values()))} operations break their description")
    new = {label: more for label, names in found.items() if (more := sorted(set(names) - set(record.of("violations", label) or ())))}
    if new and "violations" not in record.known:
        pytest.xfail(f"{new} and nothing is on record yet; repair it, or record it as known")
    assert new == {}, "the service breaks its own description where it did not before"


def violations(operation, client):
    """What goes wrong in some answer of an operation: the names of the problems, each once."""
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis.checks import not_a_server_error
    from schemathesis.core.failures import FailureGroup
    from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

    checks = [not_a_server_error, content_type_conformance, response_schema_conformance]
    found: set[str] = set()

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy())
    def ask(case):
        request = case.as_transport_kwargs(base_url="http://testserver")
        answer = client.request(**{name: value for name, value in request.items() if value or name != "cookies"})
        try:
            case.validate_response(answer, checks=checks)
        except FailureGroup as group:
            found.update(type(failure).__name__ for failure in group.exceptions)

    ask()
    return sorted(found)
#% endif
#% if consumed


# -- what this service relies on ----------------------------------------------------------------------------------------------------------
# consumed.json says which fields the code reads of whose answers, beside an answer as the other side documents it. A real one counts
# more: save what the service sent you, without anything secret, as answers/ID.json, and again whenever the other side announces a change.
CONSUMED: list[dict[str, Any]] = json.loads(HERE.joinpath("consumed.json").read_text(encoding="utf-8"))["interactions"]


def values_at(value: object, path: str) -> list[object]:
    """Everything that stands at a path such as results[].name; an element without it counts as "missing"."""
    found = [value]
    for step in path.split("."):
        name, lists = step.replace("[]", ""), step.count("[]")
        found = [each[name] if isinstance(each, dict) and name in each else "missing" for each in found]
        for _ in range(lists):
            found = [item for each in found for item in (each if isinstance(each, list) else ["missing"])]
    return found


def unread(reads: dict[str, str], answer: object) -> list[str]:
    """Fields that the code reads and the answer does not have; a field that the code can do without must be there once."""
    gone = []
    for path, need in reads.items():
        there = [value != "missing" for value in values_at(answer, path)]
        if not (all(there) if need == "required" else any(there)) or not there:
            gone.append(path)
    return gone


@pytest.mark.skipif(RECORD, reason="answers of others are saved by hand")
@pytest.mark.parametrize("interaction", CONSUMED, ids=[interaction["id"] for interaction in CONSUMED])
def test_the_other_side_sends_the_fields_that_the_code_reads(interaction):
    saved = HERE / "answers" / f"{interaction['id']}.json"
    answer = json.loads(saved.read_text(encoding="utf-8")) if saved.exists() else interaction["response"]["body"]
    if answer is None:
        pytest.skip(f"save an answer of {interaction['provider']['name']} as {saved.relative_to(HERE)}")
    assert unread(interaction["reads"], answer) == [], f"{interaction['description']} reads what {interaction['provider']['name']} does not send"
#% endif
