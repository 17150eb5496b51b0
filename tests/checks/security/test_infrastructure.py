"""Containers, clouds, clusters and pipelines: what is open and what is meant to be."""

from __future__ import annotations

import pytest

from prodify.model import Kind
from tests.checks.conftest import Judge


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        pytest.param(
            {"infra/a.tf": 'resource "aws_s3_bucket_acl" "uploads" {\n  acl = "public-read"\n}\n'}, Kind.FAIL, id="readable by all"
        ),
        pytest.param({"infra/a.tf": 'resource "aws_s3_bucket_acl" "website" {\n  acl = "public-read"\n}\n'}, Kind.PASS, id="a website"),
        pytest.param(
            {"infra/a.tf": 'resource "aws_s3_bucket_acl" "website" {\n  acl = "public-read-write"\n}\n'}, Kind.FAIL, id="writable by all"
        ),
        pytest.param(
            {"infra/a.tf": 'resource "google_storage_bucket_iam_member" "x" {\n  role = "storage.admin"\n  member = "allUsers"\n}\n'},
            Kind.FAIL,
            id="everybody may write",
        ),
        pytest.param(
            {
                "infra/a.tf": 'resource "google_sql_database_instance" "db" {\n  settings {\n    ip_configuration {\n'
                '      authorized_networks {\n        value = "0.0.0.0/0"\n      }\n    }\n  }\n}\n'
            },
            Kind.FAIL,
            id="a database for every address",
        ),
        pytest.param(
            {"infra/a.tf": 'resource "aws_db_instance" "db" {\n  publicly_accessible = var.public\n}\n'}, Kind.PASS, id="a variable"
        ),
        pytest.param({"infra/a.tf": 'resource "aws_instance" "web" {\n  ami = "ami-1"\n}\n'}, Kind.NOT_APPLICABLE, id="no storage"),
    ],
)
def test_storage_is_private(judge: Judge, files: dict[str, str], kind: Kind) -> None:
    assert judge("storage-is-private", files).kind is kind


POD = """apiVersion: v1
kind: Pod
metadata: {name: app}
spec:
  containers: [{name: app, image: "ghcr.io/o/app:1.0.0"%s}]
"""


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        pytest.param({"deploy/app.yaml": POD % ", securityContext: {privileged: true}"}, Kind.FAIL, id="a privileged pod"),
        pytest.param({"deploy/app.yaml": POD % ", securityContext: {privileged: false}"}, Kind.PASS, id="written down as off"),
        pytest.param(
            {"compose.yaml": "services:\n  app:\n    image: redis:8.2\n    cap_add: [NET_ADMIN]\n"}, Kind.PASS, id="one capability"
        ),
    ],
)
def test_containers_are_not_privileged(judge: Judge, files: dict[str, str], kind: Kind) -> None:
    assert judge("containers-are-not-privileged", files).kind is kind


@pytest.mark.parametrize(
    ("policy", "kind"),
    [
        pytest.param('Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }]', Kind.FAIL, id="everything"),
        pytest.param('Statement = [{ Effect = "Deny", Action = "*", Resource = "*" }]', Kind.PASS, id="everything is denied"),
        pytest.param('Statement = [{ Effect = "Allow", Action = ["s3:GetObject"], Resource = "*" }]', Kind.PASS, id="one action"),
    ],
)
def test_iam_is_least_privilege(judge: Judge, policy: str, kind: Kind) -> None:
    text = f'resource "aws_iam_role_policy" "app" {{\n  policy = jsonencode({{\n    {policy}\n  }})\n}}\n'
    assert judge("iam-is-least-privilege", {"infra/iam.tf": text}).kind is kind


def test_an_image_scanner_does_not_scan_dependencies_and_the_reverse(judge: Judge) -> None:
    files = {
        "requirements.txt": "flask==3.1.0\n",
        "Dockerfile": "FROM python:3.14-slim\nUSER 10001\n",
        ".github/workflows/ci.yml": "on: push\njobs:\n  scan:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: trivy image app\n",
    }
    assert judge("dependencies-are-scanned", files).kind is Kind.FAIL


def test_a_trivy_action_without_a_type_scans_an_image(judge: Judge) -> None:
    steps = "      - uses: aquasecurity/trivy-action@v0.36.0\n        with: {image-ref: app}\n"
    files = {
        "requirements.txt": "flask==3.1.0\n",
        "Dockerfile": "FROM python:3.14-slim\nUSER 10001\n",
        ".github/workflows/ci.yml": f"on: push\njobs:\n  scan:\n    runs-on: ubuntu-24.04\n    steps:\n{steps}",
    }
    assert judge("image-is-scanned", files).kind is Kind.PASS


def test_fixtures_that_look_like_installed_packages_are_no_dependency_tree(judge: Judge) -> None:
    files = {"tests/fixtures/node_modules/left/index.js": "module.exports = 1;\n", "index.js": "console.log(1);\n"}
    assert judge("no-dependency-tree-is-committed", files).kind is Kind.PASS


def test_a_download_over_two_lines_is_seen(judge: Judge) -> None:
    files = {"Dockerfile": "FROM debian:trixie-slim\nRUN curl -fsSL https://get.example.org/i.sh \\\n    | sudo -E bash -\n"}
    verdict = judge("downloads-are-verified", files)
    assert verdict.kind is Kind.FAIL
    assert verdict.evidence[0].line == 2


@pytest.mark.parametrize(("exempt", "kind"), [("return use(request.user)", Kind.FAIL), ("return use(request.body)", Kind.PASS)])
def test_a_webhook_may_be_exempt_from_the_protection_against_forgery(judge: Judge, exempt: str, kind: Kind) -> None:
    files = {
        "requirements.txt": "django\n",
        "manage.py": "import os\nfrom django.core.management import execute_from_command_line\n\n"
        'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\nexecute_from_command_line()\n',
        "shop/settings.py": 'MIDDLEWARE = ["django.middleware.csrf.CsrfViewMiddleware"]\n',
        "shop/views.py": f"from django.views.decorators.csrf import csrf_exempt\n\n\n@csrf_exempt\ndef hook(request):\n    {exempt}\n",
    }
    assert judge("csrf-is-protected", files).kind is kind


@pytest.mark.parametrize(("group", "kind"), [("run.googleapis.com", Kind.NOT_APPLICABLE), ("batch", Kind.FAIL)])
def test_a_job_of_cloud_run_meets_no_cluster(judge: Judge, group: str, kind: Kind) -> None:
    template = "{spec: {template: {spec: {containers: [{name: a, image: ghcr.io/o/a:1.0.0}]}}}}"
    files = {"deploy/job.yaml": f"apiVersion: {group}/v1\nkind: Job\nmetadata: {{name: migrate}}\nspec: {{template: {template}}}\n"}
    assert judge("policies-guard-deploys", files).kind is kind
