"""How the Python project is installed and tested, and which development tools it does not declare yet; shared by CI and the tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify import edits
from prodify.api import Edit
from prodify.data import packages, requirement
from prodify.edits.pyproject import table
from prodify.escape import Code
from prodify.recipes.ci.testlists import DEV_REQUIREMENTS, development_extras, development_groups, own_list
from prodify.recipes.shared.layout import can_be_named, main_component
from prodify.recipes.shared.linting import chooses_rules
from prodify.recipes.shared.packages import groups, installed, is_built, may_be, obstacle, pyproject, taken_in
from prodify.recipes.shared.pythons import python_of

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.inventory.facts import Component

MANIFEST = {"pipenv": "Pipfile", "bare": ""}
TOOLS = ("ruff", "pytest", "pytest-cov")
"""What a pipeline runs."""
CHARACTERISATION = "tests/characterisation"
INTEGRATION = "tests/integration"
SMOKE = "tests/smoke"
CHAOS = "tests/chaos"
WRITTEN_TESTS = (
    f"{CHARACTERISATION}/", f"{INTEGRATION}/", f"{SMOKE}/", f"{CHAOS}/", "tests/test_llm_adapter.py", "tests/test_feature_flags.py",
    "tests/test_rightsize.py", "tests/llm/",
)  # fmt: skip
"""Where recipes write tests; they do not count as the project's own."""


@dataclass(frozen=True, slots=True)
class Project:
    """A Python project. Paths are relative to `directory`, the component's folder ("." for the root)."""

    directory: str
    python_version: str
    manager: str
    """uv, poetry, requirements (a list of them), project (a pyproject.toml or setup.py alone) or pipenv; bare when there is neither."""
    locked: bool
    groups: tuple[str, ...] = ()
    """Options of uv for what pyproject.toml names beside the packages of production."""
    dependencies_only: bool = False
    """Whether there is no package to install from pyproject.toml, only what it depends on."""
    requirements: str = "requirements.txt"
    test_list: str | None = None
    """The project's own list of what its tests need."""
    extras: tuple[str, ...] = ()
    """Extras of a package that its tests need."""

    def path(self, name: str) -> str:
        """The path of a file of the project, from the repository's root."""
        return name if self.directory == "." else f"{self.directory}/{name}"

    @property
    def prefix(self) -> Code:
        """What stands before a command so that it runs in the project's environment."""
        return Code({"uv": "uv run --no-sync ", "poetry": "poetry run ", "pipenv": "pipenv run "}.get(self.manager, ""))

    def install(self, dev: bool, system: bool = False) -> tuple[Code, ...]:
        """Shell lines that install the project, and the development tools where a file names them (`dev`).

        `system`: into the interpreter at hand, as in CI, and not into a virtual environment that is active.
        """
        return tuple(Code(line) for line in self._install(dev, " --system" if system else ""))

    def _install(self, dev: bool, where: str) -> tuple[str, ...]:
        lists = self._lists(dev)
        tools = "".join(f" --requirement {path}" for path in lists)
        more = (self._beside(lists),) if lists else ()
        options = "".join(f" {option}" for option in self.groups)
        if self.manager == "uv":
            return (f"uv sync{' --locked' if self.locked else ''}{options}", *more)
        if self.manager == "poetry":
            poetry = "poetry install --no-interaction" + (" --no-root" if self.dependencies_only else "")
            return (f"pipx install {requirement('poetry')}", poetry, *more)
        if self.manager == "pipenv":
            return (f"pipx install {requirement('pipenv')}", "pipenv sync" if self.locked else "pipenv install", *more)
        if self.manager == "project" and self.dependencies_only:
            # Not `pip install .`: that wants to build a package, which folders beside the code keep setuptools from.
            packages = f"uv pip install{where} --requirement pyproject.toml{options}{tools}"
            return (f"python -m pip install {requirement('uv')}", packages)
        package = f" --editable '.[{','.join(self.extras)}]'" if self.extras else " --editable ."
        own = {"requirements": f" --requirement {self.requirements}", "project": package + options}.get(self.manager, "")
        return (f"python -m pip install{own}{tools}",) if own or tools else ()

    @property
    def test_prefix(self) -> Code:
        """What stands before a tool of the tests: without a package, the code is found from the working directory only."""
        return Code("python -m ") if self.manager == "project" and self.dependencies_only else self.prefix

    def _lists(self, dev: bool) -> tuple[str, ...]:
        """The lists of what tests need: the project's own, then ours."""
        return tuple(path for path in (self.test_list, DEV_REQUIREMENTS if dev else None) if path)

    def _beside(self, lists: tuple[str, ...]) -> Code:
        program = "uv pip" if self.manager == "uv" else f"{self.prefix}python -m pip"
        return Code(f"{program} install{''.join(f' --requirement {path}' for path in lists)}")

    @property
    def install_tools(self) -> Code:
        """The shell line that installs the development tools beside the project."""
        return self._beside(self._lists(dev=True))

    @property
    def cache_key(self) -> str:
        """The files whose content decides whether cached downloads fit; empty where the manager caches by itself."""
        files = "requirements/*.txt" if self.manager == "requirements" and "/" in self.requirements else "requirements*.txt"
        return "" if self.manager in ("uv", "poetry", "pipenv") else self.path(files)


