"""From foreign results to findings of the report: redacted, one a rule and level, without what prodify found itself."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from prodify.imports.places import path_of
from prodify.imports.sarif import MAX_RESULTS, read
from prodify.imports.steps import is_secret, may_quote, step_of
from prodify.model import Effort, Evidence, Finding, Fix, Kind, Source, Suppression

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from prodify.imports.sarif import Result
    from prodify.inventory import Inventory

PREFIX = "import-"
"""What the check id of every imported finding begins with; checks of prodify's own never do."""
_SECRET_CHECKS = frozenset(("no-env-file-with-secrets-is-committed", "no-secret-in-code", "secret-key-is-not-a-default"))
_LONGEST = 300
_WORD = re.compile(r"[A-Za-z0-9_+/=-]{16,}")
_RANDOM_BITS = 3.5
"""Shannon entropy in bits a character from which a long word with digits and letters counts as a key: words of a language stay below."""


class Redactor:
    """Makes foreign text fit to be shown: one printable line, and nothing in which the detector sees a secret."""

    def __init__(self, repo: Inventory) -> None:
        from prodify.inventory.secrets import Scanner

        self.lines = frozenset((hit.location.path, hit.location.line) for hit in repo.secrets)
        self._scanner = Scanner()
        self._known: dict[str, str] = {}

    def __call__(self, text: str, instead: str = "") -> str:
        """The text, or `instead` when it is empty or may hold a secret."""
        if text not in self._known:
            line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * _LONGEST]).split())
            shown = line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."
            safe = (
                line and not any(map(_looks_random, _WORD.findall(text))) and not self._scanner.suspicious(text.encode("utf-8", "replace"))
            )
            self._known[text] = shown if safe else ""
        return self._known[text] or instead


def load(paths: Sequence[Path], repo: Inventory) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """The findings of SARIF files, and notices about what was left out. Fingerprints are empty: the audit gives them.

    Raises:
        UsageError: as `prodify.imports.sarif.read`.
    """
    redact = Redactor(repo)
    groups: dict[tuple[str, str, str], Finding] = {}
    notices = []
    for path in paths:
        results = read(path)
        outside = 0
        for result in results:
            finding = _finding(result, repo, redact)
            if finding is None:
                outside += 1
                continue
            key = (finding.check, finding.level.value, finding.suppressed.reason if finding.suppressed else "")
            known = groups.get(key)
            groups[key] = finding if known is None else _joined(known, finding)
        if outside:
            notices.append(f"--import {path}: {outside} results name no file of this repository and were left out")
        if len(results) == MAX_RESULTS:
            notices.append(f"--import {path}: only the first {MAX_RESULTS} results were read")
    return tuple(groups[key] for key in sorted(groups)), tuple(notices)


def merge(own: Sequence[Finding], imported: Sequence[Finding]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Own and imported findings without doubles: a place of the same class (secret, or CWE) stays with ours, which names the other tool."""
    kept, others = list(own), []
    for finding in imported:
        places = []
        for place in finding.evidence:
            double = next((n for n, f in enumerate(kept) if _same(f, finding) and any(_meets(e, place) for e in f.evidence)), None)
            if double is None:
                places.append(place)
            elif finding.source is not None:
                kept[double] = _credited(kept[double], place, finding.source.tool)
        if places or not finding.evidence:
            others.append(replace(finding, evidence=tuple(places)))
    return tuple(kept), tuple(others)


def _finding(result: Result, repo: Inventory, redact: Redactor) -> Finding | None:
    cwe = frozenset(result.cwe)
    words = " ".join((result.tool, result.rule, *result.tags))
    secret = is_secret(words, cwe)
    tool, rule = redact(result.tool, "unknown tool"), redact(result.rule, "unnamed")
    title = redact(result.title, f"{tool} {rule}")
    places = []
    for artefact, first, last in result.locations:
        path = path_of(artefact, result.bases, str(repo.files.root), repo.files.entries)
        if path is not None:
            places.append(Evidence(path, first, last))
    if result.locations and not places:
        return None
    quoting = secret or may_quote(f"{words} {result.title}", cwe) or any((p.path, p.line) in redact.lines for p in places)
    message = title if quoting else redact(result.message, title)
    link = redact(result.help_uri) if result.help_uri.startswith(("https://", "http://")) else ""
    accepted = None if result.accepted is None else Suppression(f"report of {tool}", redact(result.accepted, "reason not shown"))
    if accepted is not None and quoting:
        accepted = Suppression(accepted.source, "accepted there; the reason is not shown beside a secret")
    return Finding(
        _slug(tool, rule), step_of(words), Kind.FAIL, result.level, 1, "stable", title, message, f"Reported by {tool}.",
        tuple(places), "", tuple(sorted({*cwe, *((798,) if secret else ())})), Effort.HOURS,
        Fix(None, link or f"see rule {rule} of {tool}"), accepted, Source(tool, redact(result.version) or None, rule),
    )  # fmt: skip


def _looks_random(word: str) -> bool:
    """Whether a word may be a key of a kind that the detector does not know, or cannot confirm outside its file."""
    from prodify.inventory.secrets.redact import entropy

    return any(c.isdigit() for c in word) and any(c.isalpha() for c in word) and entropy(word) >= _RANDOM_BITS


def _slug(tool: str, rule: str) -> str:
    return PREFIX + (re.sub(r"[^a-z0-9]+", "-", f"{tool} {rule}".lower()).strip("-")[:120].strip("-") or "unnamed")


def _joined(first: Finding, second: Finding) -> Finding:
    places = tuple(dict.fromkeys((*first.evidence, *second.evidence)))
    return replace(first, evidence=places, message=first.message if first.message == second.message else first.title)


def _same(own: Finding, other: Finding) -> bool:
    if own.kind is not Kind.FAIL:
        return False
    return bool(set(own.cwe) & set(other.cwe)) or (own.check in _SECRET_CHECKS and 798 in other.cwe)


def _meets(own: Evidence, other: Evidence) -> bool:
    if own.path != other.path or own.line is None or other.line is None:
        return False
    return own.line <= (other.end_line or other.line) and other.line <= (own.end_line or own.line)


def _credited(own: Finding, place: Evidence, tool: str) -> Finding:
    said = f"also reported by {tool}"

    def credit(places: Iterable[Evidence]) -> Iterable[Evidence]:
        for e in places:
            yield replace(e, note=f"{e.note}; {said}" if e.note else said) if _meets(e, place) and said not in e.note else e

    return replace(own, evidence=tuple(credit(own.evidence)))
