"""Accepted findings: `# prodify: ignore[check-id] reason` on a line, or `ignore:` entries of the profile.

A reason is required. An entry that names no known check is an error; one that is expired or that matches nothing is reported.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from prodify.errors import ConfigError, did_you_mean
from prodify.lazydata import dataclass
from prodify.lazyre import lazy
from prodify.model import Finding, Kind, Suppression

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from prodify.inventory import Inventory
    from prodify.model import Evidence
    from prodify.profile import Ignore

_COMMENT = lazy(r"(?:#|//|--|<!--|/\*|;)\s*prodify:\s*ignore\[([a-z0-9, -]+)\]\s*(.*?)\s*(?:-->|\*/)?\s*$")
_MARK = b"prodify: ignore["


@dataclass(frozen=True, slots=True)
class Inline:
    """An ignore comment: its place, the checks it names, and why."""

    path: str
    line: int
    checks: tuple[str, ...]
    reason: str


def inline_ignores(repo: Inventory, paths: Iterable[str]) -> tuple[Inline, ...]:
    """Ignore comments in files that findings point at."""
    found = []
    for path in sorted(set(paths)):
        text = repo.files.text(path)
        if text is None or _MARK.decode() not in text:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            match = _COMMENT.search(line[-500:])
            if match:
                found.append(Inline(path, number, tuple(c.strip() for c in match[1].split(",")), match[2]))
    return tuple(found)


def validate(ignores: Sequence[Ignore], known: Sequence[str]) -> None:
    """Raise ConfigError for an entry that names no known check, gives no reason or a date that is none."""
    for entry in ignores:
        if entry.check not in known:
            raise ConfigError(f'ignore: there is no check "{entry.check}"', did_you_mean(entry.check, known))
        if not entry.reason.strip():
            raise ConfigError(f"ignore: the entry for {entry.check} gives no reason", "Say why the finding is accepted.")
        if entry.expires is not None:
            try:
                date.fromisoformat(entry.expires)
            except ValueError:
                raise ConfigError(f'ignore: {entry.check} expires "{entry.expires}", expected YYYY-MM-DD') from None


def suppress(
    findings: Sequence[Finding], repo: Inventory, ignores: Sequence[Ignore], today: date
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Mark suppressed failures; returns the findings and notices about expired and unused entries.

    A finding with several places is suppressed only when every place is; otherwise the ignored places are taken out of it.
    """
    inline = inline_ignores(repo, (e.path for f in findings if f.kind is Kind.FAIL for e in f.evidence))
    used: set[object] = set()
    notices: list[str] = []
    live = []
    for entry in ignores:
        if entry.expires is not None and date.fromisoformat(entry.expires) < today:
            notices.append(f"ignore: the exception for {entry.check} expired on {entry.expires}; the finding counts again")
        else:
            live.append(entry)
    marked = tuple(_apply(f, live, inline, used) if f.kind is Kind.FAIL else f for f in findings)
    notices += [f"ignore: the entry for {e.check} ({e.path or 'any path'}) matches nothing; remove it" for e in live if e not in used]
    for comment in inline:
        if not comment.reason:
            notices.append(f"{comment.path}:{comment.line}: ignore comment without a reason has no effect; say why")
        elif comment not in used:
            notices.append(f"{comment.path}:{comment.line}: ignore comment for {', '.join(comment.checks)} matches nothing; remove it")
    return marked, tuple(notices)


def _apply(finding: Finding, entries: Sequence[Ignore], comments: Sequence[Inline], used: set[object]) -> Finding:
    reasons = [_reason(finding.check, place, entries, comments, used) for place in finding.evidence]
    if not finding.evidence:
        reasons = [_whole(finding.check, entries, used)]
    if all(r is not None for r in reasons):
        return replace(finding, suppressed=reasons[0])
    kept = tuple(place for place, reason in zip(finding.evidence, reasons, strict=True) if reason is None) if finding.evidence else ()
    return replace(finding, evidence=kept) if finding.evidence else finding


def _whole(check: str, entries: Sequence[Ignore], used: set[object]) -> Suppression | None:
    for entry in entries:
        if entry.check == check and entry.path is None:
            used.add(entry)
            return Suppression("prodify.yaml", entry.reason, entry.expires)
    return None


def _reason(
    check: str, place: Evidence, entries: Sequence[Ignore], comments: Sequence[Inline], used: set[object]
) -> Suppression | None:
    for comment in comments:
        covers = comment.path == place.path and place.line is not None and comment.line in (place.line, place.line - 1)
        if covers and check in comment.checks and comment.reason:
            used.add(comment)
            return Suppression(f"{comment.path}:{comment.line}", comment.reason)
    for entry in entries:
        inside = entry.path is None or place.path.startswith(entry.path.rstrip("/") + "/") or fnmatchcase(place.path, entry.path)
        if entry.check == check and inside:
            used.add(entry)
            return Suppression("prodify.yaml", entry.reason, entry.expires)
    return None
