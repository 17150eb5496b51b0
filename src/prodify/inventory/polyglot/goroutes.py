"""Routes of Go servers: gin, echo, fiber, chi, gorilla and net/http, with the groups that are handed to functions elsewhere."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from prodify.inventory.facts import Route
from prodify.inventory.polyglot.others import calls
from prodify.inventory.pyroutes import join
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Match

_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "Get", "Post", "Put", "Patch", "Delete", "Head", "Options", "Any",
          "All", "Handle", "HandleFunc")  # fmt: skip
QUERY = calls("go", "call_expression", rf'^[\w.]+\.({"|".join(_VERBS)})\(\s*"', *(f".{verb}(" for verb in _VERBS))
_READ = lazy(rf'^(?P<owner>[\w.]+)\.(?P<verb>{"|".join(_VERBS)})\(\s*"(?P<path>[^"]*)"\s*,(?:.*,)?\s*(?P<handler>[\w.]+)?', re.DOTALL)
_FRAMEWORKS = ("gin-gonic/gin", "labstack/echo", "gofiber/fiber", "go-chi/chi", "gorilla/mux", "net/http")
_NAMES = {
    "gin-gonic/gin": "gin",
    "labstack/echo": "echo",
    "gofiber/fiber": "fiber",
    "go-chi/chi": "chi",
    "gorilla/mux": "gorilla",
    "net/http": "net/http",
}
_GROUP = lazy(r'(\w+)\s*:?=\s*(\w+)\.(?:Group|PathPrefix)\(\s*"([^"]*)"')
_HANDED = lazy(r'(?:\w+\.)?(\w+)\(\s*(?:&?\w+\s*,\s*)*(\w+)(?:\.Group\(\s*"([^"]*)"[^)]*\))?\s*[,)]')
_FUNCTION = lazy(r"^func\s+(?:\([^)]*\)\s*)?(\w+)\(([^)]*)\)", re.MULTILINE)
_BLOCK = lazy(r'\.Route\(\s*"([^"]*)"\s*,\s*func\(\s*(\w+)')


def routes(repo: Inventory) -> Iterator[Route]:
    """Every route; a prefix is followed through variables, chi's blocks and the parameters of functions."""
    matches = repo.find(QUERY)
    handed = _handed(repo) if matches else {}
    for match in matches:
        found = _READ.search(match.text)
        text = repo.files.text(match.location.path) or ""
        package = next((name for name in _FRAMEWORKS if f"{name}" in text), None)
        path = found["path"] if found else ""
        if found is None or package is None or not (path.startswith("/") or " /" in path or path == ""):
            continue
        if package == "net/http" and found["verb"] not in ("Handle", "HandleFunc"):
            continue
        verb = found["verb"].upper()
        if verb in ("HANDLE", "HANDLEFUNC"):
            method, _, path = path.rpartition(" ")
            chained = re.search(r"^\.Methods\(([^)]*)\)", text[text.find(match.text) + len(match.text) :][:80])
            verb = method or (re.findall(r"\w+", chained[1])[-1].upper().removeprefix("METHOD") if chained else "ANY")
        handler = found["handler"]
        for prefix in _prefixes(text, match, found["owner"], handed):
            full = join(prefix, path) or "/"
            yield Route(
                (verb,), full, match.location, handler.split(".")[-1] if handler else None, ".", _NAMES[package], match.location.path
            )


@lru_cache(maxsize=64)
def _groups(text: str) -> Mapping[str, tuple[str, str]]:
    """Variables that hold a group: the variable that it was made of, and its prefix."""
    if ".Group(" not in text and ".PathPrefix(" not in text:
        return {}
    return {m[1]: (m[2], m[3]) for m in _GROUP.finditer(text)}


def _group_prefix(text: str, owner: str) -> tuple[str, str]:
    """The root variable behind a group variable, and the prefix on the way."""
    groups = _groups(text)
    path, depth = "", 0
    while owner in groups and depth < 6:
        owner, prefix = groups[owner]
        path, depth = join(prefix, path), depth + 1
    return owner, path


def _handed(repo: Inventory) -> dict[str, list[str]]:
    """Prefixes of the groups that are passed to a function, by the function's name."""
    found: dict[str, list[str]] = {}
    for path in repo.syntax.sources("go", (".Group(",)):
        text = repo.files.text(path) or ""
        for match in _HANDED.finditer(text):
            own = match[3] or ""
            prefix = join(_group_prefix(text, match[2])[1], own)
            if prefix and match[1] not in ("Group", "Use"):
                found.setdefault(match[1], []).append(prefix)
    return found


def _prefixes(text: str, match: Match, owner: str, handed: dict[str, list[str]]) -> list[str]:
    root, path = _group_prefix(text, owner)
    offset = sum(len(line) + 1 for line in text.split("\n")[: (match.location.line or 1) - 1])
    blocks = [
        m for m in _BLOCK.finditer(text, 0, offset) if m[2] == root and text.count("{", m.end(), offset) > text.count("}", m.end(), offset)
    ]
    path = "".join(join("", m[1]).rstrip("/") for m in blocks) + path if blocks else path
    enclosing = None
    for function in _FUNCTION.finditer(text, 0, offset):
        enclosing = function
    if enclosing is not None and re.search(rf"\b{re.escape(root)}\b", enclosing[2]) and enclosing[1] in handed:
        return [join(prefix, path) for prefix in dict.fromkeys(handed[enclosing[1]])]
    return [path]
