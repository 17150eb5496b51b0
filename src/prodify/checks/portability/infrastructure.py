"""Whether infrastructure and cloud libraries keep to their place."""

from __future__ import annotations

from prodify.api import (
    TEAM_AND_PUBLIC,
    Effort,
    Inventory,
    Level,
    Location,
    Note,
    Profile,
    Step,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
)

_SDKS = (
    "boto3",
    "botocore",
    "aioboto3",
    "google.cloud",
    "azure.storage",
    "azure.identity",
    "azure.keyvault",
    "azure.servicebus",
    "azure.cosmos",
)
_EDGES = 3
"""In so many files a cloud's library may be imported and still count as kept at the edge."""


@check(
    step=Step.PORTABILITY,
    level=Level.NOTE,
    maturity=3,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.HOURS,
    hint="Keep one directory with the infrastructure, and give each environment variables and a state of its own.",
)
def infrastructure_is_separate(repo: Inventory, profile: Profile) -> Verdict:
    """Infrastructure has a place of its own, and each environment its own values.

    Why:
        When staging and production share one state, an experiment in one of them can delete the other.

    Fails:
        ```hcl title="main.tf"
        resource "google_cloud_run_v2_service" "app" {
          name     = "app"
          location = "europe-west1"
        }
        ```

    Passes:
        ```hcl title="infra/modules/service/main.tf"
        resource "google_cloud_run_v2_service" "app" {
          name     = var.name
          location = "europe-west1"
        }
        ```
        ```hcl title="infra/staging/main.tf"
        module "service" {
          source = "../modules/service"
          name   = "app-staging"
        }
        ```
        ```hcl title="infra/production/main.tf"
        module "service" {
          source = "../modules/service"
          name   = "app"
        }
        ```
    """
    resources = [b for b in repo.terraform if b.type in ("resource", "module")]
    if not resources:
        return not_applicable("no Terraform")
    values = repo.files.select("*.tfvars", "*.tfvars.json", "*.tfvars.example", "terragrunt.hcl")
    callers = {
        b.path.rpartition("/")[0]
        for b in repo.terraform
        if b.type == "module" and b.attributes.get("source", "").startswith(('"../', '"./'))
    }
    workspace = [
        b
        for b in repo.terraform
        for inner in b.walk()
        for text in inner.attributes.values()
        if "terraform.workspace" in text or "var.environment" in text
    ]
    backend = [b for b in repo.terraform if b.type == "terraform" and (b.block("backend") is not None or b.block("cloud") is not None)]
    own_place = [b for b in resources if "/" in b.path]
    if own_place and (len(values) > 1 or len(callers) > 1 or (workspace and (values or backend))):
        return passed("each environment has values of its own", *(Location(p) for p in values[:3]), *own_place[:3])
    if not own_place:
        return failed("infrastructure stands among the code", *resources[:5])
    return failed("environments share their values and state", *resources[:5])


@check(
    step=Step.PORTABILITY,
    level=Level.NOTE,
    maturity=4,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.HOURS,
    hint="Write tests in which the model fails, stalls or answers nonsense, and run them in the pipeline.",
)
def fallbacks_are_tested_in_ci(repo: Inventory, profile: Profile) -> Verdict:
    """The pipeline tries what happens when the model is down.

    Why:
        A fallback that nobody runs rots: the day it is needed it calls a method that was renamed in spring.

    Fails:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()
        ```
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [push, pull_request]
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - run: pytest
        ```

    Passes:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=99, messages=[{"role": "user", "content": question}])
        ```
        ```python title="tests/test_fallback.py"
        import openai
        import pytest

        from app import ask, client

        def test_rate_limit_is_told(monkeypatch):
            def refuse(**kwargs):
                raise openai.RateLimitError("429", response=None, body=None)

            monkeypatch.setattr(client.chat.completions, "create", refuse)
            with pytest.raises(openai.RateLimitError):
                ask("where?")
        ```
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [push, pull_request]
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - run: pytest
        ```
    """
    if not repo.llm_providers:
        return not_applicable("no model is called")
    tests = repo.tests.model_failures
    runs = [note for p in repo.pipelines if p.problem is None for note in p.runs_tests]
    if tests and runs:
        return passed("the pipeline runs tests of a failing model", *tests, *runs[:1])
    return failed("tests of a failing model do not run in a pipeline" if tests else "no test makes the model fail", *tests)


@check(
    step=Step.PORTABILITY,
    level=Level.NOTE,
    maturity=3,
    effort=Effort.DAYS,
    status="preview",
    hint="Put the cloud's library behind a small module of your own (storage.py with save and load), and import that everywhere else.",
)
def cloud_sdk_stays_at_the_edge(repo: Inventory, profile: Profile) -> Verdict:
    """A cloud's library is imported in a few files only.

    Why:
        What calls one cloud's library from every handler moves to another cloud, or into a test, one handler at a time.

    Fails:
        ```text title="requirements.txt"
        flask
        boto3
        ```
        ```python title="app.py"
        import boto3
        from flask import Flask, request

        app = Flask(__name__)

        @app.route("/photo", methods=["POST"])
        def photo():
            boto3.client("s3").upload_fileobj(request.files["photo"], "photos", "a.jpg")
            return "ok"
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        boto3
        ```
        ```python title="storage.py"
        import boto3

        def save(file, name):
            boto3.client("s3").upload_fileobj(file, "photos", name)
        ```
        ```python title="app.py"
        from flask import Flask, request

        from storage import save

        app = Flask(__name__)

        @app.route("/photo", methods=["POST"])
        def photo():
            save(request.files["photo"], "a.jpg")
            return "ok"
        ```
    """
    places = {note.location.path: note for note in reversed(repo.python.imports(*_SDKS))}
    if not places:
        return not_applicable("no cloud's library is imported")
    handlers = {r.location.path for r in repo.routes}
    mixed = [note for path, note in sorted(places.items()) if path in handlers]
    if mixed:
        return failed("handlers of requests call a cloud's library", *mixed)
    if len(places) > _EDGES:
        return failed(
            f"a cloud's library is imported in {len(places)} files", *(Note(n.location, n.note) for _, n in sorted(places.items()))
        )
    return passed("a cloud's library is imported at the edge only", *places.values())
