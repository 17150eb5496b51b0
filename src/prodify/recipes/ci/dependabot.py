"""Recipe `dependabot`: updates of everything that is pinned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import File, Inventory, Profile, Step, recipe
from prodify.recipes.ci.planned import planned
from prodify.recipes.ci.project import python_project
from prodify.render import render

PATH = ".github/dependabot.yml"
COOLDOWN_DAYS = 7
"""Days that a release must be old; most hijacked releases are found and withdrawn within a week."""
_OTHERS = ("renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json", ".github/renovate.json", ".github/renovate.json5")
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


@recipe(step=Step.CI, fixes=("dependency-updates-are-automated",), after=("ci",))
def dependabot(repo: Inventory, profile: Profile) -> Iterator[File]:
    """Weekly updates by Dependabot for everything that is there, one pull request a kind, a week after a release at the earliest.

    Nothing where Renovate does it already.
    """
    if any(path in repo.files for path in (*_OTHERS, ".github/dependabot.yaml")):
        return
    found = _ecosystems(repo, profile)
    if found:
        yield File(PATH, render("ci/dependabot.yml", DependabotContext(found, COOLDOWN_DAYS)))


def _ecosystems(repo: Inventory, profile: Profile) -> tuple[Ecosystem, ...]:
    folders: dict[str, set[str]] = {}
    project = python_project(repo)
    if project is not None:
        name = "uv" if project.manager == "uv" else "pip"
        folders[name] = {"/" if project.directory == "." else f"/{project.directory}"}
        lists = (*repo.files.paths, *planned(repo, profile, ("load",), "requirements.txt"))
        folders.setdefault("pip", set()).update(f"/{path.rpartition('/')[0]}" for path in lists if _LIST.search(path))
    for path in repo.files.paths:
        folder, _, name = path.rpartition("/")
        if name in _MANIFESTS:
            folders.setdefault(_MANIFESTS[name], set()).add(f"/{folder}")
    new = planned(repo, profile, ("ci", "scanning"), ".yml")
    if any(path.startswith(".github/workflows/") for path in (*repo.files.paths, *new)):
        folders["github-actions"] = {"/"}
    images = {f"/{d.path.rpartition('/')[0]}" for d in repo.dockerfiles}
    images |= {f"/{path.rpartition('/')[0]}" for path in planned(repo, profile, ("dockerfile",), "Dockerfile")}
    if images:
        folders["docker"] = images
    modules = {f"/{block.location.path.rpartition('/')[0]}" for block in repo.terraform}
    modules |= {f"/{path.rpartition('/')[0]}" for path in planned(repo, profile, ("terraform", "budget", "tags", "suspend"), ".tf")}
    if modules:
        folders["terraform"] = modules
    if ".pre-commit-config.yaml" in repo.files or project is not None:
        folders["pre-commit"] = {"/"}
    return tuple(Ecosystem(name, tuple(sorted(found))) for name, found in sorted(folders.items()) if found)
