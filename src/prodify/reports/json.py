"""The report as JSON, schema `prodify.audit/1`. Absent values are null, keys are never missing, two runs are byte-identical."""

from __future__ import annotations

import json as _json
from typing import TYPE_CHECKING, Any

from prodify.model import Kind

if TYPE_CHECKING:
    from prodify.model import Evidence, Finding, Report

SCHEMA = "prodify.audit/1"
_LEAF = _json.JSONEncoder(ensure_ascii=False).encode
_TEXT = _json.encoder.encode_basestring


def json(report: Report, show: str = "failed") -> str:
    """The report as indented JSON text. Passing findings are listed with `show` "all"."""
    return indented(data(report, show)) + "\n"


def indented(value: object, margin: str = "\n") -> str:
    """What `json.dumps(value, indent=2, ensure_ascii=False)` returns; four times as fast, since only leaves go through the library.

    >>> indented({"a": [1, None], "b": {}})
    '{\\n  "a": [\\n    1,\\n    null\\n  ],\\n  "b": {}\\n}'
    """
    if isinstance(value, str):
        return _TEXT(value)
    if value is None:
        return "null"
    inner = margin + "  "
    if isinstance(value, dict) and value:
        rows = [f"{_TEXT(key)}: {indented(item, inner)}" for key, item in value.items()]
        return f"{{{inner}{f',{inner}'.join(rows)}{margin}}}"
    if isinstance(value, list | tuple) and value:
        return f"[{inner}{f',{inner}'.join([indented(item, inner) for item in value])}{margin}]"
    return _LEAF(value)


def data(report: Report, show: str = "failed") -> dict[str, Any]:
    """The report as plain data in the contract's key order."""
    score = report.score
    findings = [f for f in report.findings if show == "all" or f.kind is not Kind.PASS]
    return {
        "schema": SCHEMA,
        "tool": {"name": "prodify", "version": report.version, "ruleset": report.ruleset},
        "target": {"path": ".", "commit": report.target.commit, "dirty": report.target.dirty},
        "profile": dict(report.profile),
        "inventory": dict(report.inventory),
        "score": {
            "overall": score.overall,
            "level": score.level,
            "level_name": score.level_name,
            "steps": [
                {
                    "number": s.step.number,
                    "slug": s.step.slug,
                    "title": s.step.title,
                    "score": s.score,
                    "passed": s.passed,
                    "failed": s.failed,
                    "open": s.open,
                    "not_applicable": s.not_applicable,
                }
                for s in score.steps
            ],
        },
        "findings": [_finding(f) for f in findings],
        "notices": list(report.notices),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    suppressed, source = finding.suppressed, finding.source
    return {
        "check": finding.check,
        "step": finding.step.slug,
        "kind": finding.kind.value,
        "level": finding.level.value,
        "maturity": finding.maturity,
        "status": finding.status,
        "title": finding.title,
        "message": finding.message,
        "why": finding.why,
        "evidence": [_place(e) for e in finding.evidence],
        "fingerprint": finding.fingerprint,
        "suppressed": None
        if suppressed is None
        else {"source": suppressed.source, "reason": suppressed.reason, "expires": suppressed.expires},
        "source": None if source is None else {"tool": source.tool, "version": source.version, "rule": source.rule},
        "cwe": list(finding.cwe),
        "effort": finding.effort.value,
        "fix": {"recipe": finding.fix.recipe, "command": finding.fix.command},
    }


def _place(place: Evidence) -> dict[str, Any]:
    return {"path": place.path, "line": place.line, "end_line": place.end_line, "note": place.note or None, "snippet": place.snippet}
