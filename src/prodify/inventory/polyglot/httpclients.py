"""Outbound HTTP calls on objects whose type is known, whatever they are called: the types as data.

Limits by default, from the libraries' documentation: Spring's RestTemplate, RestClient and WebClient, java.net.http, Apache's client,
JAX-RS, Go's http.Client, reqwest and Guzzle wait for ever. Ktor's engines give up by themselves (CIO after 15 s, OkHttp, Apache and
Android as those libraries do) but for Java's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Role
from prodify.inventory.polyglot.callshapes import called, owner_of
from prodify.inventory.polyglot.holders import held, is_made, last_word
from prodify.inventory.query import Query, query
from prodify.lazydata import dataclass
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory


@dataclass(frozen=True, slots=True)
class Client:
    """A type of client. `needs`: texts of which the file holds one; `calls`: calls by their method alone, of which those on such an object
    count; `bounded`: what gives its calls an end where the client is made, None where the default is finite."""

    library: str
    needs: tuple[str, ...]
    kind: re.Pattern[str]
    calls: Query
    bounded: tuple[Query, ...] | None
    builder: re.Pattern[str] | None = None


_VERBS = "get|post|put|patch|delete|head|options|method"
_TEMPLATE = r"((get|post|put|patch|delete|head|options)\w*|exchange|execute)"
_SETTINGS = lazy(r"(?im)^(?!\s*#)[\w.\- ]*\b(read|response|request|socket)-?timeout\s*[=:]")


def _ends(language: str, name: str, *keywords: str) -> Query:
    return called(language, ".", name, *keywords)


_JAVA_ENDS = (
    _ends("java", "(?i)^(timeout|(set)?(connect|response|read|socket|connectionRequest)Timeout)$", "imeout"),
    query("java", {"kind": "method_invocation", "all": [{"has": {"field": "name", "regex": "^block$"}}, {"has": {
        "field": "arguments", "regex": r"^\(\s*Duration\b"}}]}, keywords=("Duration",)),
)  # fmt: skip
_KOTLIN_ENDS = (
    query("kotlin", {"kind": "navigation_suffix", "regex": r"(?i)^\.(timeout|(set)?(connect|response|read|socket)Timeout)$"},
          keywords=("imeout",)),
    query("kotlin", {"kind": "assignment", "has": {"regex": "(?i)(read|request|socket)Timeout(Millis)?$"}}, keywords=("imeout",)),
    query("kotlin", {"kind": "value_argument", "regex": r"^HttpTimeout$"}, keywords=("HttpTimeout",)),
    query("kotlin", {"kind": "call_expression", "regex": r"\.block\(\s*Duration\b"}, keywords=("Duration",)),
)  # fmt: skip
_GO_ENDS = (
    query("go", {"kind": "keyed_element", "has": {"nthChild": 1, "regex": "^Timeout$"}, "inside": {
        "stopBy": "end", "kind": "composite_literal", "has": {"field": "type", "regex": r"^http\.Client$"}}}, keywords=("Timeout",)),
    query("go", {"kind": "assignment_statement", "has": {"field": "left", "regex": r"\.Timeout$"}}, keywords=(".Timeout",)),
    query("go", {"kind": "call_expression", "has": {"field": "function", "regex": r"^context\.With(Timeout|Deadline)$"}},
          keywords=("context.With",)),
    query("go", {"kind": "call_expression", "has": {"field": "function", "regex": r"^http\.NewRequestWithContext$"}, "all": [
        {"has": {"field": "arguments", "has": {"nthChild": 1, "regex": "^ctx$"}}}]}, keywords=("NewRequestWithContext",)),
)  # fmt: skip
_RUST_ENDS = (_ends("rust", "^(timeout|read_timeout)$", "timeout("),)
_PHP_ENDS = (
    query("php", {"kind": "array_element_initializer", "has": {"nthChild": 1, "regex": "(?i)(^.timeout.$|::TIMEOUT$)"}},
          keywords=("timeout", "TIMEOUT")),
)  # fmt: skip


def _spring(language: str, ends: tuple[Query, ...]) -> tuple[Client, ...]:
    """Spring's three clients, in Java and in Kotlin."""
    named = (("webclient", "WebClient", f"^[?.]*({_VERBS})$"), ("restclient", "RestClient", f"^[?.]*({_VERBS})$"),
             ("resttemplate", "RestTemplate", rf"^[?.]*{_TEMPLATE}$"))  # fmt: skip
    return tuple(
        Client(library, (f"org.springframework.web.client.{kind}", f"reactive.function.client.{kind}", "springframework.web.client.*",
                         "reactive.function.client.*"),
               lazy(rf"(?:\w+\.)*{kind}\b(?!\.[bB]uilder\w*$)"), called(language, ".", methods, kind), ends,
               lazy(rf"(?:\w+\.)*{kind}\.?Builder"))
        for library, kind, methods in named
    )  # fmt: skip


