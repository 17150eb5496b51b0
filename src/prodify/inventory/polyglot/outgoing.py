"""Outbound HTTP calls of Go, Java, Kotlin, Ruby, Rust, PHP and C#: the libraries as data.

Time-outs by default, from the libraries' documentation: Go's http.Client, reqwest and http.rb wait for ever; OkHttp gives up after
10 s, .NET's HttpClient after 100 s, Ruby's Net::HTTP after 60 s, Guzzle and java.net wait for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import OutboundCall
from prodify.inventory.polyglot.callshapes import call_rule, called, callee
from prodify.inventory.polyglot.httpclients import typed_calls
from prodify.inventory.query import Query, query
from prodify.inventory.syntax import location_of
from prodify.lazydata import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory


@dataclass(frozen=True, slots=True)
class Library:
    """Calls of one library. `bounded`: what else in the file gives its calls an end, None where the default is finite.

    `needs`: a text that the file holds as well, where the call alone says too little; `inherited`: a file of a parent class may hold it.
    """

    name: str
    query: Query
    bounded: tuple[Query, ...] | None = ()
    needs: str = ""
    inherited: bool = False


_VERBS = "^(get|post|put|patch|delete|request)$"
_GO_CLIENT = {"any": [
    {"kind": "identifier", "regex": "([cC]lient|^http|^httpc|^hc)$"},
    {"kind": "selector_expression", "has": {"field": "field", "regex": "([cC]lient|DefaultClient)$"}},
    {"kind": "composite_literal", "has": {"field": "type", "regex": r"^http\.Client$"}},
    {"kind": "unary_expression", "has": {"kind": "composite_literal", "has": {"field": "type", "regex": r"^http\.Client$"}}},
    {"kind": "parenthesized_expression", "has": {"stopBy": "end", "kind": "composite_literal", "has": {
        "field": "type", "regex": r"^http\.Client$"}}},
]}  # fmt: skip
_GO_OTHER = {"regex": r"(?i)^[\w.]*(redis|mongo|cache|etcd|consul|grpc|s3|docker|kube)"}
"""Clients that are none of HTTP's, by name."""
_ONE = {"kind": "argument_list", "has": {"nthChild": 1}, "not": {"has": {"nthChild": 2}}}
_URL_FIRST = {"kind": "argument_list", "has": {"nthChild": 2, "any": [
    {"kind": "interpreted_string_literal"}]}}  # fmt: skip
_GO_DOES = {
    "kind": "call_expression",
    "has": {"field": "function", "kind": "selector_expression",
            "all": [{"has": {"field": "operand", **_GO_CLIENT, "not": _GO_OTHER}},
                    {"has": {"field": "field", "regex": "^(Do|Head|Get|Post|PostForm)$"}}]},
    "any": [
        {"has": {"field": "function", "has": {"field": "field", "regex": "^(Do|Head|Get)$"}},
         "all": [{"has": {"field": "arguments", **_ONE}}]},
        {"has": {"field": "function", "has": {"field": "field", "regex": "^PostForm$"}}},
        {"has": {"field": "function", "has": {"field": "field", "regex": "^Post$"}},
         "all": [{"has": {"field": "arguments", **_URL_FIRST}}]},
    ],
    "not": {"has": {"field": "function", "regex": r"^http\.(Get|Head|Post|PostForm)$"}},
}  # fmt: skip
"""`client.Do(request)` and its like on something that is called a client; `http.Get` has a row of its own."""
_GO_BOUNDED = (
    query("go", {"kind": "keyed_element", "has": {"nthChild": 1, "regex": "^Timeout$"}, "inside": {
        "stopBy": "end", "kind": "composite_literal", "has": {"field": "type", "regex": r"^http\.Client$"}}}, keywords=("Timeout",)),
    query("go", {"kind": "assignment_statement", "has": {"field": "left", "regex": r"\.Timeout$"}}, keywords=(".Timeout",)),
    query("go", {"kind": "call_expression", "has": {"field": "function", "regex": "[cC]lient\\w*$"}, "all": [
        {"has": {"field": "arguments", "has": {"stopBy": "end", "regex": "^[\\w.]*[tT]imeout\\w*$"}}}]}, keywords=("imeout",)),
    query("go", {"kind": "call_expression", "has": {"field": "function", "regex": r"^context\.WithTimeout$"}},
          keywords=("context.WithTimeout",)),
    query("go", {"kind": "call_expression", "has": {"field": "function", "regex": r"^http\.NewRequestWithContext$"}, "all": [
        {"has": {"field": "arguments", "has": {"nthChild": 1, "regex": "^ctx$"}}}]}, keywords=("NewRequestWithContext",)),
)  # fmt: skip
"""What gives Go's calls an end: the client's time-out or the request's context."""