def python_project(repo: Inventory) -> Project | None:
    """The main component when it is Python, else the only Python component; None when there is none or it cannot be told."""
    component = main_component(repo) or _only_python(repo)
    if component is None or not can_be_named(component) or component.language != "python":
        return None
    folder = "" if component.path in (".", "") else f"{component.path}/"
    directory = component.path or "."
    found = installed(repo, directory)
    bare = {"project": not is_built(repo, directory), "poetry": not _is_package(repo, folder)}.get(found.manager, False)
    manager, locked = found.manager, found.locked
    if manager == "bare" and f"{folder}Pipfile" in repo.files:
        # It can be installed and tested; its list has no editor, so no recipe adds a package to it.
        manager, locked = "pipenv", f"{folder}Pipfile.lock" in repo.files
    production = found.path or "requirements.txt"
    return Project(
        directory=directory,
        python_version=python_of(repo, component),
        manager=manager,
        locked=locked,
        groups=tuple(_options(repo, directory, manager, bare)),
        dependencies_only=bare,
        requirements=production,
        test_list=own_list(repo, directory, production if manager == "requirements" else DEV_REQUIREMENTS),
        extras=development_extras(repo, directory) if manager == "project" and not bare else (),
    )


def _options(repo: Inventory, directory: str, manager: str, bare: bool) -> Iterator[str]:
    """What brings the extras and groups of pyproject.toml that tests need. uv brings the group `dev` unasked."""
    if manager == "project" and bare:
        yield from groups(repo, directory)
    elif manager == "project":
        yield from (f"--group {name}" for name in development_groups(repo, directory))
    elif manager == "uv":
        yield from (f"--extra {name}" for name in development_extras(repo, directory))
        yield from (f"--group {name}" for name in development_groups(repo, directory) if name != "dev")


def _is_package(repo: Inventory, folder: str) -> bool:
    """Whether Poetry is content: it finds a package to install beside the dependencies, or its settings say that there is none."""
    data = pyproject(repo, folder.rstrip("/"))
    stated = {**table(data, "project"), **table(data, "tool", "poetry")}
    if "packages" in stated or stated.get("package-mode") is False:
        return True
    name = str(stated.get("name", "")).lower().replace("-", "_")
    return any(f"{folder}{place}" in repo.files for place in (f"{name}/__init__.py", f"src/{name}/__init__.py", f"{name}.py"))


def _only_python(repo: Inventory) -> Component | None:
    found = [component for component in repo.components if component.language == "python"]
    return found[0] if len(found) == 1 else None


