"""Recipe `dependabot`: updates of everything that is pinned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prodify.api import Inventory, Overview, Placed, Profile, Step, recipe
from prodify.recipes.ci.hosting import on_gitlab
from prodify.recipes.ci.project import python_project
from prodify.recipes.ci.renovate import PATH as RENOVATE
from prodify.recipes.ci.renovate import renovate
from prodify.render import render

PATH = ".github/dependabot.yml"
COOLDOWN_DAYS = 7
"""Days that a release must be old; most hijacked releases are found and withdrawn within a week."""
_OTHERS = ("renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json", ".github/renovate.json", ".github/renovate.json5",
           ".gitlab/renovate.json", ".gitlab/renovate.json5")  # fmt: skip
_LIST = re.compile(r"(^|/)requirements[\w.-]*\.(txt|in)$")
_MANIFESTS = {"package.json": "npm", "go.mod": "gomod", "Cargo.toml": "cargo", "Gemfile": "bundler", "composer.json": "composer"}


@dataclass(frozen=True, slots=True)
class Ecosystem:
    """One kind of dependency and the folders that hold it, as Dependabot names them ("/" for the root)."""

    name: str
    directories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DependabotContext:
    """What `ci/dependabot.yml` names."""

    ecosystems: tuple[Ecosystem, ...]
    cooldown: int


@recipe(step=Step.CI, fixes=("dependency-updates-are-automated",), after=("ci",), overview=True)
def dependabot(repo: Inventory, profile: Profile) -> Iterator[Overview]:
    """Weekly updates by Dependabot (on GitLab by Renovate) for all there is, one pull request a kind, a week after a release or later.

    On GitLab, which has no Dependabot, Renovate's configuration says the same. Nothing where Renovate does it already. A folder that a
    later step writes joins when that step is applied: Dependabot fails on one that is not there.
    """
    if any(path in repo.files for path in (*_OTHERS, ".github/dependabot.yaml")) or not _ecosystems(repo, ()):
        return
    if on_gitlab(repo, profile):
        yield Overview(RENOVATE, lambda placed: renovate([e.name for e in _ecosystems(repo, placed)], COOLDOWN_DAYS))
        return
    yield Overview(PATH, lambda placed: render("ci/dependabot.yml", DependabotContext(_ecosystems(repo, placed), COOLDOWN_DAYS)))


def _ecosystems(repo: Inventory, placed: Sequence[Placed]) -> tuple[Ecosystem, ...]:
    """What is there once all is applied, by kind."""
    paths = sorted({*repo.files.paths, *(item.path for item in placed)})
    folders: dict[str, set[str]] = {}
    project = python_project(repo)
    if project is not None:
        name = "uv" if project.manager == "uv" else "pip"
        folders[name] = {"/" if project.directory == "." else f"/{project.directory}"}
        folders.setdefault("pip", set()).update(_folder(path) for path in paths if _LIST.search(path))
    for path in paths:
        if (manifest := _MANIFESTS.get(path.rpartition("/")[2])) is not None:
            folders.setdefault(manifest, set()).add(_folder(path))
    if any(path.startswith(".github/workflows/") for path in paths):
        folders["github-actions"] = {"/"}
    images = {d.path for d in repo.dockerfiles} | {item.path for item in placed if item.recipe.id == "dockerfile" and item.text is not None}
    modules = {block.location.path for block in repo.terraform} | {item.path for item in placed if item.path.endswith(".tf")}
    folders["docker"] = {_folder(path) for path in images if not path.endswith(".dockerignore")}
    folders["terraform"] = {_folder(path) for path in modules}
    if ".pre-commit-config.yaml" in paths:
        folders["pre-commit"] = {"/"}
    return tuple(Ecosystem(name, tuple(sorted(found))) for name, found in sorted(folders.items()) if found)


def _folder(path: str) -> str:
    return f"/{path.rpartition('/')[0]}"
