"""What a Python project in pyproject.toml depends on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from prodify.edits import toml
from prodify.edits.requirements import name_of
from prodify.edits.text import CannotEdit, Editor, preserving

_PIN = re.compile(r"([\w.-]+)(?:\[([\w., -]+)\])?==(\S+)")


def add(*pins: str, python: str = "") -> Editor:
    """Add pinned requirements (`name==version`, `name[extra]==version`) that are not listed yet: to `project.dependencies`, else Poetry's.

    `python` limits them to a range of versions of the language, such as ">=3.10".

    >>> add("flask==3.1.3")('[project]\\nname = "shop"\\ndependencies = ["redis"]\\n')
    '[project]\\nname = "shop"\\ndependencies = ["redis", "flask==3.1.3"]\\n'

    Raises:
        CannotEdit: (from the editor) when the text is not TOML, or its dependencies stand elsewhere.
        ValueError: for what is not pinned.
    """
    found = [_PIN.fullmatch(pin) for pin in pins]
    if None in found:
        raise ValueError("every requirement must be pinned with ==")
    bound = re.fullmatch(r"(>=|<)(\d+\.\d+)", python)
    marker = f"; python_version {bound[1]} '{bound[2]}'" if bound is not None else ""

    @preserving
    def edit(text: str) -> str:
        import tomllib

        try:
            data = tomllib.loads(text)
        except (ValueError, RecursionError):
            raise CannotEdit("it is not valid TOML", "Correct it and run again.") from None
        project, poetry = table(data, "project"), table(data, "tool", "poetry", "dependencies")
        if isinstance(project.get("dependencies"), list):
            have = {name_of(item) for item in project["dependencies"] if isinstance(item, str)}
            return _append(text, [pin + marker for pin in pins if name_of(pin) not in have])
        if poetry:
            have = {name_of(name) for name in poetry}
            new = _versions([pin for pin in pins if name_of(pin) not in have], python)
            return toml.merge({"tool": {"poetry": {"dependencies": new}}})(text)
        if project and "dependencies" not in project.get("dynamic", ()):
            return toml.merge({"project": {"dependencies": [pin + marker for pin in pins]}})(text)
        raise CannotEdit("its dependencies are declared elsewhere", f"Add {', '.join(pins)} there.")

    return edit


def table(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """A table inside of tables; empty where something else stands in its place."""
    found: Any = data
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _versions(pins: list[str], python: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, extras, version in (_PIN.fullmatch(pin).groups() for pin in pins):  # type: ignore[union-attr]
        more: dict[str, Any] = {"extras": re.split(r"[, ]+", extras)} if extras else {}
        more |= {"python": python} if python else {}
        values[name] = {"version": version, **more} if more else version
    return values


def _append(text: str, pins: list[str]) -> str:
    """Append to the array `project.dependencies`, each on a line of its own where its items stand so."""
    import tomlkit

    if not pins:
        return text
    document = tomlkit.parse(text)
    array: Any = document["project"]["dependencies"]
    lines = re.findall(r"\n([ \t]+)[\"']", array.as_string())
    for pin in pins:
        if lines:
            array.add_line(pin, indent=lines[-1], add_comma=True)
        else:
            array.append(pin)
    return tomlkit.dumps(document)
