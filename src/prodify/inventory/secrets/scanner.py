"""One file in, redacted hits out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Role, SecretHit
from prodify.inventory.secrets import context, structured, urls
from prodify.inventory.secrets.allow import is_allowed
from prodify.inventory.secrets.confirm import confirm
from prodify.inventory.secrets.engine import make_engine
from prodify.inventory.secrets.filekind import FileKind, form_of, kind_of
from prodify.inventory.secrets.levels import level_of
from prodify.inventory.secrets.plan import KEYWORD_BASE, TRIGGER_BASE, make_plan, trigger_of
from prodify.inventory.secrets.prose import in_comment, in_docstring
from prodify.inventory.secrets.redact import fingerprint, redacted
from prodify.inventory.secrets.rule import PRIVATE_KEY
from prodify.inventory.secrets.triggers import Trigger
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from prodify.inventory.secrets.judge import Candidate

MOST_HITS = 500
"""Hits reported of one file."""
MOST_EVENTS = 20_000
"""Contextual matches that are looked at in one file; beyond that it is machine-made."""
_LONG_LINE = 4000
_BARE_KINDS = frozenset((FileKind.CONFIG, FileKind.COMPOSE, FileKind.DOCKER, FileKind.SHELL, FileKind.DOCS, FileKind.TERRAFORM, FileKind.NOTEBOOK))
_FOREIGN = frozenset((Role.VENDORED, Role.GENERATED))


def text_of(data: bytes) -> bytes | None:
    """Return what is searched: UTF-16 with a byte-order mark as UTF-8, None for binary files (a NUL byte in the first 8 KiB)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    if b"\0" in data[:8192]:
        return None
    return data


class Scanner:
    """Finds secrets, and in the same pass which of the caller's keywords occur.

    `keywords` are case-sensitive. `cache_dir` holds the compiled patterns (default: the user's cache directory; one that cannot be
    written is no error). `force_fallback` takes the slower engine that needs no hyperscan.
    """

    def __init__(self, keywords: Iterable[bytes] = (), cache_dir: Path | None = None, *, force_fallback: bool = False) -> None:
        self._plan = make_plan(keywords)
        self._engine = make_engine(self._plan, cache_dir, force_fallback=force_fallback)

    def scan(self, path: str, data: bytes, role: Role = Role.PRODUCTION) -> tuple[list[SecretHit], frozenset[bytes]]:
        """Return the hits of one file, ordered by place, and the keywords that occur in it."""
        text = text_of(data)
        if text is None:
            return [], frozenset()
        events = self._engine.search(text)
        kind = kind_of(path)
        keywords = frozenset(self._plan.keywords[i - KEYWORD_BASE] for i, _ in events if i >= KEYWORD_BASE)
        if kind is not FileKind.ENV and (not events or len(events) == len(keywords)):
            return [], keywords
        candidates = self._candidates(text, events, kind, role)
        chosen = [c for c in _without_overlaps(candidates) if not is_allowed(text, c.start) and not _only_shown(c, path, text)]
        chosen = chosen[:MOST_HITS]
        return _hits(chosen, path, text, role, kind), keywords

    def _candidates(self, data: bytes, events: list[tuple[int, int]], kind: FileKind, role: Role) -> list[Candidate]:
        found: list[Candidate] = []
        contextual = kind is not FileKind.OPAQUE and role not in _FOREIGN
        seen: set[tuple[int, int]] = set()
        looked_at = 0
        for event in events:
            identifier, end = event
            if identifier >= KEYWORD_BASE or event in seen:
                continue
            seen.add(event)
            if identifier < TRIGGER_BASE:
                candidate = confirm(self._plan.rules[identifier], data, end, kind)
                if candidate:
                    found.append(candidate)
            elif contextual and looked_at < MOST_EVENTS:
                looked_at += 1
                found.extend(_contextual(trigger_of(identifier), data, end, kind))
        if kind is FileKind.ENV and contextual:
            found.extend(structured.env_file(data))
        return found


def _only_shown(found: Candidate, path: str, data: bytes) -> bool:
    """Whether this is a well-known value in a comment or docstring: an illustration."""
    return found.weak and (in_comment(data, found.start) or in_docstring(path, data, found.start))


