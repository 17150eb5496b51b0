"""Accepted findings: on the line, in the profile, expired, unused, without a reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from prodify.audit import Selection, audit
from prodify.errors import ConfigError
from prodify.inventory import Inventory
from prodify.model import Finding, Kind, Report
from prodify.profile import Ignore, Profile
from tests.checks.conftest import lay_out

CHECK = "outbound-calls-have-timeouts"
CALL = "import requests\n\n\ndef load(url):\n    return requests.get(url){comment}\n"
TODAY = date(2026, 11, 22)


def run(tmp_path: Path, files: dict[str, str], *entries: Ignore, ignores: bool = True) -> Report:
    repo = Inventory(lay_out(tmp_path, files))
    return audit(repo, Profile(ignore=entries), Selection(select=(CHECK,)), ignores=ignores, today=TODAY)


def only(report: Report) -> Finding:
    (finding,) = report.findings
    assert finding.kind is Kind.FAIL
    return finding


@pytest.mark.parametrize(
    "comment", [f"  # prodify: ignore[{CHECK}] a job with a limit of its own", f"  # prodify: ignore[debug-is-off, {CHECK}] why not"]
)
def test_a_comment_on_the_line_with_a_reason(tmp_path: Path, comment: str) -> None:
    report = run(tmp_path, {"a.py": CALL.format(comment=comment)})
    found = only(report)
    assert found.suppressed is not None and found.suppressed.source == "a.py:5"
    assert report.score.overall is None or report.notices == ()


def test_a_comment_without_a_reason_has_no_effect_and_is_reported(tmp_path: Path) -> None:
    report = run(tmp_path, {"a.py": CALL.format(comment=f"  # prodify: ignore[{CHECK}]")})
    assert only(report).suppressed is None
    assert "without a reason" in report.notices[0]


def test_a_comment_for_another_check_is_reported_as_unused(tmp_path: Path) -> None:
    report = run(tmp_path, {"a.py": CALL.format(comment="  # prodify: ignore[debug-is-off] why")})
    assert only(report).suppressed is None
    assert "matches nothing" in report.notices[0]


def test_an_entry_by_path_takes_its_places_out(tmp_path: Path) -> None:
    files = {"a.py": CALL.format(comment=""), "jobs/b.py": CALL.format(comment="")}
    found = only(run(tmp_path, files, Ignore(CHECK, "jobs have a limit", path="jobs")))
    assert found.suppressed is None and [e.path for e in found.evidence] == ["a.py"]


def test_an_entry_for_everything(tmp_path: Path) -> None:
    found = only(run(tmp_path, {"a.py": CALL.format(comment="")}, Ignore(CHECK, "known")))
    assert found.suppressed is not None and found.suppressed.reason == "known"


def test_no_ignores_shows_everything(tmp_path: Path) -> None:
    assert only(run(tmp_path, {"a.py": CALL.format(comment="")}, Ignore(CHECK, "known"), ignores=False)).suppressed is None


def test_an_expired_entry_counts_no_more_and_says_so(tmp_path: Path) -> None:
    report = run(tmp_path, {"a.py": CALL.format(comment="")}, Ignore(CHECK, "known", expires="2026-11-21"))
    assert only(report).suppressed is None and "expired on 2026-11-21" in report.notices[0]
    (tmp_path / "x").mkdir()
    today = run(tmp_path / "x", {"a.py": CALL.format(comment="")}, Ignore(CHECK, "known", expires="2026-11-22"))
    assert only(today).suppressed is not None


def test_an_unused_entry_is_reported(tmp_path: Path) -> None:
    report = run(tmp_path, {"a.py": CALL.format(comment="")}, Ignore(CHECK, "known", path="nowhere"))
    assert "matches nothing" in report.notices[0]


@pytest.mark.parametrize(
    "entry", [Ignore("no-such-check", "x"), Ignore("debug-is-of", "x"), Ignore(CHECK, "  "), Ignore(CHECK, "x", expires="tomorrow")]
)
def test_a_wrong_entry_is_an_error(tmp_path: Path, entry: Ignore) -> None:
    with pytest.raises(ConfigError):
        run(tmp_path, {"a.py": CALL.format(comment="")}, entry)


def test_a_check_that_raises_is_undecided_and_the_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Inventory, "outbound_calls", property(lambda self: 1 / 0))
    report = audit(Inventory(lay_out(tmp_path, {"a.py": "x = 1\n"})), Profile())
    broken = next(f for f in report.findings if f.check == CHECK)
    assert broken.kind is Kind.OPEN and "ZeroDivisionError" in broken.message
    assert any(f.kind is Kind.FAIL for f in report.findings)
