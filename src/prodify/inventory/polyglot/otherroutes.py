"""Routes that plain calls register: Spark, Javalin, Ktor and ASP.NET's minimal interfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Route
from prodify.inventory.polyglot.callshapes import called
from prodify.inventory.polyglot.nodes import arguments, line_of, named, string_of
from prodify.inventory.pyroutes import join
from prodify.inventory.query import Query
from prodify.inventory.syntax import location_of
from prodify.lazydata import dataclass
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory


@dataclass(frozen=True, slots=True)
class Table:
    """Calls that register a route in one framework. `needs`: a text that the file holds, in any case.

    `strip`: what stands before the verb in the method's name. `around`: methods whose block or receiver carries a prefix.
    """

    framework: str
    query: Query
    needs: str = ""
    strip: str = ""
    around: tuple[str, ...] = ()


_VERBS = "^(get|post|put|patch|delete|options|head)$"
ROUTES: tuple[Table, ...] = (
    Table("sparkjava", called("java", None, _VERBS, "spark."), "spark.", around=("path",)),
    Table("sparkjava", called("java", "^(Spark|http|service)$", _VERBS, "spark."), "spark.", around=("path",)),
    Table("javalin", called("java", r"^\w+$|^Javalin\.", _VERBS, "javalin"), "javalin"),
    Table("javalin", called("java", None, _VERBS, "javalin"), "javalin", around=("path",)),
    Table("javalin", called("kotlin", r"^\w+$|^Javalin\.", _VERBS, "javalin"), "javalin", around=("path",)),
    Table("ktor", called("kotlin", None, _VERBS, "ktor"), "ktor", around=("route",)),
    Table("aspnetcore", called("csharp", ".", "^Map(Get|Post|Put|Patch|Delete)$", "MapGet", "MapPost", "MapPut", "MapDelete", "MapPatch"),
          strip="Map", around=("MapGroup",)),
)  # fmt: skip
"""Calls that register a route, by framework."""
_FUNCTIONS = frozenset(("identifier", "simple_identifier", "method_reference", "member_access_expression", "field_access",
                        "callable_reference"))  # fmt: skip


def routes(repo: Inventory) -> Iterator[Route]:
    """Routes of the frameworks above."""
    for row in ROUTES:
        for path in repo.syntax.sources(row.query.language, row.query.keywords):
            if row.needs not in repo.syntax.text(path).lower():
                continue
            for _, node in repo.syntax.nodes(row.query, path):
                if (route := _route(row, path, node)) is not None:
                    yield route


def _route(row: Table, path: str, call: SgNode) -> Route | None:
    given = arguments(call)
    where = string_of(given[0]) if given else None
    if where is None or not (where.startswith("/") or row.framework in ("ktor", "aspnetcore")):
        return None
    if row.framework in ("javalin", "sparkjava") and len(given) < 2 and not _has_block(call):
        return None
    prefix = "".join(join("", part).rstrip("/") for part in _prefixes(row, call))
    full = join(prefix, where) if prefix else where
    place = Location(path, line_of(_name(call)), location_of(path, call).end_line)
    return Route((_verb(call).removeprefix(row.strip).upper(),), full or "/", place,
                 _handler(given[1:]), ".", row.framework, path)  # fmt: skip


def _has_block(call: SgNode) -> bool:
    """Whether a Kotlin call is given a block behind its arguments."""
    suffix = next((child for child in call.children() if child.kind() == "call_suffix"), None)
    return suffix is not None and any(child.kind() == "annotated_lambda" for child in suffix.children())


def _verb(call: SgNode) -> str:
    """The method's name."""
    return _name(call).text().lstrip(".")


def _name(call: SgNode) -> SgNode:
    name = call.field("name")
    if name is not None:
        return name
    function = call.field("function") or next(iter(named(call)), call)
    return function.field("name") or next((part for part in named(function) if part.kind() == "navigation_suffix"), function)


def _handler(rest: list[SgNode]) -> str | None:
    """The function's name when one is given by name: `PlaceController::list`, `Handlers.List`; the class of `new Handler()`."""
    if not rest:
        return None
    last = rest[0]
    if last.kind() == "object_creation_expression" and (made := last.field("type")) is not None:
        return made.text()
    return last.text().replace("::", ".").rpartition(".")[2] if last.kind() in _FUNCTIONS else None


def _prefixes(row: Table, call: SgNode) -> list[str]:
    """Prefixes of the blocks around a route, the outermost first; of the group it is registered on, for ASP.NET."""
    found: list[str] = []
    if row.strip:
        function = call.field("function")
        owner = function.field("expression") if function is not None else None
        return _group(owner, 0) if owner is not None else found
    for ancestor in call.ancestors() if row.around else ():
        if ancestor.kind() in ("method_invocation", "call_expression") and _verb(ancestor) in row.around:
            given = arguments(ancestor)
            prefix = string_of(given[0]) if given else None
            if prefix is not None:
                found.insert(0, prefix)
    return found


def _group(owner: SgNode, depth: int) -> list[str]:
    """The prefix of `app.MapGroup("/api")`, made in place or bound to a variable of the same block."""
    if depth > 8:
        return []
    if owner.kind() == "invocation_expression":
        function, given = owner.field("function"), arguments(owner)
        inner = function.field("expression") if function is not None else None
        before = _group(inner, depth + 1) if inner is not None else []
        return [*before, string_of(given[0]) or ""] if given and _verb(owner) == "MapGroup" else before
    if owner.kind() != "identifier":
        return []
    for scope in owner.ancestors():
        for declared in scope.find_all(kind="variable_declarator") if scope.kind() in ("block", "compilation_unit") else ():
            name, value = declared.field("name"), (list(named(declared)) or [declared])[-1]
            if name is not None and name.text() == owner.text() and value.kind() == "invocation_expression":
                return _group(value, depth + 1)
    return []
