"""Routes that are files: Next's route handlers and API pages, SvelteKit's endpoints, Nuxt's server files, Remix's resource routes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Role, Route
from prodify.inventory.polyglot.jsmodules import exports
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory

_METHODS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"))
_HANDLERS = (
    ("next", lazy(r"(?:^|/)app/(.*?)/?route\.[jt]s$")),
    ("sveltekit", lazy(r"(?:^|/)src/routes/(.*?)/?\+server\.[jt]s$")),
)
"""Files whose exports are the methods of one path."""
_PAGE = lazy(r"(?:^|/)pages/(api/.+)\.[jt]sx?$")
_NUXT = lazy(r"(?:^|/)server/((?:api|routes)/.+?)(?:\.(get|post|put|patch|delete))?\.[jt]s$")
_REMIX = lazy(r"(?:^|/)app/routes/(.+?)(?:/route)?\.[jt]sx?$")


def routes(repo: Inventory) -> Iterator[Route]:
    """Every route that is a file; the path is the file's, the methods what it exports."""
    for path, entry in repo.files.entries.items():
        if entry.role is Role.PRODUCTION and path.endswith((".ts", ".tsx", ".js", ".jsx", ".mjs")):
            yield from _of_file(repo, path)


def _of_file(repo: Inventory, path: str) -> Iterator[Route]:
    for framework, pattern in _HANDLERS:
        if found := pattern.search(path):
            offered = {name: line for name, line in exports(repo, path).items() if name in _METHODS}
            if offered:
                yield Route(tuple(sorted(offered)), _next_path(found[1]), Location(path, min(offered.values())), None, ".", framework, path)
            return
    if (page := _PAGE.search(path)) and _is_framework(repo, path, "next"):
        yield Route(("ANY",), _next_path(re.sub(r"/index$", "", page[1])), Location(path, 1), None, ".", "next", path)
    elif (nuxt := _NUXT.search(path)) and _is_framework(repo, path, "nuxt"):
        where = _next_path(re.sub(r"^routes/|/index$", "", nuxt[1]))
        yield Route(((nuxt[2] or "any").upper(),), where, Location(path, 1), None, ".", "nuxt", path)
    elif (remix := _REMIX.search(path)) and any(_is_framework(repo, path, name) for name in ("remix", "react-router")):
        offered = dict(exports(repo, path))
        methods = (*(("GET",) if "loader" in offered or "default" in offered else ()), *(("POST",) if "action" in offered else ()))
        if methods:
            yield Route(methods, _remix_path(remix[1]), Location(path, 1), None, ".", "remix", path)


def _is_framework(repo: Inventory, path: str, name: str) -> bool:
    return any(c.framework == name and (c.path == "." or path.startswith(c.path + "/")) for c in repo.components)


def _next_path(path: str) -> str:
    """Route groups carry no path; `[id]` stays as the framework writes it.

    >>> _next_path("(shop)/api/[id]")
    '/api/[id]'
    """
    return "/" + "/".join(part for part in path.split("/") if part and not re.fullmatch(r"\(.*\)", part))


def _remix_path(name: str) -> str:
    parts = [p for p in name.replace("/", ".").split(".") if not p.startswith("_") and p != "index"]
    return "/" + "/".join(":" + p[1:] if p.startswith("$") else p.rstrip("_") for p in parts)
