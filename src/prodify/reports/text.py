"""Piped text: one unwrapped line per finding and place, `path:line: level check-id message`; no escape bytes, nothing cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.model import Kind
from prodify.reports.presentation import counts, shown, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.model import Finding, Report

_WORDS = {Kind.PASS: "pass", Kind.NOT_APPLICABLE: "not-applicable", Kind.OPEN: "undecided"}


def text(report: Report, show: str = "failed") -> str:
    """The report as lines, one a finding and place, and a last line with the score."""
    lines = [line for finding in shown(report, show) for line in lines_of(finding)]
    score = report.score
    level = "a library" if score.level is None else f"level {score.level} {score.level_name}"
    overall = "no score: nothing could be evaluated" if score.overall is None else f"{score.overall}/100, {level}"
    totals = ", ".join(f"{number} {word}" for word, number in counts(report).items())
    lines.append(f"score: {overall}, ruleset {report.ruleset} ({totals})")
    return "\n".join(map(visible, lines)) + "\n"


def lines_of(finding: Finding) -> Iterator[str]:
    """One line a place of a finding; one for the whole repository where there is none."""
    word = finding.level.value if finding.kind is Kind.FAIL else _WORDS[finding.kind]
    if finding.suppressed is not None:
        word = f"suppressed-{word}"
    message = " ".join(finding.message.split())
    if finding.source is not None:
        message += f" [{' '.join(filter(None, (finding.source.tool, finding.source.version)))}]"
    for place in finding.evidence:
        line = f":{place.line}" if place.line is not None else ""
        yield f"{place.path}{line}: {word} {finding.check} {_said(message, place.note or '', len(finding.evidence))}"
    if not finding.evidence:
        yield f".: {word} {finding.check} {message}"


def _said(message: str, note: str, places: int) -> str:
    """The message of one place of several: a list of them all ("not documented: A, B, C ...") is cut down to the one that stands there.

    >>> _said("not documented: A, B ...", "C", 3), _said("not documented: A", "x = A", 1), _said("debug is on", "app.run", 2)
    ('not documented: C', 'not documented: A (x = A)', 'debug is on (app.run)')
    """
    head, colon, listed = message.partition(": ")
    is_list = places > 1 and colon and ", " in listed and (listed.endswith("...") or note in listed.split(", "))
    if note and is_list:
        return f"{head}: {note}"
    return f"{message} ({note})" if note else message