def _one(candidate: Candidate | None) -> Iterator[Candidate]:
    if candidate is not None:
        yield candidate


def _quoted(data: bytes, at: int, kind: FileKind) -> Iterator[Candidate]:
    return iter(()) if kind is FileKind.ENV or _in_long_line(data, at) else _one(context.quoted(data, at, kind))


def _unquoted(data: bytes, at: int, kind: FileKind) -> Iterator[Candidate]:
    return _one(context.unquoted(data, at, kind)) if kind in _BARE_KINDS else iter(())


def _in_long_line(data: bytes, at: int) -> bool:
    """Whether `at` stands in a line that no person wrote. Bounded look at both sides."""
    before = data.rfind(b"\n", max(0, at - _LONG_LINE), at)
    after = data.find(b"\n", at, at + _LONG_LINE)
    return (before < 0 and at > _LONG_LINE) or (after < 0 and len(data) - at > _LONG_LINE)


_READERS: dict[Trigger, Callable[[bytes, int, FileKind], Iterator[Candidate]]] = {
    Trigger.QUOTED: lambda data, end, kind: _quoted(data, end - 4, kind),
    Trigger.QUOTED_KEY: lambda data, end, kind: _quoted(data, end - 21, kind),
    Trigger.SPLIT_KEY: lambda data, end, kind: _quoted(data, end - 17, kind),
    Trigger.UNQUOTED: lambda data, end, kind: _unquoted(data, end - 3, kind),
    Trigger.URL: lambda data, end, kind: urls.url(data, end, kind),
    Trigger.HEADER: lambda data, end, kind: _one(structured.header(data, end, kind)),
    Trigger.PAIR: lambda data, end, kind: _one(context.pair(data, end - 1, kind)),
    Trigger.TF_VARIABLE: lambda data, end, kind: _one(structured.terraform_variable(data, end)),
    Trigger.K8S_SECRET: lambda data, end, kind: structured.kubernetes_secret(data, end),
    Trigger.DSN: lambda data, end, kind: urls.dsn(data, end, kind),
    Trigger.CALL: lambda data, end, kind: _one(structured.call(data, end, kind)),
    Trigger.XML: lambda data, end, kind: _one(context.element(data, end, kind)),
    Trigger.DEFINE: lambda data, end, kind: _one(context.define(data, end - 4, kind)),
    Trigger.EXPANSION: lambda data, end, kind: context.expansion(data, end, kind),
    Trigger.GO_DSN: lambda data, end, kind: urls.go_dsn(data, end, kind),
}


def _contextual(trigger: Trigger, data: bytes, end: int, kind: FileKind) -> Iterator[Candidate]:
    return _READERS[trigger](data, end, kind)


def _without_overlaps(candidates: list[Candidate]) -> list[Candidate]:
    """Keep, of candidates that share text, the one with the lowest priority number, then the longest; ordered by place."""
    kept: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda c: (c.priority, c.start - c.end, c.start, c.rule)):
        if all(candidate.end <= other.start or candidate.start >= other.end for other in kept[-MOST_HITS:]):
            kept.append(candidate)
    return sorted(kept, key=lambda c: c.start)


def _hits(candidates: list[Candidate], path: str, data: bytes, role: Role, kind: FileKind) -> list[SecretHit]:
    hits = []
    line, position = 1, 0
    form = form_of(kind)
    if form in ("config", "code") and candidates and data.find(b"apiVersion:", 0, 65536) >= 0:
        form = "manifest"
    for found in candidates:
        line += data.count(b"\n", position, found.start)
        position = found.start
        end_line = line + data.count(b"\n", found.start, found.end) if found.category == PRIVATE_KEY else line
        hits.append(
            SecretHit(
                rule=found.rule,
                title=found.title,
                category=found.category,
                form=form,
                location=Location(path, line, end_line),
                name=found.name,
                redacted=redacted(found.value, prefix=found.prefix),
                fingerprint=fingerprint(found.rule, found.name, found.value, random=found.random),
                level=str(level_of(found, path, role, kind, data)),
                role=role,
                default=found.fallback,
            )
        )
    return hits
