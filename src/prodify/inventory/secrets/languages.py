"""Bindings that only some languages and formats have: blocks of specs, names and values side by side, elements one below the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.secrets.context import read_quoted, unquoted
from prodify.inventory.secrets.filekind import FileKind
from prodify.inventory.secrets.judge import Literal, judge
from prodify.inventory.secrets.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.secrets.judge import Candidate

_BLOCK = lazy(rb"""\(:(?P<name>\w{2,60})\)(?:\.and_return\(|[ ]?\{)[ ]?$""")
_ALONE = lazy(rb"""(?:[ \t]*|.*[{;][ \t]*):?(?P<name>[A-Za-z][\w.\-]{1,60})[ \t]{1,8}$""")
_ENDS = lazy(rb"""[ \t]*[\])}]*[ \t]*(?:[;,#][^\n]*)?\r?(?:\n|\Z)""")
_ENTRY = lazy(rb"""(?P<name>[\w.\-]{1,60})</[\w\-]{3,12}>\s{0,60}<[\w\-]{3,12}>(?P<value>[^<\s]{3,512})</""")
_NUMBERED = lazy(rb"""(?!0x|/|\$)[^\s\d"'`<>()\[\]]{0,24}\d[^\s"'`<>()\[\]]*(?:[\s"'`,]|\Z)""")


def block(data: bytes, at: int, kind: FileKind) -> Iterator[Candidate]:
    """Judge the literal that a block of Ruby's specs returns, `let(:api_token) { "..." }`; its quote stands at `at`."""
    found = _BLOCK.search(data, max(0, at - 90), at)
    yield from _judged(data, at, found["name"] if found else None, "=", kind)


def words(data: bytes, at: int, kind: FileKind) -> Iterator[Candidate]:
    """Judge the literal that stands behind its name with nothing between, as in Groovy, Clojure and Tcl; its quote stands at `at`.

    Both have to be all that the line says, or all of the last statement in it: in a sentence something follows.
    """
    line = data.rfind(b"\n", max(0, at - 200), at) + 1
    found = _ALONE.match(data[line:at]) if line or at <= 200 else None
    read = read_quoted(data, at) if found else None
    if found is None or read is None or not _ENDS.match(data, read[1] + 1, read[1] + 120):
        return
    yield from _judged(data, at, found["name"], " ", kind)


def element_below(data: bytes, at: int, kind: FileKind) -> Iterator[Candidate]:
    """Judge an element whose name is the text of the one before it, as in property lists and Java's descriptors."""
    if kind is FileKind.MARKUP:
        return
    for found in _ENTRY.finditer(data, max(0, at - 200), min(len(data), at + 520)):
        if found.start("value") < at <= found.end("value"):
            name, value = found["name"].decode("ascii", "replace"), found["value"].decode("utf-8", "replace")
            candidate = judge(Literal(name, value, *found.span("value"), "=", True), FileKind.CONFIG)
            if candidate:
                yield candidate
            return


def bare(data: bytes, at: int) -> Candidate | None:
    """Judge the value at `at` that stands in code without quotes, in a comment or a text: it has a number in it, and is a note at most."""
    if not _NUMBERED.match(data, at, at + 200):
        return None
    candidate = unquoted(data, at, FileKind.CONFIG)
    if candidate is not None:
        candidate.quiet = True
    return candidate


def _judged(data: bytes, at: int, name: bytes | None, sep: str, kind: FileKind) -> Iterator[Candidate]:
    read = read_quoted(data, at) if name else None
    if name is None or read is None:
        return
    candidate = judge(Literal(name.decode("ascii", "replace"), read[0], at + 1, read[1], sep, True), kind)
    if candidate:
        yield candidate
