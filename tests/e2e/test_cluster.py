"""Everything that is generated for Kubernetes meets a real API server: fields, defaults, admission, and the rules of the policies.

The server and its store run on loopback (tests/e2e/live/cluster.py); there are no machines behind it, so no pod starts. Custom kinds are
made known to it from their published schemas where those are at hand.
"""

from __future__ import annotations

import copy
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from prodify.validators.kubernetes import group, is_custom
from prodify.validators.kustomize import select
from prodify.validators.sources import Document, Sources
from tests.cli.conftest import copy_example
from tests.cli.helpers import prodify
from tests.e2e.live.cluster import Cluster, definitions, lacking
from tests.e2e.live.stack import wait_for
from tests.e2e.matrix.combinations import FACTORS, Combination, pairwise, possible
from tests.e2e.matrix.proving import applied

pytestmark = [
    pytest.mark.servers,
    pytest.mark.tools,
    pytest.mark.skipif(os.environ.get("PRODIFY_SLOW_TESTS") != "1", reason="takes a minute; PRODIFY_SLOW_TESTS=1 runs it"),
    pytest.mark.skipif(bool(lacking()), reason=lacking()),
]

RUNTIME = list(FACTORS).index("runtime")
ROWS = [row for row in pairwise(possible()) if row[RUNTIME] == "kubernetes"]
DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A server that knows the custom kinds whose schemas are at hand."""
    one = Cluster()
    try:
        if definitions():
            one.apply(yaml.safe_dump_all(definitions()))
            one.run("wait", "--for=condition=Established", "--timeout=60s", "crd", "--all")
        yield one
    finally:
        one.close()


def rendered(root: Path, cluster: Cluster) -> dict[str, list[dict[str, Any]]]:
    """The objects of each kustomization, by its path, and of the policies, as an administrator would apply them."""
    paths = [path.relative_to(root).as_posix() for path in sorted((root / "deploy").rglob("*.yaml"))]
    sources = Sources({path: (root / path).read_text(encoding="utf-8") for path in paths})
    found = {}
    for path in select(sources):
        done = subprocess.run([cluster.kubectl, "kustomize", (root / path).parent], capture_output=True, text=True, check=True)
        found[path] = list(yaml.safe_load_all(done.stdout))
    policies = "deploy/kubernetes/policies/admission-policy.yaml"
    if policies in sources:
        found[policies] = list(yaml.safe_load_all(sources.texts[policies]))
    return found


def known(objects: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], set[str]]:
    """The objects whose kinds the server knows, and the kinds that it does not."""
    custom = {(item["spec"]["group"], item["spec"]["names"]["kind"]) for item in definitions()}
    documents = [(item, Document("", 1, item)) for item in objects]
    unknown = {item["kind"] for item, document in documents if is_custom(document) and (group(document), item["kind"]) not in custom}
    return [item for item in objects if item["kind"] not in unknown], unknown


def check_all(root: Path, cluster: Cluster) -> None:
    """The server takes every object, and warns of none."""
    trees = rendered(root, cluster)
    assert trees
    namespaces = {
        item["metadata"]["name"]: item for objects in trees.values() for item in objects if item["kind"] == "Namespace"
    }  # fmt: skip
    cluster.apply(yaml.safe_dump_all(namespaces.values()))
    for path, objects in trees.items():
        mine, unknown = known(objects)
        assert not (unknown and definitions()), f"no schema of {unknown}"
        taken, said = cluster.judge(yaml.safe_dump_all(mine))
        assert taken, f"{path}: {said}"
        assert "Warning" not in said, f"{path}: {said}"


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with everything applied."""
    root = copy_example(tmp_path_factory.mktemp("cluster") / "where2eat")
    done = prodify(["apply", root, "--all", "--yes"])
    assert done.returncode == 0, done.stderr
    return root


def test_the_server_takes_every_object_of_the_example(example: Path, cluster: Cluster) -> None:
    check_all(example, cluster)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(str(value) for value in row))
def test_the_server_takes_every_object_of_the_matrix(row: Combination, tmp_path: Path, cluster: Cluster) -> None:
    made = applied(row, tmp_path)
    if not (made.root / "deploy/kubernetes").exists():
        pytest.skip("a kind of service that the recipe leaves alone")
    check_all(made.root, cluster)


