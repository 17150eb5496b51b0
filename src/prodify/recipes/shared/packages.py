"""What a generated module needs installed: where a Python project lists its packages, and whether a line may be added there.

A module that imports what nobody installs keeps the service from starting. So a recipe whose packages cannot be listed writes nothing
but the refusal, which says what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from prodify import edits
from prodify.api import Edit, Inventory
from prodify.data import packages
from prodify.data.images import image
from prodify.edits.pyproject import table
from prodify.edits.requirements import name_of
from prodify.edits.text import CannotEdit
from prodify.inventory.dependencies import declared
from prodify.inventory.facts import Dependency, ManifestFile

LOCKS = {"uv": "uv.lock", "poetry": "poetry.lock"}
LISTS = ("requirements.txt", "requirement.txt", "req.txt", "reqs.txt")
NESTED_LISTS = tuple(f"requirements/{name}.txt" for name in ("prod", "production", "requirements", "base", "common", "main"))
"""Where what runs in production is listed, from a component's folder: the first there is; a folder of lists gives way to a manifest."""
OUTGROWN = (
    ("openai", ">=1.55.3", "httpx<0.28"),
    ("flask", ">=2.3", "werkzeug<3"),
    ("flask-login", ">=0.6.3", "werkzeug<3"),
    ("flask", ">=2", "jinja2<3.1"),
    ("flask", ">=2", "itsdangerous<2.1"),
    ("flask-sqlalchemy", ">=3", "sqlalchemy<2"),
    ("gunicorn", ">=21", "setuptools<82"),
)
"""Packages that stop at their first use beside a later release of what they build on, though they let it be installed.

Each with the versions that no longer do, and what keeps the earlier ones at work. Each pair was seen to fail, installed as it stands here.
"""
BROUGHT = (
    ("google-generativeai", "0.8", "protobuf<5"),
    ("mlflow", "2.10", "protobuf<5"),
    ("mysql-connector-python", "8.1", "protobuf<4"),
    ("streamlit", "1.36", "protobuf<5"),
    ("tensorflow", "2.18", "protobuf<5"),
)
"""What well-known packages before a release keep back in turn, which no file of the project says. Each was seen not to resolve beside the
telemetry libraries before that release (of MLflow 2.9, of mysql-connector-python 8.0, of google-generativeai 0.7 is the last one tried)."""
OLDEST = image("python").versions[0]
"""The oldest version of Python that everything which recipes list runs on."""
_CARET = re.compile(r"\^\s*(\d+)(?:\.(\d+))?[\d.]*")
_VERSION = re.compile(r"\d+(?:\.\d+)*")


@dataclass(frozen=True, slots=True)
class Installed:
    """How a folder's packages are installed.

    `manager`: uv, poetry, requirements (a list such as requirements.txt), project (a pyproject.toml or setup.py alone) or bare (none of
    them); `locked`: whether uv's or Poetry's lock file is there; `path`: the list of requirements, from the folder.
    """

    manager: str
    locked: bool = False
    path: str = ""


def installed(repo: Inventory, directory: str) -> Installed:
    """How the packages of a component's folder ("." for the root) are installed."""
    folder = "" if directory in (".", "") else f"{directory}/"
    if f"{folder}pyproject.toml" in repo.files:
        for manager, lock in LOCKS.items():
            if folder + lock in repo.files:
                return Installed(manager, locked=True)
    if (top := _first(repo, folder, LISTS)) is not None:
        return Installed("requirements", path=top)
    if not _is_project(repo, folder):
        nested = _first(repo, folder, NESTED_LISTS)
        if nested is not None:
            return Installed("requirements", path=nested)
        # setup.py and setup.cfg of setuptools: whoever builds the package installs what they name.
        return Installed("project" if any(m.path in (f"{folder}setup.py", f"{folder}setup.cfg") for m in repo.manifests) else "bare")
    stated = {component.package_manager for component in repo.components if (component.path or ".") == (directory or ".")}
    return Installed(next((manager for manager in LOCKS if manager in stated), "project"))


def _first(repo: Inventory, folder: str, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if folder + name in repo.files), None)


def _is_project(repo: Inventory, folder: str) -> bool:
    """Whether pyproject.toml says what is installed: one that only configures tools does not."""
    data = pyproject(repo, folder.rstrip("/"))
    return f"{folder}pyproject.toml" in repo.files and (not data or "project" in data or bool(table(data, "tool", "poetry")))


def listing(repo: Inventory, directory: str) -> str | None:
    """The file that names the packages of production and that can be edited; None where there is none."""
    folder = "" if directory in (".", "") else f"{directory}/"
    found = installed(repo, directory)
    name = found.path or ("" if found.manager == "bare" else "pyproject.toml")
    return folder + name if name and folder + name in repo.files else None


