"""Outbound HTTP calls of Python code and whether each is bounded in time.

Defaults, from the libraries' documentation: requests, urllib and urllib3 wait for ever; httpx gives up after 5 s; aiohttp after
300 s in total, which is finite.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from prodify.inventory import pyimports
from prodify.inventory.facts import OutboundCall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Call
    from prodify.inventory.pymodule import PyModule

VERBS = frozenset(("get", "post", "put", "patch", "delete", "head", "options", "request"))
CLIENTS: Mapping[str, str] = {
    "requests.Session": "requests", "requests.session": "requests", "requests.sessions.Session": "requests",
    "requests_cache.CachedSession": "requests", "cloudscraper.create_scraper": "requests",
    "requests_html.HTMLSession": "requests", "requests_html.AsyncHTMLSession": "requests",
    "requests_oauthlib.OAuth2Session": "requests", "requests_oauthlib.OAuth1Session": "requests", "httpx.Client": "httpx",
    "httpx.AsyncClient": "httpx", "aiohttp.ClientSession": "aiohttp", "urllib3.PoolManager": "urllib3",
    "urllib3.HTTPConnectionPool": "urllib3", "urllib3.HTTPSConnectionPool": "urllib3", "http.client.HTTPSConnection": "http.client",
    "http.client.HTTPConnection": "http.client", "httplib2.Http": "httplib2",
}  # fmt: skip
"""Objects whose methods make requests, with their library."""

_FINITE = frozenset(("httpx", "aiohttp"))
_FUNCTIONS: Mapping[str, tuple[str, int | None]] = {
    "urllib.request.urlopen": ("urllib", 2), "urllib.request.urlretrieve": ("urllib", None), "urllib2.urlopen": ("urllib", 2),
    "urllib.urlopen": ("urllib", None), "urllib3.request": ("urllib3", None), "aiohttp.request": ("aiohttp", None),
    "wget.download": ("wget", None),
}  # fmt: skip
"""Functions that make a request: library, and where the time-out stands by position."""

_MODULES = ("requests", "httpx", "urllib.request", "urllib2", "aiohttp", "urllib3", "http.client", "httplib2", "cloudscraper", "wget",
            "requests_oauthlib", "requests_cache", "requests_html", "urllib", "http")  # fmt: skip
"""What a file imports that makes requests."""
_HANDED_OVER = ("to_thread", "run_in_executor", "run_sync", "run_in_threadpool", "sync_to_async", "submit", "map", "partial")
"""Calls that call, in a thread or later, the function that they are given."""
_METHODS = VERBS | {"send", "stream", "urlopen", "ws_connect"}
_LAST = _METHODS.union(_HANDED_OVER)


def find(repo: Inventory) -> Iterator[OutboundCall]:
    """Every outbound call in production Python."""
    paths = list(repo.python.importing(*_MODULES))
    shared: set[str] = set()
    for path in paths:
        module = repo.python.module(path)
        if module is not None:
            clients = _clients(module)
            shared |= {name for name in clients if name.isidentifier()}
            yield from _of_module(repo, module, clients)
    for module in repo.python.modules(shared) if shared else ():
        if module.path not in paths and shared & set(module.imports):
            yield from _of_module(repo, module, {})


def _of_module(repo: Inventory, module: PyModule, clients: dict[str, tuple[str, bool | None]]) -> Iterator[OutboundCall]:
    global_timeout = any(True for _ in module.calls_where("socket.setdefaulttimeout".__eq__))
    for call in module.calls_where(_may_ask):
        found = _function(call) or _handed_over(module, call) or _chosen(module, clients, call) or _method(repo, module, clients, call)
        if found is not None:
            library, timeout = found
            yield OutboundCall(library, call.name, call.location, True if global_timeout else timeout, call.in_loop)
        elif CLIENTS.get(call.name) in _FINITE and (given := call.arg("timeout")) is not None and given.text == "None":
            yield OutboundCall(CLIENTS[call.name], call.name, call.location, False, call.in_loop)  # the finite default was switched off


def _may_ask(name: str) -> bool:
    """Whether a call of that name may be a request, hand one over or make a client: most are told apart before they are looked at."""
    return name.rpartition(".")[2] in _LAST or name in _FUNCTIONS or name in CLIENTS or name.startswith("getattr(")


def _function(call: Call) -> tuple[str, bool | None] | None:
    head, _, last = call.name.rpartition(".")
    if head in ("requests", "requests.api", "httpx") and last in VERBS | {"stream"}:
        library = head.split(".")[0]
        return library, _bounded(call, library)
    if call.name in _FUNCTIONS:
        library, position = _FUNCTIONS[call.name]
        return library, _bounded(call, library, position)
    return None


def _handed_over(module: PyModule, call: Call) -> tuple[str, bool | None] | None:
    """A request's function that is no call itself but an argument: `asyncio.to_thread(requests.get, url)`."""
    if call.name.rpartition(".")[2] not in _HANDED_OVER:
        return None
    for argument in call.args:
        head, _, last = module.resolve(argument.text).rpartition(".") if argument.text[:1].isalpha() else ("", "", "")
        if head in ("requests", "requests.api") and last in VERBS:
            return head.split(".")[0], _bounded(call, "requests")
    return None