def _named(language: str, name: str, *keywords: str) -> tuple[Query, ...]:
    """Calls of one of these methods on anything."""
    return (called(language, ".", name, *keywords),)


_JAVA_ENDS = _named("java", "(?i)^(timeout|connectTimeout|responseTimeout|set(Socket|Response|Read)Timeout|readTimeout)$", "imeout")
_BLOCKS = (query("java", {"all": [call_rule("java", ".", "^block$"), {"has": {"field": "arguments", "has": {
    "regex": r"^Duration\b"}}}]}, keywords=("Duration",)),)  # fmt: skip
_KOTLIN_ENDS = _named("kotlin", "(?i)readtimeout", "imeout")
_KOTLIN_SETS = (query("kotlin", {"kind": "assignment", "has": {"regex": "(?i)readTimeout$"}}, keywords=("eadTimeout",)),)
_RUBY_OPTION = query("ruby", {"kind": "pair", "has": {"field": "key", "regex": "^:?timeout$"}}, keywords=("timeout:", ":timeout"))
_PHP_OPTION = query("php", {"kind": "array_element_initializer", "has": {"nthChild": 1, "regex": "^.timeout.$"}}, keywords=("timeout",))
_HTTP_RB = r"^HTTP$|^HTTP\.(auth|headers|basic_auth|follow|accept|via)\b"
_RUST_CLIENT = {"any": [
    {"kind": "identifier", "regex": "(client|http|reqwest)\\w*$"},
    {"kind": "field_expression", "has": {"field": "field", "regex": "(client|http|reqwest)\\w*$"}},
    {"kind": "call_expression", "has": {"field": "function", "any": [
        {"regex": "^(reqwest::)?Client::new$"}, {"kind": "field_expression", "has": {"field": "field", "regex": "(client|http)\\w*$"}},
        {"kind": "identifier", "regex": "(client|http)\\w*$"}]}},
]}  # fmt: skip
_REQWEST = {"kind": "call_expression", "has": {"field": "function", "kind": "field_expression", "all": [
    {"has": {"field": "value", **_RUST_CLIENT}}, {"has": {"field": "field", "regex": _VERBS}}]}}  # fmt: skip
_FIBER = ("Get", "Post", "Put", "Patch", "Delete", "Head")
_DECLARED = r"^@(FeignClient|RegisterRestClient|Client)\b"
"""Interfaces that a framework makes a client of, with limits by default: Feign after 60 s, Quarkus after 30 s, Micronaut after 10 s."""
_CURL_OPTION = query("php", {"kind": "name", "regex": "^CURLOPT_(CONNECT)?TIMEOUT(_MS)?$"}, keywords=("CURLOPT_",))

