"""One file in, redacted hits out."""

from __future__ import annotations

from bisect import bisect
from typing import TYPE_CHECKING

from prodify.inventory.facts import Role, SecretHit
from prodify.inventory.roles import role_of
from prodify.inventory.secrets import context, entries, languages, split, structured, urls
from prodify.inventory.secrets.allow import Ignore, is_allowed, parse_gitleaksignore
from prodify.inventory.secrets.byname import is_special, needs_more_than_patterns
from prodify.inventory.secrets.confirm import confirm
from prodify.inventory.secrets.crowd import uncrowded
from prodify.inventory.secrets.engine import make_engine
from prodify.inventory.secrets.filekind import FileKind, form_of, kind_of
from prodify.inventory.secrets.levels import level_of
from prodify.inventory.secrets.plan import KEYWORD_BASE, TRIGGER_BASE, make_plan, trigger_of
from prodify.inventory.secrets.prose import in_test_module
from prodify.inventory.secrets.redact import fingerprint, redacted
from prodify.inventory.secrets.rule import PRIVATE_KEY
from prodify.inventory.secrets.rules import RULES
from prodify.inventory.secrets.triggers import Trigger
from prodify.inventory.secrets.values import is_random
from prodify.inventory.secrets.worth import belongs, counts, only_shown
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from prodify.inventory.secrets.judge import Candidate

MOST_HITS = 500
"""Hits reported of one file."""
MOST_EVENTS = 3_000
"""Matches of one rule or contextual pattern that are looked at in one file; beyond that it is machine-made, or made to keep us busy."""
_LONG_LINE = 8000
_MOST_MANIFESTS = 50
_QUOTE, _BARE = -1, -2
_DISTANCE = {
    TRIGGER_BASE + trigger: (kind, distance)
    for kind, trigger, distance in (
        (_QUOTE, Trigger.QUOTED, 4), (_QUOTE, Trigger.FALLBACK, 4), (_QUOTE, Trigger.ARGUMENT, 4), (_QUOTE, Trigger.SETTING, 4),
        (_QUOTE, Trigger.QUOTED_TOKEN, 9), (_QUOTE, Trigger.QUOTED_KEY, 13), (_QUOTE, Trigger.SPLIT_KEY, 17),
        (_BARE, Trigger.UNQUOTED, 3), (_BARE, Trigger.UNQUOTED_WORD, 3), (_BARE, Trigger.UNQUOTED_TOKEN, 16),
    )
}  # fmt: skip
"""Triggers that lead to one of two places, an opening quote or the first byte of a bare value, and how far behind it each ends."""
_BARE_DISTANCE = {identifier: distance for identifier, (kind, distance) in _DISTANCE.items() if kind == _BARE}
_WIDE = frozenset(
    (TRIGGER_BASE + Trigger.K8S_SECRET, *(n for n, rule in enumerate(RULES) if rule.category == PRIVATE_KEY or rule.window > 512))
)
"""What is judged by more than the lines around a match."""
_MOST_REMEMBERED = 200_000
_SHORT = 200
_MERE_NAME = 50
"""Priority of candidates that only a name speaks for."""
_BARE_KINDS = frozenset(
    (
        FileKind.CONFIG,
        FileKind.COMPOSE,
        FileKind.DOCKER,
        FileKind.SHELL,
        FileKind.DOCS,
        FileKind.TERRAFORM,
        FileKind.NOTEBOOK,
        FileKind.MARKUP,
        FileKind.ENV_TEMPLATE,
    )
)
_UNNAMED = (FileKind.CODE, FileKind.CONFIG)
"""What a file whose name is not known may be."""
_FOREIGN = frozenset((Role.VENDORED, Role.GENERATED))


