"""Network rules, the namespace and the admission policy: ports of what is in use, and who gets them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from prodify.model import Audience
from prodify.profile import Profile

from ..scaling.deploying import FLASK, objects, profile_for, prove  # noqa: TID252

Render = Callable[[tuple[str, ...], Path, Profile], dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]

NETWORK = "deploy/kubernetes/base/network-policy.yaml"
ADMISSION = "deploy/kubernetes/policies/admission-policy.yaml"


def egress(text: str) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = list(yaml.safe_load_all(text))[1]["spec"]["egress"]
    return rules


def ports(rule: dict[str, Any]) -> list[int]:
    return sorted({entry["port"] for entry in rule["ports"]})


def test_everything_is_denied_first(flask_repo: Path, render_tree: Render) -> None:
    first, service = yaml.safe_load_all(render_tree(("network-policy",), flask_repo, profile_for())[NETWORK])
    assert first["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert service["spec"]["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": "shop"}


def test_only_what_is_in_use_may_be_reached(example_repo: Path, flask_repo: Path, render_tree: Render) -> None:
    plain = [ports(rule) for rule in egress(render_tree(("network-policy",), flask_repo, profile_for())[NETWORK])]
    assert plain == [[53], [4317, 4318], [443]]
    rich = [ports(rule) for rule in egress(render_tree(("network-policy",), example_repo, profile_for())[NETWORK])]
    assert rich == [[53], [4317, 4318], [5432], [443, 587]]


def test_the_internet_is_neither_the_private_network_nor_the_metadata_server(flask_repo: Path, render_tree: Render) -> None:
    block = egress(render_tree(("network-policy",), flask_repo, profile_for())[NETWORK])[-1]["to"][0]["ipBlock"]
    assert block["cidr"] == "0.0.0.0/0"
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"} <= set(block["except"])


@pytest.mark.parametrize(("cloud", "ranges"), [("gcp", 2), ("aws", 0)])
def test_the_clouds_load_balancer_gets_through(cloud: str, ranges: int, flask_repo: Path, render_tree: Render) -> None:
    policy = list(yaml.safe_load_all(render_tree(("network-policy",), flask_repo, profile_for(cloud=cloud))[NETWORK]))[1]
    assert len([peer for peer in policy["spec"]["ingress"][0]["from"] if "ipBlock" in peer]) == ranges


def test_the_namespace_enforces_a_fixed_version_of_the_restricted_standard(flask_repo: Path, render_tree: Render) -> None:
    labels = yaml.safe_load(render_tree(("pod-security",), flask_repo, profile_for())["deploy/kubernetes/base/namespace.yaml"])["metadata"][
        "labels"
    ]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert labels["pod-security.kubernetes.io/enforce-version"].startswith("v1.")


def test_the_admission_policy_guards_both_namespaces_and_our_pods_satisfy_it(flask_repo: Path, render_tree: Render) -> None:
    tree = render_tree(("admission-policy", "kubernetes"), flask_repo, profile_for(registry="ghcr.io"))
    found = objects(tree[ADMISSION])
    scope = found["ValidatingAdmissionPolicyBinding"]["spec"]["matchResources"]["namespaceSelector"]["matchExpressions"][0]
    assert scope["values"] == ["shop", "shop-staging"]
    rules = " ".join(rule["expression"] for rule in found["ValidatingAdmissionPolicy"]["spec"]["validations"])
    container = objects(tree["deploy/kubernetes/base/deployment.yaml"])["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    assert "'cpu' in c.resources.requests && 'memory' in c.resources.limits" in rules
    assert "cpu" in container["resources"]["requests"] and "memory" in container["resources"]["limits"]
    assert "startsWith('ghcr.io/')" in rules and container["image"].startswith("ghcr.io/")
    assert "readOnlyRootFilesystem" in rules and container["securityContext"]["readOnlyRootFilesystem"] is True


@pytest.mark.tools
def test_kubernetes_knows_every_object(example_repo: Path, render_tree: Render) -> None:
    prove(
        example_repo,
        render_tree(("network-policy", "pod-security", "admission-policy"), example_repo, profile_for()),
        "kubernetes-validate",
    )


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        (Audience.CREATOR, set()),
        (Audience.TEAM, {"pod-security"}),
        (Audience.PUBLIC, {"pod-security", "network-policy", "admission-policy"}),
    ],
)
def test_who_gets_them(audience: Audience, expected: set[str]) -> None:
    from prodify.recipes import all_recipes

    ids = {"pod-security", "network-policy", "admission-policy"}
    assert {recipe.id for recipe in all_recipes() if recipe.id in ids and audience in recipe.audiences} == expected


def test_without_a_service_there_is_nothing_to_guard(make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo({"README.md": "# Nothing\n"})
    assert render_tree(("network-policy", "pod-security", "admission-policy"), root, profile_for()) == {}
    assert render_tree(("network-policy",), make_repo(FLASK), profile_for("compose")) == {}
