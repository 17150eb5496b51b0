"""Server-side HTTP calls of JavaScript. fetch, axios, got and superagent wait for ever unless told otherwise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import OutboundCall
from prodify.inventory.polyglot.javascript import everywhere, server_side
from prodify.inventory.polyglot.jsmodules import language_of
from prodify.inventory.polyglot.nodes import arguments, code_of, named, string_of
from prodify.inventory.syntax import location_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.polyglot.jsmodules import Modules
    from prodify.inventory.query import Query

_VERBS = "get|post|put|patch|delete|head|request"
_ALONE = "axios|fetch|got|nodeFetch|needle|rp|requestPromise|phin|request|ky|\\$fetch|ofetch"
_METHODS = {
    "axios": _VERBS, "got": _VERBS, "ky": _VERBS, "superagent": _VERBS, "unirest": _VERBS, "request": "get|post|put",
    "https?": "get|request", "undici": "request", r"this\.(httpService|http|axios)": _VERBS,
}  # fmt: skip


def _member(owner: str, names: str) -> dict[str, object]:
    called: dict[str, object] = {"kind": "member_expression", "all": [
        {"has": {"field": "object", "regex": f"^({owner})$"}}, {"has": {"field": "property", "regex": f"^({names})$"}}]}
    awaited = {"kind": "await_expression", "has": called}  # how `await axios.get<T>(...)` is parsed
    return {"has": {"field": "function", "any": [called, awaited]}}  # fmt: skip


OUTBOUND = everywhere(
    {"kind": "call_expression", "any": [
        {"has": {"field": "function", "any": [
            {"kind": "identifier", "regex": f"^({_ALONE})$"},
            {"kind": "await_expression", "has": {"kind": "identifier", "regex": f"^({_ALONE})$"}},  # `await fetch<T>(...)`
        ]}},
        *(_member(owner, names) for owner, names in _METHODS.items()),
    ]},
    ("axios", "fetch", "got", "superagent", "request", "ky", "http.", "https.", "undici", "httpService", "needle", "rp(",
     "requestPromise", "unirest", "phin"),
)  # fmt: skip
"""Calls of HTTP libraries by the name they are usually imported under; the import is checked as well."""
INSTANCES = everywhere(
    {"kind": "variable_declarator", "has": {"field": "value", "any": [
        {"kind": "call_expression", **_member("axios|ky|got", "create|extend")},
        {"kind": "await_expression", "has": {"kind": "call_expression", **_member("axios|ky|got", "create|extend")}},
    ]}},
    (".create(", ".extend("),
)  # fmt: skip
"""Clients with settings of their own."""
DEFAULTS = everywhere(
    {"kind": "assignment_expression", "has": {"field": "left", "regex": r"^axios\.defaults\.timeout$"}}, ("axios.defaults.timeout",)
)
OLD_OPENAI = everywhere(
    {"kind": "call_expression", "has": {"field": "function", "kind": "member_expression", "has": {
        "field": "property",
        "regex": "^(createChatCompletion|createCompletion|createImage|createEdit|createEmbedding|createTranscription)$"}}},
    ("createChatCompletion", "createCompletion", "createImage", "createEmbedding", "createTranscription"),
)  # fmt: skip
"""Methods of the openai package before version 4, which is axios without a time-out."""
_ENDS = frozenset(("timeout", "signal", "requestTimeout", "connectTimeout"))
_Clients = dict[tuple[str, str], bool]


def outbound(repo: Inventory) -> Iterator[OutboundCall]:
    """Every such call; browser code and calls of a browser's own server are out."""
    modules, clients = repo.scripts, _clients(repo)
    everyone = any(True for _ in repo.find(*DEFAULTS))
    for row in (*OUTBOUND, *_instance_queries(clients)):
        for path in repo.syntax.sources(row.language, row.keywords):
            calls = [node for _, node in repo.syntax.nodes(row, path)]
            for node in calls if calls and server_side(repo, path) else ():
                name = called_name(node)
                head = name.partition(".")[0] if not name.startswith("this.") else "axios"
                if not _is_http(repo, path, head, clients, modules) or _is_relative(node):
                    continue
                bounded = clients.get((path, head), clients.get(("", head), False)) or everyone
                library = "axios" if (path, head) in clients or ("", head) in clients else head
                yield OutboundCall(library, name, location_of(path, node), bounded or ends(node))
    for row in OLD_OPENAI:
        for path in repo.syntax.sources(row.language, row.keywords):
            if "OpenAIApi" in repo.syntax.text(path) and server_side(repo, path):
                for _, node in repo.syntax.nodes(row, path):
                    yield OutboundCall("openai", called_name(node), location_of(path, node), ends(node))


