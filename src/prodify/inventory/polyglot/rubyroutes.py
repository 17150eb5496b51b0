"""Routes of Ruby servers: Rails' table and Sinatra's blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Role, Route
from prodify.inventory.polyglot.nodes import arguments, line_of, named, string_of
from prodify.inventory.pyroutes import join
from prodify.inventory.query import query
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

_VERBS = ("get", "post", "put", "patch", "delete")
SINATRA = query(
    "ruby",
    {"kind": "call", "has": {"field": "method", "regex": f"^({'|'.join(_VERBS)})$"}, "not": {"has": {"field": "receiver", "regex": "."}},
     "all": [{"any": [{"has": {"kind": "do_block"}}, {"has": {"kind": "block"}}]}]},
    keywords=tuple(f"{verb}{end}" for verb in _VERBS for end in (" ", "(")),
)  # fmt: skip
_TABLES = ("config/routes.rb", "*/config/routes.rb", "config/routes/*.rb", "*/config/routes/*.rb")
_PLURAL = ((("GET", "POST"), ""), (("DELETE", "GET", "PATCH"), "/:id"))
_SINGULAR = ((("GET", "PATCH", "POST"), ""),)


def routes(repo: Inventory) -> Iterator[Route]:
    """Every route."""
    yield from _sinatra(repo)
    for path in repo.files.select(*_TABLES, roles=(Role.PRODUCTION,)):
        root = repo.syntax.tree(path, "ruby")
        if root is not None:
            yield from _rails(root, "", path)


def _sinatra(repo: Inventory) -> Iterator[Route]:
    homes = [c.path for c in repo.components if c.framework == "sinatra"]
    for path in repo.syntax.sources("ruby", SINATRA.keywords):
        inside = any(home == "." or path.startswith(home + "/") for home in homes) and not path.endswith("config/routes.rb")
        if not inside and "sinatra" not in repo.syntax.text(path).lower():
            continue
        for match, call in repo.syntax.nodes(SINATRA, path):
            method, given = call.field("method"), arguments(call)
            where = string_of(given[0]) if given else None
            if method is not None and where is not None and where.startswith("/"):
                place = match.location
                prefix = "".join(join("", part).rstrip("/") for part in reversed(_namespaces(call)))
                yield Route((method.text().upper(),), join(prefix, where) or "/", place, None, ".", "sinatra", path)


def _namespaces(call: SgNode) -> list[str]:
    """Prefixes of sinatra-contrib's namespaces around a route, the nearest first."""
    found = []
    for ancestor in call.ancestors():
        method = ancestor.field("method") if ancestor.kind() == "call" else None
        if method is not None and method.text() == "namespace" and (given := arguments(ancestor)):
            found.append(string_of(given[0]) or "")
    return found


def _rails(node: SgNode, prefix: str, path: str) -> Iterator[Route]:
    """The calls of a routes file, level by level."""
    for child in named(node):
        method = child.field("method") if child.kind() == "call" else None
        if method is None or (child.field("receiver") is not None and method.text() != "draw"):
            yield from _rails(child, prefix, path)
            continue
        yield from _call(child, method.text(), prefix, path)


def _call(call: SgNode, kind: str, prefix: str, path: str) -> Iterator[Route]:
    given = arguments(call)
    place = Location(path, line_of(call))
    names = [text for argument in given if (text := string_of(argument)) is not None]
    options = {key: value for argument in given if argument.kind() == "pair" for key, value in _pair(argument)}
    inside = prefix
    if kind in ("namespace", "scope", "path"):
        where = options.get("path") or (names[0] if names else "")
        inside = join(prefix, "/" + where.strip("/")) if where else prefix
    elif kind in ("resources", "resource"):
        for name in names:
            full = join(prefix, "/" + (options.get("path") or name).strip("/"))
            for methods, end in _PLURAL if kind == "resources" else _SINGULAR:
                yield Route(methods, full + end, place, name, ".", "rails", path)
            inside = f"{full}/:{name.rstrip('s')}_id" if kind == "resources" else full
    elif kind == "root":
        yield Route(("GET",), prefix or "/", place, names[0] if names else options.get("to"), ".", "rails", path)
    elif kind in _VERBS:
        mapped = next(((k, v) for a in given if a.kind() == "pair" for k, v in _pair(a) if k not in _OPTIONS), None)
        where, handler = (names[0], options.get("to")) if names else mapped or ("", None)
        yield Route((kind.upper(),), join(prefix, "/" + where.strip("/")) or "/", place, handler, ".", "rails", path)
    elif kind == "collection":
        inside = prefix.rpartition("/:")[0] or prefix
    for block in named(call):
        if block.kind() in ("do_block", "block"):
            yield from _rails(block, inside, path)


_OPTIONS = frozenset("to as via only except on path controller action defaults constraints format module".split())


def _pair(node: SgNode) -> Iterator[tuple[str, str]]:
    """Key and text of `to: "places#show"` and `"a" => "b#c"`."""
    key, value = node.field("key"), node.field("value")
    if key is not None and value is not None:
        yield string_of(key) or key.text().strip(": "), string_of(value) or value.text()
