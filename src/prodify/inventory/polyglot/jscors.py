"""Express' and Koa's middleware for origins, whatever a file calls it: `const open = require("cors"); app.use(open(options))`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Note
from prodify.inventory.polyglot.javascript import everywhere, server_side
from prodify.inventory.polyglot.jsvalues import Value, key_of, unwrapped
from prodify.inventory.polyglot.nodes import arguments, line_of, named, string_of
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

_PACKAGES = frozenset(("cors", "@koa/cors", "koa-cors", "koa2-cors", "kcors"))
"""What lets every origin in unless it is told which."""
_IMPORTED = lazy(r"""["'](?:@koa/cors|k(?:oa2?-)?cors|cors)["']""")
_CALLS = everywhere({"kind": "call_expression", "has": {"field": "function", "kind": "identifier"}}, ("cors",), _IMPORTED)
_NAMES = frozenset(("origin", "origins"))


def open_middleware(repo: Inventory) -> Iterator[Note]:
    """Calls of the middleware that let every origin in: without options, with such that name none, or that name `*`."""
    for row in _CALLS:
        for path in repo.syntax.sources(row.language, row.keywords):
            imports = repo.scripts.imports(path) if _IMPORTED.search(repo.syntax.text(path)) else None
            own = {name for name in imports.whole if imports.names.get(name) in _PACKAGES} if imports is not None else set()
            for _, call in repo.syntax.nodes(row, path) if own else ():
                function = call.field("function")
                if function is not None and function.text() in own and server_side(repo, path):
                    yield from _told(repo, path, call)


def _told(repo: Inventory, path: str, call: SgNode) -> Iterator[Note]:
    given = arguments(call)
    if not given:
        yield Note(Location(path, line_of(call)), f"{call.text()[:40]} lets every origin in")
        return
    options = list(repo.script_values.options(path, call))
    if not options or unwrapped(given[0]) is None or options[0].configured:
        return  # a function that decides for each request, or something of another file that could not be followed
    parts = [(option, part) for option in options for part in named(option.node)]
    if any(part.kind() == "spread_element" and len(options) == 1 for _, part in parts):
        return
    named_origins = [(option, part) for option, part in parts if _key(part) in _NAMES]
    if not named_origins:
        yield Note(Location(path, line_of(call)), "its options name no origin, so that every one is let in")
    for option, part in named_origins[:1]:
        if _is_every(repo, option, part):
            yield Note(Location(option.path, line_of(part)), " ".join(part.text().split())[:60])


def _key(part: SgNode) -> str:
    if part.kind() == "method_definition":
        name = part.field("name")
        return name.text() if name is not None else ""
    return key_of(part)


def _is_every(repo: Inventory, option: Value, part: SgNode) -> bool:
    """Whether an origin is `*` or `true`, written there or behind a name."""
    value = unwrapped(part.field("value") or part)
    if value is None or part.kind() == "method_definition":
        return False
    if value.kind() == "array":
        return any(string_of(one) == "*" for one in named(value))
    if value.kind() == "identifier" and (meant := repo.script_values.meant(option.path, value)) is not None:
        inner = unwrapped(meant.node)
        return not meant.configured and inner is not None and (inner.kind() == "true" or string_of(inner) == "*")
    return value.kind() == "true" or string_of(value) == "*"