def listed(repo: Inventory, directory: str, pins: tuple[str, ...], why: str) -> Edit | None:
    """The edit that lists packages (`name==version`) where they are not yet; None where no file lists any.

    Those that a file taken in by `-r` names keep their version. Where a lock file is made of the list, `why` says what comes next.
    """
    path = listing(repo, directory)
    if path is None:
        return None
    elsewhere = _taken_in(repo, path)
    missing = tuple(pin for pin in pins if name_of(pin) not in elsewhere)
    stands = obstacle(repo, directory, missing)
    if stands is not None:
        return Edit(path, _refusing(missing, *stands), why)
    if path.endswith(".txt"):
        beside = tuple(bound for bound in kept_back(repo, directory) if name_of(bound) not in elsewhere)
        because = f"; {', '.join(beside)}, because what is pinned stops beside later ones" if beside else ""
        return Edit(path, edits.requirements.add(*missing, *beside), why + because)
    found = installed(repo, directory)
    then = f"; then: {found.manager} lock" if found.locked else ""
    return Edit(path, edits.pyproject.add(*missing, python=_promised(repo, directory)), why + then)


def obstacle(repo: Inventory, directory: str, pins: tuple[str, ...]) -> tuple[str, str] | None:
    """What keeps pins from being installed beside what the project declares, and what to do; None where they fit, as far as they tell.

    Only what the project's own files say is looked at: what their packages ask for in turn is in no file.
    """
    known = packages()
    for pin in pins:
        package = known.get(name_of(pin) or "")
        for name, wanted in (package.needs if package is not None else {}).items():
            for stated in _declared_in(repo, directory, name):
                if not meets(stated.specifier, wanted):
                    text = f"{stated.name}{stated.specifier}"
                    return f"{text} stands in the way of {pin}, which needs {name}{wanted}", f"Raise {stated.name} first; then apply again."
            for stated, until, bound in _keeping_back(repo, directory, name):
                if not meets(bound, wanted):
                    text = f"{stated.name}{stated.specifier}, which needs {name}{bound},"
                    hint = f"Raise {stated.name} to {until} or later first; then apply again."
                    return f"{text} stands in the way of {pin}, which needs {name}{wanted}", hint
    return None


def _keeping_back(repo: Inventory, directory: str, name: str) -> Iterator[tuple[Dependency, str, str]]:
    """Declarations whose every release keeps a package back in turn: the declaration, the first release that does not, and the range."""
    for holder, until, bound in BROUGHT:
        if name_of(bound) == name:
            for stated in _declared_in(repo, directory, holder):
                if stated.specifier and not meets(stated.specifier, f">={until}"):
                    yield stated, until, bound.removeprefix(name)


def kept_back(repo: Inventory, directory: str) -> tuple[str, ...]:
    """Bounds for packages that a component does not name, and whose newest release breaks an old one that it pins."""
    found = []
    for name, works, bound in OUTGROWN:
        stated = list(_declared_in(repo, directory, name))
        old = stated and not any(meets(item.specifier, works) for item in stated)
        if old and not any(_declared_in(repo, directory, re.split("[<>=]", bound)[0])):
            found.append(bound)
    return tuple(dict.fromkeys(found))


def only_kept_back(repo: Inventory, name: str) -> bool:
    """Whether a package is named for its bound alone: no code of the project's imports it."""
    bounds = {bound.removeprefix(name) for _, _, bound in OUTGROWN if name_of(bound) == name}
    stated = declared(repo, name)
    return bool(stated) and all(item.specifier in bounds for item in stated) and not repo.python.imports(name)


def _declared_in(repo: Inventory, directory: str, name: str) -> Iterator[Dependency]:
    """Where a component's own files declare a package, for production or for development."""
    folder = "" if directory in (".", "") else directory
    places = (folder, f"{folder}/requirements".lstrip("/"))
    for stated in declared(repo, name, dev=True):
        if stated.location.path.rpartition("/")[0] in places:
            yield stated


def _refusing(missing: tuple[str, ...], problem: str, hint: str) -> edits.Editor:
    """An editor that says why it adds nothing; content with a file that lists everything already."""

    def edit(text: str) -> str:
        if all(re.search(rf"(?mi)^\W*{re.escape(name_of(pin) or pin)}\b", text.replace("_", "-")) for pin in missing):
            return text
        raise CannotEdit(problem, hint)

    return edit


def can_list(repo: Inventory, directory: str, pins: tuple[str, ...]) -> bool:
    """Whether the packages are listed, or can be: the list is written by hand, without hashes."""
    names = {name_of(pin) for pin in pins}
    edit = listed(repo, directory, pins, "")
    if edit is None or names <= {name_of(dependency.name) for dependency in declared(repo, *filter(None, names))}:
        return edit is not None
    try:
        edit.apply(repo.files.text(edit.path) or "")
    except CannotEdit:
        return False
    return True


def _taken_in(repo: Inventory, path: str) -> set[str | None]:
    """Names in the requirement files that a requirements file takes in, however deep."""
    files = {manifest.path: manifest for manifest in repo.manifests}
    return {name_of(d.name) for other in taken_in(files, path) - {path} for d in files[other].dependencies}


