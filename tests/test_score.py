"""The arithmetic of scores and maturity levels."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodify.audit import audit
from prodify.infer import load_profile
from prodify.inventory import Inventory
from prodify.model import Finding, Kind, Level, Step, Suppression
from prodify.reports.text import text
from prodify.score import score
from tests.reports.test_reports import finding

KINDS = st.sampled_from(list(Kind))
FINDINGS = st.lists(
    st.builds(
        lambda step, kind, level, maturity, status: finding("c", step, kind, level, maturity, status=status),
        st.sampled_from(list(Step)),
        KINDS,
        st.sampled_from(list(Level)),
        st.integers(1, 4),
        st.sampled_from(["stable", "preview"]),
    ),
    max_size=30,
)


def one(kind: Kind, level: Level = Level.WARNING, maturity: int = 1, **more: object) -> Finding:
    return finding("c", Step.CI, kind, level, maturity, **more)


def step_score(*findings: Finding) -> int | None:
    return next(s.score for s in score(findings).steps if s.step is Step.CI)


def test_nothing_evaluated_is_no_score() -> None:
    for findings in ((), (one(Kind.NOT_APPLICABLE),), (one(Kind.OPEN),), (one(Kind.FAIL, status="preview"),)):
        found = score(findings)
        assert found.overall is None and found.level is None and found.level_name is None


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([one(Kind.PASS)], 100),
        ([one(Kind.FAIL)], 0),
        ([one(Kind.PASS, Level.NOTE), one(Kind.FAIL, Level.ERROR)], 25),
        ([one(Kind.PASS, Level.ERROR), one(Kind.FAIL, Level.NOTE)], 75),
        ([one(Kind.PASS), one(Kind.OPEN)], 50),
        ([one(Kind.PASS), one(Kind.NOT_APPLICABLE)], 100),
        ([one(Kind.PASS), one(Kind.FAIL, suppressed=Suppression("x", "y"))], 100),
        ([one(Kind.PASS), one(Kind.FAIL, status="preview")], 100),
        ([one(Kind.PASS, Level.ERROR), one(Kind.FAIL, Level.ERROR), one(Kind.FAIL, Level.WARNING)], 38),
    ],
)
def test_a_steps_share(findings: list[Finding], expected: int) -> None:
    assert step_score(*findings) == expected


def test_the_overall_score_is_the_mean_of_the_steps_that_have_one() -> None:
    found = score((one(Kind.PASS), finding("d", Step.COST, Kind.FAIL), finding("e", Step.SLO, Kind.NOT_APPLICABLE)))
    assert found.overall == 50


@pytest.mark.parametrize(("maturity", "level"), [(1, 0), (2, 1), (3, 2), (4, 3)])
def test_a_failure_holds_its_level_back(maturity: int, level: int) -> None:
    assert score((one(Kind.PASS), one(Kind.FAIL, maturity=maturity))).level == level


def test_a_note_is_an_advice_and_holds_no_level_back() -> None:
    assert score((one(Kind.PASS), one(Kind.FAIL, Level.NOTE))).level_name == "supported"


def test_everything_passing_is_the_top_level() -> None:
    assert score((one(Kind.PASS),)).level_name == "supported"


@given(FINDINGS)
def test_scores_stay_in_bounds_and_a_repaired_failure_never_lowers_one(findings: list[Finding]) -> None:
    from dataclasses import replace

    before = score(findings)
    assert before.overall is None or 0 <= before.overall <= 100
    repaired = [replace(f, kind=Kind.PASS) if f.kind is Kind.FAIL else f for f in findings]
    after = score(repaired)
    if before.overall is not None:
        assert after.overall is not None and after.overall >= before.overall
        assert (after.level or 0) >= (before.level or 0)


@given(FINDINGS)
def test_the_order_of_findings_plays_no_part(findings: list[Finding]) -> None:
    assert score(findings) == score(list(reversed(findings)))


def test_a_library_has_a_score_and_no_maturity_level(tmp_path: Path) -> None:
    (tmp_path / "setup.py").write_text("from setuptools import setup\nsetup(name='once', version='1', packages=['once'])\n")
    (tmp_path / "once").mkdir()
    (tmp_path / "once" / "__init__.py").write_text("def once():\n    return 1\n")
    repo = Inventory(tmp_path)
    report = audit(repo, load_profile(repo).profile)
    assert report.score.overall is not None
    assert (report.score.level, report.score.level_name) == (None, None)
    assert f"{report.score.overall}/100, a library" in text(report)
