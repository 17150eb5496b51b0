"""Values whose name stands apart: in a pair of entries, a constant of the preprocessor, an expansion of the shell, an XML element."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.secrets.context import BACK, last_match, read_bare, read_quoted
from prodify.inventory.secrets.filekind import FileKind
from prodify.inventory.secrets.judge import Candidate, Literal, judge
from prodify.inventory.secrets.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAIR_NAME = lazy(
    rb"""(?i)(?:name|key)\\?["']?\s{0,4}[:=]\s{0,4}["']?(?P<name>[\w.\-:]{1,80})["']?,?\s{1,40}["']?value["']?\s{0,4}[:=]\s{0,4}(?P<quote>["']?)"""
)


def pair(data: bytes, at: int, kind: FileKind) -> Candidate | None:
    """Judge `name: X` with `value: Y` beside it: Kubernetes and ECS environments, .NET settings."""
    last = last_match(_PAIR_NAME, data, max(0, at - BACK), at)
    if last is None or last.end() != at:
        return None
    name = last["name"].decode("ascii", "replace")
    read = read_quoted(data, at - 1) if last["quote"] else read_bare(data, at, spaces=False)
    if read is None:
        return None
    settings = FileKind.CONFIG if kind is FileKind.CODE else kind
    return judge(Literal(name, read[0], at, read[1], ":", bool(last["quote"])), settings)


_PAIR_BACK = lazy(
    rb"""(?i)\bvalue["']?\s{0,4}[:=]\s{0,4}(?P<quote>["']?)(?P<value>[^\s"'{$<][^"'\n]{2,200})["']?,?\s{1,40}["']?(?:name|key)["']?"""
    rb"""\s{0,4}[:=]\s{0,4}["']?(?P<name>[\w.\-:]{1,80})"""
)


def pair_back(data: bytes, at: int, kind: FileKind) -> Candidate | None:
    """Judge `value: Y` with `name: X` below it, as sorted manifests have it; the name ends at `at` or behind it."""
    last = None
    for found in _PAIR_BACK.finditer(data, max(0, at - 400), min(len(data), at + BACK)):
        if found.start("name") < at <= found.end("name"):
            last = found
    if last is None:
        return None
    settings = FileKind.CONFIG if kind is FileKind.CODE else kind
    value = last["value"].decode("utf-8", "replace").rstrip()
    start = last.start("value")
    name, end = last["name"].decode("ascii", "replace"), start + len(value.encode())
    return judge(Literal(name, value, start, end, ":", bool(last["quote"])), settings)


def define(data: bytes, at: int, kind: FileKind) -> Candidate | None:
    """Judge a C preprocessor constant whose value's quote stands at `at`."""
    line = data.rfind(b"\n", max(0, at - BACK), at) + 1
    words = data[line:at].split()
    read = read_quoted(data, at)
    if read is None or len(words) < 2:
        return None
    return judge(Literal(words[-1].decode("ascii", "replace"), read[0], at + 1, read[1], "=", True), kind)


_EXPANSION = lazy(rb"\$\{(?P<name>[\w.\-]{1,80}):(?P<op>-?)(?P<value>[^\s}$]{3,512})\}")


def expansion(data: bytes, at: int, kind: FileKind) -> Iterator[Candidate]:
    """Judge the default inside `${NAME:-default}` (shell, Compose) or `${name:default}` (Spring)."""
    for found in _EXPANSION.finditer(data, max(0, at - BACK), min(len(data), at + 600)):
        if found.start("value") <= at <= found.end("value"):
            value = found["value"].decode("utf-8", "replace")
            if value[0] in "?+" or found["name"].isdigit():
                return
            candidate = judge(
                Literal(found["name"].decode("ascii"), value, found.start("value"), found.end("value"), "=", True, True), kind
            )
            if candidate:
                yield candidate


_XML = lazy(rb"<(?:\w{3,12} (?:name|key)=[\"'])?(?P<name>[\w.\-:]{1,60})[\"']?(?: [^<>\n]{1,40})?>(?:<value>)?(?P<value>[^<\s]{3,512})</")


def element(data: bytes, at: int, kind: FileKind) -> Candidate | None:
    """Judge the text of an XML element."""
    if kind is FileKind.MARKUP:
        return None
    for found in _XML.finditer(data, max(0, at - BACK), min(len(data), at + 600)):
        if found.start("value") <= at <= found.end("value"):
            value = found["value"].decode("utf-8", "replace")
            return judge(Literal(found["name"].decode("ascii"), value, found.start("value"), found.end("value"), "=", True), kind)
    return None
