"""Dependabot, pre-commit, CODEOWNERS and the lock script."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

from prodify.api import File
from prodify.inventory import Inventory
from prodify.model import Audience
from prodify.profile import Profile, Service
from prodify.recipes.ci.lock import lock

RenderTree = Callable[..., dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
IDS = ["dependabot", "pre-commit", "codeowners", "lock"]
OWNED = Profile(service=Service(owner="@ada"))
BIN = Path(sys.executable).parent


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = shutil.which(program, path=f"{BIN}:/usr/bin:/bin")
    if path is None:
        pytest.skip(f"{program} is not installed: make validators")
    return subprocess.run([path, *arguments], capture_output=True, text=True, check=False, timeout=60)


def test_the_example(example_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("beside-ci/example", render_tree(IDS, example_repo, OWNED))


def test_the_small_service(flask_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("beside-ci/flask", render_tree(IDS, flask_repo, OWNED))


def test_the_schemas_and_linters_agree(example_repo: Path, render_tree: RenderTree) -> None:
    for path, text in render_tree(IDS, example_repo, OWNED).items():
        (example_repo / path).parent.mkdir(parents=True, exist_ok=True)
        (example_repo / path).write_text(text)
    dependabot = str(example_repo / ".github/dependabot.yml")
    for command in (
        ["check-jsonschema", "--builtin-schema", "vendor.dependabot", dependabot],
        ["zizmor", "--offline", "--quiet", "--persona", "auditor", dependabot],
        ["pre-commit", "validate-config", str(example_repo / ".pre-commit-config.yaml")],
        ["shellcheck", str(example_repo / "scripts/lock.sh")],
        ["yamllint", "--strict", "-d", "{extends: default, rules: {document-start: disable}}", dependabot],
    ):
        done = run(*command)
        assert done.returncode == 0, done.stdout + done.stderr


def test_updates_are_asked_for_what_is_there(make_repo: MakeRepo, render_tree: RenderTree) -> None:
    root = make_repo({
        "app.py": "from flask import Flask\napp = Flask(__name__)\n", "requirements.txt": "flask\n", "web/package.json": "{}\n",
        "infra/main.tf": 'resource "null_resource" "x" {}\n',
    })  # fmt: skip
    updates = yaml.safe_load(render_tree(["dependabot"], root, Profile())[".github/dependabot.yml"])["updates"]
    folders = {update["package-ecosystem"]: update["directories"] for update in updates}
    assert folders == {"npm": ["/web"], "pip": ["/"], "terraform": ["/infra"]}, "nothing that only a later step would write"
    written = ["ci", "dependabot", "dockerfile", "load", "pre-commit", "tags"]
    updates = yaml.safe_load(render_tree(written, root, Profile())[".github/dependabot.yml"])["updates"]
    folders = {update["package-ecosystem"]: update["directories"] for update in updates}
    assert folders["pip"] == ["/", "/load"] and folders["docker"] == folders["github-actions"] == folders["pre-commit"] == ["/"]
    assert set(folders["terraform"]) > {"/infra"}
    assert all(update["cooldown"] == {"default-days": 7} and update["groups"] for update in updates)


@pytest.mark.parametrize("path", ["renovate.json", ".github/renovate.json5", ".github/dependabot.yaml"])
def test_no_second_updater(path: str, flask_repo: Path, render_tree: RenderTree) -> None:
    (flask_repo / path).parent.mkdir(exist_ok=True)
    (flask_repo / path).write_text("{}\n")
    assert render_tree(["dependabot"], flask_repo, Profile()) == {}


@pytest.mark.parametrize(
    ("owner", "written"),
    [("@ada", True), ("@org/team-a", True), ("ada@example.org", True), ("", False), ("Ada", False), ("@a b", False), ("@a\n* @e", False)],
)
def test_an_owner_that_github_understands(owner: str, written: bool, flask_repo: Path, render_tree: RenderTree) -> None:
    tree = render_tree(["codeowners"], flask_repo, Profile(service=Service(owner=owner)))
    assert bool(tree) is written
    assert all(text.endswith(f"\n* {owner}\n") for text in tree.values())


def test_owners_elsewhere_stay(flask_repo: Path, render_tree: RenderTree) -> None:
    (flask_repo / "CODEOWNERS").write_text("* @eve\n")
    assert render_tree(["codeowners"], flask_repo, OWNED) == {}


def test_hooks_are_pinned_to_versions(flask_repo: Path, render_tree: RenderTree) -> None:
    config = yaml.safe_load(render_tree(["pre-commit"], flask_repo, Profile(audience=Audience.CREATOR))[".pre-commit-config.yaml"])
    assert [repo["rev"][:1] for repo in config["repos"]] == ["v", "v"]
    assert all(repo["repo"].startswith("https://github.com/") for repo in config["repos"])


def test_the_lock_keeps_the_names_and_is_not_a_default(make_repo: MakeRepo) -> None:
    assert lock.default is False
    app = "from flask import Flask\napp = Flask(__name__)\n"
    wanted = list(lock.run(Inventory(make_repo({"app.py": app, "requirements.txt": "flask\n"})), Profile()))
    executable = {wish.path: isinstance(wish, File) and wish.executable for wish in wanted}
    assert executable == {"requirements.in": False, "scripts/lock.sh": True}
    resolved = make_repo({"app.py": app, "requirements.txt": "flask==3.1.3 --hash=sha256:00\n", "requirements.in": "flask\n"})
    assert [wish.path for wish in lock.run(Inventory(resolved), Profile())] == ["scripts/lock.sh"]
    hashed = make_repo({"app.py": app, "requirements.txt": "flask==3.1.3 --hash=sha256:00\n"})
    assert list(lock.run(Inventory(hashed), Profile())) == []