def test_a_misspelt_field_is_refused(example: Path, cluster: Cluster) -> None:
    """Otherwise the tests above would show nothing."""
    objects = rendered(example, cluster)["deploy/kubernetes/overlays/production/kustomization.yaml"]
    cluster.apply(yaml.safe_dump_all([item for item in objects if item["kind"] == "Namespace"]))
    for kind in ("Deployment", *(["Rollout"] if definitions() else [])):
        (one,) = [copy.deepcopy(item) for item in objects if item["kind"] == kind]
        one["spec"]["revisionHistoryLimits"] = one["spec"].pop("revisionHistoryLimit")
        taken, said = cluster.judge(yaml.safe_dump(one))
        assert not taken and "revisionHistoryLimits" in said


@pytest.fixture(scope="module")
def guarded(example: Path, cluster: Cluster) -> dict[str, Any]:
    """A pod of the service as its Deployment makes it, in a namespace with the generated labels and policies."""
    trees = rendered(example, cluster)
    objects = trees["deploy/kubernetes/overlays/production/kustomization.yaml"]
    deployment = next(item for item in objects if item["kind"] == "Deployment")
    cluster.apply(yaml.safe_dump_all([item for item in objects if item["kind"] == "Namespace"]))
    cluster.apply(yaml.safe_dump_all(trees["deploy/kubernetes/policies/admission-policy.yaml"]))
    template = copy.deepcopy(deployment["spec"]["template"])
    (container,) = template["spec"]["containers"]
    container["image"] = f"{container['image'].rpartition(':')[0]}@{DIGEST}"
    metadata = {"name": "one", "namespace": deployment["metadata"]["namespace"], **template["metadata"]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}
    # The server needs a moment until it enforces a new policy.
    tagged = changed(pod, lambda one: one.update(image="ghcr.io/x/y:1"))
    wait_for("the policy", lambda: not cluster.judge(yaml.safe_dump(tagged))[0], 30)
    return pod


def changed(pod: dict[str, Any], change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """A copy of a pod with something else in its container."""
    other = copy.deepcopy(pod)
    change(other["spec"]["containers"][0])
    return other


def test_our_own_pod_is_admitted(guarded: dict[str, Any], cluster: Cluster) -> None:
    taken, said = cluster.judge(yaml.safe_dump(guarded))
    assert taken and "Warning" not in said, said


SIZES = "every container needs a CPU request and a memory limit"
CHANGES: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "a tag": (lambda one: one.update(image=one["image"].partition("@")[0] + ":1.0"), "every image must be named by its digest"),
    "somebody else's registry": (lambda one: one.update(image=f"evil.example/x@{DIGEST}"), "images must come from"),
    "no CPU request": (lambda one: one["resources"]["requests"].pop("cpu"), SIZES),
    "no memory limit": (lambda one: one["resources"].pop("limits"), SIZES),
    "no resources": (lambda one: one.pop("resources"), SIZES),
    "a root that can be written": (
        lambda one: one["securityContext"].update(readOnlyRootFilesystem=False), "the root file system of every container must be read-only"
    ),
    "the user root": (lambda one: one["securityContext"].update(runAsUser=0, runAsNonRoot=False), 'violates PodSecurity "restricted'),
    "privileges": (lambda one: one["securityContext"].update(privileged=True, allowPrivilegeEscalation=True), "violates PodSecurity"),
    "capabilities": (lambda one: one["securityContext"].pop("capabilities"), "unrestricted capabilities"),
}  # fmt: skip
"""What somebody might change in a pod, and what the server says of it."""


@pytest.mark.parametrize("name", CHANGES)
def test_a_pod_that_breaks_a_rule_is_refused(name: str, guarded: dict[str, Any], cluster: Cluster) -> None:
    change, reason = CHANGES[name]
    taken, said = cluster.judge(yaml.safe_dump(changed(guarded, change)))
    assert not taken and reason in said, said


def test_a_pod_without_the_labels_is_refused(guarded: dict[str, Any], cluster: Cluster) -> None:
    bare = copy.deepcopy(guarded)
    del bare["metadata"]["labels"]["environment"]
    taken, said = cluster.judge(yaml.safe_dump(bare))
    assert not taken and "pods must carry the labels" in said


def test_elsewhere_the_rules_do_not_hold(guarded: dict[str, Any], cluster: Cluster) -> None:
    """The binding names the namespaces of the service, and no other is touched."""
    other = changed(guarded, lambda one: one.update(image="docker.io/library/redis:8"))
    other["metadata"]["namespace"] = "default"
    assert cluster.judge(yaml.safe_dump(other))[0]
