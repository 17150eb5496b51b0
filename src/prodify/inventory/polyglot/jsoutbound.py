"""Server-side HTTP calls of JavaScript. fetch, axios, got and superagent wait for ever unless told otherwise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import OutboundCall
from prodify.inventory.polyglot import jsclients
from prodify.inventory.polyglot.javascript import everywhere, server_side
from prodify.inventory.polyglot.jsmodules import language_of
from prodify.inventory.polyglot.nodes import arguments, code_of, named, string_of
from prodify.inventory.syntax import location_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.polyglot.jsclients import Clients
    from prodify.inventory.polyglot.jsmodules import Modules
    from prodify.inventory.query import Query

_VERBS = jsclients.VERBS
_ALONE = "axios|fetch|got|nodeFetch|needle|rp|requestPromise|phin|request|ky|\\$fetch|ofetch"
_METHODS = {
    "axios": _VERBS, "got": _VERBS, "ky": _VERBS, "superagent": _VERBS, "unirest": _VERBS, "request": "get|post|put",
    "https?": "get|request", "undici": "request", r"this\.(httpService|http|axios)(\.axiosRef)?": _VERBS, "globalThis|global": "fetch",
    r"require\(['\"](axios|got|superagent|request|needle|unirest)['\"]\)(\.default)?": _VERBS, r"axios\.default": _VERBS,
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
_USUAL = re.compile(f"({_ALONE}|superagent|unirest|https?|undici)")


def outbound(repo: Inventory) -> Iterator[OutboundCall]:
    """Every such call; browser code and calls of a browser's own server are out."""
    modules = repo.scripts
    clients, absolute = jsclients.clients(repo, modules, ends), jsclients.with_server(repo)
    names = {**jsclients.other_names(repo, modules, _USUAL), **{f"this.{n}": at for n, at in jsclients.services(repo).items()}}
    everyone = any(True for _ in repo.find(*DEFAULTS))
    for row in (*OUTBOUND, *_instance_queries({name for _, name in clients} | names.keys())):
        for path in repo.syntax.sources(row.language, row.keywords):
            calls = [node for _, node in repo.syntax.nodes(row, path)]
            for node in calls if calls and server_side(repo, path) else ():
                name = called_name(node)
                head = _owner(name)
                told = path in names.get(name.rpartition(".")[0].removesuffix(".axiosRef"), ()) or path in names.get(name, ())
                own = (path, head) in clients or head in absolute  # made with an address: it is given the rest of the way
                if not (told or _is_http(repo, path, head, clients, modules)) or (_is_relative(node) and not own):
                    continue
                bounded = clients.get((path, head), clients.get(("", head), False)) or everyone
                library = "axios" if own or ("", head) in clients else head
                yield OutboundCall(library, name, location_of(path, node), bounded or head in jsclients.FINITE or ends(node))
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


def _owner(name: str) -> str:
    """The name that tells the library: the first of a path, `axios` for Nest's service, the package for `require("...")`."""
    if name.startswith("this."):
        return "axios"
    if name.startswith(("globalThis.", "global.")):
        return name.rpartition(".")[2]
    loaded = re.match(r"require\(['\"]([\w-]+)", name)
    return f"require({loaded[1]})" if loaded else name.partition(".")[0]


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


def _instance_queries(wanted: set[str]) -> tuple[Query, ...]:
    names = sorted(wanted)
    if not names:
        return ()
    alternatives = "|".join(_escaped(name) for name in names)
    return everywhere(
        {"kind": "call_expression", "any": [
            {"has": {"field": "function", "kind": "identifier", "regex": f"^({alternatives})$"}}, _member(alternatives, _VERBS)]},
        tuple(names),
    )  # fmt: skip


def _escaped(name: str) -> str:
    """A name as a pattern; what a class holds may be asked for the axios below it."""
    return re.escape(name).replace("\\$", "[$]") + (r"(\.axiosRef)?" if name.startswith("this.") else "")


def _is_http(repo: Inventory, path: str, head: str, clients: Clients, modules: Modules) -> bool:
    """Whether the name is the HTTP library and no function of the file's own."""
    if (path, head) in clients or head.startswith("require("):
        return True
    imports = modules.imports(path)
    source = imports.names.get(head, "")
    if source.startswith((".", "/", "@/", "~/", "#")) and head != "axios":
        return False  # a function of the repository's own: its body is looked at where it is written
    if head in ("fetch", "$fetch"):
        return bool(source) or not _is_own(repo, path, head)
    return bool(source) or (head == "axios" and "@nestjs/axios" in imports.modules)


def _is_own(repo: Inventory, path: str, name: str) -> bool:
    """Whether a file defines a function or variable of that name itself."""
    root = repo.syntax.tree(path, language_of(path))
    rule = {"rule": {"any": [{"kind": "function_declaration"}, {"kind": "variable_declarator"}]}}
    for node in root.find_all(rule) if root is not None else ():  # type: ignore[call-overload]
        own = node.field("name")
        if jsclients.is_wrapped_import(node):
            continue
        if own is not None and (own.text() == name or any(part.text() == name for part in named(own))):
            return True
    return False
