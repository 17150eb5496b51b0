"""Shapes of pipelines that the checks of continuous integration must tell apart."""

from __future__ import annotations

from textwrap import dedent

import pytest

from prodify.model import Kind
from tests.checks.conftest import Judge

GITHUB = ".github/workflows/ci.yml"


def workflow(on: str, steps: str, job: str = "") -> dict[str, str]:
    """One GitHub workflow with one job."""
    body = "".join(f"      {line}\n" for line in dedent(steps).strip().splitlines())
    extra = "".join(f"    {line}\n" for line in dedent(job).strip().splitlines())
    return {GITHUB: f"name: ci\non: {on}\njobs:\n  work:\n    runs-on: ubuntu-24.04\n{extra}    steps:\n{body}"}


PULL_REQUEST_CHECKOUT = """
- uses: actions/checkout@v7
  with:
    ref: ${{ github.event.pull_request.head.sha }}
- run: npm test
"""
LABEL_ONLY = "- run: gh pr edit --add-label triage"


@pytest.mark.parametrize(
    ("check", "files", "kind"),
    [
        pytest.param("ci-exists", workflow("workflow_dispatch", "- run: pytest"), Kind.FAIL, id="a workflow that only a person starts"),
        pytest.param("ci-exists", {".gitlab-ci.yml": "test:\n  script: [pytest]\n"}, Kind.PASS, id="GitLab counts as well"),
        pytest.param("ci-exists", {GITHUB: "on: [push\njobs: {"}, Kind.OPEN, id="a pipeline that cannot be read is not judged"),
        pytest.param("tests-run-on-pull-requests", workflow("[push, pull_request]", "- run: echo pytest"), Kind.FAIL, id="echo is no test"),
        pytest.param(
            "tests-run-on-pull-requests",
            workflow("[push, pull_request]", "- run: make test") | {"Makefile": "test:\n\tpytest -q\n"},
            Kind.PASS,
            id="a make target that leads to a runner",
        ),
        pytest.param(
            "tests-run-on-pull-requests", workflow("{push: {branches: [main]}}", "- run: pytest"), Kind.FAIL, id="only after the merge"
        ),
        pytest.param(
            "untrusted-input-stays-out-of-scripts",
            workflow("issue_comment", '- run: echo "$BODY"\n  env:\n    BODY: ${{ github.event.comment.body }}'),
            Kind.PASS,
            id="through the environment",
        ),
        pytest.param(
            "untrusted-input-stays-out-of-scripts",
            workflow("pull_request", "- run: git checkout ${{ github.head_ref }}"),
            Kind.FAIL,
            id="the name of a stranger's branch",
        ),
        pytest.param(
            "untrusted-input-stays-out-of-scripts",
            workflow("issue_comment", "- uses: actions/github-script@v8\n  with:\n    script: say('${{ github.event.comment.body }}')"),
            Kind.FAIL,
            id="a script of github-script",
        ),
        pytest.param(
            "untrusted-input-stays-out-of-scripts",
            workflow("push", "- run: echo ${{ github.sha }} ${{ github.event.pull_request.number }}"),
            Kind.PASS,
            id="numbers and commit ids are nobody's text",
        ),
        pytest.param("pull-request-target-is-safe", workflow("pull_request_target", PULL_REQUEST_CHECKOUT), Kind.FAIL, id="checks it out"),
        pytest.param("pull-request-target-is-safe", workflow("pull_request_target", LABEL_ONLY), Kind.PASS, id="only labels it"),
        pytest.param("pull-request-target-is-safe", workflow("pull_request", PULL_REQUEST_CHECKOUT), Kind.PASS, id="without secrets"),
        pytest.param(
            "pull-request-target-is-safe",
            workflow("pull_request_target", "- uses: actions/checkout@v7\n- run: ./scripts/greet.sh"),
            Kind.PASS,
            id="the code of the base branch",
        ),
        pytest.param(
            "pull-request-target-is-safe", workflow("issue_comment", "- run: gh pr checkout 7 && npm test"), Kind.FAIL, id="by command"
        ),
    ],
)
def test_pipeline_is_judged(judge: Judge, check: str, files: dict[str, str], kind: Kind) -> None:
    verdict = judge(check, files)
    assert verdict.kind is kind, verdict


def test_staging_in_the_same_workflow_must_be_waited_for(judge: Judge) -> None:
    deploy = "    runs-on: ubuntu-24.04\n    steps:\n      - run: kubectl apply -f deploy/\n"
    text = f"name: deploy\non: push\njobs:\n  staging:\n{deploy}  production:\n{deploy}"
    assert judge("staging-precedes-production", {GITHUB: text}).kind is Kind.FAIL


def test_an_environment_may_ask_for_an_approval_that_nobody_sees_here(judge: Judge) -> None:
    files = workflow("push", "- run: kubectl apply -f deploy/", "environment: production")
    assert judge("production-deploy-is-gated", files).kind is Kind.OPEN


def test_a_saved_plan_is_no_auto_approval(judge: Judge) -> None:
    assert judge("apply-is-never-auto-approved", workflow("push", "- run: terraform apply -auto-approve tfplan")).kind is Kind.PASS


def test_publishing_documentation_is_no_deployment(judge: Judge) -> None:
    service = {"requirements.txt": "flask\n", "app.py": "from flask import Flask\n\napp = Flask(__name__)\n"}
    assert judge("deploy-is-automated", service | workflow("push", "- run: mkdocs gh-deploy --force")).kind is Kind.FAIL


def test_an_image_that_installs_by_name_is_not_locked(judge: Judge) -> None:
    service = {"requirements.txt": "flask==3.1.0\n", "app.py": "from flask import Flask\n\napp = Flask(__name__)\n"}
    loose = service | {"Dockerfile": "FROM python:3.14-slim\nRUN pip install --no-cache-dir gunicorn && pip install -r requirements.txt\n"}
    verdict = judge("dependencies-are-locked", loose)
    assert verdict.kind is Kind.FAIL
    assert [e.note for e in verdict.evidence if e.path == "Dockerfile"] == ["gunicorn has no fixed version"]


def test_an_image_that_installs_the_installer_is_locked(judge: Judge) -> None:
    service = {"requirements.txt": "flask==3.1.0\n", "app.py": "from flask import Flask\n\napp = Flask(__name__)\n"}
    fixed = service | {"Dockerfile": "FROM python:3.14-slim\nRUN pip install --upgrade pip && pip install gunicorn==23.0.0\n"}
    assert judge("dependencies-are-locked", fixed).kind is Kind.PASS