def taken_in(lists: Mapping[str, ManifestFile], path: str) -> set[str]:
    """A requirements file and those that it takes in, however deep; only those that are there."""
    seen: set[str] = set()
    waiting = [path]
    while waiting:
        current = waiting.pop()
        if current in lists and current not in seen:
            seen.add(current)
            waiting += getattr(lists[current], "includes", ())
    return seen


def may_be(repo: Inventory, name: str, wanted: str) -> bool:
    """Whether a package that the repository declares or locks may have a version in a range; also true where it names none, or no version.

    `wanted` is a range such as ">=1.26,<4". Tried are the versions that the range and the declaration name, and the newest imaginable.
    """
    locked = (d for m in repo.manifests if m.lock for d in m.dependencies if d.ecosystem == "pypi" and name_of(d.name) == name)
    return all(meets(dependency.specifier, wanted) for dependency in (*declared(repo, name), *locked))


def _spelt_out(caret: re.Match[str]) -> str:
    """Poetry's caret as a range: up to the next major version, before 1.0 up to the next minor one."""
    major, minor = int(caret[1]), int(caret[2] or 0)
    return f">={caret[0].strip('^ ')},<{f'{major + 1}' if major or caret[2] is None else f'0.{minor + 1}'}"


def meets(specifier: str, wanted: str) -> bool:
    """Whether some version is in both ranges.

    >>> meets("^0.17.6", ">=0.22"), meets("^1.40", ">=2"), meets("^0.17.6", "<0.18")
    (False, False, True)
    >>> meets("==0.27.7", ">=1.26,<4"), meets("^1.40", ">=1.26,<4"), meets("", ">=1.26,<4"), meets("<1", ">=1.26,<4")
    (False, True, True, False)
    """
    try:
        stated = SpecifierSet(_CARET.sub(_spelt_out, specifier))
    except InvalidSpecifier:
        return True
    named = {*_VERSION.findall(specifier), *_VERSION.findall(wanted)}
    candidates = [Version(text + end) for text in named for end in ("", ".9999")]
    candidates += [Version(f"{int(text.split('.')[0]) - 1}.9999") for text in named if int(text.split(".")[0])]
    return any(version in stated and version in SpecifierSet(wanted) for version in candidates)


def is_in(version: str, stated: str) -> bool:
    """Whether a late release of a version is in a range, Poetry's short forms included; also true of what is no range.

    >>> is_in("3.9", "^3.7"), is_in("3.9", ">=3.10"), is_in("3.11", ">=3.10,<3.11"), is_in("3.11", "~3.11")
    (True, False, False, True)
    """
    text = re.sub(r"~\s*(\d+)\.(\d+)(?:\.[\d*]+)?(?![\d.])", lambda m: f"=={m[1]}.{m[2]}.*", _CARET.sub(_spelt_out, stated))
    try:
        return f"{version}.99" in SpecifierSet(text)
    except InvalidSpecifier:
        return True


def _promised(repo: Inventory, directory: str) -> str:
    """The marker for our packages where pyproject.toml promises versions of Python that they do not run on; empty where it does not.

    uv and Poetry resolve for every version that is promised, and give up where one package does not run on the oldest of them.
    """
    data = pyproject(repo, directory)
    stated = table(data, "project").get("requires-python") or table(data, "tool", "poetry", "dependencies").get("python")
    return f">={OLDEST}" if isinstance(stated, str) and is_in(f"3.{int(OLDEST.split('.')[1]) - 1}", stated) else ""


def pyproject(repo: Inventory, directory: str) -> dict[str, Any]:
    """What pyproject.toml in a component's folder says; empty where there is none that can be read."""
    import tomllib

    folder = "" if directory in (".", "") else f"{directory}/"
    try:
        return tomllib.loads(repo.files.text(f"{folder}pyproject.toml") or "")
    except (ValueError, RecursionError):
        return {}


def is_built(repo: Inventory, directory: str) -> bool:
    """Whether the project can be installed as a package also when folders of other things stand beside its code.

    Without a word on which packages there are, setuptools looks for itself, and gives up where it sees several folders.
    """
    folder, data = "" if directory in (".", "") else f"{directory}/", pyproject(repo, directory)
    backend = str(table(data, "build-system").get("build-backend", "setuptools"))
    told = table(data, "tool", "setuptools")
    named = "packages" in told or "py-modules" in told or any(folder + name in repo.files for name in ("setup.py", "setup.cfg"))
    return not backend.startswith("setuptools") or named or bool(repo.files.select(f"{folder}src/*/__init__.py"))


def groups(repo: Inventory, directory: str) -> Iterator[str]:
    """The options with which uv installs what pyproject.toml names beside the packages of production."""
    data = pyproject(repo, directory)
    if table(data, "project").get("optional-dependencies"):
        yield "--all-extras"
    yield from (f"--group {name}" for name in table(data, "dependency-groups") if re.fullmatch(r"[\w.-]+", name))
