"""Routes of Rust servers: axum's tables with what nests them, and the attributes of actix-web and rocket."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Route
from prodify.inventory.polyglot.others import calls
from prodify.inventory.pyroutes import join
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory

ATTRIBUTES = calls(
    "rust", "attribute_item", r'^#\[(get|post|put|patch|delete|head)\("', "#[get", "#[post", "#[put", "#[delete", "#[patch", "#[head"
)
_ATTRIBUTE = lazy(r'^#\[(?P<verb>\w+)\("(?P<path>[^"]*)"')
_ROUTE = lazy(r'\.route\(\s*"(?P<path>[^"]*)"\s*,\s*(?P<service>(?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*)\)')
_VERB = lazy(r"(?:^|\.|::)(get|post|put|patch|delete|any|head)\(\s*([\w:]+)?")
_NEST = lazy(r'\.nest\(\s*"([^"]*)"\s*,\s*([\w:]+)')
_FUNCTION = lazy(r"\bfn\s+(\w+)")


def routes(repo: Inventory) -> Iterator[Route]:
    """Every route."""
    for match in repo.find(ATTRIBUTES):
        found = _ATTRIBUTE.match(match.text)
        text = repo.files.text(match.location.path) or ""
        if found is not None:
            after = "\n".join(repo.files.lines(match.location.path)[match.location.end_line or 1 :][:6])
            handler = _FUNCTION.search(after)
            framework = "rocket" if "rocket" in text else "actix-web"
            yield Route(
                (found["verb"].upper(),), found["path"] or "/", match.location, handler[1] if handler else None, ".", framework, None
            )
    yield from _axum(repo)


def _axum(repo: Inventory) -> Iterator[Route]:
    files = [path for path in repo.syntax.sources("rust", (".route(",)) if re.search(r"\baxum\b|\bRouter\b", repo.files.text(path) or "")]
    nests = list(_nests(repo, files)) if files else []
    for path in files:
        text = repo.files.text(path) or ""
        for match in _ROUTE.finditer(text):
            function = None
            for candidate in _FUNCTION.finditer(text, 0, match.start()):
                function = candidate[1]
            prefixes = [prefix for prefix, names, home in nests if _reaches(names, home, path, function)] or [""]
            place = Location(path, text.count("\n", 0, match.start()) + 1)
            for verb in _VERB.finditer(match["service"]):
                handler = verb[2].split("::")[-1] if verb[2] else None
                for prefix in dict.fromkeys(prefixes):
                    yield Route(
                        ("ANY" if verb[1] == "any" else verb[1].upper(),),
                        join(prefix, match["path"]) or "/",
                        place,
                        handler,
                        ".",
                        "axum",
                        None,
                    )


def _nests(repo: Inventory, files: list[str]) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Prefix, the path segments of what is nested (a variable replaced by what it was bound to), and the file that nests it."""
    for path in dict.fromkeys([*files, *repo.syntax.sources("rust", (".nest(",))]):
        text = repo.files.text(path) or ""
        for match in _NEST.finditer(text):
            name = match[2]
            bound = re.search(rf"\blet\s+(?:mut\s+)?{re.escape(name)}\b[^=]*=\s*([\w:]+)", text) if "::" not in name else None
            yield match[1], tuple((bound[1] if bound else name).split("::")), path


def _reaches(names: tuple[str, ...], home: str, path: str, function: str | None) -> bool:
    """Whether what is nested is made by a function of this file: named so here, or reached through the file's module."""
    stem = path.rpartition("/")[2].removesuffix(".rs")
    module = path.split("/")[-2] if stem == "mod" and "/" in path else stem
    if len(names) == 1:
        return path == home and function == names[0]
    return names[-1] == function and module in names[:-1]
