"""Go, Java, Kotlin, Ruby, Rust, PHP and C#: environment variables, routes and outbound calls, as queries and how to read them.

Each row is data: the query that finds a call, and the pattern that reads its text. Time-outs by default, from the libraries'
documentation: Go's http.Client and reqwest wait for ever; OkHttp gives up after 10 s, .NET's HttpClient after 100 s, Ruby's Net::HTTP
after 60 s, Guzzle and java.net wait for ever.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.inventory.environment import variable
from prodify.inventory.facts import EnvVar, OutboundCall, Role, Route
from prodify.inventory.pyroutes import join
from prodify.inventory.query import Query, query
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Match


def _q(language: str, kind: str, regex: str, *keywords: str) -> Query:
    return query(language, {"kind": kind, "regex": regex}, keywords=keywords)


# -- environment ------------------------------------------------------------------------------------------------------

ENVIRONMENT: tuple[Query, ...] = (
    _q("go", "call_expression", r'^os\.(Getenv|LookupEnv)\("', "os.Getenv", "os.LookupEnv"),
    _q("go", "call_expression", r'^(?i:\w*get\w*env\w*|env\w*)\("[A-Z_][A-Z0-9_]*",', "env", "Env"),
    _q("java", "method_invocation", r'^System\.getenv\("', "System.getenv"),
    _q("kotlin", "call_expression", r'^System\.getenv\("', "System.getenv"),
    _q("ruby", "element_reference", r"^ENV\[", "ENV["),
    _q("ruby", "call", r"^ENV\.fetch\(", "ENV.fetch"),
    _q("rust", "call_expression", r'^(std::)?env::var(_os)?\("|^(dotenvy?|dotenv)::var\("', "env::var", "dotenv"),
    _q("rust", "macro_invocation", r'^(option_)?env!\("', "env!("),
    _q("php", "function_call_expression", r"^(env|getenv)\(", "env("),
    _q("php", "subscript_expression", r"^\$_(ENV|SERVER)\[", "$_ENV"),
    _q("csharp", "invocation_expression", r'^(System\.)?Environment\.GetEnvironmentVariable\("', "GetEnvironmentVariable"),
)
_ENV_NAME = re.compile(r"""[\["'(\s]([A-Z_][A-Z0-9_]*)["'\]]""")
_DEFAULTED = re.compile(r"""^\S*\(\s*["'][^"']+["']\s*,\s*\S|\}\s*$|\{ """)
_AFTER = re.compile(r"""^\s*(\|\||\?\?|\?:|\.unwrap_or|\.or_else|\.ok\(\)|\.orElse|\bor\b|\.getOrElse)""")
_SPRING = re.compile(r"\$\{([A-Z_][A-Z0-9_]*)(:[^}]*)?\}")
_ERB = re.compile(r"""ENV(?:\[|\.fetch\()["']([A-Z_][A-Z0-9_]*)["'](?:\]|\)\s*(\{)?|\s*(,))""")


def environment(repo: Inventory) -> Iterator[EnvVar]:
    """Variables that code reads, and those that Spring's and Rails' configuration interpolates."""
    for match in repo.find(*ENVIRONMENT):
        name = _ENV_NAME.search(match.text)
        if (
            name is None
            or match.text.startswith("$_SERVER")
            or (match.location.path.endswith(".php") and name[1].startswith(("HTTP_", "REQUEST_")))
        ):
            continue
        lines = repo.files.lines(match.location.path)
        line = lines[(match.location.end_line or 1) - 1] if lines else ""
        last = match.text.split("\n")[-1]
        default = _DEFAULTED.search(match.text) is not None or _AFTER.match(line.partition(last)[2]) is not None
        asked = (
            "LookupEnv" in match.text
            or match.text.startswith("option_env")
            or re.search(r"\b(if|unless)\s+!?$", line.partition(last)[0]) is not None
        )
        yield variable(name[1], match.location, has_default=default, required=False if asked else None)
    for path in repo.files.select("application*.properties", "application*.yml", "application*.yaml", roles=(Role.PRODUCTION,)):
        for number, line in enumerate(repo.files.lines(path), 1):
            for found in _SPRING.finditer(line):
                yield variable(found[1], Location(path, number), has_default=found[2] is not None)
    for path in repo.files.select("config/*.yml", "*/config/*.yml", roles=(Role.PRODUCTION,)):
        if "<%=" in (repo.files.text(path) or ""):
            for number, line in enumerate(repo.files.lines(path), 1):
                for found in _ERB.finditer(line) if not line.lstrip().startswith("#") else ():
                    yield variable(found[1], Location(path, number), has_default=bool(found[2] or found[3]))


# -- routes -----------------------------------------------------------------------------------------------------------

_VERB = r"(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|Get|Post|Put|Patch|Delete|Head|Options|Any|Handle|HandleFunc|All)"


@dataclass(frozen=True, slots=True)
class _RouteQuery:
    framework: str
    query: Query
    read: re.Pattern[str]


ROUTES: tuple[_RouteQuery, ...] = (
    _RouteQuery("go", _q("go", "call_expression", rf'^[\w.]+\.{_VERB}\(\s*"', *(f".{v}(" for v in ("GET", "POST", "PUT", "DELETE", "Get", "Post", "Put", "Delete", "Handle",
                                                                                         "HandleFunc", "PATCH", "Any"))),
                re.compile(rf'^(?P<owner>[\w.]+)\.(?P<verb>{_VERB[1:-1]})\(\s*"(?P<path>[^"]*)"\s*,(?:.*,)?\s*(?P<handler>[\w.]+)?', re.DOTALL)),
    _RouteQuery("sparkjava", _q("java", "method_invocation", r'^(Spark\.)?(get|post|put|patch|delete|options)\("/', "spark."),
                re.compile(r'^(?P<owner>Spark)?\.?(?P<verb>\w+)\("(?P<path>/[^"]*)"\s*,\s*(?:new\s+)?(?P<handler>\w+)?')),
    _RouteQuery("javalin", _q("java", "method_invocation", r'^\w+\.(get|post|put|patch|delete)\("/', "javalin"),
                re.compile(r'^(?P<owner>\w+)\.(?P<verb>\w+)\("(?P<path>/[^"]*)"\s*,\s*(?P<handler>[\w:]+)?')),
    _RouteQuery("ktor", _q("kotlin", "call_expression", r'^(get|post|put|patch|delete)\("', "ktor"), re.compile(r'^(?P<verb>\w+)\("(?P<path>[^"]*)"')),
    _RouteQuery("axum", _q("rust", "call_expression", r'(?s)^.*\.route\(\s*"[^"]*"\s*,\s*[\w:]+\(', ".route("),
                re.compile(r'\.route\(\s*"(?P<path>[^"]*)"\s*,\s*(?:[\w]+::)*(?P<verb>get|post|put|patch|delete|any)\((?P<handler>[\w:]+)?[^"]*$', re.DOTALL)),
    _RouteQuery("rust", _q("rust", "attribute_item", r'^#\[(get|post|put|patch|delete|head)\("', "#[get", "#[post", "#[put", "#[delete", "#[patch"),
                re.compile(r'^#\[(?P<verb>\w+)\("(?P<path>[^"]*)"')),
    _RouteQuery("sinatra", _q("ruby", "call", r"""^(get|post|put|patch|delete)\s*\(?\s*['"]/""", "sinatra", "Sinatra"),
                re.compile(r"""^(?P<verb>\w+)\s*\(?\s*['"](?P<path>[^'"]*)""")),
    _RouteQuery("laravel", _q("php", "scoped_call_expression", r"""^Route::(get|post|put|patch|delete|any)\(""", "Route::"),
                re.compile(r"""^Route::(?P<verb>\w+)\(\s*['"](?P<path>[^'"]*)['"]""")),
    _RouteQuery("slim", _q("php", "member_call_expression", r"""^\$(app|group|router)->(get|post|put|patch|delete|any)\(""", "Slim", "->get(", "->post("),
                re.compile(r"""^\$\w+->(?P<verb>\w+)\(\s*['"](?P<path>/[^'"]*)['"]""")),
    _RouteQuery("aspnetcore", _q("csharp", "invocation_expression", r'^\w+\.Map(Get|Post|Put|Patch|Delete)\("', "MapGet", "MapPost", "MapPut", "MapDelete"),
                re.compile(r'^(?P<owner>\w+)\.Map(?P<verb>\w+)\("(?P<path>[^"]*)"\s*,\s*(?P<handler>\w+\b(?!\s*=>))?')),
)  # fmt: skip
_GO_FRAMEWORKS = ("gin", "echo", "fiber", "chi", "gorilla/mux", "net/http")
_GO_GROUP = re.compile(r'(\w+)\s*:?=\s*(\w+)\.(?:Group|PathPrefix)\(\s*"([^"]*)"')


def routes(repo: Inventory) -> Iterator[Route]:
    """Routes of the frameworks above, Rails' table and the annotations of Spring and ASP.NET."""
    for row in ROUTES:
        for match in repo.find(row.query):
            found = row.read.search(match.text)
            if found is not None and (route := _route(repo, row, match, found.groupdict())) is not None:
                yield route
    yield from _annotated(repo)
    yield from _rails(repo)


def _route(repo: Inventory, row: _RouteQuery, match: Match, parts: Mapping[str, str | None]) -> Route | None:
    path, verb = parts.get("path") or "", (parts.get("verb") or "").upper()
    text = repo.files.text(match.location.path) or ""
    framework: str | None = row.framework
    if row.framework == "go":
        framework = next((name for name in _GO_FRAMEWORKS if name in text), None)
        if framework is None or (not path.startswith("/") and " " not in path and path != ""):
            return None
        if verb in ("HANDLE", "HANDLEFUNC"):
            method, _, rest = path.rpartition(" ")
            chained = re.search(r"\.Methods\(([^)]*)\)", text[text.find(match.text) + len(match.text) :][:80])
            verb, path = (method or (re.findall(r"\w+", chained[1])[-1] if chained else "ANY")).upper(), rest
        groups = {m[1]: (m[2], m[3]) for m in _GO_GROUP.finditer(text)}
        owner, depth = parts.get("owner"), 0
        while owner in groups and depth < 5:
            owner, prefix = groups[owner]
            path, depth = join(prefix, path), depth + 1
        framework = "gorilla" if framework == "gorilla/mux" else framework
    if row.framework == "laravel":
        path = "/" + path.lstrip("/")
        path = join("/api", path) if match.location.path.endswith("routes/api.php") else path
    if row.framework == "javalin" and "javalin" not in text:
        return None
    if row.framework == "rust":
        framework = "rocket" if "rocket" in text else "actix-web"
    handler = parts.get("handler")
    return Route((verb,), path or "/", match.location, handler.split(".")[-1] if handler else None, ".", framework, match.location.path)


_ANNOTATION = re.compile(
    r"""[@\[](?P<name>Request|Get|Post|Put|Patch|Delete|HttpGet|HttpPost|HttpPut|HttpPatch|HttpDelete|Route)(?:Mapping)?\b(?:\(\s*(?:(?:value|path)\s*=\s*)?\{?\s*"(?P<path>[^"]*)")?[^\n]*"""
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


_RAILS = re.compile(
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


# -- outbound ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Outbound:
    library: str
    query: Query
    finite: bool
    bounded: re.Pattern[str]
    needs: str = ""


OUTBOUND: tuple[_Outbound, ...] = (
    _Outbound("net/http", _q("go", "call_expression", r"^http\.(Get|Post|PostForm|Head)\(", "http.Get(", "http.Post", "http.Head("), False, re.compile(r"(?!)")),
    _Outbound("net/http", _q("go", "call_expression", r"^(http\.DefaultClient|\w*[cC]lient)\.(Do|Get|Post|PostForm)\(", "lient.Do(", "lient.Get(", "lient.Post"), False,
              re.compile(r"http\.Client\{[^}]*Timeout|\.Timeout\s*=|NewRequestWithContext\(\s*ctx|context\.WithTimeout"), '"net/http"'),
    _Outbound("resty", _q("go", "call_expression", r"^resty\.New\(\)", "resty.New"), False, re.compile(r"SetTimeout")),
    _Outbound("okhttp", _q("java", "method_invocation", r"(?s)^\w+(\.newCall\(.*\))\.(execute|enqueue)\(", "newCall"), True, re.compile(r"")),
    _Outbound("okhttp", _q("kotlin", "call_expression", r"(?s)^\w+\.newCall\(.*\)\.(execute|enqueue)\(", "newCall"), True, re.compile(r"")),
    _Outbound("java.net.http", _q("java", "method_invocation", r"^\w+\.(send|sendAsync)\(", "java.net.http"), False, re.compile(r"\.timeout\(|connectTimeout")),
    _Outbound("java.net", _q("java", "method_invocation", r"^\w+\.openConnection\(", "openConnection"), False, re.compile(r"setReadTimeout")),
    _Outbound("resttemplate", _q("java", "method_invocation", r"(?i)^\w*resttemplate\.(\w*for\w+|exchange|execute)\(", "RestTemplate"), False,
              re.compile(r"(?i)readtimeout")),
    _Outbound("net-http", _q("ruby", "call", r"^Net::HTTP\.(get|post|get_response|start|new)", "Net::HTTP"), True, re.compile(r"")),
    _Outbound("httparty", _q("ruby", "call", r"^HTTParty\.(get|post|put|patch|delete)", "HTTParty"), True, re.compile(r"")),
    _Outbound("faraday", _q("ruby", "call", r"^Faraday\.(new|get|post)", "Faraday"), True, re.compile(r"")),
    _Outbound("reqwest", _q("rust", "call_expression", r"^reqwest::get\(", "reqwest::get"), False, re.compile(r"(?!)")),
    _Outbound("reqwest", _q("rust", "call_expression", r"(?s)^[\w.]*client[\w.()]*\.(get|post|put|patch|delete)\(", "reqwest"), False, re.compile(r"\.timeout\("), "reqwest"),
    _Outbound("guzzle", _q("php", "member_call_expression", r"^\$\w*(client|guzzle|http)\w*->(get|post|put|request|send)\(", "Guzzle"), False,
              re.compile(r"['\"]timeout['\"]")),
    _Outbound("laravel-http", _q("php", "scoped_call_expression", r"^Http::(get|post|put|patch|delete)\(", "Http::"), True, re.compile(r"")),
    _Outbound("curl", _q("php", "function_call_expression", r"^curl_exec\(", "curl_exec"), False, re.compile(r"CURLOPT_TIMEOUT")),
    _Outbound("httpclient", _q("csharp", "invocation_expression", r"^_?\w*([cC]lient)\.(GetAsync|PostAsync|SendAsync|GetStringAsync|GetFromJsonAsync|PostAsJsonAsync|PutAsync|DeleteAsync)\(",
                               "HttpClient"), True, re.compile(r"")),
)  # fmt: skip
"""Calls by language, whether the library's default is finite, and what else in the file bounds them."""


def outbound(repo: Inventory) -> Iterator[OutboundCall]:
    """Outbound HTTP calls of compiled and scripting languages."""
    for row in OUTBOUND:
        for match in repo.find(row.query):
            text = repo.files.text(match.location.path) or ""
            if row.needs in text:
                bounded = row.finite or row.bounded.search(text) is not None
                yield OutboundCall(row.library, re.split(r"[(\s]", match.text, maxsplit=1)[0][:60], match.location, bounded)
