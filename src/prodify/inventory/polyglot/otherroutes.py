"""Routes of Java, Kotlin, Ruby, PHP, C#, Go and Rust servers: the query that finds each, and the pattern that reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from prodify.inventory.facts import Role, Route
from prodify.inventory.polyglot.others import calls
from prodify.inventory.pyroutes import join
from prodify.inventory.query import Query
from prodify.lazydata import dataclass
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Match


@dataclass(frozen=True, slots=True)
class _RouteQuery:
    framework: str
    query: Query
    read: re.Pattern[str]


_VERBS = ("get", "post", "put", "patch", "delete")
ROUTES: tuple[_RouteQuery, ...] = (
    _RouteQuery(
        "sparkjava",
        calls("java", "method_invocation", r'^(Spark\.)?(get|post|put|patch|delete|options)\("/', "spark."),
        lazy(r'^(?:Spark\.)?(?P<verb>\w+)\("(?P<path>/[^"]*)"\s*,\s*(?:new\s+)?(?P<handler>\w+)?'),
    ),
    _RouteQuery(
        "javalin",
        calls("java", "method_invocation", r'^\w+\.(get|post|put|patch|delete)\("/', "javalin"),
        lazy(r'^\w+\.(?P<verb>\w+)\("(?P<path>/[^"]*)"\s*,\s*(?P<handler>[\w:]+)?'),
    ),
    _RouteQuery(
        "ktor",
        calls("kotlin", "call_expression", r'^(get|post|put|patch|delete)\("', "ktor"),
        lazy(r'^(?P<verb>\w+)\("(?P<path>[^"]*)"'),
    ),
    _RouteQuery(
        "sinatra",
        calls("ruby", "call", r"""^(get|post|put|patch|delete)\s*\(?\s*['"]/""", *(f"{v}{s}" for v in _VERBS for s in (" ", "("))),
        lazy(r"""^(?P<verb>\w+)\s*\(?\s*['"](?P<path>[^'"]*)"""),
    ),
    _RouteQuery(
        "laravel",
        calls("php", "scoped_call_expression", r"^Route::(get|post|put|patch|delete|any)\(", "Route::"),
        lazy(r"""^Route::(?P<verb>\w+)\(\s*['"](?P<path>[^'"]*)['"]"""),
    ),
    _RouteQuery(
        "slim",
        calls("php", "member_call_expression", r"^\$(app|group|router)->(get|post|put|patch|delete|any)\(", "Slim", "->get(", "->post("),
        lazy(r"""^\$\w+->(?P<verb>\w+)\(\s*['"](?P<path>/[^'"]*)['"]"""),
    ),
    _RouteQuery(
        "aspnetcore",
        calls("csharp", "invocation_expression", r'^\w+\.Map(Get|Post|Put|Patch|Delete)\("', "MapGet", "MapPost", "MapPut", "MapDelete"),
        lazy(r'^\w+\.Map(?P<verb>\w+)\("(?P<path>[^"]*)"\s*,\s*(?P<handler>\w+\b(?!\s*=>))?'),
    ),
)
"""Calls that register a route, by framework."""


def routes(repo: Inventory) -> Iterator[Route]:
    """Routes of the frameworks above, Rails' table and the annotations of Spring and ASP.NET."""
    for row in ROUTES:
        for match in repo.find(row.query):
            found = row.read.search(match.text)
            if found is not None and _belongs(repo, row.framework, match.location.path):
                yield _route(row, match, found.groupdict())
    yield from _annotated(repo)
    yield from _rails(repo)


def _belongs(repo: Inventory, framework: str, path: str) -> bool:
    """Whether a call's file is the framework's: the calls of Javalin and Sinatra look like others' (and Rails has a file for its own)."""
    text = repo.files.text(path) or ""
    if framework == "javalin":
        return "javalin" in text
    if framework != "sinatra":
        return True
    inside = any(c.framework == "sinatra" and (c.path == "." or path.startswith(c.path + "/")) for c in repo.components)
    return "sinatra" in text.lower() or (inside and not path.endswith("config/routes.rb"))


