"""From findings to a score: pure arithmetic.

A step's score is the weighted share of its applicable checks that pass (error 3, warning 2, note 1); `open` counts as not
passed, suppressed failures and preview checks do not count. The overall score is the mean of the steps that have one. A
maturity level is reached when every error and warning of that level and below passes or does not apply: a note is an advice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.model import Kind, Level, Score, Step, StepScore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prodify.model import Finding

TOP_LEVEL = 4


def score(findings: Sequence[Finding], *, operated: bool = True) -> Score:
    """The score of a full set of findings, one a check. `operated` False, a library: it has no maturity level, which is of services."""
    counted = [f for f in findings if f.status == "stable"]
    steps = tuple(_step_score(step, [f for f in counted if f.step is step]) for step in Step)
    scored = [s.score for s in steps if s.score is not None]
    judged = any(f.kind in (Kind.PASS, Kind.FAIL) for f in counted)
    if not judged or not scored:
        return Score(None, None, tuple(StepScore(s.step, None, s.passed, s.failed, s.open, s.not_applicable) for s in steps))
    return Score(_round(sum(scored) / len(scored)), _level(counted) if operated else None, steps)


def _step_score(step: Step, findings: Sequence[Finding]) -> StepScore:
    def of(kind: Kind) -> list[Finding]:
        return [f for f in findings if f.kind is kind]

    passed, failed, opened = of(Kind.PASS), of(Kind.FAIL), of(Kind.OPEN)
    against = [f for f in failed + opened if f.suppressed is None]
    reached = sum(f.level.weight for f in passed)
    possible = reached + sum(f.level.weight for f in against)
    share = _round(100 * reached / possible) if possible else None
    return StepScore(step, share, len(passed), len(failed), len(opened), len(of(Kind.NOT_APPLICABLE)))


def _level(findings: Sequence[Finding]) -> int:
    """The highest level at which, and below which, nothing counts against the repository."""
    heavy = [f for f in findings if f.level is not Level.NOTE and f.suppressed is None]
    against = {f.maturity for f in heavy if f.kind in (Kind.FAIL, Kind.OPEN)}
    for level in range(1, TOP_LEVEL + 1):
        if level in against:
            return level - 1
    return TOP_LEVEL


def _round(value: float) -> int:
    """Round half up, so that a score does not depend on Python's rounding to even."""
    return int(value + 0.5)
