"""The manifests: golden files, numbers of the profile, kustomize and the schemas of Kubernetes and of the custom resources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from prodify.model import Audience
from prodify.profile import Profile, Scaling, Traffic

from .deploying import FLASK, RECIPES, objects, profile_for, prove

Render = Callable[[tuple[str, ...], Path, Profile], dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
Golden = Callable[[str, Mapping[str, str]], None]

BASE = "deploy/kubernetes/base"
PRODUCTION = "deploy/kubernetes/overlays/production/kustomization.yaml"
STAGING = "deploy/kubernetes/overlays/staging/kustomization.yaml"


def deploy_files(tree: Mapping[str, str]) -> dict[str, str]:
    return {path: text for path, text in tree.items() if path.startswith("deploy/")}


def test_the_example_gets_exactly_these_manifests(example_repo: Path, render_tree: Render, golden: Golden) -> None:
    golden("scaling/kubernetes", deploy_files(render_tree(RECIPES["kubernetes"], example_repo, profile_for())))


@pytest.mark.tools
def test_the_real_tools_accept_them(example_repo: Path, render_tree: Render) -> None:
    tree = deploy_files(render_tree(RECIPES["kubernetes"], example_repo, profile_for()))
    prove(example_repo, tree, "kubernetes-validate", "kubernetes-references", "kustomize", "yamllint", "custom-resources")


@pytest.mark.tools
@pytest.mark.parametrize(("cloud", "project"), [("gcp", "shop-1234"), ("aws", ""), ("aws", "123456789012"), ("azure", ""), ("none", "")])
def test_the_secret_store_of_every_cloud_is_one_that_the_operator_knows(
    cloud: str, project: str, example_repo: Path, render_tree: Render
) -> None:
    tree = deploy_files(render_tree(RECIPES["kubernetes"], example_repo, profile_for(cloud=cloud, project=project)))
    prove(example_repo, tree, "custom-resources", "kustomize")


@pytest.mark.tools
@pytest.mark.parametrize("audience", [Audience.TEAM, Audience.PUBLIC])
def test_the_real_tools_accept_a_service_without_secrets(audience: Audience, make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo(FLASK)
    tree = deploy_files(render_tree(RECIPES["kubernetes"], root, profile_for(audience=audience)))
    assert f"{BASE}/external-secret.yaml" not in tree and "secretRef" not in tree[f"{BASE}/deployment.yaml"]
    prove(root, tree, "kubernetes-validate", "kustomize")


def test_what_the_base_lists_is_written(example_repo: Path, render_tree: Render) -> None:
    tree = render_tree(("kubernetes",), example_repo, profile_for())
    listed = yaml.safe_load(tree[f"{BASE}/kustomization.yaml"])["resources"]
    assert sorted(f"{BASE}/{name}" for name in listed) == sorted(p for p in tree if p.startswith(BASE) and "kustomization" not in p)
    assert yaml.safe_load(tree[PRODUCTION])["components"] == ["../../components/canary"]
    assert "deploy/kubernetes/components/canary/rollout.yaml" in tree


def test_a_team_gets_neither_canaries_nor_network_rules(example_repo: Path, render_tree: Render) -> None:
    tree = render_tree(RECIPES["kubernetes"], example_repo, profile_for(audience=Audience.TEAM))
    assert "components" not in yaml.safe_load(tree[PRODUCTION])
    ids = ("kubernetes",)
    assert not [
        path for path in render_tree(ids, example_repo, profile_for(audience=Audience.TEAM)) if "canary" in path or "network" in path
    ]


@pytest.mark.parametrize(
    "profile",
    [profile_for(audience=Audience.CREATOR), profile_for(runtime="cloud-run"), profile_for(runtime="compose")],
    ids=["creator", "cloud-run", "compose"],
)
def test_where_kubernetes_was_not_asked_for_nothing_is_written(profile: Profile, example_repo: Path, render_tree: Render) -> None:
    assert deploy_files(render_tree(RECIPES["kubernetes"], example_repo, profile)) == {}


def test_manifests_that_are_there_are_enough(make_repo: MakeRepo, render_tree: Render) -> None:
    container = {"name": "shop", "image": "shop:1"}
    own = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "shop"},
        "spec": {"template": {"spec": {"containers": [container]}}},
    }
    assert render_tree(("kubernetes",), make_repo({**FLASK, "k8s/app.yaml": yaml.safe_dump(own)}), profile_for()) == {}


def test_bounds_and_target_of_the_autoscaler_are_the_profiles(flask_repo: Path, render_tree: Render) -> None:
    scaling = Scaling(min_replicas=3, rps_per_replica=40, cpu_target_percent=70)
    profile = replace(profile_for(), traffic=Traffic(baseline_rps=200, peak_rps=900), scaling=scaling)
    hpa = objects(render_tree(("kubernetes",), flask_repo, profile)[f"{BASE}/autoscaling.yaml"])["HorizontalPodAutoscaler"]["spec"]
    assert (hpa["minReplicas"], hpa["maxReplicas"]) == (3, 50)  # 200 / 40 = 5 replicas, times ten
    assert hpa["metrics"][0]["containerResource"]["target"]["averageUtilization"] == 70


def test_a_canary_is_judged_by_the_goals_of_the_profile(flask_repo: Path, render_tree: Render, changed_profile: Profile) -> None:
    path = "deploy/kubernetes/components/canary/rollout.yaml"
    before, after = (
        render_tree(("rollouts",), flask_repo, p)[path] for p in (profile_for(), replace(changed_profile, audience=Audience.PUBLIC))
    )
    assert 'le="0.3"' in before and 'le="0.25"' in after and 'le="0.3"' not in after
    assert "300 ms" in before and "250 ms" in after
    conditions = {m["name"]: m["successCondition"] for m in objects(before)["AnalysisTemplate"]["spec"]["metrics"]}
    assert conditions["error-ratio"].endswith("<= 0.005") and conditions["slow-requests"].endswith("<= 0.05")


def test_a_canary_without_telemetry_does_not_pass(flask_repo: Path, render_tree: Render) -> None:
    text = render_tree(("rollouts",), flask_repo, profile_for())["deploy/kubernetes/components/canary/rollout.yaml"]
    presence = objects(text)["AnalysisTemplate"]["spec"]["metrics"][0]
    assert presence["name"] == "new-pods-send-telemetry"
    assert presence["successCondition"] == "len(result) > 0 && result[0] > 0"
    steps = objects(text)["Rollout"]["spec"]["strategy"]["canary"]["steps"]
    assert [step["setWeight"] for step in steps if "setWeight" in step] == [5, 25, 50]


def test_pods_are_restricted_and_stop_in_time(flask_repo: Path, render_tree: Render) -> None:
    spec = objects(render_tree(("kubernetes",), flask_repo, profile_for())[f"{BASE}/deployment.yaml"])["Deployment"]["spec"]
    pod, container = spec["template"]["spec"], spec["template"]["spec"]["containers"][0]
    assert "replicas" not in spec
    assert pod["securityContext"]["runAsNonRoot"] is True and pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["terminationGracePeriodSeconds"] > container["lifecycle"]["preStop"]["sleep"]["seconds"] + 30
    assert "cpu" not in container["resources"]["limits"]


def test_probes_ask_the_routes_that_are_there(make_repo: MakeRepo, render_tree: Render) -> None:
    health = '\n\n@app.route("/health")\ndef health():\n    return "ok"\n'
    text = render_tree(("kubernetes",), make_repo({**FLASK, "app.py": FLASK["app.py"] + health}), profile_for())[f"{BASE}/deployment.yaml"]
    container = objects(text)["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    assert container["livenessProbe"]["httpGet"]["path"] == "/health"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_folders_that_the_service_writes_into_are_mounted(example_repo: Path, render_tree: Render) -> None:
    pod = objects(render_tree(("kubernetes",), example_repo, profile_for())[f"{BASE}/deployment.yaml"])["Deployment"]["spec"]["template"][
        "spec"
    ]
    assert {"name": "uploads", "mountPath": "/app/uploads"} in pod["containers"][0]["volumeMounts"]
    assert [volume["name"] for volume in pod["volumes"]] == ["tmp", "uploads"]


def test_staging_has_secrets_of_its_own_and_costs_little(example_repo: Path, render_tree: Render) -> None:
    patches = yaml.safe_load(render_tree(("kubernetes",), example_repo, profile_for())[STAGING])["patches"]
    values = [operation["value"] for patch in patches for operation in yaml.safe_load(patch["patch"])]
    assert values == [1, 2, "shop-staging"]
