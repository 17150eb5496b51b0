"""Recipe `pre-commit`: the quick checks, before a commit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import File, Inventory, Profile, Step, recipe
from prodify.data import version
from prodify.recipes.ci.project import python_project
from prodify.render import render

PATH = ".pre-commit-config.yaml"


@dataclass(frozen=True, slots=True)
class PreCommitContext:
    """What `ci/pre-commit-config.yaml` names: the revisions of the hooks."""

    hooks: str
    ruff: str


@recipe(step=Step.CI, fixes=("pre-commit-is-configured",), after=("ci",))
def pre_commit(repo: Inventory, _profile: Profile) -> Iterator[File]:
    """Checks before every commit: ruff with the rules of CI, broken files, merge markers, private keys. None changes a file."""
    if python_project(repo) is None or ".pre-commit-config.yml" in repo.files or "lefthook.yml" in repo.files:
        return
    yield File(PATH, render("ci/pre-commit-config.yaml", PreCommitContext(f"v{version('pre-commit-hooks')}", f"v{version('ruff')}")))
