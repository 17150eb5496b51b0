"""The recipe feature-flags: its tests are green in every kind of service, and red when the module does not keep its word."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from prodify.model import Audience
from prodify.profile import Profile
from prodify.recipes.portability.feature_flags import FOLDER
from prodify.validators import Status, verify
from tests.recipes.conftest import MakeRepo, RenderTree, commit_all

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
TEST = "tests/test_feature_flags.py"


def laid_out(root: Path, tree: dict[str, str]) -> Path:
    for path, text in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def run(root: Path) -> tuple[int, str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("COV_", "PYTEST_", "FLAG"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", TEST],
        cwd=root, env={**clean, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_a_small_service(flask_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("feature-flags/flask", render_tree(["feature-flags"], flask_repo, Profile()))


@pytest.mark.tools
@pytest.mark.parametrize(
    ("example", "module"),
    [("where2eat-prototype", "feature_flags"), ("fastapi-trails", "trails/feature_flags"), ("django-notes", "config/feature_flags")],
)
def test_green_in_every_kind_of_service(example: str, module: str, render_tree: RenderTree, tmp_path: Path) -> None:
    pytest.importorskip("openfeature", reason="the packages of requirements/e2e.in are not installed")
    shutil.copytree(EXAMPLES / example, tmp_path / example, ignore=shutil.ignore_patterns("__pycache__", "*.db", "*.sqlite3"))
    root = commit_all(tmp_path / example)
    tree = render_tree(["feature-flags"], root, Profile())
    assert f"{module}.py" in tree and "openfeature-sdk==" in tree["requirements.txt"]
    code, output = run(laid_out(root, tree))
    assert code == 0 and "warning" not in output, output
    again = render_tree(["feature-flags"], root, Profile())
    assert {path for path, text in again.items() if (root / path).read_text() != text} == set()


@pytest.mark.tools
@pytest.mark.parametrize(
    ("before", "after", "failing"),
    [
        ('"The new text of the start page."', '""', "says_what"),
        ('os.environ.get("FLAG_" +', 'os.environ.get("SWITCH_" +', "environment_comes_before"),
        ("return place * 100 < percent", "return place * 100 > percent", "share_of_the_users"),
        ("if (about.st_mtime_ns, about.st_size) == self.version:", "if self.version != (0, 0):", "read_again"),
        ("raise TypeMismatchError(", "return FlagResolutionDetails(True)  # (", "whatever_is_wrong"),
        ("self.problem = f", "self.entries, self.problem = {}, f", "leaves_the_switches"),
    ],
)  # fmt: skip
def test_red_when_the_module_breaks_its_word(before: str, after: str, failing: str, flask_repo: Path, render_tree: RenderTree) -> None:
    pytest.importorskip("openfeature", reason="the packages of requirements/e2e.in are not installed")
    root = laid_out(flask_repo, render_tree(["feature-flags"], flask_repo, Profile()))
    text = (root / "feature_flags.py").read_text()
    assert before in text
    (root / "feature_flags.py").write_text(text.replace(before, after))
    code, output = run(root)
    assert code == 1 and failing in output.rpartition("short test summary")[2], output


@pytest.mark.tools
def test_a_switch_that_outlived_its_day_is_warned_of(flask_repo: Path, render_tree: RenderTree) -> None:
    pytest.importorskip("openfeature", reason="the packages of requirements/e2e.in are not installed")
    root = laid_out(flask_repo, render_tree(["feature-flags"], flask_repo, Profile()))
    text = (root / "feature_flags.py").read_text()
    (root / "feature_flags.py").write_text(text.replace('start page.")', 'start page.", "2026-01-01")'))
    code, output = run(root)
    assert code == 0 and "the switch new-wording was to be gone by 2026-01-01" in output, output


@pytest.mark.tools
def test_the_component_brings_the_file_to_the_pods(flask_repo: Path, render_tree: RenderTree) -> None:
    profile = replace(Profile(), audience=Audience.PUBLIC)
    root = laid_out(flask_repo, render_tree(["kubernetes", "rollouts", "feature-flags"], flask_repo, profile))
    overlay = root / "deploy/kubernetes/overlays/staging/kustomization.yaml"
    said = yaml.safe_load(overlay.read_text())
    said["components"] = [*said.get("components", []), "../../components/feature-flags"]
    overlay.write_text(yaml.safe_dump(said))
    kubectl = shutil.which("kubectl", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if kubectl is None:
        pytest.skip("kubectl is not installed: make validators")
    done = subprocess.run([kubectl, "kustomize", str(overlay.parent)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    objects = list(yaml.safe_load_all(done.stdout))
    pod = next(o for o in objects if o["kind"] == "Deployment")["spec"]["template"]["spec"]
    container = pod["containers"][0]
    assert {"name": "FLAGS_FILE", "value": "/etc/flags/flags.json"} in container["env"]
    assert {"name": "flags", "mountPath": "/etc/flags", "readOnly": True} in container["volumeMounts"]
    name = next(volume["configMap"]["name"] for volume in pod["volumes"] if volume["name"] == "flags")
    brought = next(o for o in objects if o["kind"] == "ConfigMap" and o["metadata"]["name"] == name)
    assert brought["data"]["flags.json"] == '{\n  "new-wording": false\n}\n'
    outcomes = verify(root, [f"{FOLDER}/kustomization.yaml", f"{FOLDER}/flags.json", "feature_flags.py", TEST]).outcomes
    wrong = [p for o in outcomes if o.status not in (Status.PASSED, Status.MISSING, Status.NOT_APPLICABLE) for p in o.problems]
    assert not wrong, wrong


@pytest.mark.parametrize(
    "files",
    [
        {"app.py": "from flask import Flask\nimport openfeature\napp = Flask(__name__)\n", "requirements.txt": "flask\nopenfeature-sdk\n"},
        {"app.py": "from flask import Flask\napp = Flask(__name__)\n", "requirements.txt": "flask\nlaunchdarkly-server-sdk\n"},
        {"main.go": "package main\nfunc main() {}\n", "go.mod": "module x\n"},
    ],
)  # fmt: skip
def test_nothing_beside_other_flags_or_without_a_service(files: dict[str, str], make_repo: MakeRepo, render_tree: RenderTree) -> None:
    assert render_tree(["feature-flags"], make_repo(files), Profile()) == {}
