"""The examples in every check's docstring are true, and every check is described completely."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodify.api import Check, section
from prodify.audit import run_check
from prodify.checks import all_checks
from prodify.examples import example_files
from prodify.infer import load_profile
from prodify.inventory import Inventory
from prodify.model import Kind, Step
from prodify.recipes import all_recipes
from tests.checks.conftest import lay_out

CHECKS = all_checks()


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.id)
@pytest.mark.parametrize("name", ["Fails", "Passes"])
def test_example_is_true(check: Check, name: str, tmp_path: Path) -> None:
    files = example_files(section(check.doc, name))
    assert files, f"{check.id} has no {name} example"
    repo = Inventory(lay_out(tmp_path, {f.path: f.text for f in files}))
    finding = run_check(check, repo, load_profile(repo).profile)
    assert finding.kind is (Kind.FAIL if name == "Fails" else Kind.PASS), finding.message
    assert finding.message and not finding.message.endswith(".")


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.id)
def test_check_is_described(check: Check) -> None:
    assert check.title.endswith("."), "the title is a sentence"
    assert len(check.why.split()) >= 8
    assert check.fixed_by or check.hint, "a failure without a next step"
    assert 1 <= check.maturity <= 4
    assert check.audiences


def test_every_step_has_at_least_four_checks() -> None:
    for step in Step:
        assert sum(c.step is step for c in CHECKS) >= 4, step


def test_recipes_and_checks_agree() -> None:
    recipes, checks = {r.id: r for r in all_recipes()}, {c.id for c in CHECKS}
    for check in CHECKS:
        assert check.fixed_by is None or check.fixed_by in recipes, f"{check.id} names the unknown recipe {check.fixed_by}"
    for recipe in recipes.values():
        unknown = set(recipe.fixes) - checks
        assert not unknown, f"{recipe.id} claims to fix {unknown}"


def test_a_check_on_an_empty_repository_never_passes_and_never_crashes(tmp_path: Path) -> None:
    repo = Inventory(lay_out(tmp_path, {}))
    profile = load_profile(repo).profile
    for check in CHECKS:
        finding = run_check(check, repo, profile)
        assert "failed with" not in finding.message, (check.id, finding.message)
