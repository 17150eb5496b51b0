"""The recipe collector: the order of processors, what is dropped, and that every name is defined."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from prodify.model import Audience
from prodify.profile import Platform, Profile
from prodify.validators.otelcol import PARTS
from tests.recipes.conftest import Golden, MakeRepo, RenderTree
from tests.recipes.observability.conftest import SHOP


def config(tree: dict[str, str]) -> dict[str, Any]:
    found = yaml.safe_load(tree["deploy/otel/collector.yaml"])
    assert isinstance(found, dict)
    return found


def test_golden(shop_repo: Path, render_tree: RenderTree, golden: Golden) -> None:
    golden("collector/kubernetes", render_tree(["collector"], shop_repo, Profile()))


def test_other_runtimes_get_the_configuration_alone(shop_repo: Path, render_tree: RenderTree) -> None:
    tree = render_tree(["collector"], shop_repo, Profile(platform=Platform(runtime="compose")))
    assert set(tree) == {"deploy/otel/collector.yaml"}
    assert ".svc" not in tree["deploy/otel/collector.yaml"]


def test_every_part_of_a_pipeline_is_defined_and_in_order(shop_repo: Path, render_tree: RenderTree) -> None:
    found = config(render_tree(["collector"], shop_repo, Profile()))
    used: dict[str, set[str]] = {"receivers": set(), "processors": set(), "exporters": set()}
    for name, pipeline in found["service"]["pipelines"].items():
        assert pipeline["processors"][0] == "memory_limiter", name
        assert pipeline["processors"][-1] == "batch", name
        for part, names in used.items():
            names.update(pipeline[part])
    for part, names in used.items():
        assert names == set(found[part]), part
    assert set(found["service"]["extensions"]) == set(found["extensions"])


def test_the_validator_knows_the_parts_that_are_named(shop_repo: Path, render_tree: RenderTree) -> None:
    found = config(render_tree(["collector"], shop_repo, Profile()))
    sections = ("receivers", "processors", "exporters", "extensions")
    assert {name.split("/")[0] for section in sections for name in found[section]} == PARTS


def test_personal_data_and_probes_are_dropped(shop_repo: Path, render_tree: RenderTree) -> None:
    found = config(render_tree(["collector"], shop_repo, Profile()))["processors"]
    deleted = {action.get("key") for action in found["attributes/personal"]["actions"]}
    assert {"client.address", "url.query", "user.email", "enduser.id"} <= deleted
    assert any("/healthz" in condition for condition in found["filter/probes"]["traces"]["span"])


def test_a_creator_gets_none_and_an_existing_collector_stays(make_repo: MakeRepo, shop_repo: Path, render_tree: RenderTree) -> None:
    from prodify.recipes import all_recipes

    recipe = next(recipe for recipe in all_recipes() if recipe.id == "collector")
    assert Audience.CREATOR not in recipe.audiences
    other = "receivers:\n  otlp: {}\nexporters:\n  debug: {}\nservice:\n  pipelines:\n    traces: {receivers: [otlp], exporters: [debug]}\n"
    assert render_tree(["collector"], make_repo({**SHOP, "otel-collector.yaml": other}), Profile()) == {}


@pytest.mark.tools
def test_kubernetes_accepts_the_objects(shop_repo: Path, render_tree: RenderTree, tmp_path: Path) -> None:
    pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed")
    tree = render_tree(["collector"], shop_repo, Profile())
    for path, text in tree.items():
        (tmp_path / Path(path).name).write_text(text, encoding="utf-8")
    tool = Path(sys.executable).with_name("kubernetes-validate")
    done = subprocess.run([tool, "--strict", tmp_path / "kubernetes.yaml"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARN" not in done.stdout + done.stderr
    kubectl = shutil.which("kubectl", path=f"{Path(sys.executable).parent}:/usr/bin:/usr/local/bin")
    if kubectl is None:
        pytest.skip("kubectl is not installed: the objects are valid, kustomize was not tried")
    built = subprocess.run([kubectl, "kustomize", tmp_path], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    kinds = {document["kind"] for document in yaml.safe_load_all(built.stdout)}
    assert kinds == {"Namespace", "ConfigMap", "Deployment", "NetworkPolicy", "PodDisruptionBudget", "Service"}