LIBRARIES: tuple[Library, ...] = (
    Library("net/http", called("go", "^http$", "^(Get|Post|PostForm|Head)$", "http.Get(", "http.Post", "http.Head(")),
    Library("net/http", query("go", _GO_DOES, keywords=(".Do(", ".Get(", ".Post", ".Head(")), _GO_BOUNDED, "http."),
    Library("resty", called("go", "^resty$", "^New$", "resty.New"), _named("go", "^SetTimeout$", "SetTimeout")),
    Library("fiber", called("go", "^fiber$", "^(Get|Post|Put|Patch|Delete|Head)$", *(f"fiber.{verb}(" for verb in _FIBER)),
            _named("go", "^Timeout$", ".Timeout(")),
    Library("fasthttp", called("go", "^fasthttp$", "^(Do|Get|Post)$", "fasthttp.Do(", "fasthttp.Get(", "fasthttp.Post(")),
    Library("req", called("go", "^req$", "^(C|NewClient|R)$", "imroc/req"), None),
    Library("okhttp", called("java", r"newCall\(", "^(execute|enqueue)$", "newCall"), None),
    Library("okhttp", called("kotlin", r"newCall\(", "(execute|enqueue)$", "newCall"), None),
    Library("java.net.http", called("java", r"^\w+$", "^(send|sendAsync)$", "java.net.http"), _JAVA_ENDS),
    Library("java.net", called("java", ".", "^(openConnection|openStream)$", "openConnection", "openStream"), _JAVA_ENDS),
    Library("java.net", called("kotlin", r"^URL\(", "(readText|readBytes|openStream|openConnection)$", "URL("),
            (*_KOTLIN_ENDS, *_KOTLIN_SETS)),
    Library("apache-httpclient", called("java", "(?i)^\\w*(http)?client$", "^execute$",
                                        "HttpGet", "HttpPost", "HttpPut", "HttpUriRequest", "ClassicHttp"), _JAVA_ENDS),
    Library("webclient", called("java", "(?i)^[\\w.]*(webclient|restclient)$", "^(get|post|put|patch|delete|method)$",
                                "WebClient", "RestClient"),
            (*_JAVA_ENDS, *_BLOCKS)),
    Library("resttemplate", called("kotlin", "(?i)^[\\w.]*resttemplate$", r"(\w*For\w+|exchange|execute)$", "RestTemplate"),
            (*_KOTLIN_ENDS, *_KOTLIN_SETS)),
    Library("resttemplate", called("java", "(?i)^[\\w.]*resttemplate$", r"^(\w*For\w+|exchange|execute)$", "RestTemplate"), _JAVA_ENDS),
    Library("net-http", called("ruby", "^Net::HTTP$", "^(get|post|get_response|start|new)", "Net::HTTP"), None),
    Library("http.rb", called("ruby", _HTTP_RB, _VERBS, "HTTP."), _named("ruby", "^timeout$", "timeout")),
    Library("rest-client", called("ruby", "^RestClient$", _VERBS, "RestClient"), None),
    Library("open-uri", called("ruby", r"^URI(\(|$)", "^open$", "open-uri"), None),
    Library("open-uri", query("ruby", {"all": [call_rule("ruby", None, "^open$"), {"has": {"field": "arguments", "regex":
            r"(?i)url|uri|link|href|https?:"}}]}, keywords=("open(", "open ")), None, "open-uri", inherited=True),
    *(Library(name, called("ruby", owner, methods, word), None) for name, owner, methods, word in (
        ("excon", "^Excon$", "^(get|post|put|patch|delete|new)$", "Excon"),
        ("httpx", "^HTTPX(\\.|$)", _VERBS, "HTTPX"), ("httpclient", "^HTTPClient$", "^(new|get|post|get_content)$", "HTTPClient"),
        ("mechanize", "^Mechanize$", "^new$", "Mechanize"), ("rest-client", "^RestClient::Request$", "^execute$", "RestClient"))),
    Library("curb", called("ruby", "^Curl(::Easy)?$", "^(get|post|put|delete|new|perform|http_get)$", "Curl"),
            _named("ruby", "^timeout", "timeout")),
    Library("httparty", called("ruby", "^HTTParty$", _VERBS, "HTTParty"), None),
    Library("httparty", called("ruby", r"^self\.class$", _VERBS, "self.class."), None, "include HTTParty", inherited=True),
    Library("typhoeus", called("ruby", "^Typhoeus$", _VERBS, "Typhoeus"), (_RUBY_OPTION,)),
    Library("faraday", called("ruby", "^Faraday$", "^(new|get|post)$", "Faraday"), None),
    *(Library(name, called(language, owner, methods, word), None) for name, owner, methods, word in (
        ("jsoup", r"(^|\.)Jsoup$", "^[?.]*connect$", "Jsoup"), ("unirest", "^Unirest$", "^[?.]*(get|post|put|patch|delete)$", "Unirest"))
      for language in ("java", "kotlin")),
    Library("fuel", called("kotlin", "^(Fuel|khttp)$", "(get|post|put|patch|delete)$", "Fuel.", "khttp."), None),
    *(Library("declared-client", query(language, {"any": [{"kind": kind} for kind in marks], "regex": _DECLARED, "inside": {
        "kind": "modifiers", "inside": {"any": [{"kind": kind} for kind in owners]}}},
              keywords=("@FeignClient", "@RegisterRestClient", "@Client")), None)
      for language, marks, owners in (("java", ("annotation", "marker_annotation"), ("interface_declaration", "class_declaration")),
                                      ("kotlin", ("annotation",), ("class_declaration",)))),
    Library("reqwest", called("rust", "^reqwest::blocking$", "^get$", "reqwest::blocking"), None),
    Library("surf", called("rust", "^(surf|isahc|minreq|attohttpc)$", _VERBS, "surf::", "isahc::", "minreq::", "attohttpc::"), None),
    Library("reqwest", called("rust", "^reqwest$", "^get$", "reqwest::get")),
    Library("reqwest", query("rust", _REQWEST, keywords=("reqwest",)), _named("rust", "^timeout$", ".timeout(")),
    Library("ureq", called("rust", "^ureq$", "^(get|post|put|patch|delete)$", "ureq::"), _named("rust", "^timeout\\w*$", "timeout")),
    Library("php", query("php", {"all": [call_rule("php", None, "^file_get_contents$"), {"has": {"field": "arguments", "has": {
        "nthChild": 1, "regex": r"^.https?://"}}}]}, keywords=("file_get_contents",)), None),
    Library("guzzle", called("php", r"(?i)^\$(this->)?\w*(client|guzzle|http)\w*$", "^(get|post|put|patch|delete|request|send)$", "Guzzle"),
            (_PHP_OPTION,)),
    Library("php", query("php", {"all": [call_rule("php", None, "^(file_get_contents|fopen)$"), {"has": {"field": "arguments", "regex":
            r"(?i)^\(\s*\$(this->)?\w*(url|uri|endpoint)\w*\s*[,)]"}}]}, keywords=("file_get_contents", "fopen")), None),
    Library("soap", query("php", {"kind": "object_creation_expression", "regex": r"^new\s+\\?SoapClient\b"}, keywords=("SoapClient",)),
            None),
    Library("symfony-http", called("php", r"^\$(this->)?\w*[cC]lient$", "^request$", "HttpClientInterface", r"HttpClient\HttpClient"),
            None),
    Library("laravel-http", called("php", r"^Http::", "^(get|post|put|patch|delete|send)$", "Http::"), None),
    Library("laravel-http", called("php", "^Http$", "^(get|post|put|patch|delete)$", "Http::"), None),
    Library("curl", called("php", None, "^curl_exec$", "curl_exec"), (_CURL_OPTION,)),
    *(Library(name, called("csharp", owner, methods, *words), None) for name, owner, methods, words in (
        ("restsharp", "(?i)client$", "^Execute", ("RestSharp", "RestRequest")),
        ("flurl", r"(?i)^\"https?://|url", r"^(Get|Post|Put)(Json|String)Async", ("Flurl", "JsonAsync", "StringAsync")),
        ("webclient", ".", "^(Download|Upload)(String|Data|File)", ("WebClient",)),
        ("webrequest", "^(Http)?WebRequest$", "^Create(Http)?$", ("WebRequest.Create",)))),
    Library("httpclient", called("csharp", "([cC]lient|_http)$",
                                 "^(Get|Post|Put|Delete|Send|GetString|GetStream|GetByteArray|GetFromJson|PostAsJson|PutAsJson)Async",
                                 "HttpClient"), None),
    Library("httpclient", query("csharp", {"kind": "assignment_expression", "all": [
        {"has": {"field": "left", "regex": r"(^|\.)Timeout$"}}, {"has": {"field": "right", "regex": r"(^|\.)InfiniteTimeSpan$"}}]},
        keywords=("InfiniteTimeSpan",)), needs="HttpClient"),
)  # fmt: skip
"""Calls by library."""


