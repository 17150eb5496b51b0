"""Literals that step in for an environment variable or a setting whose name stands further back than beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.secrets.context import last_match, read_quoted
from prodify.inventory.secrets.judge import Literal, judge
from prodify.inventory.secrets.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.secrets.filekind import FileKind
    from prodify.inventory.secrets.judge import Candidate

_NAME = lazy(rb"""["'](?P<name>[A-Za-z][\w.:\-]{1,80})["']\s{0,2}[)\]]""")
_GLUE = (
    # Rust: `.unwrap_or("...")`, `.unwrap_or_else(|_| "...")`; Java and Swift: `.orElse("...")`.
    lazy(
        rb"""[)\s]*+(?:\.\w{1,20}\(\)\s*+){0,2}\.\s*+(?:unwrap_or|unwrap_or_else|orElse|or_else|orElseGet)\s*+\(\s*+"""
        rb"""(?:(?:\|\w{0,20}\||\(\)\s*+->)\s*+)?\{?+\s*+(?:String::from\(\s*+|&)?"""
    ),
    # C#: `GetSection("A:B").Value ?? "..."`, `Configuration["A:B"] ?? "..."`; Ruby: `ENV["A"].presence || "..."`.
    lazy(rb"""[)\]]*+!?(?:\.\w{1,20}(?:<\w{1,20}>)?(?:\(\))?)?\s*+(?:\?\?|\|\||\bor\b)\s*+[@$]?"""),
    # Ruby: `ENV.fetch("A") { "..." }`.
    lazy(rb"""\s*+(?:\{|do)\s*+"""),
)
_EMPTY = lazy(
    rb"""\b(?P<variable>[A-Za-z_]\w{0,39})\s*(?::=|=)\s*os\.(?:Getenv|LookupEnv)\(\s*["`](?P<name>[\w.\-]{2,80})["`]\s*+\)"""
    rb"""\s++if\s++(?P=variable)\s*+==\s*+""\s*+\{\s*+(?P=variable)\s*+=\s*+$"""
)


def fallback(data: bytes, at: int, kind: FileKind) -> Iterator[Candidate]:
    """Judge the literal whose quote stands before `at` when what stands before it reads a setting that may be missing."""
    quote = at - 1
    start = max(0, quote - 320)
    name = _name(data, start, quote)
    read = read_quoted(data, quote)
    if name is None or read is None:
        return
    literal = Literal(name, read[0], quote + 1, read[1], "??", True, True)
    candidate = judge(literal, kind)
    if candidate is not None:
        candidate.priority -= 1  # the name of the setting says more than that of the variable
        yield candidate


def _name(data: bytes, start: int, quote: int) -> str | None:
    empty = _EMPTY.search(data, start, quote)
    if empty is not None:
        return empty["name"].decode("ascii")
    last = last_match(_NAME, data, start, quote)
    if last is None or not any(glue.fullmatch(data, last.end(), quote) for glue in _GLUE):
        return None
    return last["name"].decode("ascii").replace(":", "_").replace("__", "_")
