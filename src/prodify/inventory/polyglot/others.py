"""Go, Java, Kotlin, Ruby, Rust, PHP and C#: environment variables and outbound calls, as queries and how to read them.

Each row is data: the query that finds a call, and the pattern that reads its text. Time-outs by default, from the libraries'
documentation: Go's http.Client, reqwest and http.rb wait for ever; OkHttp gives up after 10 s, .NET's HttpClient after 100 s,
Ruby's Net::HTTP after 60 s, Guzzle and java.net wait for ever.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.environment import variable
from prodify.inventory.facts import EnvVar, OutboundCall, Role
from prodify.inventory.query import Query, query
from prodify.lazydata import dataclass
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory


def calls(language: str, kind: str, regex: str, *keywords: str) -> Query:
    return query(language, {"kind": kind, "regex": regex}, keywords=keywords)


# -- environment ------------------------------------------------------------------------------------------------------

ENVIRONMENT: tuple[Query, ...] = (
    calls("go", "call_expression", r'^os\.(Getenv|LookupEnv)\("', "os.Getenv", "os.LookupEnv"),
    calls("go", "call_expression", r'^(?i:\w*get\w*env\w*|env\w*)\("[A-Z_][A-Z0-9_]*",', "env", "Env"),
    calls("java", "method_invocation", r'^System\.getenv\("', "System.getenv"),
    calls("java", "method_invocation", r'^\w*[dD]otenv\.get\("', "otenv.get("),
    calls("java", "method_invocation", r'^get\w*Env\w*\("[A-Z][A-Z0-9_]*"', "Env("),
    calls("kotlin", "call_expression", r'^System\.getenv\("', "System.getenv"),
    calls("ruby", "element_reference", r"^ENV\[", "ENV["),
    calls("ruby", "call", r"^ENV\.fetch\(", "ENV.fetch"),
    calls("rust", "call_expression", r'^((std::)?env::)?var(_os)?\("[A-Z_][A-Z0-9_]*"|^(dotenvy?'
                                     r'|dotenv)::var\("', "env::var", "dotenv", "var(\""),
    calls("rust", "macro_invocation", r'^(option_)?env!\("', "env!("),
    calls("php", "function_call_expression", r"^(env|getenv)\(", "env("),
    calls("php", "subscript_expression", r"^\$_(ENV|SERVER)\[", "$_ENV"),
    calls("csharp", "invocation_expression", r'^(System\.)?Environment\.GetEnvironmentVariable\("', "GetEnvironmentVariable"),
)
_ENV_NAME = lazy(r"""[\["'(\s]([A-Za-z_][A-Za-z0-9_]*)["'\]]""")
_DEFAULTED = lazy(r"""^\S*\(\s*["'][^"']+["']\s*,\s*\S|\}\s*$|\{ """)
_AFTER = lazy(r"""^\s*(\|\||\?\?|\?:|\.unwrap_or|\.or_else|\.ok\(\)|\.orElse|\bor\b|\.getOrElse)""")
_CLAP = lazy(
    r"""#\[(?:clap|arg)\([^\]]*\benv\b(?:\s*=\s*"(?P<name>\w+)")?[^\]]*\)\]\s*(?:///[^\n]*\s*)*(?:pub\s+)?(?P<field>\w+)\s*:\s*(?P<type>\w+)"""
)
_SPRING = lazy(r"\$\{([A-Z_][A-Z0-9_]*)(:[^}]*)?\}")
_ERB = lazy(r"""ENV(?:\[|\.fetch\()["']([A-Z_][A-Z0-9_]*)["'](?:\]|\)\s*(\{)?|\s*(,))""")


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
    for path in repo.syntax.sources("rust", ("env)]", "env,", "env =")):
        text = repo.files.text(path) or ""
        for field in _CLAP.finditer(text) if "clap" in text else ():
            named = field["name"] or field["field"].upper()
            required = not field["type"].startswith(("Option", "bool", "Vec")) and "default_value" not in field[0]
            yield variable(named, Location(path, text.count("\n", 0, field.start("field")) + 1), has_default=not required)
    for path in repo.files.select("application*.properties", "application*.yml", "application*.yaml", roles=(Role.PRODUCTION,)):
        for number, line in enumerate(repo.files.lines(path), 1):
            for found in _SPRING.finditer(line):
                yield variable(found[1], Location(path, number), has_default=found[2] is not None)
    for path in repo.files.select("config/*.yml", "*/config/*.yml", roles=(Role.PRODUCTION,)):
        if "<%=" in (repo.files.text(path) or ""):
            for number, line in enumerate(repo.files.lines(path), 1):
                for found in _ERB.finditer(line) if not line.lstrip().startswith("#") else ():
                    yield variable(found[1], Location(path, number), has_default=bool(found[2] or found[3]))


# -- outbound ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Outbound:
    library: str
    query: Query
    finite: bool
    bounded: re.Pattern[str]
    needs: str = ""


OUTBOUND: tuple[_Outbound, ...] = (
    _Outbound(
        "net/http",
        calls("go", "call_expression", r"^http\.(Get|Post|PostForm|Head)\(", "http.Get(", "http.Post", "http.Head("),
        False,
        lazy(r"(?!)"),
    ),
    _Outbound(
        "net/http",
        query("go", {
            "kind": "call_expression",
            "regex": r"(?s)^(([\w.]+\.)?(http\.DefaultClient|\w*[cC]lient|http|httpc|hc)|\(?&?http\.Client\{[^{}]*\}\)?)"
            r"\.((Do|Head|Get)\([^,]*\)$|Get\(fmt\.|PostForm\(|Post\([^,]+,\s*\")",
            "not": {"regex": r"(?i)^[\w.]*(redis|mongo|cache|etcd|consul|grpc|s3|docker|kube)"},
        }, keywords=(".Do(", ".Get(", ".Post", ".Head(")),
        False,
        lazy(r"http\.Client\{[^}]*Timeout|[cC]lient\w*\([^\n]*\b[Tt]imeout|\.Timeout\s*=|NewRequestWithContext\(\s*ctx|context\.WithTimeout"),
        "http.",
    ),
    _Outbound("resty", calls("go", "call_expression", r"^resty\.New\(\)", "resty.New"), False, lazy(r"SetTimeout")),
    _Outbound(
        "okhttp", calls("java", "method_invocation", r"(?s)^\w+(\.newCall\(.*\))\.(execute|enqueue)\(", "newCall"), True, lazy(r"")
    ),
    _Outbound(
        "okhttp", calls("kotlin", "call_expression", r"(?s)^\w+\.newCall\(.*\)\.(execute|enqueue)\(", "newCall"), True, lazy(r"")
    ),
    _Outbound(
        "java.net.http",
        calls("java", "method_invocation", r"^\w+\.(send|sendAsync)\(", "java.net.http"),
        False,
        lazy(r"\.timeout\(|connectTimeout"),
    ),
    _Outbound(
        "java.net",
        calls("java", "method_invocation", r"(?s)^(\w+|\(?new URL\(.*\)\)?|URI\.create\(.*\)\.toURL\(\))\.(openConnection"
                                           r"|openStream)\(", "openConnection", "openStream"),
        False,
        lazy(r"setReadTimeout"),
    ),
    _Outbound(
        "java.net",
        calls("kotlin", "call_expression", r"(?s)^URL\([^()]*\)\.(readText|readBytes|openStream|openConnection)\(", "URL("),
        False,
        lazy(r"readTimeout"),
    ),
    _Outbound(
        "apache-httpclient",
        calls("java", "method_invocation", r"(?i)^\w*(http)?client\.execute\(", "HttpGet", "HttpPost", "HttpPut", "HttpUriRequest",
            "ClassicHttp"),
        False,
        lazy(r"(?i)set(Socket|Response)Timeout"),
    ),
    _Outbound(
        "webclient",
        calls("java", "method_invocation", r"(?i)^\w*(webclient|restclient)\.(get|post|put|patch|delete"
                                           r"|method)\(", "WebClient", "RestClient"),
        False,
        lazy(r"\.timeout\(|responseTimeout|ReadTimeout|block\(Duration"),
    ),
    _Outbound(
        "resttemplate",
        calls("kotlin", "call_expression", r"(?i)^\w*resttemplate\.(\w*for\w+|exchange|execute)\W", "RestTemplate"),
        False,
        lazy(r"(?i)readtimeout"),
    ),
    _Outbound(
        "resttemplate",
        calls("java", "method_invocation", r"(?i)^\w*resttemplate\.(\w*for\w+|exchange|execute)\(", "RestTemplate"),
        False,
        lazy(r"(?i)readtimeout"),
    ),
    _Outbound("net-http", calls("ruby", "call", r"^Net::HTTP\.(get|post|get_response|start|new)", "Net::HTTP"), True, lazy(r"")),
    _Outbound(
        "http.rb",
        calls("ruby", "call", r"^HTTP(\.(auth|headers|basic_auth|follow|accept|via)\([^)]*\))*\.(get|post|put|patch|delete)\W", "HTTP."),
        False,
        lazy(r"\bHTTP\.(persistent\([^)]*\)\.)?timeout\("),
    ),
    _Outbound("rest-client", calls("ruby", "call", r"^RestClient\.(get|post|put|patch|delete)", "RestClient"), True, lazy(r"")),
    _Outbound("open-uri", calls("ruby", "call", r"^URI(\.open|\([^)]*\)\.open)\W", "open-uri"), True, lazy(r"")),
    _Outbound("httparty", calls("ruby", "call", r"^HTTParty\.(get|post|put|patch|delete)", "HTTParty"), True, lazy(r"")),
    _Outbound(
        "httparty",
        calls("ruby", "call", r"^self\.class\.(get|post|put|patch|delete)\W", "HTTParty"),
        True,
        lazy(r""),
        "include HTTParty",
    ),
    _Outbound("typhoeus", calls("ruby", "call", r"^Typhoeus\.(get|post|put|patch|delete)", "Typhoeus"), False, lazy(r"timeout:")),
    _Outbound("faraday", calls("ruby", "call", r"^Faraday\.(new|get|post)", "Faraday"), True, lazy(r"")),
    _Outbound("reqwest", calls("rust", "call_expression", r"^reqwest::get\(", "reqwest::get"), False, lazy(r"(?!)")),
    _Outbound(
        "reqwest",
        calls("rust", "call_expression", r"(?s)^([\w.]*(client|http|reqwest)\w*(\(\))?|(reqwest::)?Client::new\(\))\.(get|post|put"
                                         r"|patch|delete|request)\([^()]*(\([^()]*\))?[^()]*\)$", "reqwest"),
        False,
        lazy(r"\.timeout\("),
        "reqwest",
    ),
    _Outbound("ureq", calls("rust", "call_expression", r"^ureq::(get|post|put|patch"
                                                       r"|delete)\([^()]*\)$", "ureq::"), False, lazy(r"timeout")),
    _Outbound(
        "php", calls("php", "function_call_expression", r"^file_get_contents\(\s*['\"]https?://", "file_get_contents"), True, lazy(r"")
    ),
    _Outbound(
        "guzzle",
        calls(
            "php",
            "member_call_expression",
            r"(?i)^\$(this->)?\w*(client|guzzle|http)\w*->(get|post|put|patch|delete|request|send)\(",
            "Guzzle",
        ),
        False,
        lazy(r"['\"]timeout['\"]"),
    ),
    _Outbound(
        "laravel-http", calls("php", "scoped_call_expression", r"^Http::(get|post|put|patch|delete)\(", "Http::"), True, lazy(r"")
    ),
    _Outbound("curl", calls("php", "function_call_expression", r"^curl_exec\(", "curl_exec"), False, lazy(r"CURLOPT_TIMEOUT")),
    _Outbound(
        "httpclient",
        calls(
            "csharp",
            "invocation_expression",
            r"^[\w.]*([cC]lient|_http)\.(GetAsync|PostAsync|SendAsync|GetStringAsync|GetFromJsonAsync|PostAsJsonAsync|PutAsync|DeleteAsync)\(",
            "HttpClient",
        ),
        True,
        lazy(r""),
    ),
)
"""Calls by language, whether the library's default is finite, and what else in the file bounds them."""


def outbound(repo: Inventory) -> Iterator[OutboundCall]:
    """Outbound HTTP calls of compiled and scripting languages."""
    for row in OUTBOUND:
        for match in repo.find(row.query):
            text = repo.files.text(match.location.path) or ""
            if row.needs in text:
                bounded = row.finite or row.bounded.search(text) is not None
                yield OutboundCall(row.library, re.split(r"[(\s]", match.text, maxsplit=1)[0][:60], match.location, bounded)
