"""JavaScript and TypeScript: the dialects, which files run on the server, and what a relative import names."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Role
from prodify.inventory.query import Query, query
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from prodify.inventory import Inventory

LANGUAGES = ("javascript", "typescript", "tsx")


def everywhere(rule: dict[str, object], keywords: tuple[str, ...]) -> tuple[Query, ...]:
    """One structural query in each dialect."""
    return tuple(query(language, rule, keywords=keywords) for language in LANGUAGES)


_BROWSER_DIRS = frozenset(("public", "static", "assets", "views", "templates", "wwwroot", "client", "frontend", "www"))
_META = frozenset(("next", "remix", "react-router", "sveltekit", "nuxt", "tanstack-start", "solid-start", "qwik"))
_SERVER_NAME = lazy(
    r"\.server\.|\+server\.|\+page\.server|\+layout\.server|(^|/)(route|middleware|proxy|server|instrumentation)\.[jt]sx?$|(^"
    r"|/)pages/api/|(^|/)server/"
)
_SERVER_TEXT = lazy(
    r"""^["']use server["']|export (?:async function|const) (?:loader|action)\b|from ["'](?:server-only|next/headers|next/server"""
    r"""|node:\w+|fs|fs/promises|openai|@anthropic-ai/sdk|@prisma/client|pg|mongoose)["']"""
    r"|process\.env\.(?!NEXT_PUBLIC_|NODE_ENV|PUBLIC_)[A-Z]",
    re.MULTILINE,
)


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
        text = repo.files.text(path) or ""
        if re.match(r"""\s*["']use client["']""", text):
            return False
        if _SERVER_NAME.search(path) or _SERVER_TEXT.search(text):
            return True
        return owner.framework == "next" and re.search(r"(^|/)app/(.*/)?(page|layout)\.[jt]sx$", path) is not None
    return not _BROWSER_DIRS & set(parts) and not path.endswith((".vue", ".svelte"))


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
