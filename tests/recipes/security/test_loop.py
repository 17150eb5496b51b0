"""The loop: what a check's failing example lacks, the recipe that it names supplies."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from prodify.api import Check, Untrack, section
from prodify.checks import all_checks
from prodify.inventory import Inventory
from prodify.model import Kind, Step
from prodify.profile import Profile
from prodify.recipes import all_recipes

from ..scaling.deploying import profile_for, write  # noqa: TID252

Render = Callable[[tuple[str, ...], Path, Profile], dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]

BLOCK = re.compile(r'```\w+ title="([^"]+)"\n(.*?)```', re.DOTALL)
STEPS = (Step.SECURITY, Step.SCALING)
RECIPES = {recipe.id: recipe for recipe in all_recipes()}


def example(check: Check) -> dict[str, str]:
    """The files of a check's failing example."""
    return dict(BLOCK.findall(section(check.doc, "Fails")))


def is_ours_to_fix(check: Check) -> bool:
    """Whether files are missing or code is edited; a Dockerfile or manifest of the user's is shown a better one and never overwritten."""
    fixed_by = RECIPES.get(check.fixed_by or "")
    return fixed_by is not None and fixed_by.step in STEPS and not any(p.endswith(("Dockerfile", ".yaml", ".yml")) for p in example(check))


CHECKS = [check for check in all_checks() if is_ours_to_fix(check)]


def test_there_are_checks_to_try() -> None:
    assert len(CHECKS) >= 8


@pytest.mark.parametrize("check", CHECKS, ids=[check.id for check in CHECKS])
def test_a_failing_example_passes_once_its_recipe_is_applied(check: Check, make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo(example(check))
    profile = profile_for()
    assert check.run(Inventory(root), profile).kind is Kind.FAIL
    assert check.fixed_by is not None
    for wish in RECIPES[check.fixed_by].run(Inventory(root), profile):
        if isinstance(wish, Untrack):
            subprocess.run(["git", "rm", "--cached", "--quiet", wish.path], cwd=root, check=True)
    write(root, render_tree((check.fixed_by,), root, profile))
    verdict = check.run(Inventory(root), profile)
    assert verdict.kind is Kind.PASS, verdict
