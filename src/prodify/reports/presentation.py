"""Wording and order shared by every report; the only place that decides how a kind or level is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.lazyre import lazy
from prodify.model import Kind, Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prodify.model import Finding, Report

LEVEL_ORDER = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}
SHOWS = ("top", "failed", "all")


_UNSEEN = lazy(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def visible(text: str) -> str:
    """A line of text with what a terminal would act on written out: control characters, line ends, marks of direction.

    >>> visible("a\x1b[31mb\u202ec\\nd")
    'a\\\\x1b[31mb\\\\u202ec\\\\nd'
    """
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def failures(report: Report) -> tuple[Finding, ...]:
    """Failing findings that count, heaviest first, then in step order."""
    live = [f for f in report.findings if f.kind is Kind.FAIL and f.suppressed is None]
    return tuple(sorted(live, key=lambda f: (LEVEL_ORDER[f.level], f.step.number, f.check)))


def counts(report: Report) -> dict[str, int]:
    """How many findings went which way; the keys are in the order in which reports show them."""
    live = failures(report)
    return {
        "errors": sum(f.level is Level.ERROR for f in live),
        "warnings": sum(f.level is Level.WARNING for f in live),
        "notes": sum(f.level is Level.NOTE for f in live),
        "passed": sum(f.kind is Kind.PASS for f in report.findings),
        "undecided": sum(f.kind is Kind.OPEN for f in report.findings),
        "not applicable": sum(f.kind is Kind.NOT_APPLICABLE for f in report.findings),
        "suppressed": sum(f.suppressed is not None for f in report.findings),
    }


def plural(number: int, word: str) -> str:
    """A number with its word: 1 error, 2 errors."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def headline(report: Report) -> str:
    """What was looked at, in one line."""
    inventory = report.inventory
    components = inventory["components"]
    names = []
    for component in components if isinstance(components, list) else ():
        words = [component["framework"] or component["language"], component["kind"]]
        names.append(" ".join(w for w in words if w))
    kinds = ", ".join(dict.fromkeys(names)) or "nothing that is deployed"
    return f"{inventory['kind']}: {kinds}" if len(names) > 1 else kinds


def shown(report: Report, show: str) -> Sequence[Finding]:
    """The findings that `--show` asks for, in report order."""
    if show == "all":
        return report.findings
    return [f for f in report.findings if f.kind in (Kind.FAIL, Kind.OPEN)]
