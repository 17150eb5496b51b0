"""How the imports of JavaScript code agree with what package.json declares."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from prodify.inventory.facts import Note, Role
from prodify.inventory.query import query
from prodify.inventory.syntax import location_of
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.facts import ManifestFile

BUILT_IN = frozenset(
    "assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain events fs http http2 "
    "https inspector module net os path perf_hooks process punycode querystring readline repl stream string_decoder sys timers tls "
    "trace_events tty url util v8 vm wasi worker_threads zlib".split()
)
"""Modules of Node.js itself."""
PROVIDED = frozenset("server-only client-only vscode electron k6 meteor bun deno aws-lambda astro".split())
"""What a platform or framework provides under a name that nobody declares."""
_LANGUAGES = ("javascript", "typescript", "tsx")
_QUERIES = {
    language: query(
        language,
        # Asked from the statement down: to look up from a string costs the depth of its tree, for every string of a chain of calls.
        {"any": [
            {"kind": "import_statement", "not": {"regex": r"^import\s+type\b"}},
            {"kind": "export_statement", "not": {"regex": r"^export\s+type\b"}, "has": {"field": "source", "kind": "string"}},
            {"kind": "call_expression", "has": {
                "field": "function", "any": [{"kind": "identifier", "regex": "^require$"}, {"kind": "import"}]}},
        ]},
        keywords=("import", "require", "from"),
    )
    for language in _LANGUAGES
}  # fmt: skip
_SUSPECT = lazy(r"""(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*["']([@\w][^"'\n:]*)["']""")
_NAME = lazy(r"^(@[\w.-]+/[\w.-]+|[\w][\w.-]*)(?:/|$)")
_TOOL = lazy(r"(\.config\.[cm]?[jt]s|\.d\.ts|rc\.[cm]?js|(^|/)(gulpfile|Gruntfile|setupTests|service-?worker|sw)\.[jt]s)$")
_STATIC = frozenset(("public", "static", "assets", "wwwroot", "vendor", "www", "staticfiles"))
_PATHS = lazy(r'"([@~#$\w][^"*\n]*?)/?\*?"\s*:\s*\[')
_ALIAS = lazy(r"""["']?([@~#$\w][\w@~#$/.-]*)["']?\s*:\s*(?:path\.|resolve\(|fileURLToPath|["']\.{0,2}/|new URL)""")


def undeclared_node(repo: Inventory) -> tuple[Note, ...]:
    """Packages that production JavaScript imports and that no package.json at or above it declares; one note a package and directory.

    Imports of types alone, imports that a `try` guards, aliases of build tools and packages of the same repository are left out.
    """
    manifests: dict[str, list[ManifestFile]] = {}
    for manifest in repo.manifests:
        if not manifest.lock and getattr(manifest, "ecosystem", "") == "npm":
            manifests.setdefault(manifest.component, []).append(manifest)
    if not manifests or any(p.endswith(("deno.json", "deno.jsonc")) for p in repo.files.entries):
        return ()
    own = {str(name) for group in manifests.values() for m in group if (name := getattr(m, "project", None))}
    found: dict[tuple[str, str], Note] = {}
    aliases, children = _aliases(repo), _children(repo)
    for language in _LANGUAGES:
        for path in repo.syntax.sources(language, ("import", "require"), (Role.PRODUCTION,)):
            above = _above(path, manifests)
            if not above or _TOOL.search(path) or _STATIC & set(path.split("/")[:-1]):
                continue
            declared = {d.name for directory in above for m in manifests[directory] for d in m.dependencies} | own
            roots = _first_party(children, above)
            names = {name for text in set(_SUSPECT.findall(repo.syntax.text(path))) if (name := _package(text))}
            suspects = {n for n in names if n not in declared and n.split("/")[0] not in roots and not _is_alias(n, aliases)}
            for name, note in _confirmed(repo, path, language, suspects) if suspects else ():
                found.setdefault((above[0], name), note)
    return tuple(sorted(found.values(), key=lambda n: (n.location.path, n.location.line or 0)))


def _package(specifier: str) -> str | None:
    """The package behind an import, None for modules of the runtime and for what no registry could hold."""
    match = _NAME.match(specifier)
    name = match[1] if match else None
    if name is None or name.split("/")[0] in BUILT_IN or name in PROVIDED or name.endswith((".js", ".ts", ".css", ".json")):
        return None
    return name if name == name.lower() else None


def _confirmed(repo: Inventory, path: str, language: str, suspects: set[str]) -> list[tuple[str, Note]]:
    """Suspects that really are imported, outside of comments and `try`."""
    found: list[tuple[str, Note]] = []
    for _, node in repo.syntax.nodes(_QUERIES[language], path):
        for text in _specifiers(node):
            name = _package(text.text().strip("\"'`"))
            if name in suspects and name is not None and not any(a.kind() == "try_statement" for a in node.ancestors()):
                suspects.discard(name)  # the first place tells; each further one would ask for all that is around it again
                found.append((name, Note(location_of(path, text), name)))
    return found


def _specifiers(node: SgNode) -> Iterator[SgNode]:
    """The strings that name what an import, an export or a call imports."""
    source = node.field("source")
    if source is not None:
        yield source
        return
    arguments = node.field("arguments")
    for child in (arguments or node).children():
        if child.kind() == "string":
            yield child


def _above(path: str, manifests: dict[str, list[ManifestFile]]) -> list[str]:
    """Directories with manifests at or above a file, nearest first."""
    parts = path.split("/")[:-1]
    return [d for n in range(len(parts), -1, -1) if (d := "/".join(parts[:n]) or ".") in manifests]


def _children(repo: Inventory) -> dict[str, set[str]]:
    """Names of files (without extension) and directories by the directory that holds them."""
    found: dict[str, set[str]] = {}
    for path in repo.files.entries:
        parts = path.split("/")
        for depth, part in enumerate(parts):
            found.setdefault("/".join(parts[:depth]) or ".", set()).add(part.partition(".")[0] if depth == len(parts) - 1 else part)
    return found


def _first_party(children: dict[str, set[str]], above: list[str]) -> set[str]:
    """Names that a base URL (the package's directory, its `src` or `app`) makes importable."""
    return {
        name
        for directory in above
        for below in (".", "src", "app")
        for name in children.get(posixpath.normpath(f"{directory}/{below}"), ())
    }


def _aliases(repo: Inventory) -> frozenset[str]:
    """Prefixes that a compiler's or bundler's configuration maps to directories."""
    found: set[str] = set()
    for path in repo.files.select("tsconfig*.json", "jsconfig*.json"):
        text = repo.files.text(path) or ""
        found.update(_PATHS.findall(text) if '"paths"' in text else ())
    for path in repo.files.select(
        "*.config.js", "*.config.ts", "*.config.mjs", "*.config.cjs", "webpack*.js", "babel.config.json", ".babelrc", "package.json"
    ):
        text = repo.files.text(path) or ""
        found.update(_ALIAS.findall(text) if "alias" in text else ())
    return frozenset(found)


def _is_alias(name: str, aliases: frozenset[str]) -> bool:
    return any(name == alias or name.startswith(alias.rstrip("/") + "/") or name.split("/", maxsplit=1)[0] == alias for alias in aliases)
