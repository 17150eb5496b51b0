"""Rules as code: what is right passes, every mistake is refused, and the workflow that asks them is itself without fault."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from prodify.profile import Platform, Profile
from prodify.recipes.ci.policy import FOLDER, WORKFLOW
from prodify.validators.process import find_executable
from prodify.validators.rego import PROGRAM
from tests.recipes.scaling.deploying import profile_for

RenderTree = Callable[..., dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
NO_CLOUD = Profile(platform=Platform(cloud="none", runtime="compose"))
BIN = Path(sys.executable).parent
CONFTEST = find_executable("conftest")
needs_conftest = pytest.mark.skipif(CONFTEST is None, reason="conftest is not installed: make validators-go")


def write(root: Path, tree: Mapping[str, str]) -> None:
    for path, text in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def run(*command: str, root: Path, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=root, input=text, capture_output=True, text=True, check=False, timeout=120)


def test_golden(example_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("policy", render_tree(["policy"], example_repo, Profile()))


@needs_conftest
def test_the_rules_are_strict_rego_and_their_tests_hold(example_repo: Path, render_tree: RenderTree) -> None:
    write(example_repo, render_tree(["policy"], example_repo, Profile()))
    done = run(str(CONFTEST), "verify", "--strict", "--policy", FOLDER, "--output", "json", root=example_repo)
    results = json.loads(done.stdout)
    assert done.returncode == 0 and sum(result["successes"] for result in results) >= 8, done.stdout + done.stderr
    done = run(str(CONFTEST), "fmt", "--check", FOLDER, root=example_repo)
    assert done.returncode == 0, f"not in the form of opa fmt: {done.stdout}"


@needs_conftest
@pytest.mark.parametrize("rules", ["kubernetes", "terraform"])
def test_every_rule_is_tried(example_repo: Path, render_tree: RenderTree, rules: str) -> None:
    """With any one rule taken out, a test of the rules fails."""
    write(example_repo, render_tree(["policy"], example_repo, Profile()))
    path = example_repo / FOLDER / f"{rules}.rego"
    text = path.read_text()
    places = [found.start() for found in re.finditer(r"^deny contains message if \{$", text, re.MULTILINE)]
    assert len(places) >= 8
    for place in places:
        path.write_text(text[:place] + "unused" + text[place + len("deny") :])
        done = run(str(CONFTEST), "verify", "--policy", FOLDER, root=example_repo)
        assert done.returncode != 0, f"no test misses the rule at line {text[:place].count(chr(10)) + 1}"


@needs_conftest
@pytest.mark.parametrize("environment", ["staging", "production"])
def test_what_prodify_writes_passes(example_repo: Path, render_tree: RenderTree, environment: str) -> None:
    recipes = ["policy", "kubernetes", "dockerfile", "network-policy", "pod-security", "rollouts", "staging-schedule", "secrets"]
    write(example_repo, render_tree(recipes, example_repo, Profile()))
    kubectl = shutil.which("kubectl", path=f"{BIN}:/usr/local/bin:/usr/bin")
    if kubectl is None:
        pytest.skip("kubectl is not installed: make validators")
    made = run(kubectl, "kustomize", f"deploy/kubernetes/overlays/{environment}", root=example_repo)
    assert made.returncode == 0, made.stderr
    judge = (str(CONFTEST), "test", "--policy", FOLDER, "--namespace", "kubernetes", "--output", "json", "-")
    done = run(*judge, root=example_repo, text=made.stdout)
    results = json.loads(done.stdout)
    assert done.returncode == 0 and sum(result["successes"] for result in results) > 0, done.stdout
    spoilt = made.stdout.replace("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false")
    assert spoilt != made.stdout
    refused = run(*judge, root=example_repo, text=spoilt)
    assert refused.returncode == 1 and "read-only root file system" in refused.stdout


def test_the_linters_agree(example_repo: Path, render_tree: RenderTree) -> None:
    write(example_repo, render_tree(["policy"], example_repo, Profile()))
    for command in (["actionlint", WORKFLOW], ["zizmor", "--offline", "--quiet", "--persona", "auditor", WORKFLOW]):
        program = shutil.which(command[0], path=f"{BIN}:/usr/bin:/bin")
        if program is None:
            pytest.skip(f"{command[0]} is not installed: make validators")
        done = run(program, *command[1:], root=example_repo)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_plan_is_made_by_whoever_may_only_read(example_repo: Path, render_tree: RenderTree) -> None:
    jobs = yaml.safe_load(render_tree(["policy"], example_repo, Profile())[WORKFLOW])["jobs"]
    assert jobs["plan"]["environment"] == "plan" and "head.repo.full_name == github.repository" in jobs["plan"]["if"]
    assert jobs["rules"]["permissions"] == {"contents": "read"} and "apply" not in json.dumps(jobs)
    known = Profile(platform=Platform(project="shop-1234"))
    step = yaml.safe_load(render_tree(["policy"], example_repo, known)[WORKFLOW])["jobs"]["plan"]["steps"][-1]
    assert set(step["env"]) == {"TF_IN_AUTOMATION"}, "the project's name gives the bucket and the variable"


def test_without_manifests_there_are_rules_for_plans_only(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    root = make_repo({"infra/main.tf": 'resource "google_storage_bucket" "files" {\n  name = "files"\n}\n'})
    tree = render_tree(["policy"], root, Profile())
    assert set(tree) == {WORKFLOW, f"{FOLDER}/terraform.rego", f"{FOLDER}/terraform_test.rego"}
    assert "for folder in infra; do" in yaml.safe_load(tree[WORKFLOW])["jobs"]["plan"]["steps"][-1]["run"]
    assert set(yaml.safe_load(render_tree(["policy"], root, NO_CLOUD)[WORKFLOW])["jobs"]) == {"rules"}, "nowhere to log in to"


def test_modules_are_planned_by_what_calls_them(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    block = 'resource "google_storage_bucket" "files" {\n  name = "files"\n}\n'
    root = make_repo({"tf/prod env/main.tf": block, "tf/modules/db/main.tf": block, "main.tf": block, "a;b/main.tf": block})
    jobs = yaml.safe_load(render_tree(["policy"], root, Profile())[WORKFLOW])["jobs"]
    assert "for folder in . 'tf/prod env'; do" in jobs["plan"]["steps"][-1]["run"]


@pytest.mark.parametrize("runtime", ["compose", "cloud-run", "kubernetes"])
def test_each_runtime(example_repo: Path, render_tree: RenderTree, runtime: str) -> None:
    tree = render_tree(["policy"], example_repo, profile_for(runtime))
    assert (f"{FOLDER}/kubernetes.rego" in tree) == (runtime == "kubernetes")
    assert bool(tree) == (runtime != "compose")


def test_another_host_of_code_is_left_alone(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    root = make_repo({"infra/main.tf": 'resource "google_storage_bucket" "files" {}\n', ".gitlab-ci.yml": "test:\n  script: [make]\n"})
    assert render_tree(["policy"], root, Profile()) == {}


def test_the_rules_parse_also_where_regopy_is_all_there_is(example_repo: Path, render_tree: RenderTree, tmp_path: Path) -> None:
    pytest.importorskip("regopy")
    files = [path for path in render_tree(["policy"], example_repo, Profile()) if path.endswith(".rego")]
    assert "policy/terraform.rego" in files
    for path, text in render_tree(["policy"], example_repo, Profile()).items():
        (tmp_path / Path(path).name).write_text(text)
    command = [sys.executable, "-c", PROGRAM, "parse", *(Path(path).name for path in files)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == ""
