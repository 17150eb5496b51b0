"""Routes of JavaScript servers: Express and its relatives by calls, Nest by decorators, Next, Remix and SvelteKit by file names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Role, Route
from prodify.inventory.polyglot.javascript import everywhere, resolve, server_side
from prodify.inventory.pyroutes import join
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory

VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "all")
ROUTES = everywhere(
    {"kind": "call_expression", "regex": r"""^[\w$.]+\.(get|post|put|patch|delete|head|options|all)\s*(<[^(]*>)?\(\s*["'`]"""},
    tuple(f".{verb}(" for verb in VERBS),
)
CHAINED = everywhere({"kind": "call_expression", "regex": r"""(?s)^[\w$.]+\.route\(\s*["'`][^"'`]*["'`]\s*\)"""}, (".route(",))
TABLES = everywhere({"kind": "call_expression", "regex": r"(?s)^[\w$.]+\.route\(\s*\{"}, (".route(",))
MOUNTS = everywhere(
    {"kind": "call_expression", "regex": r"""(?s)^[\w$.]+\.(use|route|register|mount)\(\s*(["'`/]|[\w$.]+|require\(|import\(|await)"""},
    (".use(", ".register(", ".route(", ".mount("),
)
DECORATED = everywhere({"kind": "decorator", "regex": r"^@(Controller|Get|Post|Put|Patch|Delete|All|Head|Options)\("}, ("@Controller",))

_OWNER = lazy(
    r"""(?:const|let|var)\s+([\w$]+)(?:\s*:\s*[\w.<>]+)?\s*=\s*(?:await\s+)?(?:new\s+)?(express(?:\.Router)?|Router|fastify|Fastify"""
    r"""|Hono|Koa|KoaRouter|OpenAPIHono|Elysia|polka"""
    r"""|restify\.createServer|createRouter|jsonServer\.create)\s*(?:<[^>]*>)?\(([^)]*)\)"""
)
_IMPORT = lazy(
    r"""import\s+(?:\*\s+as\s+)?([\w$]+)?(?:\s*,\s*)?(?:\{([^}]*)\})?\s*from\s*["'](\.[^"']*)["']|(?:const|let|var)\s+(?:([\w$]+)"""
    r"""|\{([^}]*)\})\s*=\s*(?:await\s+)?(?:require|import)\(\s*["'](\.[^"']*)["']"""
)
_FRAMEWORKS = (
    ("express", "express"),
    ("fastify", "fastify"),
    ("hono", "hono"),
    ("koa", "koa"),
    ("@koa/router", "koa"),
    ("restify", "restify"),
    ("polka", "polka"),
    ("elysia", "elysia"),
    ("@hapi/hapi", "hapi"),
)


def routes(repo: Inventory) -> Iterator[Route]:
    """Every server-side route."""
    yield from _calls(repo)
    yield from _nest(repo)
    yield from _files(repo)


class _Mounts:
    """Which file's router is mounted where."""

    def __init__(self, repo: Inventory) -> None:
        self.repo = repo
        self.imports: dict[str, dict[str, str]] = {}
        self.parents: dict[str, list[tuple[str, str]]] = {}
        for match in repo.find(*MOUNTS):
            path = match.location.path
            prefix = re.match(r"""[\w$.]+\.\w+\(\s*["'`]([^"'`]*)["'`]""", match.text)
            option = re.search(r"""\bprefix\s*:\s*["'`]([^"'`]*)""", match.text)
            inside = match.text[match.text.index("(") :]
            names = self._imports(path)
            children = {names[word] for word in re.findall(r"[A-Za-z_$][\w$]*", inside) if word in names}
            children |= {
                found
                for target in re.findall(r"""(?:require|import)\(\s*["'](\.[^"']*)""", inside)
                if (found := resolve(repo, path, target))
            }
            for child in children:
                if child != path and (prefix or option or ".use(" in match.text or ".register(" in match.text):
                    self.parents.setdefault(child, []).append((path, prefix[1] if prefix else option[1] if option else ""))

    def _imports(self, path: str) -> dict[str, str]:
        if path not in self.imports:
            found: dict[str, str] = {}
            for match in _IMPORT.finditer(self.repo.files.text(path) or ""):
                target = resolve(self.repo, path, match[3] or match[6])
                if target is not None:
                    braces = (match[2] or match[5] or "").split(",")
                    for name in [match[1], match[4], *(part.split(" as ")[-1].split(":")[-1].strip() for part in braces)]:
                        if name:
                            found[name] = target
            self.imports[path] = found
        return self.imports[path]

    def prefixes(self, path: str, seen: frozenset[str] = frozenset()) -> list[str]:
        """Every prefix under which the routes of a file are reached."""
        if path in seen or path not in self.parents or len(seen) > 8:
            return [""]
        return list(
            dict.fromkeys(join(above, own) for parent, own in self.parents[path] for above in self.prefixes(parent, seen | {path}))
        )[:20]


def _calls(repo: Inventory) -> Iterator[Route]:
    matches = repo.find(*ROUTES, *CHAINED, *TABLES)
    mounts = _Mounts(repo) if matches else None
    frameworks = [c.framework for c in repo.components if c.language in ("javascript", "typescript") and c.kind == "service"]
    for match in matches:
        path = match.location.path
        text = repo.files.text(path) or ""
        owners = {m[1]: m[3] for m in _OWNER.finditer(text)}
        owner = match.text.split(".")[0]
        framework = next((name for package, name in _FRAMEWORKS if re.search(rf"""["']{package}["']""", text)), None)
        known = (
            owner in owners or re.fullmatch(r"(app|router|server|fastify|api|route|routes|\w+Router|\w+App|instance)", owner) is not None
        )
        if (
            mounts is None
            or not known
            or (framework is None and not any(f in {n for _, n in _FRAMEWORKS} for f in frameworks))
            or not server_side(repo, path)
        ):
            continue
        own = re.search(r"""(?:prefix|basePath)\s*:\s*["'`]([^"'`]*)""", owners.get(owner, ""))
        for methods, route, handler in _parsed(match.text):
            for prefix in mounts.prefixes(path):
                full = join(join(prefix, own[1] if own else ""), route) or "/"
                yield Route(methods, full, match.location, handler, ".", framework or next((f for f in frameworks if f), None), path)


def _parsed(text: str) -> Iterator[tuple[tuple[str, ...], str, str | None]]:
    """Methods, path and handler of one call."""
    table = re.match(r"[\w$.]+\.route\(\s*\{(.*)", text, re.DOTALL)
    if table:
        url = re.search(r"""\b(?:url|path)\s*:\s*["'`]([^"'`]*)""", table[1])
        method = re.search(r"""\bmethod\s*:\s*(\[[^\]]*\]|["'`]\w+["'`])""", table[1])
        if url and method:
            yield tuple(sorted(m.upper() for m in re.findall(r"\w+", method[1]))), url[1], None
        return
    chained = re.match(r"""[\w$.]+\.route\(\s*["'`]([^"'`]*)["'`]\s*\)""", text)
    if chained:
        verbs = re.findall(r"\)\s*\.(get|post|put|patch|delete|all)\(", text)
        last = re.search(r"\.(get|post|put|patch|delete|all)\([^()]*\)$", text)
        if verbs and (last or len(verbs) == 1):
            yield (verbs[-1].upper(),), chained[1], _handler(text)
        return
    simple = re.match(r"""[\w$.]+\.(\w+)\s*(?:<[^(]*>)?\(\s*(["'`])([^"'`]*)\2\s*,""", text)
    if simple:
        yield ("ANY" if simple[1] == "all" else simple[1].upper(),), simple[3], _handler(text)


def _handler(text: str) -> str | None:
    match = re.search(r",\s*([\w$.]+)\s*\)\s*;?$", text)
    return match[1].split(".")[-1] if match else None


def _nest(repo: Inventory) -> Iterator[Route]:
    prefix = ""
    current = None
    for match in sorted(repo.find(*DECORATED), key=lambda m: (m.location.path, m.location.line or 0)):
        kind, path = re.match(r"@(\w+)", match.text), re.search(r"""\(\s*(?:\{[^}]*path\s*:\s*)?["'`]([^"'`]*)""", match.text)
        value = path[1] if path else ""
        if kind and kind[1] == "Controller":
            prefix, current = value, match.location.path
        elif kind and current == match.location.path:
            verb = "ANY" if kind[1] == "All" else kind[1].upper()
            after = "\n".join(repo.files.lines(current)[match.location.end_line or 1 : (match.location.end_line or 1) + 8])
            handler = re.search(r"^\s*(?:async\s+|public\s+)*(\w+)\s*\(", after, re.MULTILINE)
            yield Route(
                (verb,), join("/" + prefix.strip("/"), value) or "/", match.location, handler[1] if handler else None, ".", "nest", current
            )


_VERB_EXPORT = lazy(r"export\s+(?:async\s+)?(?:function|const|let)\s+(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\b|export\s*\{([^}]*)\}")


def _files(repo: Inventory) -> Iterator[Route]:
    """Routes that are files: Next's route handlers and API pages, SvelteKit's endpoints, Nuxt's server files, Remix's resource routes."""
    for path, entry in repo.files.entries.items():
        if entry.role is not Role.PRODUCTION or not path.endswith((".ts", ".tsx", ".js", ".jsx", ".mjs")):
            continue
        handler = re.search(r"(?:^|/)app/(.*?)/?route\.[jt]s$", path)
        page = re.search(r"(?:^|/)pages/(api/.+)\.[jt]sx?$", path)
        endpoint = re.search(r"(?:^|/)src/routes/(.*?)/?\+server\.[jt]s$", path)
        nuxt = re.search(r"(?:^|/)server/((?:api|routes)/.+?)(?:\.(get|post|put|patch|delete))?\.[jt]s$", path)
        remix = re.search(r"(?:^|/)app/routes/(.+?)(?:/route)?\.[jt]sx?$", path)
        if handler or endpoint:
            found = handler or endpoint
            verbs = sorted(
                {
                    v
                    for m in _VERB_EXPORT.finditer(repo.files.text(path) or "")
                    for v in ([m[1]] if m[1] else re.findall(r"\b(GET|POST|PUT|PATCH|DELETE)\b", m[2] or ""))
                }
            )
            if verbs and found:
                yield Route(tuple(verbs), _next_path(found[1]), Location(path, 1), None, ".", "next" if handler else "sveltekit", path)
        elif page and _is_framework(repo, path, "next"):
            yield Route(("ANY",), _next_path(re.sub(r"/index$", "", page[1])), Location(path, 1), None, ".", "next", path)
        elif nuxt and _is_framework(repo, path, "nuxt"):
            yield Route(
                ((nuxt[2] or "any").upper(),),
                _next_path(re.sub(r"^routes/|/index$", "", nuxt[1])),
                Location(path, 1),
                None,
                ".",
                "nuxt",
                path,
            )
        elif remix and (_is_framework(repo, path, "remix") or _is_framework(repo, path, "react-router")):
            text = repo.files.text(path) or ""
            methods = (("GET",) if "loader" in text or "export default" in text else ()) + (
                ("POST",) if re.search(r"export (async function|const) action\b", text) else ()
            )
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
