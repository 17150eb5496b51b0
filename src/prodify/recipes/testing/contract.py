"""Recipe `contract`: what others rely on in the service's answers, and what it relies on in theirs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prodify.api import Edit, File, Inventory, Profile, Review, Step, recipe
from prodify.data import rows
from prodify.escape import Code, python_list
from prodify.recipes.ci.planned import GENERATED
from prodify.recipes.ci.project import CHARACTERISATION, dev_requirements, fits, python_project
from prodify.recipes.observability.webapp import web_app
from prodify.recipes.shared.layout import main_component, naming
from prodify.recipes.testing.promises import promised
from prodify.recipes.testing.unit import routes_to_test
from prodify.render import render

if TYPE_CHECKING:
    from prodify.inventory.facts import AnswerRead
    from prodify.recipes.testing.routes import Case

_GIVEN_AWAY = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class ContractContext:
    """What `testing/contract_test.py` names; `routes`: each with the fields that its good answers certainly hold."""

    framework: str
    routes: tuple[tuple[str, Code], ...]
    consumed: bool


@recipe(step=Step.TESTING, fixes=("contract-tests-exist",), review=Review.CURSORY, after=("unit",))
def contract(repo: Inventory, profile: Profile) -> Iterator[File | Edit]:
    """Contract tests of a Flask, FastAPI or Django API and of the APIs that it calls, green at once; they ask as the tests of `unit` do.

    `RECORD=1 pytest tests/characterisation/test_contract.py` records status, fields and types of each answer, and for FastAPI the
    description (openapi.json), which schemathesis also holds the service against. For APIs that are called, consumed.json says which
    fields the code reads. It is plain JSON and no Pact file: nobody at Google or OpenAI verifies a pact.
    """
    app, project, component = web_app(repo), python_project(repo), main_component(repo)
    if app is None or project is None or component is None:
        return
    found = [(case, *promised(repo, component, case)) for case in routes_to_test(repo, app, component)]
    asked = [(case, fields) for case, json_by_code, fields in found if _is_api(case, app.framework, json_by_code=json_by_code)]
    routes = tuple((f"{case.method} {case.rule}", python_list(fields)) for case, fields in asked)
    reads = tuple(read for read in repo.answer_reads if read.location.path.rpartition("/")[2] not in GENERATED)
    if not routes and not (reads and found):
        return
    folder = project.path(CHARACTERISATION)
    yield File(f"{folder}/test_contract.py", render("testing/contract_test.py", ContractContext(app.framework, routes, bool(reads))))
    if reads:
        consumer = naming(repo, profile).service
        text = json.dumps({"consumer": {"name": consumer}, "interactions": interactions(reads)}, indent=2, ensure_ascii=False)
        yield File(f"{folder}/consumed.json", text + "\n")
    described = app.framework == "fastapi" and bool(routes)
    # The test of the description skips itself without schemathesis: an older one than ours works otherwise.
    tools = ["httpx", *(["schemathesis"] if fits(repo, project, "schemathesis") else [])] if described else []
    yield from dev_requirements(repo, project, "pytest", *tools)


def _is_api(case: Case, framework: str, *, json_by_code: bool) -> bool:
    """Whether programs read the answer: it is JSON by its code or its address, or the framework answers JSON unless told otherwise."""
    if case.kind == "html" or case.login:
        return False
    return json_by_code or case.kind == "json" or framework == "fastapi" or re.search(r"(^|/)api(/|$)|/v\d+/", case.rule) is not None


def interactions(reads: tuple[AnswerRead, ...]) -> list[dict[str, Any]]:
    """One entry for each function and provider: the fields that are read, and an answer as it is documented, where that is known."""
    found: list[dict[str, Any]] = []
    for read in reads:
        known = documented(read)
        name = _slug(f"{read.provider}-{read.function or read.location.path.rpartition('/')[2].removesuffix('.py')}")
        taken = sum(entry["id"].startswith(name) for entry in found)
        found.append({
            "id": f"{name}-{taken + 1}" if taken else name,
            "provider": {"name": read.provider},
            "description": f"{read.function or 'the module'} in {read.location.path}",
            "reads": {path: "optional" if optional else "required" for path, optional in read.fields},
            "response": {"status": 200, "body": known["answer"] if known else None, "documented": known["source"] if known else None},
        })  # fmt: skip
    return found


def documented(read: AnswerRead) -> Mapping[str, Any] | None:
    """The row of the table of answers that fits a call, None where there is none."""
    for row in rows("answers"):
        if row["provider"] == read.provider and all(word in read.address for word in row["words"]):
            return row
    return None


def _slug(text: str) -> str:
    return _GIVEN_AWAY.sub("-", text.lower()).strip("-")
