"""Which router of a JavaScript server is mounted where: across files, within one, and in the block that a plugin is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.polyglot.javascript import everywhere, resolve
from prodify.inventory.polyglot.nodes import arguments, enclosing, named, string_of
from prodify.inventory.pyroutes import join

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.polyglot.jsmodules import Modules

MOUNTS = everywhere(
    {"kind": "call_expression", "has": {"field": "function", "kind": "member_expression", "has": {
        "field": "property", "regex": "^(use|route|register|mount)$"}}},
    (".use(", ".register(", ".route(", ".mount("),
)  # fmt: skip
"""Calls that hand a router to another one."""
_FUNCTIONS = ("function_declaration", "function_expression", "arrow_function")
_MOST_PREFIXES = 20
_MAX_DEPTH = 8


def member(call: SgNode) -> tuple[SgNode | None, str]:
    """The owner and the name of a called method; (None, "") for any other call."""
    function = call.field("function")
    if function is None or function.kind() != "member_expression":
        return None, ""
    name = function.field("property")
    return function.field("object"), name.text() if name is not None else ""


def option(node: SgNode, *keys: str) -> str | None:
    """The string behind one of the keys of an object."""
    for pair in named(node) if node.kind() == "object" else ():
        key = pair.field("key")
        if key is not None and key.text().strip("\"'") in keys and (value := string_of(pair.field("value"))) is not None:
            return value
    return None


class Mounts:
    """Mounts by file, and by the name of a router or plugin within a file."""

    def __init__(self, repo: Inventory, modules: Modules) -> None:
        self._repo, self._modules = repo, modules
        self._files: dict[str, list[tuple[str, str, str]]] = {}
        self._names: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for row in MOUNTS:
            for path in repo.syntax.sources(row.language, row.keywords):
                for _, call in repo.syntax.nodes(row, path):
                    self._add(path, call)

    def _add(self, path: str, call: SgNode) -> None:
        owner, method = member(call)
        given = arguments(call)
        first = string_of(given[0]) if given else None
        prefix = first if first is not None else next((p for a in given if (p := option(a, "prefix")) is not None), None)
        if owner is None or (prefix is None and method not in ("use", "register")):
            return
        names = self._modules.imports(path).names
        for child in self._children(path, given, names):
            if child != path:
                self._files.setdefault(child, []).append((path, owner.text(), prefix or ""))
        for argument in given:
            if argument.kind() == "identifier" and argument.text() not in names:
                self._names.setdefault((path, argument.text()), []).append((owner.text(), prefix or ""))

    def _children(self, path: str, given: list[SgNode], known: Mapping[str, str]) -> Iterator[str]:
        """Files whose routers are handed over: imported under a name, or on the spot."""
        found: dict[str, None] = {}
        for argument in given:
            for word in (argument, *argument.find_all(kind="identifier")):
                if word.kind() == "identifier" and word.text() in known:
                    found[known[word.text()]] = None
            for call in (argument, *argument.find_all(kind="call_expression")):
                function = call.field("function") if call.kind() == "call_expression" else None
                if function is not None and function.text() in ("require", "import") and arguments(call):
                    found[string_of(arguments(call)[0]) or ""] = None
        for source in found:
            target = resolve(self._repo, path, source) if source.startswith(".") else None
            if target is not None:
                yield target

    def prefixes(self, path: str, call: SgNode, owner: str) -> list[str]:
        """Every prefix under which what is registered by a call on a router is reached."""
        inside = "".join(join("", part).rstrip("/") for part in _blocks(call))
        names = [owner]
        function = enclosing(call, *_FUNCTIONS)
        name = _name_of(function) if function is not None else None
        if name is not None:
            names.append(name)
        local = [p for each in names for p in self._local(path, each, frozenset())] or [""]
        own = [join(below, inside) if inside else below for below in local]
        return list(dict.fromkeys(join(above, below) for above in self._above(path, frozenset()) for below in own))[:_MOST_PREFIXES]

    def _local(self, path: str, name: str, seen: frozenset[str]) -> list[str]:
        if name in seen or len(seen) > _MAX_DEPTH:
            return []
        return [
            join(above, prefix)
            for owner, prefix in self._names.get((path, name), ())
            for above in self._local(path, owner, seen | {name}) or [""]
        ]

    def _above(self, path: str, seen: frozenset[str]) -> list[str]:
        if path in seen or path not in self._files or len(seen) > _MAX_DEPTH:
            return [""]
        found = (
            join(above, join(below, own))
            for parent, owner, own in self._files[path]
            for above in self._above(parent, seen | {path})
            for below in self._local(parent, owner, frozenset()) or [""]
        )
        return list(dict.fromkeys(found))[:_MOST_PREFIXES]


def _blocks(call: SgNode) -> list[str]:
    """Prefixes of the plugins around a call, the outermost first: `app.register(async (app) => { ... }, { prefix: "/v1" })`."""
    found: list[str] = []
    for ancestor in call.ancestors():
        if ancestor.kind() == "call_expression" and member(ancestor)[1] in ("register", "group"):
            given = arguments(ancestor)
            first = string_of(given[0]) if given else None
            prefix = first if first is not None else next((p for a in given if (p := option(a, "prefix")) is not None), None)
            if prefix:
                found.insert(0, prefix)
    return found


def _name_of(function: SgNode) -> str | None:
    """The name of a function, its own or that of the variable it is bound to."""
    own = function.field("name")
    if own is not None:
        return own.text()
    parent = function.parent()
    bound = parent.field("name") if parent is not None and parent.kind() == "variable_declarator" else None
    return bound.text() if bound is not None else None