def text_of(data: bytes) -> bytes | None:
    """Return what is searched: UTF-16 with a byte-order mark as UTF-8, None for binary files (a NUL byte in the first 8 KiB)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    if data.find(b"\0", 0, 8192) >= 0:
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
        self._known: dict[int, bool] = {}
        self._harmless: set[bytes] = set()

    @property
    def digest(self) -> str:
        """What the findings depend on: a digest of all rules and keywords."""
        return self._plan.digest()

    def suspicious(self, data: bytes) -> bool:
        """Whether a text whose name is not known may hold a secret that is more than a well-known default. One pass, no hits.

        Versions of one file repeat each other: a match in surroundings that were judged before is not judged again.
        """
        text = text_of(data)
        if text is None:
            return False
        unknown = []
        for event in dict.fromkeys(uncrowded(self._engine.search(text), _BARE_DISTANCE, text)):
            if event[0] < KEYWORD_BASE:
                key = _surroundings(event, text)
                known = self._known.get(key) if key is not None else None
                if known:
                    return True
                if known is None:
                    unknown.append((event, key))
        if structured.looks_like_env(text):
            lines = [line for line in text.split(b"\n") if line not in self._harmless]
            rest = b"\n".join(lines)
            if lines and _telling(rest, self._candidates(rest, [], FileKind.ENV, Role.PRODUCTION), weak=True):
                return True
            if len(self._harmless) < _MOST_REMEMBERED:
                self._harmless.update(line for line in lines if len(line) < _SHORT)
        looked_at: dict[int, int] = {}
        for event, key in unknown:
            looked_at[event[0]] = looked_at.get(event[0], 0) + 1
            if looked_at[event[0]] > MOST_EVENTS:
                continue
            telling = _telling(text, self._unnamed(text, event))
            if key is not None and len(self._known) < _MOST_REMEMBERED:
                self._known[key] = telling
            if telling:
                return True
        return False

    def _unnamed(self, text: bytes, event: tuple[int, int]) -> Iterable[Candidate | None]:
        """What one match may be in a file that is code, and in one that is settings."""
        group, distance = _DISTANCE.get(event[0], (event[0], 0))
        at = event[1] - distance
        if group == _QUOTE:
            return () if _in_long_line(text, at) else context.quoted_in(text, at, _UNNAMED)
        if group == _BARE:
            return (context.unquoted(text, at, FileKind.CONFIG),)
        return (found for kind in _UNNAMED for found in self._candidates(text, [event], kind, Role.PRODUCTION))

    def scan(
        self, path: str, data: bytes, role: Role | None = Role.PRODUCTION, *, weak: bool = True
    ) -> tuple[list[SecretHit], frozenset[bytes]]:
        """Return the hits of one file, ordered by place, and the keywords that occur in it.

        `role`: None for what the path says, which is asked for only where something was found. `weak`: whether well-known defaults count
        outside env files, too.
        """
        text = text_of(data)
        if text is None:
            return [], frozenset()
        events = uncrowded(self._engine.search(text), _BARE_DISTANCE, text)
        if not events and not needs_more_than_patterns(path):
            return [], frozenset()
        keywords = frozenset(self._plan.keywords[i - KEYWORD_BASE] for i, _ in events if i >= KEYWORD_BASE)
        if len(events) == len(keywords) and not needs_more_than_patterns(path):
            return [], keywords
        kind = kind_of(path)
        role = role or role_of(path)
        candidates = self._candidates(text, events, kind, role)
        if is_special(path):
            candidates.extend(structured.whole_file(path, text))
        chosen = [c for c in _without_overlaps(candidates) if not is_allowed(text, c.start)]
        for c in chosen:
            if in_test_module(path, text, c.start) or only_shown(c, path, text, kind) or (kind is not FileKind.ENV and belongs(c, role)):
                c.quiet = True
        chosen = [c for c in chosen if counts(c, kind, weak=weak)][:MOST_HITS]
        return _hits(chosen, path, text, role, kind), keywords

    def scan_many(
        self, items: Iterable[tuple[str, Callable[[], bytes | None], Role]]
    ) -> dict[str, tuple[list[SecretHit], frozenset[bytes]]]:
        """Return hits and keywords by path, in the order of `items` (path, loader, role); what a loader cannot read is left out.

        The marks of `.gitleaksignore`, when that file is among the items, apply to all of them.
        """
        from prodify.inventory.secrets.parallel import scan_many

        work = list(items)
        results = scan_many(self.scan, work)
        marks = next((load() for path, load, _ in work if path == ".gitleaksignore" and path in results), None)
        kept = self.without_ignored({path: hits for path, (hits, _) in results.items()}, marks)
        return {path: (kept[path], keywords) for path, (_, keywords) in results.items()}

    @staticmethod
    def without_ignored(found: dict[str, list[SecretHit]], marks: bytes | None) -> dict[str, list[SecretHit]]:
        """Return the hits by path without those that `marks`, the content of `.gitleaksignore`, names."""
        ignored = parse_gitleaksignore((marks or b"").decode("utf-8", "replace"))
        if not ignored:
            return found
        return {path: [h for h in hits if Ignore(path, h.location.line or 0) not in ignored] for path, hits in found.items()}

    def _candidates(self, data: bytes, events: list[tuple[int, int]], kind: FileKind, role: Role) -> list[Candidate]:
        found: list[Candidate] = []
        contextual = kind is not FileKind.OPAQUE
        useless = {_QUOTE: kind is FileKind.ENV, _BARE: kind not in _BARE_KINDS and kind is not FileKind.CODE}
        seen: set[tuple[int, int]] = set()
        looked_at: dict[int, int] = {}
        for event in events:
            identifier, end = event
            if identifier >= TRIGGER_BASE and (not contextual or identifier >= KEYWORD_BASE):
                continue
            group, distance = _DISTANCE.get(identifier, (identifier, 0))
            place = (group, end - distance)
            if place in seen or useless.get(group):  # several triggers lead to the same quote: read it once
                continue
            seen.add(place)
            count = looked_at[identifier] = looked_at.get(identifier, 0) + 1
            if count > MOST_EVENTS:
                continue
            if identifier < TRIGGER_BASE:
                candidate = confirm(self._plan.rules[identifier], data, end)
                if candidate:
                    found.append(candidate)
            elif group == _QUOTE:
                candidate = None if _in_long_line(data, place[1]) else context.quoted(data, place[1], kind)
                if candidate is not None:
                    found.append(candidate)
            elif group == _BARE:
                candidate = languages.bare(data, place[1]) if kind is FileKind.CODE else context.unquoted(data, place[1], kind)
                if candidate is not None:
                    found.append(candidate)
            else:
                found.extend(_contextual(trigger_of(identifier), data, end, kind))
        secrets = [end for identifier, end in events if identifier == TRIGGER_BASE + Trigger.K8S_SECRET][:_MOST_MANIFESTS]
        if secrets and contextual:
            from prodify.inventory.secrets import manifests

            found = [c for c in found if c.priority < _MERE_NAME or not any(manifests.is_encoded(data, at, c.start) for at in secrets)]
        if kind is FileKind.ENV and contextual and role not in _FOREIGN:
            found.extend(structured.env_file(data))
        return found


def _telling(text: bytes, candidates: Iterable[Candidate | None], *, weak: bool = False) -> bool:
    """Whether one of them is more than a note. `weak`: well-known defaults are."""
    return any(c is not None and (weak or not c.weak) and not c.quiet and not is_allowed(text, c.start) for c in candidates)


def _surroundings(event: tuple[int, int], data: bytes) -> int | None:
    """A hash of all that is looked at to judge a match; None where that reaches further than the lines around it."""
    identifier, end = event
    start, stop = max(0, end - 544), end + 704
    before, after = data[start:end], data[end:stop]
    wide = identifier in _WIDE or (start and b"\n" not in before) or (stop < len(data) and b"\n" not in after[:500])
    return None if wide else hash((identifier, before, after))


def _one(candidate: Candidate | None) -> Iterator[Candidate]:
    if candidate is not None:
        yield candidate


def _manifest(data: bytes, at: int) -> Iterator[Candidate]:
    from prodify.inventory.secrets import manifests  # rare, and an import costs as much as a small file

    return manifests.kubernetes_secret(data, at)


def _command(data: bytes, at: int, kind: FileKind, *, sql: bool) -> Iterator[Candidate]:
    from prodify.inventory.secrets import commands

    return _one(commands.sql(data, at - 1, kind)) if sql else commands.curl(data, at, kind)


def _shell(data: bytes, at: int, kind: FileKind) -> Iterator[Candidate]:
    from prodify.inventory.secrets import commands

    return commands.password(data, at - 1, kind)


def _signing(data: bytes, at: int, kind: FileKind) -> Iterator[Candidate]:
    from prodify.inventory.secrets import signing

    return signing.signing_key(data, at, kind)


def _default(data: bytes, at: int, kind: FileKind) -> Iterator[Candidate]:
    from prodify.inventory.secrets import fallbacks

    return fallbacks.fallback(data, at, kind)


def _in_long_line(data: bytes, at: int) -> bool:
    """Whether `at` stands in a line that no person wrote. Bounded look at both sides."""
    before = data.rfind(b"\n", max(0, at - _LONG_LINE), at)
    after = data.find(b"\n", at, at + _LONG_LINE)
    return (before < 0 and at > _LONG_LINE) or (after < 0 and len(data) - at > _LONG_LINE)


_READERS: dict[Trigger, Callable[[bytes, int, FileKind], Iterator[Candidate]]] = {
    Trigger.URL: urls.url,
    Trigger.HEADER: lambda data, end, kind: _one(structured.header(data, end, kind)),
    Trigger.PAIR: lambda data, end, kind: _one(entries.pair(data, end - 1, kind)),
    Trigger.PAIR_BACK: lambda data, end, kind: _one(entries.pair_back(data, end, kind)),
    Trigger.TF_VARIABLE: lambda data, end, _kind: _one(structured.terraform_variable(data, end)),
    Trigger.K8S_SECRET: lambda data, end, _kind: _manifest(data, end),
    Trigger.DSN: urls.dsn,
    Trigger.CALL: lambda data, end, kind: _one(structured.call(data, end, kind)),
    Trigger.XML: lambda data, end, kind: _one(entries.element(data, end, kind)),
    Trigger.DEFINE: lambda data, end, kind: _one(entries.define(data, end - 4, kind)),
    Trigger.EXPANSION: entries.expansion,
    Trigger.GO_DSN: urls.go_dsn,
    Trigger.QUERY: urls.query,
    Trigger.CURL: lambda data, end, kind: _command(data, end, kind, sql=False),
    Trigger.JSON: lambda data, end, kind: _one(structured.json_in_string(data, end, kind)),
    Trigger.FORM: urls.form,
    Trigger.JWK: lambda data, end, _kind: _one(structured.web_key(data, end)),
    Trigger.SQL: lambda data, end, kind: _command(data, end, kind, sql=True),
    Trigger.SIGNING: _signing,
    Trigger.DEFAULT: _default,
    Trigger.COMMAND: _shell,
    Trigger.JOINED: lambda data, end, _kind: _one(split.joined(data, end)),
    Trigger.BLOCK: lambda data, end, kind: languages.block(data, end - 4, kind),
    Trigger.WORDS: lambda data, end, kind: languages.words(data, end - 4, kind),
    Trigger.ELEMENT_BELOW: languages.element_below,
    Trigger.ACCOUNT: lambda data, end, kind: _one(structured.account(data, end - 2, kind)),
}


def _contextual(trigger: Trigger, data: bytes, end: int, kind: FileKind) -> Iterator[Candidate]:
    return _READERS[trigger](data, end, kind)


def _without_overlaps(candidates: list[Candidate]) -> list[Candidate]:
    """Keep, of candidates that share text, the one with the lowest priority number, then the longest; ordered by place."""
    kept: list[Candidate] = []
    starts: list[int] = []
    for candidate in sorted(candidates, key=lambda c: (c.priority, c.start - c.end, c.start, c.rule)):
        # What is kept is disjoint, so only the neighbours on both sides can overlap.
        place = bisect(starts, candidate.start)
        if place and kept[place - 1].end > candidate.start:
            continue
        if place < len(kept) and kept[place].start < candidate.end:
            continue
        starts.insert(place, candidate.start)
        kept.insert(place, candidate)
    return kept


def _safe_name(found: Candidate, candidates: list[Candidate]) -> str | None:
    """Return the name unless it is itself a secret, as the first half of `id:key` can be, or cannot be printed."""
    if found.name is None or not found.name.isprintable() or is_random(found.name):
        return None
    if any(len(c.value) > 5 and c.value in found.name for c in candidates):
        return None
    return found.name


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
                name=_safe_name(found, candidates),
                redacted=redacted(found.value, prefix=found.prefix),
                fingerprint=fingerprint(found.rule, _safe_name(found, candidates), found.value, random=found.random),
                level=str(level_of(found, path, role, kind, data)),
                role=role,
                default=found.fallback,
            )
        )
    return hits
