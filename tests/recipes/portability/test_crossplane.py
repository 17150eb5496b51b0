"""The recipe crossplane: golden files for both clouds, what validators say of them, apply and undo."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from prodify.changes import apply, undo
from prodify.infer import load_profile
from prodify.inventory import Inventory
from prodify.profile import Profile
from prodify.proposal import Proposal
from prodify.validators import Status, verify
from prodify.wishes import choose
from tests.recipes.conftest import EXAMPLE, MakeRepo, RenderTree, commit_all

FOLDER = "deploy/crossplane"
IGNORED = shutil.ignore_patterns("__pycache__", "*.db", "*.sqlite3", "uploads")


def copied(example: str, folder: Path) -> Path:
    return commit_all(Path(shutil.copytree(EXAMPLE.parent / example, folder / example, ignore=IGNORED)))


def profile_of(root: Path, *words: str) -> Profile:
    return load_profile(Inventory(root), list(words)).profile


@pytest.mark.parametrize(("example", "cloud"), [("where2eat-prototype", "aws"), ("django-notes", "gcp")])
def test_a_database_on_each_cloud(example: str, cloud: str, tmp_path: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    root = copied(example, tmp_path)
    golden(f"crossplane/{cloud}", render_tree(["crossplane"], root, profile_of(root, f"platform.cloud={cloud}")))


def test_sizes_are_those_of_the_terraform_recipe_and_standby_follows_the_goal(tmp_path: Path, render_tree: RenderTree) -> None:
    root = copied("where2eat-prototype", tmp_path)
    for percent, standby in (("99.9", True), ("99", False)):
        profile = profile_of(root, "platform.cloud=aws", f"slo.availability_percent={percent}")
        asked = yaml.safe_load(render_tree(["crossplane"], root, profile)[f"{FOLDER}/production.yaml"])["spec"]
        terraform = render_tree(["managed-database"], root, profile)["infra/envs/production/database.tf"]
        assert asked["standby"] is standby and f'machine     = "{asked["machine"]}"' in terraform
        assert f"disk_gb     = {asked['diskGb']}\n" in terraform and f"connections = {asked['connections']}\n" in terraform


@pytest.mark.parametrize("words", [("platform.cloud=azure",), ("platform.runtime=cloud-run",), ("audience=creator",)])
def test_nothing_for_places_that_it_does_not_know(words: tuple[str, ...], tmp_path: Path, render_tree: RenderTree) -> None:
    root = copied("where2eat-prototype", tmp_path)
    assert render_tree(["crossplane"], root, profile_of(root, *words)) == {}


def test_nothing_without_a_database_or_beside_terraform(flask_repo: Path, make_repo: MakeRepo, render_tree: RenderTree) -> None:
    assert render_tree(["crossplane"], flask_repo, Profile()) == {}
    files = {
        "app.py": "import psycopg2\nfrom flask import Flask\n\napp = Flask(__name__)\n",
        "requirements.txt": "flask==3.1.3\npsycopg2-binary==2.9.11\n",
    }
    assert render_tree(["crossplane"], make_repo(files), Profile())
    assert (
        render_tree(["crossplane"], make_repo({**files, "main.tf": 'resource "google_project" "p" {\n  name = "p"\n}\n'}), Profile()) == {}
    )


@pytest.mark.parametrize(("example", "cloud"), [("where2eat-prototype", "gcp"), ("django-notes", "aws")])
def test_applied_by_name_it_holds_twice_and_goes_without_a_trace(example: str, cloud: str, tmp_path: Path) -> None:
    root = copied(example, tmp_path)

    def states() -> dict[str, bytes]:
        return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file() and ".git/" not in str(p)}

    before, profile = states(), profile_of(root, f"platform.cloud={cloud}")
    chosen = choose((), ("crossplane",), everything=False, profile=profile)
    proposal = Proposal(root, profile)
    apply(root, proposal.plan(proposal.wishes(chosen)))
    written = [path for path in states() if path not in before and not path.startswith(".prodify")]
    assert f"{FOLDER}/composition.yaml" in written
    found = verify(root, written)
    assert found.ok, [problem for outcome in found.outcomes for problem in outcome.problems]
    assert "crossplane-references" in {outcome.validator for outcome in found.with_status(Status.PASSED)}
    again = Proposal(root, profile_of(root, f"platform.cloud={cloud}"))
    assert [change.path for change in again.plan(again.wishes(chosen)).changes if change.before != change.after] == []
    undo(root)
    assert states() == before
