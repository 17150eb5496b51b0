"""What JavaScript calls its HTTP libraries and clients by: names from imports, exported instances, Nest's injected service."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.polyglot.javascript import everywhere, resolve
from prodify.inventory.polyglot.nodes import arguments, string_of
from prodify.inventory.query import query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.polyglot.jsmodules import Modules

Clients = dict[tuple[str, str], bool]
"""Names of clients by file and, for importers by name alone, without one; the value: whether they are bounded."""

VERBS = "get|post|put|patch|delete|head|request"
LIBRARIES = frozenset(
    "axios node-fetch got request request-promise request-promise-native superagent needle ky phin unirest cross-fetch isomorphic-fetch"
    " isomorphic-unfetch undici".split()
)
FINITE = frozenset(("ky",))
"""Libraries that give up by themselves: ky after 10 s."""
_CREATED: dict[str, object] = {"kind": "call_expression", "has": {"field": "function", "any": [
    {"kind": "member_expression", "all": [
        {"has": {"field": "object", "regex": "^(axios|ky|got)$"}}, {"has": {"field": "property", "regex": "^(create|extend)$"}}]},
    {"kind": "await_expression", "has": {"kind": "member_expression", "all": [
        {"has": {"field": "object", "regex": "^(axios|ky|got)$"}}, {"has": {"field": "property", "regex": "^(create|extend)$"}}]}},
]}}  # fmt: skip
_SERVER = {"kind": "pair", "has": {"field": "key", "regex": "^(baseURL|prefixUrl|baseUrl)$"}, "all": [
    {"has": {"field": "value", "regex": r"""^["'`]https?://"""}}]}  # fmt: skip
_INSTANCES = everywhere(_CREATED, (".create(", ".extend("))
"""Clients with settings of their own."""
_SERVICE = tuple(
    query(language, {"kind": "required_parameter", "has": {"field": "type", "regex": r"^:\s*HttpService$"}}, keywords=("HttpService",))
    for language in ("typescript", "tsx")
)
"""A constructor's parameter that Nest fills with its HTTP service, under any name."""


def clients(repo: Inventory, modules: Modules, bounded: Callable[[SgNode], bool]) -> Clients:
    """Clients made by `axios.create(...)`, where they are made and where a module's default export is imported."""
    found: Clients = {}
    exported: dict[str, bool] = {}
    for path, node, name in _made(repo):
        limited = bounded(node) or node.text().partition(".")[0] in FINITE
        if name:
            found[(path, name)] = found[("", name)] = limited
        else:
            exported[path] = limited
    found.update(_imported(repo, modules, exported))
    return found


def with_server(repo: Inventory) -> set[str]:
    """Names of clients that are made with the address of another server, so that a path is none of their own: importers use the name."""
    return {name for _, node, name in _made(repo) if name and node.find({"rule": _SERVER}) is not None}  # type: ignore[call-overload]


def _made(repo: Inventory) -> Iterator[tuple[str, SgNode, str]]:
    """File, call and name of every client that is made and kept, the name empty for a module's default export."""
    for row in _INSTANCES:
        for path in repo.syntax.sources(row.language, row.keywords):
            for _, node in repo.syntax.nodes(row, path):
                name = _bound_name(node)
                if name is not None:
                    yield path, node, name


def _bound_name(made: SgNode) -> str | None:
    """The variable that an instance is given to, empty for a module's default export, None for anything else."""
    parent = made.parent()
    while parent is not None and parent.kind() in ("await_expression", "parenthesized_expression"):
        parent = parent.parent()
    if parent is None:
        return None
    if parent.kind() == "export_statement" or (parent.kind() == "assignment_expression" and _is_export(parent)):
        return ""
    name = parent.field("name") if parent.kind() == "variable_declarator" else None
    return name.text() if name is not None and name.kind() == "identifier" else None


def _is_export(assignment: SgNode) -> bool:
    left = assignment.field("left")
    return left is not None and left.text() == "module.exports"


def _imported(repo: Inventory, modules: Modules, exported: dict[str, bool]) -> Iterator[tuple[tuple[str, str], bool]]:
    stems = tuple({re.sub(r"(/index)?\.\w+$", "", path).rpartition("/")[2] for path in exported})
    for language in ("javascript", "typescript", "tsx") if exported else ():
        for path in repo.syntax.sources(language, stems):
            for name, source in modules.imports(path).names.items():
                target = resolve(repo, path, source) if source.startswith(".") else None
                if target in exported:
                    yield (path, name), exported[target]


def other_names(repo: Inventory, modules: Modules, usual: re.Pattern[str]) -> dict[str, set[str]]:
    """Names of libraries that are none of the usual ones, each with the files that import a library under it."""
    found: dict[str, set[str]] = {}
    for language in ("javascript", "typescript", "tsx"):
        for path in repo.syntax.sources(language, tuple(LIBRARIES)):
            imports = modules.imports(path)
            for name in imports.whole:
                if imports.names[name] in LIBRARIES and usual.fullmatch(name) is None:
                    found.setdefault(name, set()).add(path)
    return found


def services(repo: Inventory) -> dict[str, set[str]]:
    """Names under which classes of Nest hold the HTTP service, each with its files."""
    found: dict[str, set[str]] = {}
    for row in _SERVICE:
        for path in repo.syntax.sources(row.language, row.keywords):
            for _, node in repo.syntax.nodes(row, path):
                pattern = node.field("pattern")
                if pattern is not None:
                    found.setdefault(pattern.text(), set()).add(path)
    return found


def is_wrapped_import(declarator: SgNode) -> bool:
    """Whether a variable is a library that is loaded when it is called: `(...a) => import("node-fetch").then(...)`."""
    loads = {"rule": {"kind": "call_expression", "has": {"field": "function", "regex": "^(import|require)$"}}}
    return any(
        string_of(next(iter(arguments(call)), None)) in LIBRARIES
        for call in declarator.find_all(loads)  # type: ignore[call-overload]
    )