def _route(row: _RouteQuery, match: Match, parts: Mapping[str, str | None]) -> Route:
    path, handler = parts.get("path") or "", parts.get("handler")
    if row.framework == "laravel":
        path = join("/api" if match.location.path.endswith("routes/api.php") else "/", path)
    verb = (parts.get("verb") or "get").upper()
    return Route((verb,), path or "/", match.location, handler.split(".")[-1] if handler else None, ".", row.framework, match.location.path)


_ANNOTATION = lazy(
    r"[@\[](?P<name>Request|Get|Post|Put|Patch|Delete|HttpGet|HttpPost|HttpPut|HttpPatch|HttpDelete|Route)(?:Mapping)?\b"
    r"(?:\(\s*(?:(?:value|path)\s*=\s*)?\{?\s*\"(?P<path>[^\"]*)\")?[^\n]*"
)


def _annotated(repo: Inventory) -> Iterator[Route]:
    """Spring's @GetMapping and ASP.NET's [HttpGet], under the class's prefix."""
    for language, words, framework in (
        ("java", ("Mapping",), "spring-boot"),
        ("kotlin", ("Mapping",), "spring-boot"),
        ("csharp", ("[Http",), "aspnetcore"),
    ):
        for path in repo.syntax.sources(language, words):
            text = repo.files.text(path) or ""
            start = re.search(r"\bclass\s+(\w+)", text)
            prefix = ""
            for match in _ANNOTATION.finditer(text):
                name, value = match["name"], match["path"] or ""
                if start is None or match.start() < start.start():
                    prefix = value.replace("[controller]", start[1].removesuffix("Controller").lower() if start else "")
                    continue
                verb = name.removeprefix("Http").upper()
                if verb in ("REQUEST", "ROUTE"):
                    method = re.search(r"RequestMethod\.(\w+)", match[0])
                    verb = method[1] if method else "ANY"
                line = text.count("\n", 0, match.start()) + 1
                handler = re.search(r"\b(\w+)\s*\(", text[match.end() : match.end() + 300])
                yield Route(
                    (verb,),
                    "/" + join(prefix, value).lstrip("/"),
                    Location(path, line),
                    handler[1] if handler else None,
                    ".",
                    framework,
                    path,
                )


_RAILS = lazy(
    r"""^\s*(get|post|put|patch|delete|root|resources?|namespace|scope)\b\s*\(?\s*(?:to:\s*)?[:'"]?([\w/:#.-]*)['"]?(.*)$"""
)


def _rails(repo: Inventory) -> Iterator[Route]:
    for path in repo.files.select("config/routes.rb", "*/config/routes.rb", roles=(Role.PRODUCTION,)):
        prefixes: list[tuple[int, str]] = []
        for number, line in enumerate(repo.files.lines(path), 1):
            match = None if line.lstrip().startswith("#") else _RAILS.match(line)
            if match is None:
                continue
            indent = len(line) - len(line.lstrip())
            prefixes = [(depth, prefix) for depth, prefix in prefixes if depth < indent]
            base = prefixes[-1][1] if prefixes else ""
            kind, name, rest = match[1], match[2], match[3]
            if kind in ("namespace", "scope"):
                prefixes.append((indent, join(base, "/" + name.lstrip("/"))))
            elif kind in ("resources", "resource"):
                full = join(base, "/" + name)
                for methods, end in (
                    ((("GET", "POST"), ""), (("DELETE", "GET", "PATCH"), "/:id"))
                    if kind == "resources"
                    else ((("GET", "PATCH", "POST"), ""),)
                ):
                    yield Route(methods, full + end, Location(path, number), name, ".", "rails", path)
                prefixes.append((indent, f"{full}/:{name.rstrip('s')}_id"))
            else:
                handler = re.search(r"""['"](\w+[#/]\w+)['"]""", rest)
                route = "/" if kind == "root" else join(base, "/" + name.lstrip("/"))
                yield Route(
                    ("GET" if kind == "root" else kind.upper(),),
                    route,
                    Location(path, number),
                    handler[1] if handler else None,
                    ".",
                    "rails",
                    path,
                )
