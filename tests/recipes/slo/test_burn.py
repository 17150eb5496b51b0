"""Burn-rate arithmetic against the figures of the Site Reliability Workbook, and what can never fire."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prodify.profile import Guardrails, Profile
from prodify.recipes.shared.burn import budget_floor, budget_minutes, burn_windows, burns_after, duration, feasible, number, usable_windows
from prodify.recipes.shared.metrics import BASE_BOUNDARIES, Metric, boundaries, bucket, quantile


def test_thirty_days_are_the_recommended_parameters() -> None:
    found = [(w.severity, w.long, w.short, w.factor) for w in burn_windows(30)]
    assert found == [("page", "1h", "5m", 14.4), ("page", "6h", "30m", 6.0), ("ticket", "1d", "2h", 3.0), ("ticket", "3d", "6h", 1.0)]


@pytest.mark.parametrize(("days", "factors"), [(28, [13.44, 5.6, 2.8, 1.0]), (7, [3.36, 1.4, 1.0, 1.0])])
def test_other_windows_keep_the_budget_shares_but_never_alert_on_a_kept_goal(days: int, factors: list[float]) -> None:
    assert [w.factor for w in burn_windows(days)] == factors


@pytest.mark.parametrize(("availability", "minutes"), [(0.01, 432), (0.005, 216), (0.001, 43.2), (0.0005, 21.6), (0.0001, 4.32)])
def test_budget_minutes(availability: float, minutes: float) -> None:
    assert budget_minutes(30, availability) == minutes


def test_a_window_that_can_never_fire_is_left_out() -> None:
    assert [w.factor for w in usable_windows(30, 0.1)] == [6.0, 3.0, 1.0]
    assert len(usable_windows(30, 0.05)) == 4
    assert not usable_windows(30, 1.0)


@given(st.sampled_from([7, 28, 30]), st.floats(0.00001, 0.9))
def test_one_failed_request_never_exceeds_a_threshold_at_the_floor(days: int, budget: float) -> None:
    for window in usable_windows(days, budget):
        assert 1 / window.request_floor(budget) <= window.threshold(budget)
        assert window.request_floor(budget) >= 100
        assert feasible(window, budget)
    assert 1 / budget_floor(budget) <= 0.5 * budget + 1e-9


def test_numbers_and_durations_are_written_plainly() -> None:
    assert [number(v) for v in (14.4 * 0.001, 0.05, 300.0, 1e-7)] == ["0.0144", "0.05", "300", "0.0000001"]
    assert [duration(m) for m in (5, 30, 60, 360, 1440, 4320)] == ["5m", "30m", "1h", "6h", "1d", "3d"]


def test_the_histogram_has_a_bound_at_every_limit(changed_profile: Profile) -> None:
    assert {0.3, 0.4} <= set(boundaries(Profile()))
    odd = replace(changed_profile, slo=replace(changed_profile.slo, guardrails=Guardrails(latency_ms=1234)))
    assert {0.25, 1.234} <= set(boundaries(odd))
    assert list(boundaries(odd, model=True)) == sorted({*BASE_BOUNDARIES, 0.25, 1.234, 15, 30, 60})


def test_names_as_prometheus_writes_them() -> None:
    assert Metric("http.server.request.duration", "s", "histogram").prometheus == "http_server_request_duration_seconds"
    assert Metric("process.memory.usage", "By", "gauge").prometheus == "process_memory_usage_bytes"
    assert bucket(2.0) == 'le=~"2([.]0)?"'


def test_a_quantile_above_one_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        quantile("", 95, "5m")


@pytest.mark.parametrize("good", [60, 360, 1440])
@pytest.mark.parametrize(("objective", "share"), [(99.9, 0.03), (99.5, 0.03), (99.5, 0.1), (99.9, 1.0), (90.0, 0.95)])
def test_the_time_until_a_page_is_that_of_counted_requests(objective: float, share: float, good: int) -> None:
    """The formula beside a count, minute by minute: factor x budget x window / share once the window is full of good requests."""
    budget = round(1 - objective / 100, 10)
    for window in usable_windows(30, budget):
        if window.severity != "page":
            continue

        def ratio(minutes: float, span: int, share: float = share) -> float:
            return share * min(minutes, span) / min(span, good + minutes)

        said = burns_after(window, budget, share, good)
        times = (minute / 100 for minute in range(1, 100 * 60 * window.long_hours))
        spans, limit = (60 * window.long_hours, window.short_minutes), window.threshold(budget)
        counted = next((time for time in times if all(ratio(time, span) > limit for span in spans)), math.inf)
        assert said == counted or abs(said - counted) < 0.03, (window, said, counted)
        if good >= 60 * window.long_hours and said != math.inf:
            assert said == pytest.approx(window.factor * budget * 60 * window.long_hours / share)


def test_three_percent_at_99_5_never_burn_fast_enough_for_a_page() -> None:
    """Its limits are 7.2 % in an hour and 3 % in six: that burst is the guardrail's to tell."""
    pages = [window for window in usable_windows(30, 0.005) if window.severity == "page"]
    assert [round(100 * window.threshold(0.005), 3) for window in pages] == [7.2, 3.0]
    assert all(burns_after(window, 0.005, 0.03, 60) == math.inf for window in pages)
