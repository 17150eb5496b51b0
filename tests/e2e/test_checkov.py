"""checkov over whole trees: Dockerfile, rendered Kubernetes objects and Terraform of three clouds, in one run.

Every finding is mended or stands in EXCEPTIONS with the reason; an exception that nothing needs any more is an error too. Workflows are
left to actionlint and zizmor: checkov 3.3 looked at none of them, given as a folder or one by one.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from prodify.validators.process import environment, find_executable
from tests.e2e.matrix.combinations import FACTORS, Combination, pairwise, possible
from tests.e2e.matrix.proving import applied

CHECKOV = find_executable("checkov")
SLOW = os.environ.get("PRODIFY_SLOW_TESTS") == "1"
pytestmark = [
    pytest.mark.tools,
    pytest.mark.skipif(not SLOW, reason="takes a minute; PRODIFY_SLOW_TESTS=1 runs it"),
    pytest.mark.skipif(
        CHECKOV is None and not os.environ.get("PRODIFY_REQUIRE_TOOLS"), reason="checkov is not installed: make validators-slow"
    ),
]

BROKEN = {
    "Dockerfile": "FROM python:3.14-slim\nCOPY . .\nCMD python app.py\n",
    "deploy/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [pod.yaml]\n",
    "deploy/pod.yaml": (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\n"
        "spec:\n  containers:\n    - {name: web, image: web, securityContext: {privileged: true}}\n"
    ),
    "main.tf": (
        'resource "aws_security_group" "open" {\n  ingress {\n    from_port   = 22\n    to_port     = 22\n    protocol    = "tcp"\n'
        '    cidr_blocks = ["0.0.0.0/0"]\n  }\n}\n'
    ),
}
MISTAKES = {"CKV_DOCKER_3", "CKV_K8S_16", "CKV_AWS_24"}
"""What has to be said of BROKEN: a container as root, a privileged one, and an open door."""

OWN_KEYS = "the cloud encrypts with its own key; a key of one's own costs money and can lock one out: a decision of the organisation"
EXCEPTIONS: Mapping[str, tuple[str, str]] = {
    "CKV_K8S_11": (r"", "a limit of CPU slows requests down on an idle machine; memory is limited"),
    "CKV_K8S_15": (r"", "images are deployed by digest, which cannot come to mean another image"),
    "CKV_K8S_21": (r"^base:|overlay:.*\.default\.", "the base alone; the overlays that are deployed set a namespace"),
    "CKV_K8S_35": (r"", "services read their settings from the environment; the objects are written by External Secrets"),
    "CKV_K8S_38": (r"CronJob\..*-(sleep|wake)$", "putting staging to sleep is a call to Kubernetes, with a role for that alone"),
    "CKV_K8S_43": (r"", "the deployment sets the digest of the image that was tested"),
    "CKV2_AWS_57": (
        r"(settings|\.url)$",
        "keys of other services, and the address with the password that password_version changes: a rotation that the service does not "
        "learn of would lock it out",
    ),
    "CKV_AZURE_41": (r"\.url$", "an address that expires by itself takes the service down; password_version changes it"),
    "CKV_AZURE_136": (r"", "a second region doubles the price of backups; the profile's retention holds in one"),
    "CKV2_AZURE_31": (r"\.database$", "the subnet is delegated to the database alone, whose own network it is"),
    "CKV2_AZURE_57": (r"", "it stands in the network itself, by a delegated subnet without a public address"),
    "CKV_AWS_115": (r"suspend$", "it runs when the budget is spent, once; a reserved share would take it from others"),
    "CKV_AWS_116": (r"suspend$", "AWS calls it again when it fails, and the budget tells people besides"),
    "CKV_AWS_117": (r"suspend$", "it talks to the cloud's own interface alone; in a network it would need a gateway"),
    "CKV_AWS_118": (r"", "a metric every minute comes with the service; seconds cost money and are switched on when needed"),
    "CKV_AWS_149": (r"", OWN_KEYS),
    "CKV_AWS_157": (r"", "a variable: the standby doubles the price, so production has one and staging has none"),
    "CKV_AWS_158": (r"", OWN_KEYS),
    "CKV_AWS_161": (r"", "the service signs in with a password that AWS makes, keeps and rotates"),
    "CKV_AWS_173": (r"suspend$", "no secret is among its settings"),
    "CKV_AWS_26": (r"", "AWS's own key does not let its budgets publish; a key of one's own is a decision of the organisation"),
    "CKV_AWS_272": (r"suspend$", "the code is in the repository and comes with the plan that people read"),
    "CKV_AWS_353": (r"", "not offered for the small machines that services start with"),
    "CKV_AWS_356": (r"suspend$", "some calls that list things know no narrower resource"),
    "CKV_AWS_50": (r"suspend$", "it runs when the budget is spent; its log tells all"),
    "CKV2_GCP_13": (r"", "the duration of every statement is a flood; query insights keep the slow ones"),
    "CKV_GCP_108": (r"", "a host name costs a look-up per connection; the address is logged"),
    "CKV_GCP_109": (r"", "the default logs errors and warnings"),
    "CKV_GCP_110": (r"", "an audit of statements is for those who owe one; they may hold personal data"),
    "CKV_GCP_111": (r"", "statements may hold personal data"),
    "CKV_GCP_49": (r"suspend", "the role is for the account that builds the function, as Google documents it"),
    "CKV_GCP_6": (r"", "TLS is required (ENCRYPTED_ONLY); the check knows certificates of clients alone, which the service has not"),
    "CKV_GCP_62": (r"source", "the bucket holds the code of one function, which is in the repository"),
    "CKV_GCP_78": (r"source", "the bucket holds the code of one function, which is in the repository"),
    "CKV_GCP_79": (r"", "the release is the one in the table of versions, newer than the check's"),
    "CKV_GCP_83": (r"", OWN_KEYS),
    "CKV_GCP_84": (r"", OWN_KEYS),
}
"""Check to where it may stand (in the resource's name) and the reason why it is not mended."""


def rows() -> list[Combination]:
    """A combination of every place that differs for checkov: Kubernetes on each cloud, and Cloud Run; flask has a database."""
    place = {name: number for number, name in enumerate(FACTORS)}
    wanted = [("kubernetes", "aws"), ("kubernetes", "azure"), ("cloud-run", "gcp")]
    fits = [[r for r in pairwise(possible()) if (r[place["runtime"]], r[place["cloud"]]) == pair] for pair in wanted]
    return [next((row for row in some if row[place["stack"]] == "flask"), some[0]) for some in fits]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What checkov says, by kind of file."""
    assert CHECKOV is not None, "checkov has to be there: make validators-slow"
    parent = tmp_path_factory.mktemp("trees")
    for number, row in enumerate(rows()):
        applied(row, parent / f"tree{number}")
    for path, text in BROKEN.items():
        (parent / "broken" / path).parent.mkdir(parents=True, exist_ok=True)
        (parent / "broken" / path).write_text(text, encoding="utf-8")
    command = [CHECKOV, "--directory", str(parent), "--framework", "dockerfile", "kustomize", "terraform"]
    command += ["--skip-download", "--compact", "--output", "json"]
    home = tmp_path_factory.mktemp("home")
    done = _ran(command, home)
    assert done.returncode in (0, 1), done.stderr[-2000:]
    return {report["check_type"]: report for report in json.loads(done.stdout)}


def _ran(command: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    """One process, 15 s of work: shared by several it takes as long, and hung once without an end. A run that hangs is made again."""
    alone = environment(home) | {"CHECKOV_PARALLELIZATION_TYPE": "none"}
    for seconds in (240, 600):
        with contextlib.suppress(subprocess.TimeoutExpired):
            return subprocess.run(command, env=alone, cwd=home, capture_output=True, text=True, check=False, timeout=seconds)
    pytest.fail("checkov hung twice")


def failed(reports: Mapping[str, Mapping[str, Any]], broken: bool) -> Iterator[tuple[str, str, str]]:
    """Check, resource and what it is about, of the generated trees or of the broken one."""
    for report in reports.values():
        assert not report["results"]["parsing_errors"], report["check_type"]
        for item in report["results"]["failed_checks"]:
            if ("/broken/" in item["file_abs_path"]) is broken:
                yield item["check_id"], item["resource"], f"{item['check_name']}: {item['file_path']}"


def test_every_kind_of_file_is_judged(reports: dict[str, dict[str, Any]]) -> None:
    assert set(reports) == {"dockerfile", "kustomize", "terraform"}
    for kind, report in reports.items():
        assert report["summary"]["passed"] >= 50, kind


def test_mistakes_are_noticed(reports: dict[str, dict[str, Any]]) -> None:
    assert {check for check, _, _ in failed(reports, broken=True)} >= MISTAKES


def test_nothing_is_found_but_what_has_a_reason(reports: dict[str, dict[str, Any]]) -> None:
    found = list(failed(reports, broken=False))
    left = [item for item in found if item[0] not in EXCEPTIONS or not re.search(EXCEPTIONS[item[0]][0], item[1])]
    assert not left, "\n".join(" ".join(item) for item in left)
    assert set(EXCEPTIONS) == {check for check, _, _ in found}, "an exception that nothing needs"
