"""JavaScript and TypeScript: the dialects, which files run on the server, and what a relative import names."""

from __future__ import annotations

import posixpath
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from prodify.inventory.facts import Role
from prodify.inventory.query import Query, query
from prodify.inventory.starting import dialect_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.lazyre import Search

LANGUAGES = ("javascript", "typescript", "tsx")


def everywhere(rule: dict[str, object], keywords: tuple[str, ...], where: Search | None = None) -> tuple[Query, ...]:
    """One structural query in each dialect."""
    return tuple(query(language, rule, keywords=keywords, where=where) for language in LANGUAGES)


_BROWSER_DIRS = frozenset(("public", "static", "assets", "views", "templates", "wwwroot", "client", "frontend", "www"))
_META = frozenset(("next", "remix", "react-router", "sveltekit", "nuxt", "tanstack-start", "solid-start", "qwik"))
_SERVER_FILES = frozenset(("route", "middleware", "proxy", "server", "instrumentation"))
_SERVER_PARTS = frozenset(("server", "+server", "+page.server", "+layout.server"))
_SERVER_MODULES = frozenset(
    ("server-only", "next/headers", "next/server", "fs", "fs/promises", "openai", "@anthropic-ai/sdk", "@prisma/client", "pg", "mongoose")
)
"""Packages that no browser can load, or that nobody loads there."""
_PAGES = frozenset(f"{name}.{end}" for name in ("page", "layout") for end in ("jsx", "tsx"))
"""Components of Next that the server renders unless they say otherwise."""
_PUBLIC_NAMES = ("NEXT_PUBLIC_", "PUBLIC_")
_DIRECTIVE = {"kind": "string", "inside": {"kind": "expression_statement", "inside": {"kind": "program"}}}
_DIRECTIVES = everywhere({**_DIRECTIVE, "regex": "^.use (client|server).$"}, ("use client", "use server"))
_LOADERS = everywhere(
    {"any": [{"kind": "function_declaration"}, {"kind": "variable_declarator"}], "has": {"field": "name", "regex": "^(loader|action)$"},
     "inside": {"kind": "export_statement", "stopBy": {"kind": "program"}}},
    ("loader", "action"),
)  # fmt: skip
_IMPORTS = everywhere(
    {"kind": "string", "inside": {"any": [{"kind": "import_statement"}, {"kind": "export_statement"}]}}, ("from", "import")
)
_READS = everywhere(
    {"kind": "member_expression", "has": {"field": "object", "regex": r"^process\.env$"}, "all": [
        {"has": {"field": "property", "regex": "^[A-Z]"}}]}, ("process.env.",)
)  # fmt: skip


def _found(repo: Inventory, path: str, rows: tuple[Query, ...]) -> Iterator[SgNode]:
    known = not path.endswith((".vue", ".svelte", ".astro"))
    return (node for row in rows if known and row.language == dialect_of(path) for _, node in repo.syntax.nodes(row, path))


def _says_server(repo: Inventory, path: str) -> bool:
    """Whether a module's own code can only run on the server: its directive, its loader, what it imports, which variables it reads."""
    if any(node.text()[1:-1] == "use server" for node in _found(repo, path, _DIRECTIVES)) or any(_found(repo, path, _LOADERS)):
        return True
    imported = (node.text()[1:-1] for node in _found(repo, path, _IMPORTS))
    if any(name in _SERVER_MODULES or name.startswith("node:") for name in imported):
        return True
    read = (node.field("property") for node in _found(repo, path, _READS))
    return any(name is not None and name.text() != "NODE_ENV" and not name.text().startswith(_PUBLIC_NAMES) for name in read)


def _named_server(path: str) -> bool:
    """Whether a framework with both halves runs a file on the server because of its name.

    >>> _named_server("app/api/todos/route.ts"), _named_server("app/models/user.server.ts"), _named_server("app/page.tsx")
    (True, True, False)
    """
    directory, _, name = path.rpartition("/")
    stem = name.rpartition(".")[0]
    parts = directory.split("/")
    api = any(pair == ("pages", "api") for pair in pairwise(parts))
    return stem in _SERVER_FILES or stem in _SERVER_PARTS or "server" in stem.split(".") or "server" in parts or api


def server_side(repo: Inventory, path: str) -> bool:
    """Whether a file runs on the server: part of a component that is no browser application, and not the browser's half of one.

    In frameworks that have both halves, route handlers, `.server` modules, actions and server components count.
    """
    owner = None
    for component in repo.components:
        inside = component.path == "." or path.startswith(component.path + "/")
        if inside and component.language in ("javascript", "typescript") and (owner is None or len(component.path) > len(owner.path)):
            owner = component
    if owner is None or owner.kind in ("web", "static-site"):
        return False
    parts = path.split("/")[:-1]
    if owner.framework in _META:
        if any(node.text()[1:-1] == "use client" for node in _found(repo, path, _DIRECTIVES)):
            return False
        if _named_server(path) or _says_server(repo, path):
            return True
        return owner.framework == "next" and "app" in parts and path.rpartition("/")[2] in _PAGES
    return not _BROWSER_DIRS & set(parts) and not path.endswith((".vue", ".svelte", ".jsx"))


def resolve(repo: Inventory, path: str, target: str) -> str | None:
    """The source file behind a relative import."""
    stem = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    bare = re.sub(r"\.[cm]?jsx?$", "", stem)
    candidates = [
        stem,
        *(
            f"{base}{end}"
            for base in dict.fromkeys((stem, bare))
            for end in (".ts", ".tsx", ".js", ".mjs", ".jsx", ".cjs", "/index.ts", "/index.js")
        ),
    ]
    return next((c for c in candidates if c in repo.files), None)


def script_files(repo: Inventory) -> tuple[str, ...]:
    """Production files of all dialects."""
    return tuple(p for language in LANGUAGES for p in repo.syntax.by_language[language] if repo.files.entries[p].role is Role.PRODUCTION)
