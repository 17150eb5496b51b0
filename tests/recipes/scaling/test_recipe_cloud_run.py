"""Cloud Run services: golden file, bounds of the profile, and the container against the schema of Kubernetes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from prodify.model import Audience
from prodify.profile import Profile, Scaling

from .deploying import profile_for, prove

Render = Callable[[tuple[str, ...], Path, Profile], dict[str, str]]
Golden = Callable[[str, Mapping[str, str]], None]

PRODUCTION = "deploy/cloud-run/production.yaml"
STAGING = "deploy/cloud-run/staging.yaml"


def test_the_example_gets_exactly_these_services(example_repo: Path, render_tree: Render, golden: Golden) -> None:
    golden("scaling/cloud-run", render_tree(("cloud-run",), example_repo, profile_for("cloud-run", project="shop-1234")))


def annotated(text: str) -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load(text)["spec"]["template"]["metadata"]["annotations"]
    return found


def test_instances_follow_the_profile(flask_repo: Path, render_tree: Render) -> None:
    profile = replace(profile_for("cloud-run"), scaling=Scaling(min_replicas=3, max_replicas=17))
    tree = render_tree(("cloud-run",), flask_repo, profile)
    production, staging = annotated(tree[PRODUCTION]), annotated(tree[STAGING])
    assert (production["autoscaling.knative.dev/minScale"], production["autoscaling.knative.dev/maxScale"]) == ("3", "17")
    assert (staging["autoscaling.knative.dev/minScale"], staging["autoscaling.knative.dev/maxScale"]) == ("0", "2")


def test_for_a_creator_there_is_one_service_that_scales_to_zero(flask_repo: Path, render_tree: Render) -> None:
    tree = render_tree(("cloud-run",), flask_repo, profile_for("cloud-run", Audience.CREATOR))
    assert list(tree) == [PRODUCTION]
    found = annotated(tree[PRODUCTION])
    assert found["autoscaling.knative.dev/minScale"] == "0" and found["run.googleapis.com/cpu-throttling"] == "true"


def test_requests_at_once_are_what_the_server_has_threads_for(flask_repo: Path, render_tree: Render) -> None:
    assert (
        yaml.safe_load(render_tree(("cloud-run",), flask_repo, profile_for("cloud-run"))[PRODUCTION])["spec"]["template"]["spec"][
            "containerConcurrency"
        ]
        == 16
    )


def test_secrets_are_references_never_values(example_repo: Path, render_tree: Render) -> None:
    spec = yaml.safe_load(render_tree(("cloud-run",), example_repo, profile_for("cloud-run"))[PRODUCTION])["spec"]["template"]["spec"]
    stored = {e["name"]: e["valueFrom"]["secretKeyRef"]["name"] for e in spec["containers"][0]["env"] if "valueFrom" in e}
    assert stored["OPENAI_API_KEY"] == "shop-production-OPENAI_API_KEY"
    assert {"SECRET_KEY", "DATABASE_URL", "BACKUP_PLACES_KEY"} <= set(stored)
    assert all("value" not in e for e in spec["containers"][0]["env"] if e["name"] in stored)


@pytest.mark.tools
def test_the_container_is_one_that_kubernetes_knows(example_repo: Path, render_tree: Render) -> None:
    text = render_tree(("cloud-run",), example_repo, profile_for("cloud-run"))[PRODUCTION]
    containers = yaml.safe_load(text)["spec"]["template"]["spec"]["containers"]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "probe"}, "spec": {"containers": containers}}
    prove(example_repo, {"pod.yaml": yaml.safe_dump(pod)}, "kubernetes-validate")


@pytest.mark.parametrize("runtime", ["kubernetes", "compose"])
def test_other_runtimes_get_no_service(runtime: str, flask_repo: Path, render_tree: Render) -> None:
    assert render_tree(("cloud-run",), flask_repo, profile_for(runtime)) == {}