def _chosen(module: PyModule, clients: dict[str, tuple[str, bool | None]], call: Call) -> tuple[str, bool | None] | None:
    """A request whose verb is chosen while the program runs: `getattr(requests, verb)(url)`, of the module or of a client."""
    if not call.name.startswith("getattr("):
        return None
    owner = call.name[len("getattr(") :].partition(",")[0]
    if owner in clients:
        library, bounded = clients[owner]
        return library, _bounded(call, library) or bounded
    library = module.resolve(owner)
    return (library, _bounded(call, library)) if library in ("requests", "httpx") else None


def endless_mail(repo: Inventory) -> Iterator[Call]:
    """Connections to a mail server that wait for ever, which smtplib does unless it is told otherwise."""
    for call in repo.python.each_call("smtplib.SMTP", "smtplib.SMTP_SSL"):
        given = call.arg("timeout", 3 if call.name.endswith("SMTP") else None)
        told = any(c.name == "socket.setdefaulttimeout" for c in repo.python.calls("socket.setdefaulttimeout"))
        if given is None and call.arg("host", 0) is not None and not call.has_star and not told:
            yield call


def _bounded(call: Call, library: str, position: int | None = None) -> bool | None:
    """Whether a call is bounded by itself: its own time-out, else the library's default; None when ** may hold one."""
    given = call.arg("timeout") or (call.arg("timeout", position) if position is not None else None)
    if given is not None:
        return given.text != "None"
    if library in _FINITE:
        return True
    return None if call.has_star else False


def _clients(module: PyModule) -> dict[str, tuple[str, bool | None]]:
    """Names of client objects in a file: library, and whether the object itself bounds its calls."""
    found: dict[str, tuple[str, bool | None]] = {}
    for call in module.calls_where(CLIENTS.__contains__):
        library = CLIENTS[call.name]
        for name in _names_of(module, call):
            found[name] = (library, _client_bounded(module, name, call, library))
    return found


def _names_of(module: PyModule, call: Call) -> Iterator[str]:
    for assignment in module.assignments:
        place = assignment.location
        if (place.line or 0) <= (call.location.line or 0) <= (place.end_line or 0) and assignment.text.startswith(call.text[:80]):
            yield assignment.target
    yield from module.with_names.get(call.text, ())


def _client_bounded(module: PyModule, name: str, call: Call, library: str) -> bool | None:
    given = call.arg("timeout")
    if given is not None:
        return given.text not in ("None", "aiohttp.ClientTimeout(total=None)", "ClientTimeout(total=None)")
    if library in _FINITE:
        return True
    mounted = module.calls_where(f"{name}.mount".__eq__)
    for mount in mounted:
        adapter = mount.arg("adapter", 1)
        if adapter is not None and ("timeout" in adapter.text.lower() or _adapter_has_timeout(module, adapter.text)):
            return True
    return any(a.target in (f"{name}.request", f"{name}.send") and "timeout" in a.text for a in module.assignments)


def _adapter_has_timeout(module: PyModule, text: str) -> bool:
    """Whether a mounted adapter is an object made with, or of a class that is about, a time-out."""
    return any(a.target == text and "timeout" in a.text.lower() for a in module.assignments)


def _method(repo: Inventory, module: PyModule, clients: dict[str, tuple[str, bool | None]], call: Call) -> tuple[str, bool | None] | None:
    inline = re.match(r"([\w.]+)\(.*\)\.(\w+)$", call.name)
    written = call.name if inline else call.text.split("(", 1)[0].strip()
    owner, _, last = written.rpartition(".")
    if last not in _METHODS or not owner:
        return None
    known = clients.get(owner)
    if known is None and owner.split(".")[0] in module.imports and "." not in owner:
        made = pyimports.constructor(repo, module.path, owner)
        home = repo.python.module(made[0]) if made is not None else None
        if made is not None and home is not None and made[2].name in CLIENTS:
            known = _clients(home).get(made[1])
    if known is None and inline is not None and (library := CLIENTS.get(inline[1])) is not None:
        known = (library, "timeout" in owner or library in _FINITE)
    if known is None:
        return None
    library, bounded = known
    given = call.arg("timeout")
    if given is not None:
        return library, given.text != "None"
    return library, bounded if bounded or not call.has_star else None
