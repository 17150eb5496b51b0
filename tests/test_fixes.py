"""The way out of a finding: the recipe, or by hand where the user's own file is in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from prodify.checks import all_checks
from prodify.explain import check_text
from prodify.fixes import FOR_PYTHON, TAKEN, fix_of, written_by_prodify
from prodify.inventory import Inventory
from prodify.recipes import all_recipes
from tests.checks.conftest import check_named, lay_out


def test_the_command_names_the_step_of_the_recipe(tmp_path: Path) -> None:
    steps = {r.id: r.step.slug for r in all_recipes()}
    repo = Inventory(lay_out(tmp_path, {"app.py": "x = 1\n"}))
    for check in all_checks():
        fix = fix_of(check, repo)
        if fix.recipe is not None:
            assert fix.command == f"prodify apply --step {steps[fix.recipe]} --recipe {fix.recipe}"


def test_recipes_that_may_stand_aside_exist() -> None:
    assert {*TAKEN, *FOR_PYTHON} <= {r.id for r in all_recipes()}


def test_an_explanation_names_the_same_command(tmp_path: Path) -> None:
    repo = Inventory(lay_out(tmp_path, {"app.py": "x = 1\n"}))
    for check in all_checks():
        fix = fix_of(check, repo)
        assert fix.recipe is None or f"    {fix.command}" in check_text(check)


@pytest.mark.parametrize(
    ("files", "recipe"),
    [
        ({"package.json": '{"main": "a.js", "dependencies": {"express": "5"}}', "a.js": "require('express')().listen(80);\n"}, None),
        ({"app.py": "from flask import Flask\n\napp = Flask(__name__)\n"}, "ci"),
    ],
)
def test_no_command_is_named_that_would_write_nothing(tmp_path: Path, files: dict[str, str], recipe: str | None) -> None:
    repo = Inventory(lay_out(tmp_path, files))
    assert fix_of(check_named("ci-exists"), repo).recipe == recipe
    assert fix_of(check_named("profile-is-complete"), repo).recipe == "profile"


def test_a_users_own_file_is_fixed_by_hand(tmp_path: Path) -> None:
    check = check_named("image-runs-as-non-root")
    own = Inventory(lay_out(tmp_path, {"Dockerfile": "FROM python:3.14-slim\n"}))
    assert check.hint and fix_of(check, own).recipe is None
    assert fix_of(check, own).command == check.hint


def test_a_file_of_ours_is_fixed_by_the_recipe(tmp_path: Path) -> None:
    lock = '{"schema": "prodify.lock/1", "files": {"Dockerfile": {"kind": "file", "recipes": ["dockerfile"], "blob": "' + "0" * 40 + '"}}}'
    repo = Inventory(lay_out(tmp_path, {"Dockerfile": "FROM python:3.14-slim\n", ".prodify.lock.json": lock}))
    assert written_by_prodify(repo) == {"Dockerfile"}
    assert fix_of(check_named("image-runs-as-non-root"), repo).recipe == "dockerfile"


def test_a_broken_lock_is_no_lock(tmp_path: Path) -> None:
    for number, text in enumerate(("{", "[]", '{"files": 3}', '{"files": {"a": 1}}')):
        root = tmp_path / str(number)
        root.mkdir()
        assert written_by_prodify(Inventory(lay_out(root, {".prodify.lock.json": text}))) == frozenset()