def missing_tools(repo: Inventory, project: Project, *tools: str) -> tuple[str, ...]:
    """Those of the tools (package names) that no file which the pipeline installs declares, our own development requirements aside."""
    files = {manifest.path: manifest for manifest in repo.manifests if not manifest.lock}
    starts = [project.requirements if project.manager == "requirements" else MANIFEST.get(project.manager, "pyproject.toml")]
    starts += [project.test_list] if project.test_list else []
    installs = {path for start in starts for path in taken_in(files, project.path(start))}
    declared = {dependency.name.lower().replace("_", "-") for path in installs for dependency in files[path].dependencies}
    return tuple(tool for tool in tools if tool not in declared or (tool == "httpx" and _is_too_new(repo)))


def _is_too_new(repo: Inventory) -> bool:
    """Whether the httpx that the project lists is installed in a release that its old test client no longer works with."""
    return client_of_old(repo) == "httpx<0.28" and may_be(repo, "httpx", ">=0.28")


def dev_requirements(repo: Inventory, project: Project, *tools: str) -> Iterator[Edit]:
    """The edit that pins development tools in requirements-dev.txt; none when the project declares all of them elsewhere."""
    missing = missing_tools(repo, project, *tools)
    if missing:
        # Without a version where the project's pins keep that out: the installer takes the newest that fits.
        lines = [_line(repo, project, tool) for tool in missing]
        why = "pins the tools that CI runs, so that it gives the same answer tomorrow"
        yield Edit(project.path(DEV_REQUIREMENTS), edits.requirements.add(*lines), why, create=True)


def _line(repo: Inventory, project: Project, tool: str) -> str:
    old = client_of_old(repo) if tool == "httpx" else None
    return old or (requirement(tool) if fits(repo, project, tool) else tool)


def client_of_old(repo: Inventory) -> str | None:
    """What the test client of an old FastAPI is built on, where that is not the newest httpx; None where it is.

    Before 0.87 it was a session of requests; before 0.110.1 it handed httpx an argument that 0.28 no longer takes.
    """
    for name, first, second in (("fastapi", ">=0.87", ">=0.110.1"), ("starlette", ">=0.21", ">=0.37.2")):
        if not may_be(repo, name, first):
            return "requests"
        if not may_be(repo, name, second):
            return "httpx<0.28"
    return None


def runner(repo: Inventory, directory: str) -> Iterator[Edit]:
    """The edit that pins pytest for tests that a recipe writes into a component's folder ("." for the root)."""
    project = python_project(repo)
    if project is not None and project.directory == directory:
        yield from dev_requirements(repo, project, "pytest")
    else:
        path = DEV_REQUIREMENTS if directory == "." else f"{directory}/{DEV_REQUIREMENTS}"
        yield Edit(path, edits.requirements.add(requirement("pytest")), why="runs the tests", create=True)


def fits(repo: Inventory, project: Project, tool: str) -> bool:
    """Whether a tool's pinned version runs on the project's language and beside its own pins."""
    oldest = packages()[tool].python
    if oldest and _numbers(project.python_version) < _numbers(oldest):
        return False
    return obstacle(repo, project.directory, (requirement(tool),)) is None


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def has_dev_requirements(repo: Inventory, project: Project, *tools: str) -> bool:
    """Whether there is, or will be, a file of development requirements that prodify writes."""
    return project.path(DEV_REQUIREMENTS) in repo.files or bool(missing_tools(repo, project, *tools))


def has_own_tests(repo: Inventory, project: Project) -> bool:
    """Whether there are tests that no recipe wrote."""
    return any(not case.location.path.removeprefix(f"{project.directory}/").startswith(WRITTEN_TESTS) for case in repo.tests.cases)


def dockerfile_of(repo: Inventory, project: Project) -> str:
    """The project's Dockerfile, from its folder; the one that is to be where there is none."""
    found = next((d.path for d in repo.dockerfiles if d.path.startswith(project.path(""))), project.path("Dockerfile"))
    return found.removeprefix(f"{project.directory}/")


def configures_ruff(repo: Inventory, project: Project) -> bool:
    """Whether the project chose its rules itself, in a file that is not ours."""
    return chooses_rules(repo, project.path(""))
