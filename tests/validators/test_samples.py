"""Every validator passes its good sample and rejects each of its broken ones, for the reason that makes it broken.

Samples lie in `samples/VALIDATOR/good` and `samples/VALIDATOR/broken/CASE`. Names that end in `.txt` lose that ending when they are
copied: broken Python must not be seen by this repository's own linters.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from prodify.validators import Outcome, Status, Validator, discover, verify

SAMPLES = Path(__file__).parent / "samples"
VALIDATORS = {validator.name: validator for validator in discover()}

EXPECTED = {
    "actionlint/unknown-key": "step must run script",
    "actionlint/undefined-needs": "needs",
    "actionlint/undefined-expression": "nope",
    "actionlint/shell-mistake": "SC2086",
    "actionlint/retired-action": "setup-python@v2",
    "amtool/undefined-receiver": "pagr",
    "amtool/unknown-field": "webhok_configs",
    "amtool-routes/no-heartbeat": "Watchdog has no route",
    "amtool-routes/page-wakes-nobody": "FastBurn (severity page) wakes nobody",
    "amtool-routes/ticket-wakes": "SlowBurn (severity ticket) wakes somebody",
    "bandit/shell": "B602",
    "bandit/temporary": "B108",
    "lines-codeowners/negation": "no pattern like !/docs/",
    "lines-codeowners/no-at": "ann is no @user",
    "lines-ignore/comment": "line of its own",
    "lines-ignore/dot": "leave ./ out",
    "lines-requirements/operator": "no requirement: flask=3.1.3",
    "lines-requirements/twice": "flask is listed in line 1",
    "lines-settings/no-assignment": "NAME=value",
    "lines-settings/quote": "never closed",
    "lines-settings/twice": "NAME stands in line 1",
    "markdown-form/columns": "MD056",
    "markdown-form/jump": "MD001",
    "markdown-form/language": "MD040",
    "markdown-form/list": "MD032",
    "markdown-form/twice": "MD024",
    "markdownlint/address": "MD034",
    "markdownlint/emphasis": "MD036",
    "markdownlint/link": "MD042",
    "mypy/argument": "incompatible type",
    "mypy/none": "has no attribute",
    "crossplane-references/claims": "there are no claims",
    "crossplane-references/cluster": "rds.aws.m.upbound.io has",
    "crossplane-references/field": "takes spec.diskGB, which the definition does not have",
    "crossplane-references/kind": "it is for ShopDb of shop.platform.internal/v1alpha1",
    "crossplane-references/misspelt": "spec.machin is no field of ShopDatabase",
    "crossplane-references/name": "has to be shopdatabases.shop.platform.internal",
    "crossplane-references/namespace": "stands in a namespace",
    "crossplane-references/request": "'ten' is not of type 'integer'",
    "custom-resources/composition": "functionRef",
    "custom-resources/definition": "scop",
    "custom-resources/typo": "maxReplicas",
    "compose-references/depends-on": "database",
    "compose-references/network": "network back",
    "compose-references/no-healthcheck": "healthcheck",
    "compose-references/secret": "secret db-password",
    "compose-references/volume": "volume data",
    "custom-resources/rollout": "setWeigth",
    "consumed-contracts/field": "results[].title is read and not in the documented answer",
    "consumed-contracts/need": "neither required nor optional",
    "consumed-contracts/twice": "places-search names two entries",
    "environment-everywhere/cloud-run": "PAGE_SIZE, which app.py:7 reads, is not in the Cloud Run service",
    "environment-everywhere/example": "PAGE_SIZE, which app.py:7 reads, is not in the example file",
    "environment-everywhere/manifest": "PAGE_SIZE, which app.py:7 reads, is not in the Kubernetes settings",
    "environment-everywhere/nomad": "PAGE_SIZE, which app.py:7 reads, is not in the Nomad task",
    "environment-everywhere/nomad-secret": "SECRET_KEY is secret and does not come from the secret store",
    "environment-everywhere/read-by-nobody": "PAGE_LENGTH is given to the service, and nothing",
    "environment-everywhere/secret-in-plain-text": "SECRET_KEY is secret and does not come from the secret store",
    "environment-everywhere/secret-mapping": "SECRET_KEY, which app.py:6 reads, is not in the Kubernetes settings",
    "grafana-dashboard/duplicate-id": "panel id 2",
    "grafana-dashboard/grid": "column 28",
    "grafana-dashboard/unknown-variable": "$job",
    "grafana-dashboard/no-query": "no query",
    "grafana-queries/promql": 'panel "p95"',
    "grafana-queries/quantile": "quantile",
    "grafana-types/choice": "TS2820",
    "grafana-types/key": "tagz",
    "grafana-types/type": "schemaVersion",
    "hadolint/add-for-copy": "DL3020",
    "hadolint/latest": "DL3007",
    "hadolint/shell-form": "DL3025",
    "hadolint/unknown-instruction": "DL1000",
    "hcl/brace": "Unexpected token",
    "hcl/value": "Unexpected token",
    "json/duplicate": "duplicate key 'a'",
    "json/trailing-comma": "trailing comma|property name",
    "k6/executor": "constant-arival-rate",
    "k6/module": "k6/htt",
    "k6/no-threshold-on-checks": "threshold",
    "k6/syntax": "Unexpected token|SyntaxError",
    "kube-linter/account": "serviceAccount \"wbe\" not found",
    "kube-linter/eviction": "unhealthyPodEvictionPolicy",
    "kube-linter/latest": "latest-tag",
    "kube-linter/no-probe": "readiness probe",
    "kube-score/no-limit": "Memory limit is not set",
    "kube-score/no-network-policy": "matching NetworkPolicy",
    "kube-score/one-address": "same readiness and liveness probe",
    "kubeconform/kind": "could not find schema for PodDisruptonBudget",
    "kubeconform/type": "replicas",
    "kubeconform/typo": "replica",
    "kubernetes-references/duplicate": "twice",
    "kubernetes-references/hpa-range": "minReplicas 9",
    "kubernetes-references/hpa-target": "wbe",
    "kubernetes-references/mount": "mounts data",
    "kubernetes-references/name": "DNS name",
    "kubernetes-references/quantity": "256MB",
    "kubernetes-references/request-over-limit": "above its limit",
    "kubernetes-references/selector": "own pods",
    "kubernetes-references/service-selector": "matches no pod",
    "kubernetes-references/target-port": "htpp",
    "kubernetes-releases/too-new": "Kubernetes 1.33",
    "kubernetes-validate/misspelt-group": "app/v1",
    "kubernetes-validate/removed-api": "autoscaling/v2beta2",
    "kubernetes-validate/required": "selector",
    "kubernetes-validate/type": "replicas",
    "kubernetes-validate/typo": "replica",
    "kustomize/invalid-result": "replicaCount",
    "kustomize/missing-resource": "nope.yaml",
    "kustomize/patch-without-target": "wbe|no matches",
    "markdown-links/anchor": "no heading #first-steps",
    "markdown-links/file": "docs/alerts/burn.md",
    "markdown-links/outside": "out of the repository",
    "nomad-jobs/attribute": "knows no kill_timout",
    "nomad-jobs/block": "no such block in group",
    "nomad-jobs/canary": "there are none",
    "nomad-jobs/check": "http or tcp, not script",
    "nomad-jobs/count": "count 1 is not within 2 and 20",
    "nomad-jobs/deadline": "longer one after the other",
    "nomad-jobs/destination": "needs a destination",
    "nomad-jobs/function": "no function regex",
    "nomad-jobs/image": "neither named by its digest",
    "nomad-jobs/interval": "interval is needed",
    "nomad-jobs/port": 'port "htpp" has no label',
    "nomad-jobs/time": "no time such as 40s",
    "nomad-jobs/twice": "SECRET_KEY is set twice",
    "nomad-jobs/variable": "local.prodution is declared nowhere",
    "one-number/bound": "threshold_ms is 100 or 300 in the telemetry and 250",
    "one-number/connections": "max_replicas is 20 in the connections and 14",
    "one-number/crossplane": "is stop in the Crossplane object and shop in the profile",
    "one-number/load": "threshold_ms is 300 in the k6 load test and 250",
    "one-number/nomad": "min_replicas is 2 in the Nomad job and 3",
    "one-number/nomad-stop": "seconds that a stopping server gets is 20 in the Nomad job and 40",
    "one-number/page": "target_percent is 95 in the pages for people and 90",
    "one-number/sizes": "cpu_target_percent is 70 in the rightsizing and 55",
    "one-number/pulumi-program": "is stop in the Pulumi program and shop in the profile",
    "one-number/pulumi-project": "is stop in the Pulumi project and shop in the profile",
    "one-number/rules": "availability_percent is 99.9 in the alert rules and 99.5",
    "openslo/kind": "SLOs",
    "openslo/method": "Occurences",
    "openslo/percent": "99.9",
    "otel-collector/embedded": "jaeger",
    "otel-collector/order": "memory_limiter",
    "otel-collector/section": "procesors",
    "otel-collector/undefined-exporter": "exporter otlp is not defined",
    "otel-collector/unused": "health_check",
    "otel-collector-validate/component": "otlp_htp",
    "otel-collector-validate/key": "limit_percent",
    "otel-collector-validate/statement": "replace_patern",
    "otel-collector-validate/value": "limit_percentage",
    "pint/always": "always firing alert",
    "pint/label": "template uses non-existent label",
    "pint/object": "template uses non-existent label",
    "pint/regexp": "redundant regexp",
    "pre-commit/language": "pyton",
    "pre-commit/no-id": "id",
    "promtool-config/duplicate-job": "web",
    "promtool-config/unknown-key": "metric_path",
    "promtool-rules/duplicate": "duplicate",
    "promtool-rules/operator": "parse error",
    "promtool-rules/promql": "parse error",
    "promtool-rules/quantile": "quantile",
    "promtool-rules/template": "annotation",
    "promtool-rules/unknown-key": "fro",
    "promtool-test/expectation": "ticket",
    "promtool-test/no-rules": "rulse.yaml",
    "pulumi-settings/misspelt": "shop:sise is read by nobody",
    "pulumi-settings/missing": "shop:owner, which the program asks for, is not in this stack",
    "pulumi-settings/provider": "gcp:project, which the program asks for",
    "pulumi-settings/runtime": "needs a runtime",
    "python-syntax/template-leftover": "invalid syntax",
    "python-syntax/unclosed": "never closed",
    "rego/failing-test": "test_untagged_is_denied",
    "rego/syntax": "Invalid|expected|unexpected|Unexpected",
    "runbook-per-alert/index": "does not list latency-high.md",
    "runbook-per-alert/no-link": "ErrorsHigh links no runbook",
    "runbook-per-alert/no-page": "docs/runbooks/errors.md, which does not exist",
    "runbook-per-alert/orphan": "no rule raises the alert LatencyHigh",
    "runbook-per-alert/wrong-page": "is about LatencyHigh",
    "ruff/mutable-default": "B006",
    "ruff/undefined-name": "notlp_exporter",
    "ruff/unused-import": "F401",
    "schema-compose-spec/condition": "service_helthy",
    "schema-compose-spec/unknown-key": "imagee",
    "schema-dependabot/ecosystem": "pipp",
    "schema-dependabot/interval": "weeky",
    "schema-github-actions/no-runs": "runs",
    "schema-github-actions/no-shell": "composite",
    "schema-github-workflows/wrong-type": "run|type",
    "schema-gitlab-ci/type": "test|image",
    "schema-gitlab-ci/when": "allways|when",
    "schema-renovate/type": "enabled",
    "shellcheck/syntax": "SC10",
    "shellcheck/unquoted": "SC2115",
    "terraform-fmt/form": "type=string",
    "terraform-fmt/syntax": "expression|Missing",
    "terraform-test/assertion": "not in lower case",
    "terraform-validate/module-argument": "nmae|name",
    "terraform-validate/undeclared": "nmae",
    "toml/duplicate": "overwrite",
    "yamllint/duplicate": "duplication",
    "yamllint/indentation": "indentation",
    "yamllint/syntax": "syntax error",
    "zizmor/injection": "template-injection",
    "zizmor/no-permissions": "excessive-permissions",
    "zizmor/not-a-workflow": "cannot read",
    "zizmor/unpinned": "unpinned-uses",
}
"""For each broken sample the words (alternatives separated by |) of which one has to be in what the tool says."""


def prove(validator: str, sample: Path, folder: Path) -> Outcome:
    """Copy a sample, run one validator on all of it, and return its outcome; skip where its tool is missing."""
    copied = []
    for file in sorted(sample.rglob("*")):
        if file.is_file():
            path = file.relative_to(sample).as_posix().removesuffix(".txt")
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, folder / path)
            copied.append(path)
    verification = verify(folder, copied, only=[validator])
    assert not verification.skipped
    (outcome,) = verification.outcomes
    how = VALIDATORS[validator].install
    no_go = shutil.which("go") is None or bool(os.environ.get("PRODIFY_WITHOUT_GO"))
    no_npm = shutil.which("npm") is None or bool(os.environ.get("PRODIFY_WITHOUT_NPM"))
    built = not (how.startswith("go install") and no_go) and not (how.startswith("npm install") and no_npm)
    installable = built and not how.startswith("https://") and "PRODIFY_" not in how
    if outcome.status is Status.MISSING and not (installable and os.environ.get("PRODIFY_REQUIRE_TOOLS")):
        pytest.skip(outcome.reason)
    return outcome


def test_every_validator_has_a_good_and_a_broken_sample() -> None:
    cases = {f"{case.parent.parent.name}/{case.name}" for case in SAMPLES.glob("*/broken/*")}
    assert cases == set(EXPECTED)
    assert {case.split("/")[0] for case in cases} == set(VALIDATORS)
    assert {good.parent.name for good in SAMPLES.glob("*/good")} == set(VALIDATORS)


@pytest.mark.tools
@pytest.mark.parametrize("validator", VALIDATORS.values(), ids=VALIDATORS.keys())
def test_the_good_sample_passes(validator: Validator, tmp_path: Path) -> None:
    outcome = prove(validator.name, SAMPLES / validator.name / "good", tmp_path)
    assert outcome.status is Status.PASSED, (outcome.reason, outcome.problems)
    assert outcome.files


@pytest.mark.tools
@pytest.mark.parametrize("case", sorted(EXPECTED))
def test_the_broken_sample_is_rejected_for_its_mistake(case: str, tmp_path: Path) -> None:
    name, _, sample = case.partition("/")
    outcome = prove(name, SAMPLES / name / "broken" / sample, tmp_path)
    assert outcome.status is Status.FAILED, outcome.reason
    said = " ".join(problem.message for problem in outcome.problems)
    assert any(word in said for word in EXPECTED[case].split("|")), said
    for problem in outcome.problems:
        assert not problem.path.startswith(("/", "./"))
        assert problem.line is None or problem.line >= 1
        assert str(tmp_path) not in problem.message
        assert "prodify-verify-" not in problem.message
