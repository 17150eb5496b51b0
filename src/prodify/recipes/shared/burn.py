"""Burn-rate arithmetic: when spending the error budget is fast enough to call somebody.

A burn rate is the error ratio divided by the error budget (1 - objective): at 1 the budget lasts exactly one SLO window. An alert
names the share of the budget that may be gone before it fires; its factor follows as share x SLO window / long window. The shares
(2 % in 1 h, 5 % in 6 h, 10 % in 1 d, 10 % in 3 d) and the short window of a twelfth are the recommended parameters of the Site
Reliability Workbook, chapter "Alerting on SLOs": 14.4, 6, 3 and 1 for 30 days.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

MINIMUM_REQUESTS = 100
"""Below this many requests in the long window a ratio says little, whatever the objective."""

_PARAMETERS = (("page", 0.02, 1, 5), ("page", 0.05, 6, 30), ("ticket", 0.10, 24, 120), ("ticket", 0.10, 72, 360))


@dataclass(frozen=True, slots=True)
class BurnWindow:
    """One pair of windows. `long_hours` in hours, `short_minutes` in minutes, `factor` the burn rate that both must exceed."""

    severity: str
    budget_share: float
    long_hours: int
    short_minutes: int
    factor: float

    @property
    def long(self) -> str:
        """The long window as a Prometheus duration: 1h, 6h, 1d, 3d."""
        return duration(self.long_hours * 60)

    @property
    def short(self) -> str:
        """The short window as a Prometheus duration: 5m, 30m, 2h, 6h."""
        return duration(self.short_minutes)

    def threshold(self, budget: float) -> float:
        """The error ratio above which both windows must be, for an error budget given as a ratio."""
        return round(self.factor * budget, 10)

    def request_floor(self, budget: float) -> int:
        """Requests that the long window must hold, so that one failed request alone never exceeds the threshold."""
        return max(MINIMUM_REQUESTS, math.floor(1 / self.threshold(budget)) + 1)


def burn_windows(slo_days: int) -> tuple[BurnWindow, ...]:
    """The four pairs for an SLO window of 7, 28 or 30 days, the fastest first.

    A factor below 1 would alert while the objective is kept, so 1 is the least.

    >>> [w.factor for w in burn_windows(30)], [w.factor for w in burn_windows(28)], [w.factor for w in burn_windows(7)]
    ([14.4, 6.0, 3.0, 1.0], [13.44, 5.6, 2.8, 1.0], [3.36, 1.4, 1.0, 1.0])
    """
    hours = slo_days * 24
    return tuple(
        BurnWindow(severity, share, long, short, max(1.0, round(share * hours / long, 4))) for severity, share, long, short in _PARAMETERS
    )


def feasible(window: BurnWindow, budget: float) -> bool:
    """Whether the pair can fire at all: an error ratio cannot exceed 1, so factor x budget must stay below it.

    >>> [feasible(w, 0.1) for w in burn_windows(30)]
    [False, True, True, True]
    """
    return window.factor * budget < 1


def usable_windows(slo_days: int, budget: float) -> tuple[BurnWindow, ...]:
    """The pairs that can fire for an error budget given as a ratio."""
    return tuple(window for window in burn_windows(slo_days) if feasible(window, budget))


def exceeds_after(threshold: float, window: float, share: float, good: float) -> float:
    """Minutes until a window's error ratio exceeds a threshold, when a share fails after `good` minutes without a failure; inf for never.

    A window that is full of good requests fills by share x t / window; one that began later than the service holds less good ones.

    >>> exceeds_after(0.0144, 60, 0.03, 60), exceeds_after(0.03, 360, 0.03, 60), exceeds_after(0.006, 360, 0.03, 60)
    (28.8, inf, 15.0)
    """
    if share <= threshold:
        return math.inf
    if good < window:
        minutes = threshold * good / (share - threshold)
        if good + minutes <= window:
            return round(minutes, 6)
    return round(threshold * window / share, 6)


def burns_after(window: BurnWindow, budget: float, share: float, good: float) -> float:
    """Minutes until a pair of windows alerts: until both exceed their threshold."""
    spans = (60 * window.long_hours, window.short_minutes)
    return max(exceeds_after(window.threshold(budget), span, share, good) for span in spans)


def budget_floor(budget: float) -> int:
    """Requests that the SLO window must hold before its budget says something: fewer than two failures in them are no news."""
    return max(MINIMUM_REQUESTS, math.ceil(2 / budget))


def budget_minutes(slo_days: int, budget: float) -> float:
    """Minutes of total outage that use up the budget of one SLO window.

    >>> budget_minutes(30, 0.001)
    43.2
    """
    return round(slo_days * 24 * 60 * budget, 2)


def duration(minutes: int) -> str:
    """A Prometheus duration in the largest unit that is exact.

    >>> duration(30), duration(120), duration(4320)
    ('30m', '2h', '3d')
    """
    for size, unit in ((1440, "d"), (60, "h")):
        if minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}m"


def number(value: float) -> str:
    """A number without rounding noise or a needless fraction, as it stands in generated text.

    >>> number(14.4 * 0.001), number(300.0), number(99.95)
    ('0.0144', '300', '99.95')
    """
    return f"{round(value, 10):.10f}".rstrip("0").rstrip(".")
