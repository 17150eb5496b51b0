"""Routes of PHP servers: Laravel's facade with its groups and resources, and Slim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Route
from prodify.inventory.polyglot.nodes import arguments, first_string, line_of, named, string_of
from prodify.inventory.pyroutes import join
from prodify.inventory.query import query
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

_VERBS = "get|post|put|patch|delete|options|any|match"
_RESOURCES = {
    "resource": ((("GET", "POST"), ""), (("GET",), "/create"), (("DELETE", "GET", "PATCH", "PUT"), "/{id}"), (("GET",), "/{id}/edit")),
    "apiResource": ((("GET", "POST"), ""), (("DELETE", "GET", "PATCH", "PUT"), "/{id}")),
}
LARAVEL = query(
    "php",
    {"any": [
        {"kind": "scoped_call_expression", "regex": rf"^Route::({_VERBS}|resource|apiResource)\("},
        {"kind": "member_call_expression", "regex": rf"(?s)^Route::.*->({_VERBS}|resource|apiResource)\(",
         "has": {"field": "name", "regex": rf"^({_VERBS}|resource|apiResource)$"}},
    ]},
    keywords=("Route::",),
)  # fmt: skip
SLIM = query(
    "php",
    {"kind": "member_call_expression", "has": {"field": "object", "regex": r"^\$(app|group|router)$"},
     "all": [{"has": {"field": "name", "regex": rf"^({_VERBS})$"}}]},
    keywords=("->get(", "->post(", "->put(", "->delete(", "->patch(", "->any("),
)  # fmt: skip


def routes(repo: Inventory) -> Iterator[Route]:
    """Every route; a prefix is followed through the groups around it."""
    for path in repo.syntax.sources("php", LARAVEL.keywords):
        top = "/api" if path.endswith("routes/api.php") else "/"
        for match, call in repo.syntax.nodes(LARAVEL, path):
            name, given = call.field("name"), arguments(call)
            if name is None or not given:
                continue
            first = given[1] if name.text() == "match" and len(given) > 1 else given[0]
            where = string_of(first)
            if where is None:
                continue
            prefix = join(top, "/".join(part.strip("/") for part in _prefixes(call) if part.strip("/")))
            full, place = join(prefix, where.strip("/")) or "/", Location(path, line_of(call), match.location.end_line)
            if name.text() in _RESOURCES:
                yield from _resource(full, name.text(), place, path)
            else:
                verb = name.text().upper()
                yield Route(("ANY" if verb == "MATCH" else verb,), full, place, _handler(given), ".", "laravel", path)
    for path in repo.syntax.sources("php", SLIM.keywords):
        if "Slim" not in repo.syntax.text(path) and not any(c.framework == "slim" for c in repo.components):
            continue
        for match, call in repo.syntax.nodes(SLIM, path):
            name, given = call.field("name"), arguments(call)
            where = string_of(given[0]) if given else None
            if name is not None and where is not None and where.startswith("/"):
                yield Route((name.text().upper(),), where, match.location, None, ".", "slim", path)


def _resource(full: str, kind: str, place: Location, path: str) -> Iterator[Route]:
    one = full.rstrip("/").rpartition("/")[2].removesuffix("s") or "id"
    for methods, end in _RESOURCES[kind]:
        yield Route(methods, full + end.replace("{id}", "{" + one + "}"), place, None, ".", "laravel", path)


def _handler(given: list[SgNode]) -> str | None:
    """The method of `[PlaceController::class, 'show']`, or the text of `'PlaceController@show'`."""
    last = given[-1]
    if last.kind() == "array_creation_expression":
        parts = [string for child in named(last) if (string := first_string(child)) is not None]
        return parts[-1] if parts else None
    text = string_of(last) if len(given) > 1 else None
    return text.rpartition("@")[2] if text else None


def _prefixes(call: SgNode) -> list[str]:
    """Prefixes of the chain that a route is called on and of the groups around it, the outermost first."""
    found = _chain(call.field("object"))
    for ancestor in call.ancestors():
        name = ancestor.field("name") if ancestor.kind() in ("member_call_expression", "scoped_call_expression") else None
        if name is not None and name.text() == "group":
            found = [*_chain(ancestor.field("object")), *_options(ancestor), *found]
    return found


def _chain(node: SgNode | None) -> list[str]:
    found: list[str] = []
    while node is not None and node.kind() in ("member_call_expression", "scoped_call_expression"):
        name, given = node.field("name"), arguments(node)
        if name is not None and name.text() == "prefix" and given:
            found.insert(0, string_of(given[0]) or "")
        node = node.field("object")
    return found


def _options(group: SgNode) -> list[str]:
    """The prefix in `Route::group(['prefix' => 'v1'], ...)`."""
    for argument in arguments(group)[:1]:
        for element in named(argument) if argument.kind() == "array_creation_expression" else ():
            parts = list(named(element))
            if len(parts) == 2 and string_of(parts[0]) == "prefix":
                return [string_of(parts[1]) or ""]
    return []