def _one_line(name: str) -> str:
    """A chain of calls as it reads when it stands on one line, cut."""
    return "".join(part.strip() for part in name.splitlines())[:60]


def outbound(repo: Inventory) -> Iterator[OutboundCall]:
    """Outbound HTTP calls of compiled and scripting languages: on clients of a known type, and by the usual names."""
    seen: set[tuple[str, int, int]] = set()
    for client, path, node, ended in typed_calls(repo):
        if (place := _place(path, node)) not in seen:
            seen.add(place)
            yield OutboundCall(client.library, _one_line(callee(node)), location_of(path, node), ended)
    for library in LIBRARIES:
        for path in repo.syntax.sources(library.query.language, library.query.keywords):
            if library.needs not in repo.syntax.text(path) and not (library.inherited and _anywhere(repo, library)):
                continue
            calls = [node for _, node in repo.syntax.nodes(library.query, path)]
            bounded = bool(calls) and (
                library.bounded is None or any(True for row in library.bounded for _ in repo.syntax.nodes(row, path))
            )
            for node in calls:
                if _place(path, node) in seen:
                    continue
                yield OutboundCall(library.name, _one_line(callee(node)), location_of(path, node), bounded)


def _place(path: str, node: SgNode) -> tuple[str, int, int]:
    span = node.range()
    return path, span.start.index, span.end.index


def _anywhere(repo: Inventory, library: Library) -> bool:
    return any(True for _ in repo.syntax.sources(library.query.language, (library.needs,)))