CLIENTS: tuple[Client, ...] = (
    *_spring("java", _JAVA_ENDS),
    *_spring("kotlin", _KOTLIN_ENDS),
    *(Client("java.net.http", ("java.net.http",), lazy(r"(?:\w+\.)*HttpClient\b"), called(language, ".", "^[?.]*(send|sendAsync)$",
                                                                                     "HttpClient"), ends)
      for language, ends in (("java", _JAVA_ENDS), ("kotlin", _KOTLIN_ENDS))),
    *(Client("apache-httpclient", ("org.apache.http", "org.apache.hc"), lazy(r"(?:\w+\.)*(CloseableHttpClient|HttpClients|HttpClientBuilder"
             r"|HttpClient|DefaultHttpClient)\b"), called(language, ".", "^[?.]*execute$", "HttpClient"), ends)
      for language, ends in (("java", _JAVA_ENDS), ("kotlin", _KOTLIN_ENDS))),
    *(Client("jax-rs", ("ws.rs.client",), lazy(r"(?:\w+\.)*(Client|ClientBuilder)\b"),
             called(language, ".", "^[?.]*target$", "ClientBuilder", "ws.rs.client"), ends)
      for language, ends in (("java", _JAVA_ENDS), ("kotlin", _KOTLIN_ENDS))),
    *(Client("ktor", (module,), lazy(r"HttpClient\b"), called("kotlin", ".", rf"^[?.]*({_VERBS}|request)$", "HttpClient"), ends)
      for module, ends in (("io.ktor.client.engine.java", _KOTLIN_ENDS), ("io.ktor.client", None))),
    Client("net/http", ('"net/http"',), lazy(r"http\.Client\b"), called("go", ".", "^(Do|Get|Head|Post|PostForm)$", "http.Client"),
           _GO_ENDS),
    Client("retryablehttp", ("go-retryablehttp",), lazy(r"retryablehttp\.(NewClient|Client)\b"),
           called("go", ".", "^(Do|Get|Head|Post|PostForm)$", "retryablehttp"), _GO_ENDS),
    Client("reqwest", ("reqwest::blocking",), lazy(r"(?:\w+::)*Client\b"), called("rust", ".", f"^({_VERBS}|request|execute)$", "reqwest"),
           None),
    Client("awc", ("awc::",), lazy(r"(?:\w+::)*Client\b"), called("rust", ".", f"^({_VERBS}|request)$", "awc::"), None),
    Client("reqwest", ("reqwest",), lazy(r"(?:reqwest::)?Client\b"), called("rust", ".", f"^({_VERBS}|request|execute)$", "reqwest"),
           _RUST_ENDS),
    Client("guzzle", ("GuzzleHttp",), lazy(r"(?:\w+\\)*(Guzzle)?Client(Interface)?\b"),
           called("php", ".", rf"^({_VERBS}|request|send)(Async)?$", "Guzzle"), _PHP_ENDS),
    Client("httpclient", ("HttpClient",), lazy(r"(?:\w+\.)*HttpClient\b"),
           called("csharp", ".", r"^(Get|Post|Put|Patch|Delete|Send)\w*Async(<.*>)?$", "HttpClient"), None),
)  # fmt: skip
"""Clients by type; for one place the first row counts."""


def typed_calls(repo: Inventory) -> Iterator[tuple[Client, str, SgNode, bool]]:
    """Calls on clients of a known type: the row, the file, the call, and whether it ends."""
    for client in CLIENTS:
        for path in repo.syntax.sources(client.calls.language, client.needs):
            calls = [node for _, node in repo.syntax.nodes(client.calls, path)]
            holders = held(repo, path, client.calls.language, client.kind, client.builder) if calls else None
            if holders is None:
                continue
            owners = [(node, _owner(node)) for node in calls]
            made = [node for node, owner in owners if is_made(owner, client.kind)]
            mine = made + [node for node, owner in owners if _holds(owner, holders.names)]
            ended = bool(mine) and (client.bounded is None or _ended(repo, client, path, made=holders.made or bool(made)))
            for node in mine:
                yield client, path, node, ended


def _owner(call: SgNode) -> str:
    """What a call is made on, with the parts of a chain over lines in one."""
    owner = owner_of(call)
    return re.sub(r"\s*\n\s*", "", owner.text()) if owner is not None else ""


def _holds(owner: str, names: frozenset[str]) -> bool:
    return re.fullmatch(r"[\w.$\->:()?!]+", owner) is not None and last_word(owner) in names and not owner.endswith(")")


def _ended(repo: Inventory, client: Client, path: str, *, made: bool) -> bool:
    """Whether something gives the calls of a file an end: there, or where the client that the file is given is made."""
    rows = client.bounded or ()
    if any(True for row in rows for _ in repo.syntax.nodes(row, path)):
        return True
    if made:
        return False
    others = repo.syntax.sources(client.calls.language, client.needs)
    if any(True for other in others for row in rows for _ in repo.syntax.nodes(row, other)):
        return True
    settings = repo.files.select("application*.properties", "application*.yml", "application*.yaml", roles=(Role.PRODUCTION,))
    return client.builder is not None and any(_SETTINGS.search(repo.files.text(one) or "") for one in settings)
