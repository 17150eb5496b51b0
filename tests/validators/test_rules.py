"""The parts of the validators that are ours: variables of dashboards, quantities, modules without providers, selection of files."""

from __future__ import annotations

from decimal import Decimal

import pytest

from prodify.validators import grafana, hadolint, kubernetes, kubernetes_references, shellcheck, terraform, yamllint, zizmor
from prodify.validators.sources import ALIAS_LIMIT, Document, Sources, load_documents


@pytest.mark.parametrize(
    ("query", "concrete"),
    [
        ('rate(x{job=~"$job"}[$__rate_interval])', 'rate(x{job=~"v"}[5m])'),
        ('rate(x{job="${job:regex}"}[${__interval}]) > $limit', 'rate(x{job="v"}[5m]) > 1'),
        ("topk($n, sum by ($label) (x))", "topk(1, sum by (v) (x))"),
        ("increase(x[$window]) / $__range_s", "increase(x[5m]) / 300"),
        ("label_replace(x, 'a', '$1', 'b', '(.*)')", "label_replace(x, 'a', '$1', 'b', '(.*)')"),
        ("x[[suffix]]", "x1"),
    ],
)
def test_variables_of_grafana_become_something_of_the_right_kind(query: str, concrete: str) -> None:
    assert grafana.concrete(query) == concrete


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", "1"), ("250m", "0.25"), ("1Ki", "1024"), ("1.5Gi", "1610612736"), ("2E", "2e18"), ("1e3", "1000"), (2, "2"), ("5k", "5000")],
)
def test_quantities(text: str, number: str) -> None:
    assert kubernetes_references.quantity(text) == Decimal(number)


@pytest.mark.parametrize("text", ["256MB", "1 Gi", "Gi", "", "1kb", "0x1", "1K", None])
def test_what_is_no_quantity(text: object) -> None:
    assert kubernetes_references.quantity(text) is None


@pytest.mark.parametrize(
    ("version", "custom", "proven"),
    [
        ("v1", False, True),
        ("apps/v1", False, True),
        ("networking.k8s.io/v1", False, True),
        ("app/v1", False, True),
        ("keda.sh/v1alpha1", True, False),
        ("gateway.networking.k8s.io/v1", True, False),
        ("openslo/v1", False, False),
    ],
)
def test_built_in_and_custom_groups(version: str, custom: bool, proven: bool) -> None:
    document = Document("a.yaml", 1, {"apiVersion": version, "kind": "X"})
    assert (kubernetes.is_custom(document), kubernetes.is_object(document)) == (custom, proven)


def test_patches_of_a_kustomization_are_not_taken_for_objects() -> None:
    text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n"
    kustomization = "resources: [../../base]\npatches:\n- path: p.yaml\n- patch: 'x'\npatchesStrategicMerge: [../q.yaml]\n"
    sources = Sources({"k/over/a/kustomization.yaml": kustomization, "k/over/a/p.yaml": text, "k/over/q.yaml": text, "k/base/d.yaml": text})
    assert kubernetes.select(sources) == ["k/base/d.yaml"]


MODULE = 'variable "a" {}\n'


@pytest.mark.parametrize(
    ("texts", "free"),
    [
        ({"m/main.tf": MODULE}, ["m/main.tf"]),
        ({"m/main.tf": 'resource "terraform_data" "x" {}\n'}, ["m/main.tf"]),
        ({"m/main.tf": 'resource "aws_instance" "x" {}\n'}, []),
        ({"m/main.tf": MODULE, "m/versions.tf": 'terraform {\n  required_providers {\n  }\n}\n'}, []),
        ({"main.tf": 'module "m" {\n  source = "./m"\n}\n', "m/a.tf": MODULE}, ["m/a.tf", "main.tf"]),
        ({"e/main.tf": 'module "m" {\n  source = "../m"\n}\n', "m/a.tf": 'provider "aws" {}\n'}, []),
        ({"main.tf": 'module "m" {\n  source = "hashicorp/consul/aws"\n}\n'}, []),
        ({"main.tf": 'module "m" {\n  source = "./gone"\n}\n'}, []),
    ],
)
def test_only_modules_without_providers_are_validated(texts: dict[str, str], free: list[str]) -> None:
    assert list(terraform.select_modules(Sources(texts))) == free


def test_files_are_chosen_by_name_and_first_line() -> None:
    sources = Sources(
        {
            ".github/workflows/ci.yml": "",
            "docs/ci.yml": "",
            "Dockerfile": "",
            "Dockerfile.dockerignore": "",
            "api/Dockerfile.dev": "",
            "bin/run": "#!/usr/bin/env bash\n",
            "bin/tool": "#!/usr/bin/env python3\n",
            "chart/Chart.yaml": "",
            "chart/templates/x.yaml": "",
            "chart/values.yaml": "",
        }
    )
    assert list(zizmor.select(sources)) == [".github/workflows/ci.yml"]
    assert list(hadolint.select(sources)) == ["Dockerfile", "api/Dockerfile.dev"]
    assert list(shellcheck.select(sources)) == ["bin/run"]
    assert list(yamllint.select(sources)) == [".github/workflows/ci.yml", "chart/Chart.yaml", "chart/values.yaml", "docs/ci.yml"]


def test_documents_carry_their_first_line() -> None:
    assert [(item.line, item.value) for item in load_documents("a", "# c\na: 1\n---\n\nb: 2\n---\n")] == [(2, {"a": 1}), (5, {"b": 2})]


@pytest.mark.parametrize(
    "text",
    [
        "a: [1\n",
        "a: &a 1\nb: [" + "*a, " * (ALIAS_LIMIT + 1) + "]\n",
        "[" * 5000 + "]" * 5000,
        "a: !!python/object/apply:os.system [true]\n",
        "? {a: 1}\n: b\n",
    ],
    ids=["syntax", "aliases", "depth", "tag", "unhashable"],
)
def test_yaml_that_cannot_be_read_is_a_value_error_and_no_document(text: str) -> None:
    with pytest.raises(ValueError, match=r"a\.yaml"):
        list(load_documents("a.yaml", text))
    assert Sources({"a.yaml": text}).documents("a.yaml") == ()