def called_name(call: SgNode) -> str:
    """What a call calls, as written, without the `await` in front of it and without the blanks of a chain over lines."""
    function = call.field("function")
    if function is None:
        return ""
    text = function.text().removeprefix("await ")
    return "".join((code_of(function).removeprefix("await ") if "/*" in text or "//" in text else text).split())


def ends(call: SgNode) -> bool:
    """Whether what a call is given, or a chain on it, bounds how long it waits."""
    rule = {"rule": {"any": [
        {"kind": "property_identifier", "regex": "^(timeout|signal|requestTimeout|connectTimeout)$"},
        {"kind": "shorthand_property_identifier", "regex": "^(timeout|signal)$"},
        {"kind": "identifier", "regex": "^(AbortSignal|timeout|signal)$"},
        {"kind": "string_fragment", "regex": "^(timeout|signal)$"},
    ]}}  # fmt: skip
    if call.find(rule) is not None:  # type: ignore[call-overload]
        return True
    parent = call.parent()
    while parent is not None and parent.kind() in ("member_expression", "call_expression"):
        name = parent.field("property")
        if name is not None and name.text() in _ENDS:
            return True
        parent = parent.parent()
    return False


def _is_relative(call: SgNode) -> bool:
    """Whether the address starts with a slash: a browser's call of its own server."""
    given = arguments(call)
    return bool(given) and (string_of(given[0]) or "").startswith("/")


def _clients(repo: Inventory) -> _Clients:
    """Clients made by `axios.create(...)`, by file and name, for importers by name alone; the value: whether they are bounded."""
    found: _Clients = {}
    for row in INSTANCES:
        for path in repo.syntax.sources(row.language, row.keywords):
            for _, node in repo.syntax.nodes(row, path):
                name, value = node.field("name"), node.field("value")
                if name is not None and value is not None and name.kind() == "identifier":
                    found[(path, name.text())] = found[("", name.text())] = ends(value)
    return found


def _instance_queries(clients: _Clients) -> tuple[Query, ...]:
    names = sorted({name for _, name in clients})
    if not names:
        return ()
    alternatives = "|".join(re.escape(name).replace("\\$", "[$]") for name in names)
    return everywhere(
        {"kind": "call_expression", "any": [
            {"has": {"field": "function", "kind": "identifier", "regex": f"^({alternatives})$"}}, _member(alternatives, _VERBS)]},
        tuple(names),
    )  # fmt: skip


def _is_http(repo: Inventory, path: str, head: str, clients: _Clients, modules: Modules) -> bool:
    """Whether the name is the HTTP library and no function of the file's own."""
    if (path, head) in clients:
        return True
    imports = modules.imports(path)
    if head in ("fetch", "$fetch"):
        return head in imports.names or not _is_own(repo, path, head)
    return head in imports.names or (head == "axios" and "@nestjs/axios" in imports.modules)


def _is_own(repo: Inventory, path: str, name: str) -> bool:
    """Whether a file defines a function or variable of that name itself."""
    root = repo.syntax.tree(path, language_of(path))
    rule = {"rule": {"any": [{"kind": "function_declaration"}, {"kind": "variable_declarator"}]}}
    for node in root.find_all(rule) if root is not None else ():  # type: ignore[call-overload]
        own = node.field("name")
        if own is not None and (own.text() == name or any(part.text() == name for part in named(own))):
            return True
    return False
