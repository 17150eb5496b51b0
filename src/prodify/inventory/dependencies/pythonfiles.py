"""Reading Python's manifests that are no requirement lists: pyproject.toml, setup.py, setup.cfg, Pipfile, environment.yml."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.dependencies.model import DEVELOPMENT, Lines, Manifest, directory_of, pin_of, semver_pin
from prodify.inventory.dependencies.requirements import requirement
from prodify.inventory.facts import Dependency
from prodify.inventory.yamlview import load_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OBJECT = dict[str, object]


def table(data: object, *keys: str) -> _OBJECT:
    """The table under keys, empty when there is none."""
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def strings(data: object) -> list[str]:
    """The strings of a list."""
    return [item for item in data if isinstance(item, str)] if isinstance(data, list) else []


def load_toml(text: str) -> tuple[_OBJECT, str | None]:
    """The tables of a TOML text, or why it is none."""
    import tomllib

    try:
        return tomllib.loads(text), None
    except (ValueError, RecursionError) as error:
        return {}, f"no valid TOML: {error}"


def read_pyproject(path: str, text: str) -> Manifest | None:
    """pyproject.toml: PEP 621, PEP 735, poetry, uv and pdm. None when it declares no project (tool settings alone)."""
    data, problem = load_toml(text)
    if problem is not None:
        return Manifest(path, "pip", False, directory_of(path), (), problem=problem)
    project, tool = table(data, "project"), table(data, "tool")
    poetry = table(tool, "poetry")
    lines = Lines(path, text)
    found = [*_pep621(data, tool, lines), *_poetry(poetry, lines)]
    if not project and not poetry and not found:
        return None
    manager = (
        "poetry" if poetry else "uv" if "uv" in tool else "pdm" if "pdm" in tool else "hatch" if table(tool, "hatch", "envs") else "pip"
    )
    name = project.get("name") or poetry.get("name")
    publishes = "build-system" in data and poetry.get("package-mode") is not False and table(tool, "uv").get("package") is not False
    workspace = bool(table(tool, "uv", "workspace"))
    return Manifest(path, manager, False, directory_of(path), tuple(found), project=str(name) if name else None, publishes=publishes,
                    workspace=workspace)  # fmt: skip


def _pep621(data: _OBJECT, tool: _OBJECT, lines: Lines) -> Iterator[Dependency]:
    groups: list[tuple[list[str], bool]] = [(strings(table(data, "project").get("dependencies")), False)]
    for name, items in table(data, "project", "optional-dependencies").items():
        groups.append((strings(items), DEVELOPMENT.search(name) is not None))
    for items in table(data, "dependency-groups").values():
        groups.append((strings(items), True))
    groups.append((strings(table(tool, "uv").get("dev-dependencies")), True))
    groups += [(strings(items), True) for items in table(tool, "pdm", "dev-dependencies").values()]
    for items, dev in groups:
        for item in items:
            place = lines.find(f'"{item}"', f"'{item}'", item.replace('"', '\\"'))
            dependency = requirement(item, place, dev=dev)
            if dependency is not None:
                yield dependency


def _poetry(poetry: _OBJECT, lines: Lines) -> Iterator[Dependency]:
    tables = [("[tool.poetry.dependencies]", table(poetry, "dependencies"), False)]
    tables.append(("[tool.poetry.dev-dependencies]", table(poetry, "dev-dependencies"), True))
    for name in table(poetry, "group"):
        dev = DEVELOPMENT.search(name) is not None or table(poetry, "group", name).get("optional") is True
        tables.append((f"[tool.poetry.group.{name}.dependencies]", table(poetry, "group", name, "dependencies"), dev))
    for header, body, dev in tables:
        for name, value in body.items():
            if name != "python":
                yield _named(name, value, header, dev, lines, bare_is_exact=True)


def _named(name: str, value: object, header: str, dev: bool, lines: Lines, *, bare_is_exact: bool) -> Dependency:
    """A dependency of a table `name = "version"` or `name = {version = ..., git = ...}`."""
    entry = value[0] if isinstance(value, list) and value else value
    if isinstance(entry, dict):
        reference = entry.get("rev") or entry.get("ref")
        url = entry.get("git") or entry.get("url") or entry.get("path")
        version = entry.get("version") or (f"{url}@{reference}" if url and reference else url) or ""
    else:
        version = entry
    text = str(version)
    bare = semver_pin(text)
    pin = "exact" if bare_is_exact and bare == "exact" else bare if "://" in text else pin_of(text)
    start = max(0, lines.text.find(header))
    return Dependency(name, text, pin, lines.key(name, start), "pypi", dev)


def read_pipfile(path: str, text: str) -> Manifest:
    """Pipfile."""
    data, problem = load_toml(text)
    lines = Lines(path, text)
    found = [
        _named(name, value, header, dev, lines, bare_is_exact=False)
        for header, key, dev in (("[packages]", "packages", False), ("[dev-packages]", "dev-packages", True))
        for name, value in table(data, key).items()
    ]
    return Manifest(path, "pipenv", False, directory_of(path), tuple(found), problem=problem)


def read_setup_cfg(path: str, text: str) -> Manifest | None:
    """setup.cfg of setuptools; None when it holds tool settings alone."""
    section, key, found, publishes = "", "", [], False
    lines = Lines(path, text)
    offset = 0
    for raw in text.splitlines(keepends=True):
        line = raw.rstrip()
        header = re.match(r"^\[([^\]]+)\]", line)
        if header is not None:
            section, key = header.group(1), ""
            publishes = publishes or section == "options"
        elif line and not line[0].isspace() and not line.startswith("#"):
            key, _, value = (part.strip() for part in line.partition("="))
            line = value
        wanted = (section == "options" and key in ("install_requires", "tests_require")) or section == "options.extras_require"
        if wanted and line.strip() and header is None:
            dev = key == "tests_require" or (section.endswith("extras_require") and DEVELOPMENT.search(key) is not None)
            dependency = requirement(line, lines.at(offset), dev=dev)
            if dependency is not None:
                found.append(dependency)
        offset += len(raw)
    return Manifest(path, "pip", False, directory_of(path), tuple(found), publishes=True) if publishes else None


def read_setup_py(path: str, text: str) -> Manifest | None:
    """setup.py, from its syntax tree: literal lists, directly or through a name. None when it calls no setup()."""
    from ast_grep_py import SgRoot

    from prodify.inventory.pymodule import read_module

    module = read_module(path, SgRoot(text, "python").root())
    call = next((c for c in module.calls if c.name.rpartition(".")[2] == "setup"), None)
    if call is None:
        return None
    values = {a.target: a.value for a in module.assignments if a.literal}
    lines = Lines(path, text)
    found = []
    for keyword, dev in (("install_requires", False), ("tests_require", True), ("extras_require", False)):
        argument = call.arg(keyword)
        if argument is None:
            continue
        value = argument.value if argument.literal else values.get(argument.text)
        groups: Mapping[str, object] = value if isinstance(value, dict) else {"": value}
        for group, items in groups.items():
            listed = list(items) if isinstance(items, (list, tuple, set)) else items.splitlines() if isinstance(items, str) else []
            for item in (entry for entry in listed if isinstance(entry, str) and entry.strip()):
                place = lines.find(f'"{item}"', f"'{item}'", item)
                dependency = requirement(item, place, dev=dev or DEVELOPMENT.search(str(group)) is not None)
                if dependency is not None:
                    found.append(dependency)
    name = call.arg("name")
    project = str(name.value) if name is not None and name.literal else None
    return Manifest(path, "pip", False, directory_of(path), tuple(found), project=project, publishes=True)


def read_conda(path: str, text: str) -> Manifest | None:
    """environment.yml of conda, its pip section included; None when it is something else."""
    docs = load_all(text, path)
    root = docs[0].root if docs else None
    if root is None:
        return Manifest(path, "conda", False, directory_of(path), (), problem=docs[0].problem if docs else "an empty file")
    if root.kind != "mapping" or root.get("dependencies") is None:
        return None
    found = []
    for item in root.get("dependencies") or ():
        if item.kind == "scalar":
            match = re.match(r"(?:[\w.-]+::)?([A-Za-z0-9._-]+)\s*([<>=!~ ].*)?$", item.text)
            if match is not None and match.group(1) not in ("python", "pip"):
                specifier = (match.group(2) or "").strip()
                pin = "exact" if specifier.count("=") >= 2 and specifier.startswith("=") else pin_of(specifier)
                found.append(Dependency(match.group(1), specifier, pin, item.location))
        for line in item.get("pip") or ():
            dependency = requirement(line.text, line.location)
            if dependency is not None:
                found.append(dependency)
    return Manifest(path, "conda", False, directory_of(path), tuple(found))
