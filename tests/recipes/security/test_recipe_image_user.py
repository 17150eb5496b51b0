"""The user's own Dockerfile gets one line, and only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from prodify.api import Edit
from prodify.checks import all_checks
from prodify.inventory import Inventory
from prodify.profile import Profile
from prodify.recipes import all_recipes

from ..scaling.deploying import FLASK, profile_for, write  # noqa: TID252

Render = Callable[[tuple[str, ...], Path, Profile], dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]

OWN = 'FROM python:3.14-slim AS build\nRUN make\n\nFROM python:3.14-slim\n# ours\nCOPY . .\nCMD ["python", "app.py"]\n'


def test_one_line_and_the_check_passes(make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo({**FLASK, "Dockerfile": OWN})
    check = next(c for c in all_checks() if c.id == "image-runs-as-non-root")
    assert check.run(Inventory(root), profile_for()).kind.value == "fail"
    tree = render_tree(("image-user",), root, profile_for())
    assert tree["Dockerfile"] == OWN.replace("CMD", "USER 10001:10001\nCMD")
    write(root, tree)
    assert check.run(Inventory(root), profile_for()).kind.value == "pass"
    recipe = next(r for r in all_recipes() if r.id == "image-user")
    (again,) = recipe.run(Inventory(root), profile_for())
    assert isinstance(again, Edit) and again.apply(tree["Dockerfile"]) == tree["Dockerfile"]


def test_a_user_that_was_chosen_stays(make_repo: MakeRepo) -> None:
    recipe = {r.id: r for r in all_recipes()}["image-user"]
    root = make_repo({**FLASK, "Dockerfile": OWN.replace("CMD", "USER app\nCMD")})
    assert list(recipe.run(Inventory(root), profile_for())) == []
    assert not recipe.default
