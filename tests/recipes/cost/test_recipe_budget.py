"""Budget, labels and the suspend function's Terraform: golden files, numbers of the profile, references, Terraform's own tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prodify.api import Check, section
from prodify.checks import all_checks
from prodify.examples import example_files
from prodify.inventory import Inventory
from prodify.model import Audience, Kind, Step
from prodify.profile import Budget, OnCall, Profile, Service
from prodify.recipes.cost.cloud import emails, text

from ..scaling.deploying import FLASK, profile_for, prove, write  # noqa: TID252
from .hcl import problems, run_tests

Render = Callable[[tuple[str, ...], Path, Profile], dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]
Golden = Callable[[str, Mapping[str, str]], None]

ALL = ("tags", "budget", "suspend")
SHARED = "infra/envs/shared/main.tf"
THRESHOLDS = "infra/modules/budget/thresholds"
CLOUDS = [("gcp", ""), ("gcp", "shop-1234"), ("aws", ""), ("aws", "123456789012")]


@pytest.mark.parametrize("cloud", ["gcp", "aws"])
def test_the_example_gets_exactly_these_files(cloud: str, example_repo: Path, render_tree: Render, golden: Golden) -> None:
    golden(f"cost/{cloud}", render_tree(ALL, example_repo, profile_for(cloud=cloud, project=dict(CLOUDS[1::2])[cloud])))


@pytest.mark.tools
@pytest.mark.parametrize(
    ("runtime", "cloud", "project"), [*(("kubernetes", *place) for place in CLOUDS), ("cloud-run", "gcp", "shop-1234")]
)
def test_every_reference_holds_and_the_tools_accept_it(
    runtime: str, cloud: str, project: str, flask_repo: Path, render_tree: Render
) -> None:
    tree = render_tree(ALL, flask_repo, profile_for(runtime, cloud=cloud, project=project))
    assert problems(tree) == []
    prove(flask_repo, tree, "terraform-fmt", "terraform-validate", "python-syntax", "ruff")


@pytest.mark.parametrize("missing", [THRESHOLDS + "/main.tf", "infra/modules/budget/main.tf", "infra/modules/labels/main.tf"])
def test_a_reference_that_does_not_hold_is_seen(missing: str, flask_repo: Path, render_tree: Render) -> None:
    tree = render_tree(ALL, flask_repo, profile_for())
    broken = {**tree, missing: tree[missing].replace('output "', 'output "x').replace('variable "s', 'variable "xs')}
    assert problems(broken) != []


@pytest.mark.tools
@pytest.mark.parametrize(("folder", "runs"), [("infra/modules/labels", 5), (THRESHOLDS, 4)])
def test_the_modules_own_tests_pass(folder: str, runs: int, flask_repo: Path, render_tree: Render, tmp_path: Path) -> None:
    budget = Budget(monthly_usd=99.99, alert_percents=(30, 60, 90, 110), suspend_percent=75)
    tree = render_tree(ALL, flask_repo, replace(profile_for(), budget=budget))
    assert f"{runs} passed, 0 failed" in run_tests(tmp_path, tree, folder)


@pytest.mark.tools
def test_the_modules_own_tests_can_fail(flask_repo: Path, render_tree: Render, tmp_path: Path) -> None:
    tree = render_tree(ALL, flask_repo, profile_for())
    path = f"{THRESHOLDS}/main.tf"
    with pytest.raises(AssertionError, match="The shares are wrong"):
        run_tests(tmp_path, {**tree, path: tree[path].replace("%07.2f", "%.2f")}, THRESHOLDS)


@pytest.mark.parametrize("cloud", ["gcp", "aws"])
def test_numbers_follow_the_profile(cloud: str, flask_repo: Path, render_tree: Render) -> None:
    budget = Budget(monthly_usd=150.5, alert_percents=(90, 40, 90), suspend_percent=70)
    tree = render_tree(ALL, flask_repo, replace(profile_for(cloud=cloud), budget=budget))
    shared = re.sub(" +", " ", tree[SHARED])
    assert "monthly_usd = 150.5" in shared and "alert_percents = [40, 90]" in shared and "suspend_percent = 70" in shared
    assert "suspend_percent = 70" in re.sub(" +", " ", tree["infra/envs/shared/suspend.tf"])
    assert 'SUSPEND_PERCENT = "70"' in tree["infra/functions/suspend/main.py"]


def test_addresses_among_the_people_are_told(flask_repo: Path, render_tree: Render) -> None:
    people = replace(
        profile_for(), service=Service(name="shop", owner="ann@example.org"), on_call=OnCall(primary="@bob", secondary="c@example.org")
    )
    assert emails(people) == ("ann@example.org", "c@example.org")
    tree = render_tree(ALL, flask_repo, people)
    assert 'emails          = ["ann@example.org", "c@example.org"]' in tree[SHARED]
    assert 'owner       = "ann-example-org"' in tree[SHARED]


@pytest.mark.parametrize(
    ("value", "written"), [("a", '"a"'), ("${x}", '"$${x}"'), ("%{if}", '"%%{if}"'), ('say "hi"', '"say \\"hi\\""'), ("ä", '"ä"')]
)
def test_strings_are_taken_literally(value: str, written: str) -> None:
    assert text(value) == written


@pytest.mark.parametrize("recipe", ALL)
@pytest.mark.parametrize("changes", [{"audience": Audience.CREATOR}, {"cloud": "none"}, {"cloud": "azure"}])
def test_nothing_for_a_creator_or_where_the_cloud_is_not_known(recipe: str, changes: Any, flask_repo: Path, render_tree: Render) -> None:
    assert render_tree((recipe,), flask_repo, profile_for("kubernetes", **changes)) == {}


@pytest.mark.parametrize("recipe", ALL)
def test_each_recipe_stands_alone(recipe: str, flask_repo: Path, render_tree: Render) -> None:
    assert problems(render_tree((recipe,), flask_repo, profile_for())) == []


def test_a_budget_that_is_there_is_enough(make_repo: MakeRepo, render_tree: Render) -> None:
    budget = 'resource "aws_budgets_budget" "all" {\n  budget_type = "COST"\n}\n'
    root = make_repo({**FLASK, "terraform/budget.tf": budget})
    assert render_tree(("budget", "suspend"), root, profile_for(cloud="aws")) == {}


def test_what_is_written_does_not_change_what_is_wanted(example_repo: Path, render_tree: Render) -> None:
    recipes = (*ALL, "terraform", "cost-report", "staging-schedule", "kubernetes")
    from prodify.recipes import all_recipes

    def wanted(repo: Inventory) -> dict[str, str]:
        wishes = [w for r in all_recipes() if r.id in recipes for w in r.run(repo, profile_for(project="shop-1234"))]
        return {w.path: w.text for w in wishes if hasattr(w, "text")}

    first = wanted(Inventory(example_repo))
    write(example_repo, render_tree(recipes, example_repo, profile_for(project="shop-1234")))
    assert wanted(Inventory(example_repo, hidden=frozenset(first))) == first


CHECKS = [
    c
    for c in all_checks()
    if c.fixed_by in (*ALL, "staging-schedule", "terraform", "cost-report") and c.step in (Step.COST, Step.PORTABILITY)
]


def test_the_checks_that_these_recipes_answer_are_known() -> None:
    assert {c.id for c in CHECKS} >= {"budget-alerts-exist", "resources-are-tagged", "overspend-is-remediated", "infrastructure-is-code"}


@pytest.mark.parametrize("cloud", ["gcp", "aws"])
@pytest.mark.parametrize("check", [c for c in CHECKS if c.fixed_by != "staging-schedule"], ids=lambda c: c.id)
def test_a_failing_example_passes_once_its_recipe_is_applied(check: Check, cloud: str, make_repo: MakeRepo, render_tree: Render) -> None:
    root, profile = make_repo({f.path: f.text for f in example_files(section(check.doc, "Fails"))}), profile_for(cloud=cloud)
    assert check.run(Inventory(root), profile).kind is Kind.FAIL and check.fixed_by
    write(root, render_tree((check.fixed_by,), root, profile))
    verdict = check.run(Inventory(root), profile)
    assert verdict.kind is Kind.PASS, verdict
