"""Settings without which the code or its tests cannot even be imported, with stand-ins, for the job that runs the tests."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from prodify.api import Role
from prodify.inventory.envfiles import is_platform_variable
from prodify.recipes.ci.planned import CODE_WRITERS, GENERATED, planned
from prodify.recipes.ci.project import WRITTEN_TESTS
from prodify.recipes.shared.databases import is_asynchronous, needs_postgres, scheme
from prodify.recipes.shared.standins import DATABASE, UPSTREAM, stand_in
from prodify.recipes.shared.variables import line_at, variables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.profile import Profile
    from prodify.recipes.ci.project import Project

_NOBODY = "127.0.0.1:1"
_MACHINES = re.compile(r"((CI|PYTEST|COV|PIP|UV|CONDA|LD)_|(SYSTEMROOT|USERPROFILE|VIRTUAL_ENV|LOGNAME|COVERAGE_FILE)\Z)")
"""Variables that the machine sets, or a tool on it: another value breaks what runs there."""
_ASKING = ("getenv", "environ.get", "environ.setdefault", "setenv", "delenv")
"""Calls that ask for a variable, or set it, and go on where there is none."""


def stand_ins(repo: Inventory, profile: Profile, project: Project, server: str) -> tuple[tuple[str, str], ...]:
    """Names and values, sorted. `server` is what follows "://" in the address of the job's own PostgreSQL, empty without one.

    A variable that a test asks for, to be skipped without it, is left alone: with a stand-in it would run and fail.
    """
    found: dict[str, str] = {}
    needed, asked = _of_tests(repo, project)
    for name, line in (*_of_code(repo, profile), *needed.items()):
        # The line that says a type knows more than one that does not.
        if found.get(name, "sample") == "sample":
            found[name] = stand_in(name, needed=True, line=line)
    database = _database(repo, server)
    return tuple(
        (name, value.replace(DATABASE, database).replace(UPSTREAM, f"http://{_NOBODY}"))
        for name, value in sorted(found.items())
        if not is_platform_variable(name) and not _MACHINES.match(name) and (name in needed or name not in asked)
    )


def _of_code(repo: Inventory, profile: Profile) -> Iterator[tuple[str, str]]:
    """What the service's own code needs, now or once the recipes have edited it, with the line that reads it."""
    known = set()
    for variable in variables(repo):
        if variable.location.path.rpartition("/")[2] not in GENERATED:
            known.add(variable.name)
            if variable.required and not variable.has_default:
                yield variable.name, line_at(repo, variable.location)
    for path, text in sorted(planned(repo, profile, CODE_WRITERS, ".py").items()):
        if path.rpartition("/")[2] not in GENERATED:
            yield from ((name, line) for name, line in _read(text)[0].items() if name not in known)


def _database(repo: Inventory, server: str) -> str:
    """The address of the job's own server as the code wants it, else a file of SQLite; code for PostgreSQL alone finds nobody."""
    if server:
        return f"{scheme(repo, 'postgres')}://{server}"
    if needs_postgres(repo):
        return f"postgresql://nobody@{_NOBODY}/nothing"
    return f"sqlite{'+aiosqlite' if is_asynchronous(repo) else ''}:///stand-in.db"


def _of_tests(repo: Inventory, project: Project) -> tuple[dict[str, str], set[str]]:
    """What the tests that no recipe wrote need, with the line that reads it, and what they ask for or set by themselves."""
    needed: dict[str, str] = {}
    asked: set[str] = set()
    start = project.path("")
    for path, entry in repo.files.entries.items():
        name = path.rpartition("/")[2]
        test = path.endswith(".py") and (entry.role is Role.TEST or name == "conftest.py") and name not in GENERATED
        if test and path.startswith(start) and not path.removeprefix(start).startswith(WRITTEN_TESTS):
            read, others = _read(repo.files.text(path) or "")
            needed = {**read, **needed}
            asked |= others
    return needed, asked


def _read(text: str) -> tuple[dict[str, str], set[str]]:
    """What Python source takes from the environment without a default, with its lines, and what it asks for or sets by itself.

    >>> _read('import os\\na = os.environ["A"]\\nos.environ["B"] = "1"\\nb = os.environ["B"]\\nc = os.getenv("C")')[0]
    {'A': 'a = os.environ["A"]'}
    """
    if "environ" not in text and "getenv" not in text and "setenv" not in text:
        return {}, set()
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}, set()
    needed: dict[str, str] = {}
    asked: set[str] = set()
    lines = text.splitlines()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("environ"):
            if isinstance(node.ctx, ast.Load):
                needed.setdefault(_literal(node.slice), lines[node.lineno - 1] if node.lineno <= len(lines) else "")
            else:
                asked.add(_literal(node.slice))
        elif isinstance(node, ast.Call) and node.args and ast.unparse(node.func).endswith(_ASKING):
            asked.add(_literal(node.args[0]))
        elif isinstance(node, ast.Compare) and "environ" in ast.unparse(node):
            asked.add(_literal(node.left))
    return {name: line for name, line in needed.items() if name and name not in asked}, asked - {""}


def _literal(node: ast.expr) -> str:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) and value.isidentifier() and value.isascii() else ""
