"""GitLab's pipeline: golden files, its form, what its scripts do when they are run, and that every check of the step credits it."""

from __future__ import annotations

import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from prodify.audit import run_check
from prodify.checks import all_checks
from prodify.data.images import images
from prodify.inventory import Inventory
from prodify.model import Audience, Kind
from prodify.profile import Platform, Profile, Service
from prodify.recipes.ci.dependabot import COOLDOWN_DAYS
from tests.recipes.scaling.deploying import prove, write

RenderTree = Callable[..., dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
FILE = ".gitlab-ci.yml"
SHOP = Service(name="shop", owner="@ann", repository="https://gitlab.example.org/ann/shop")
KUBERNETES = Profile(service=SHOP)
CLOUD_RUN = Profile(service=SHOP, platform=Platform(runtime="cloud-run"))
PROFILES = {
    "kubernetes": KUBERNETES,
    "kubernetes-none": Profile(service=SHOP, platform=Platform(cloud="none")),
    "cloud-run": CLOUD_RUN,
    "cloud-run-creator": replace(CLOUD_RUN, audience=Audience.CREATOR),
    "compose": Profile(service=SHOP, platform=Platform(runtime="compose")),
}
DIGEST = "sha256:" + "a" * 64


def jobs(text: str) -> dict[str, Any]:
    found = yaml.safe_load(text)
    return {name: job for name, job in found.items() if isinstance(job, dict) and "stage" in job}


def script(job: Mapping[str, Any]) -> str:
    return "\n".join(job["script"])


@pytest.mark.parametrize("name", ["kubernetes", "cloud-run"])
def test_the_example(name: str, example_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden(f"gitlab-ci/{name}", render_tree(["gitlab-ci"], example_repo, PROFILES[name]))


@pytest.mark.tools
@pytest.mark.parametrize("name", PROFILES)
def test_the_schema_of_gitlab_accepts_it(name: str, example_repo: Path, render_tree: RenderTree) -> None:
    tree = render_tree(["gitlab-ci"], example_repo, PROFILES[name])
    prove(example_repo, tree, "schema-gitlab-ci", "yamllint")


@pytest.mark.parametrize("name", PROFILES)
def test_jobs_wait_for_jobs_that_are_there_and_stand_before_them(name: str, example_repo: Path, render_tree: RenderTree) -> None:
    text = render_tree(["gitlab-ci"], example_repo, PROFILES[name])[FILE]
    stages, found = yaml.safe_load(text)["stages"], jobs(text)
    assert {job["stage"] for job in found.values()} == set(stages)
    for id_, job in found.items():
        for need in job.get("needs", []):
            assert need in found, f"{id_} waits for nobody"
            assert stages.index(found[need]["stage"]) <= stages.index(job["stage"])
            # Where the image is not built, nothing waits for it: else the whole pipeline is refused.
            asked = [rule.get("exists") for rule in job["rules"] if rule.get("when") != "never"]
            assert all(asked), f"{id_} has to be left out where {need} is"


@pytest.mark.tools
@pytest.mark.parametrize("name", PROFILES)
def test_its_scripts_are_sound(name: str, example_repo: Path, render_tree: RenderTree, tmp_path: Path) -> None:
    shellcheck = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}:/usr/bin:/usr/local/bin")
    for id_, job in jobs(render_tree(["gitlab-ci"], example_repo, PROFILES[name])[FILE]).items():
        for part in ("script", "after_script"):
            body = "\n".join(job.get(part, []))
            (tmp_path / "script.sh").write_text(f"#!/bin/bash\nset -e\n{body}\n")
            assert subprocess.run(["bash", "-n", "script.sh"], cwd=tmp_path, check=False).returncode == 0, id_
            if shellcheck is not None:
                # SC2154: variables come from GitLab.
                done = subprocess.run([shellcheck, "--exclude=SC2154,SC2164", "script.sh"], cwd=tmp_path, capture_output=True, check=False)
                assert done.returncode == 0, f"{id_}: {done.stdout.decode()}"


@pytest.mark.parametrize("name", PROFILES)
def test_what_a_release_promises(name: str, example_repo: Path, render_tree: RenderTree) -> None:
    profile = PROFILES[name]
    found = jobs(render_tree(["gitlab-ci"], example_repo, profile)[FILE])
    names = {image.image for image in images().values()}
    for job in found.values():
        reference = job["image"] if isinstance(job["image"], str) else job["image"]["name"]
        base, _, tag = reference.rpartition(":")
        assert base in names and tag != "latest"
    assert "rules" not in found["test"], "tests run for every pipeline"
    assert "merge_request" not in json.dumps(found["publish"]["rules"]), "a merge request pushes nothing"
    assert "docker push" in script(found["publish"]) and "IMAGE=" in script(found["publish"])
    deployments = [id_ for id_ in ("staging", "production") if id_ in found]
    assert deployments == {"compose": [], "cloud-run-creator": ["production"]}.get(name, ["staging", "production"])
    for id_ in deployments:
        job = found[id_]
        assert job["resource_group"] == id_ and job["interruptible"] is False and job["environment"]["name"] == id_
        assert "${IMAGE#*@}" in script(job), "by its digest"
        assert all("DEPLOY_ENABLED" in rule["if"] for rule in job["rules"] if rule.get("when") != "never")
    if "staging" in found:
        assert found["gate"]["needs"] == ["staging"] and "gate" in found["production"]["needs"]
        assert found["production"]["rules"][-1]["when"] == "manual" and "when" not in found["staging"]["rules"][-1]


def test_no_key_is_stored(example_repo: Path, render_tree: RenderTree) -> None:
    kubernetes, cloud_run = (render_tree(["gitlab-ci"], example_repo, profile)[FILE] for profile in (KUBERNETES, CLOUD_RUN))
    assert jobs(cloud_run)["production"]["id_tokens"]["GCP_ID_TOKEN"]["aud"].startswith("https://iam.googleapis.com/")
    assert jobs(kubernetes)["attest"]["id_tokens"] == {"SIGSTORE_ID_TOKEN": {"aud": "sigstore"}}
    for text in (kubernetes, cloud_run):
        asked = set(re.findall(r"\$\{?([A-Z][A-Z_]+(?:KEY|SECRET|TOKEN|PASSWORD|KUBECONFIG))\b", text))
        assert asked <= {"CI_REGISTRY_PASSWORD", "GCP_ID_TOKEN"}, "both are the job's own and end with it"


@pytest.mark.tools
@pytest.mark.parametrize("environment", ["staging", "production"])
def test_the_image_goes_out_by_its_digest(environment: str, example_repo: Path, render_tree: RenderTree) -> None:
    tree = render_tree(["gitlab-ci", "kubernetes"], example_repo, KUBERNETES)
    write(example_repo, tree)
    lines = jobs(tree[FILE])[environment]["script"]
    put = next(line for line in lines if line.startswith("sed "))
    folder = example_repo / "deploy" / "kubernetes" / "overlays" / environment
    given = {**os.environ, "IMAGE": f"registry.example.org/ann/shop@{DIGEST}"}
    subprocess.run(["bash", "-ec", put], cwd=folder, env=given, check=True)
    kubectl = shutil.which("kubectl", path=f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin")
    if kubectl is None:
        pytest.skip("kubectl is not installed: make validators")
    made = subprocess.run([kubectl, "kustomize", "."], cwd=folder, capture_output=True, text=True, check=True).stdout
    assert f"image: registry.example.org/ann/shop@{DIGEST}" in made and ":0.0.0" not in made


class Prometheus(http.server.BaseHTTPRequestHandler):
    """Answers what it is told to: the number of paging alerts, and the share of the budget that is left."""

    answers: Mapping[str, str | None] = {}

    def do_GET(self) -> None:
        value = next(self.answers[word] for word in ("ALERTS", "remaining") if word in self.path)
        result = [] if value is None else [{"metric": {}, "value": [0, value]}]
        body = json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Be silent."""


@pytest.mark.parametrize(
    ("paging", "left", "code", "said"),
    [
        (None, "0.9", 0, ""),
        ("0", "0.5", 0, ""),
        (None, None, 0, "no error budget has been measured yet"),
        ("2", "0.9", 1, "2 alerts are paging right now"),
        (None, "0.49", 1, "49% of the error budget is left"),
    ],
)
def test_the_gate_asks_the_slo(
    paging: str | None, left: str | None, code: int, said: str, example_repo: Path, render_tree: RenderTree
) -> None:
    gate = jobs(render_tree(["gitlab-ci"], example_repo, KUBERNETES)[FILE])["gate"]
    Prometheus.answers = {"ALERTS": paging, "remaining": left}
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Prometheus) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        given = {**os.environ, **gate["variables"], "PROMETHEUS_URL": f"http://127.0.0.1:{server.server_port}"}
        done = subprocess.run(["bash", "-ec", script(gate)], env=given, capture_output=True, text=True, check=False, timeout=60)
        server.shutdown()
    assert done.returncode == code and said in done.stdout + done.stderr
    without = {name: value for name, value in given.items() if name != "PROMETHEUS_URL"}
    alone = subprocess.run(["bash", "-ec", script(gate)], env=without, capture_output=True, text=True, check=False, timeout=60)
    assert alone.returncode == 0 and "nobody looked at the error budget" in alone.stdout


CREDITED = (
    "ci-exists", "tests-run-on-pull-requests", "default-branch-is-built", "lint-runs-in-ci", "image-is-built-in-ci",
    "deploy-is-automated", "staging-precedes-production", "production-deploy-is-gated", "deploys-use-digests",
    "image-is-scanned", "sbom-is-generated", "artefacts-are-attested", "coverage-is-measured",
)  # fmt: skip


@pytest.mark.parametrize("name", ["kubernetes", "cloud-run"])
def test_the_checks_credit_it(name: str, example_repo: Path, render_tree: RenderTree) -> None:
    profile = PROFILES[name]
    write(example_repo, render_tree(["gitlab-ci", "dockerfile", "unit", "kubernetes", "cloud-run"], example_repo, profile))
    repo = Inventory(example_repo)
    said = {check.id: run_check(check, repo, profile) for check in all_checks() if check.id in CREDITED}
    assert {id_: found.message for id_, found in said.items() if found.kind is not Kind.PASS} == {}


def test_the_recipe_ci_writes_it_where_the_repository_is(example_repo: Path, render_tree: RenderTree) -> None:
    here = render_tree(["ci", "gitlab-ci"], example_repo, KUBERNETES)
    assert FILE in here and not any(path.startswith(".github/") for path in here)
    assert render_tree(["ci"], example_repo, KUBERNETES) == here
    elsewhere = render_tree(["ci"], example_repo, replace(KUBERNETES, service=replace(SHOP, repository="https://github.com/ann/gitlab")))
    assert FILE not in elsewhere and ".github/workflows/ci.yml" in elsewhere
    beside = render_tree(["policy", "scanning", "dependabot"], example_repo, KUBERNETES)
    assert not any(path.startswith(".github/") for path in beside), "GitHub's own files do nothing on GitLab"
    assert set(render_tree(["codeowners"], example_repo, KUBERNETES)) == {"CODEOWNERS"}


PARTS = ("dependabot", "policy", "scanning")


def test_what_stands_beside_it(example_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("gitlab-ci/beside", render_tree(PARTS, example_repo, KUBERNETES))


@pytest.mark.tools
def test_what_stands_beside_it_is_accepted(example_repo: Path, render_tree: RenderTree, tmp_path: Path) -> None:
    tree = render_tree([*PARTS, "ci", "kubernetes"], example_repo, KUBERNETES)
    prove(example_repo, tree, "schema-gitlab-ci", "schema-renovate", "yamllint", "rego")
    for path in (".gitlab/security.gitlab-ci.yml", ".gitlab/policy.gitlab-ci.yml"):
        # As a pipeline of its own it has to hold against the schema too, whatever it is called.
        alone = tmp_path / path.rpartition("/")[2].partition(".")[0]
        alone.mkdir()
        prove(alone, {FILE: "stages: [test, scan]\n" + tree[path]}, "schema-gitlab-ci", "yamllint")
        for id_, job in jobs(tree[path]).items():
            (tmp_path / "script.sh").write_text("#!/bin/bash\nset -e\n" + script(job) + "\n")
            shellcheck = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}:/usr/bin:/usr/local/bin")
            program = [shellcheck] if shellcheck is not None else ["bash", "-n"]
            assert subprocess.run([*program, "script.sh"], cwd=tmp_path, check=False).returncode == 0, id_


def test_the_pipeline_includes_the_parts_that_are_there(example_repo: Path, render_tree: RenderTree) -> None:
    found = yaml.safe_load(render_tree(["ci"], example_repo, KUBERNETES)[FILE])["include"]
    parts = {path for path in render_tree(PARTS, example_repo, KUBERNETES) if path.startswith(".gitlab/")}
    assert {item["local"] for item in found} == parts == {item["rules"][0]["exists"][0] for item in found}


def test_a_schedule_tests_builds_and_scans_and_publishes_nothing(example_repo: Path, render_tree: RenderTree) -> None:
    found = jobs(render_tree(["ci"], example_repo, KUBERNETES)[FILE])
    never = {name for name, job in found.items() if {"if": '$CI_PIPELINE_SOURCE == "schedule"', "when": "never"} in job.get("rules", [])}
    assert set(found) - never == {"test", "build", "scan"}


def test_renovate_groups_and_waits_as_dependabot_does(example_repo: Path, render_tree: RenderTree) -> None:
    settings = json.loads(render_tree(["dependabot", "pre-commit"], example_repo, KUBERNETES)["renovate.json"])
    assert settings["minimumReleaseAge"] == f"{COOLDOWN_DAYS} days"
    groups = {rule["groupName"]: rule["matchManagers"] for rule in settings["packageRules"]}
    assert {"pip", "pre-commit", "gitlab-ci"} <= set(groups) and settings["pre-commit"] == {"enabled": True}
    managers = [manager for taken in groups.values() for manager in taken]
    assert len(managers) == len(set(managers)), "no manager stands in two groups"


def test_the_checks_credit_what_stands_beside_it(example_repo: Path, render_tree: RenderTree) -> None:
    wanted = {"dependencies-are-scanned", "image-is-scanned", "dependency-updates-are-automated", "policy-checks-run"}
    public = replace(KUBERNETES, audience=Audience.PUBLIC)
    without = render_tree(["ci", "dockerfile", "kubernetes"], example_repo, public)
    write(example_repo, without)
    before = Inventory(example_repo)
    failing = {check.id for check in all_checks() if check.id in wanted and run_check(check, before, public).kind is Kind.FAIL}
    assert failing == wanted - {"image-is-scanned"}
    shutil.rmtree(example_repo / ".gitlab", ignore_errors=True)
    (example_repo / FILE).unlink()
    write(example_repo, {**without, **render_tree(PARTS, example_repo, public)})
    repo = Inventory(example_repo)
    said = {check.id: run_check(check, repo, public) for check in all_checks() if check.id in wanted}
    assert {id_: found.message for id_, found in said.items() if found.kind is not Kind.PASS} == {}


def test_nothing_is_added_to_a_pipeline_of_somebody_else(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    own = {"app.py": "from flask import Flask\n\napp = Flask(__name__)\n", "requirements.txt": "flask\n", FILE: "a:\n  script: [pytest]\n"}
    assert set(render_tree(PARTS, make_repo(own), KUBERNETES)) == {"renovate.json"}


def test_nothing_beside_a_pipeline_that_tests(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    flask = {"app.py": "from flask import Flask\n\napp = Flask(__name__)\n", "requirements.txt": "flask\n"}
    assert FILE in render_tree(["gitlab-ci"], make_repo(flask), Profile())
    tested = {**flask, FILE: "test:\n  script:\n    - pytest\n"}
    assert render_tree(["gitlab-ci", "ci"], make_repo(tested), Profile()) == {}
    assert render_tree(["gitlab-ci"], make_repo({"main.go": "package main\n\nfunc main() {}\n"}), Profile()) == {}


@pytest.mark.parametrize("manager", ["uv", "poetry"])
def test_managers_are_brought_along(manager: str, make_repo: MakeRepo, render_tree: RenderTree) -> None:
    files = {
        "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["flask"]\n',
        f"{manager}.lock": "version = 1\n",
    }
    lines = jobs(render_tree(["gitlab-ci"], make_repo(files), Profile())[FILE])["test"]["script"]
    assert lines[0].startswith(f"python -m pip install {manager}==") and f"{manager} run" in lines[-1]
