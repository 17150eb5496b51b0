"""Unit tests of the rules for promtool: every alert fires when it should and stays silent when it should.

Traffic is invented from the profile, so the tests follow its numbers. What is asked is the series ALERTS that Prometheus keeps itself.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from prodify.recipes.shared.alerts import Objective, alerts, objectives, recorded
from prodify.recipes.shared.burn import MINIMUM_REQUESTS, budget_floor, burns_after, exceeds_after, number, usable_windows
from prodify.recipes.shared.metrics import MEMORY, MODEL_DURATION, PRODUCTION, REQUEST_DURATION

if TYPE_CHECKING:
    from prodify.profile import Profile

MINUTES = 36
"""Length of the longer scenarios, in samples of one minute."""
GOOD = 60
"""Minutes of good requests before a burst: the length of the shortest long window."""
SLACK = 2
"""Minutes that samples of one a minute and the evaluation may add or take."""
GUARDRAIL_WAIT = 5
"""Minutes that a guardrail must be exceeded for, as its alert says."""


class Scenarios:
    """Builds the tests of one service's rules."""

    def __init__(self, profile: Profile, service: str, *, model: bool) -> None:
        self.profile, self.service, self.model = profile, service, model
        self.availability, self.latency = objectives(profile)
        self.origin = f'service_name="{service}", deployment_environment_name="{PRODUCTION}"'
        self.labels = {alert.name: alert.labels(service) for alert in alerts(profile, service, model=model)}
        self.guardrail = profile.slo.guardrails.error_percent / 100
        # Requests a minute that fill every request floor well before the end.
        days = profile.slo.window_days
        floors: list[float] = [w.request_floor(o.budget) for o in objectives(profile) for w in usable_windows(days, o.budget)]
        floors += [3 * MINIMUM_REQUESTS, 6 / self.guardrail, budget_floor(self.availability.budget), budget_floor(self.latency.budget)]
        self.busy = math.ceil(2 * max(floors) / MINUTES) + 20

    def all(self) -> list[dict[str, Any]]:
        """Every test, in an order to read."""
        found = [*self._quiet(), *self._burning(), *self._guardrails(), *self._budget(), *self._blind()]
        return found + self._model() if self.model else found

    # -- traffic --------------------------------------------------------------------------------------------------------

    def _requests(self, good: str, bad: str = "", slow: str = "", minutes: int = MINUTES) -> list[dict[str, str]]:
        """Series of requests: `good` and `bad` are sample notations, `slow` the part of the good ones that is slower than both limits."""
        name = REQUEST_DURATION.prometheus
        series = {f'{name}_count{{{self.origin}, http_response_status_code="200"}}': good}
        if bad:
            series[f'{name}_count{{{self.origin}, http_response_status_code="500"}}'] = bad
        seconds = {self.profile.slo.latency.threshold_seconds, self.profile.slo.guardrails.latency_seconds}
        slowest = max(10.0, 4 * max(seconds))
        for bound in [*(number(s) for s in sorted(seconds)), number(slowest), "+Inf"]:
            held = slow if slow and bound not in (number(slowest), "+Inf") else good
            series[f'{name}_bucket{{{self.origin}, http_response_status_code="200", le="{bound}"}}'] = held
            if bad:
                series[f'{name}_bucket{{{self.origin}, http_response_status_code="500", le="{bound}"}}'] = bad
        series[f'{MEMORY.prometheus}{{{self.origin}, service_instance_id="a"}}'] = f"100x{minutes}"
        return [{"series": name, "values": values} for name, values in series.items()]

    def _share(self, share: float, minutes: int = MINUTES) -> list[dict[str, str]]:
        """Busy traffic of which a share fails."""
        return self._requests(_steady(self.busy * (1 - share), minutes), _steady(self.busy * share, minutes), minutes=minutes)

    def _slow_share(self, share: float) -> list[dict[str, str]]:
        """Busy traffic of which a share is slow: what the buckets up to the limits hold is the fast rest."""
        return self._requests(_steady(self.busy, MINUTES), slow=_steady(self.busy * (1 - share), MINUTES))

    # -- tests ----------------------------------------------------------------------------------------------------------

    def _test(self, name: str, series: list[dict[str, str]], at: int, *, fires: tuple[str, ...] = (), silent: str = "") -> dict[str, Any]:
        """One test at minute `at`: these alerts fire, and none of those that the matcher `silent` names."""
        checks = [self._firing(alert, at) for alert in fires]
        if silent:
            checks.append({"expr": f'ALERTS{{alertstate="firing", {silent}}}', "eval_time": f"{at}m", "exp_samples": []})
        return {"name": name, "interval": "1m", "input_series": series, "promql_expr_test": checks}

    def _firing(self, name: str, at: int) -> dict[str, Any]:
        labels = {"alertname": name, "alertstate": "firing", **self.labels[name]}
        if name.startswith("ErrorBudget"):
            labels["slo"] = "availability"
        shown = ", ".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
        asked = f'ALERTS{{alertname="{name}", alertstate="firing"' + (', slo="availability"}' if name.startswith("ErrorBudget") else "}")
        return {"expr": asked, "eval_time": f"{at}m", "exp_samples": [{"labels": f"ALERTS{{{shown}}}", "value": 1}]}

    def _quiet(self) -> list[dict[str, Any]]:
        calm = min(self.availability.budget, self.guardrail) / 4
        fresh = self._test("no request has failed yet: the error ratio is zero, not missing", self._requests(_steady(self.busy, 60)), 60)
        ratio = recorded("slo:sli_error:ratio_rate5m", self.service, "availability")
        fresh["promql_expr_test"] = [{"expr": ratio, "eval_time": "30m", "exp_samples": [{"labels": ratio, "value": 0}]}]
        noise = 'severity=~"page|ticket"'
        return [
            fresh,
            self._test("within the goals: only the watchdog fires", self._share(calm), MINUTES, fires=("Watchdog",), silent=noise),
            self._test(
                "five requests in an hour, one fails: nobody is called",
                self._requests("0x9 1x9 2x9 3x9 4x29", "0x29 1x39", minutes=70), 60, silent=noise,
            ),
        ]  # fmt: skip

    def _burning(self) -> list[dict[str, Any]]:
        found = []
        for objective in (self.availability, self.latency):
            pairs = usable_windows(self.profile.slo.window_days, objective.budget)
            limits = {s: [w.threshold(objective.budget) for w in pairs if w.severity == s] for s in ("page", "ticket")}
            name = objective.slo.capitalize()
            if limits["page"]:
                share = min(0.98, max(0.1, 1.25 * max(limits["page"])))
                found.append(
                    self._test(
                        f"1,000 requests in an hour, {number(round(100 * share, 1))} % {objective.bad}: a page",
                        self._thousand(objective, share), 60, fires=(f"{name}BurnsFast",),
                    )
                )  # fmt: skip
            if len(limits["page"]) > 1 and objective is self.availability:
                found.append(self._slower_page(limits["page"]))
            if limits["ticket"]:
                between = math.sqrt(max(limits["ticket"]) * min(limits["page"] or [1.0]))
                series = self._share(between) if objective is self.availability else self._slow_share(between)
                silent = f'alertname="{name}BurnsFast"'
                title = f"a small share keeps on: they {objective.bad}; a ticket, no page"
                found.append(self._test(title, series, MINUTES, fires=(f"{name}BurnsSlowly",), silent=silent))
        return found + self._after_good_traffic()

    def _after_good_traffic(self) -> list[dict[str, Any]]:
        """A burst that begins when the long window is full of good requests: each alert pages when the arithmetic says, not before."""
        share = min(0.9, 6 * max(self.availability.budget, self.guardrail))
        times = {"HighErrorRatio": max(exceeds_after(self.guardrail, span, share, GOOD) for span in (5, 30)) + GUARDRAIL_WAIT}
        pairs = [w for w in usable_windows(self.profile.slo.window_days, self.availability.budget) if w.severity == "page"]
        burning = min((burns_after(w, self.availability.budget, share, GOOD) for w in pairs), default=math.inf)
        percent, found = number(round(100 * share, 3)), []
        for name, minutes in (*times.items(), ("AvailabilityBurnsFast", burning)):
            if minutes == math.inf:
                title = f"an hour of good requests, then {percent} % fail: {name} never pages, whatever the hour"
                found.append(self._test(title, self._burst(share, 120), GOOD + 120, silent=f'alertname="{name}"'))
                continue
            before, after = math.floor(minutes) - SLACK, math.ceil(minutes) + SLACK
            title = f"an hour of good requests, then {percent} % fail: {name} pages after {number(round(minutes, 1))} minutes"
            test = self._test(title, self._burst(share, after + 5), GOOD + after, fires=(name,))
            asked = f'ALERTS{{alertname="{name}", alertstate="firing"}}'
            if before > 0:
                test["promql_expr_test"].insert(0, {"expr": asked, "eval_time": f"{GOOD + before}m", "exp_samples": []})
            found.append(test)
        return found

    def _burst(self, share: float, minutes: int) -> list[dict[str, str]]:
        """An hour of busy traffic without a failure, then a share of it fails."""
        good, bad = self.busy * (1 - share), self.busy * share
        held = number(self.busy * GOOD + good)
        failing = f"0x{GOOD} {number(bad)}+{number(bad)}x{minutes}"
        return self._requests(f"{_steady(self.busy, GOOD)} {held}+{number(good)}x{minutes}", failing, minutes=GOOD + minutes)

    def _slower_page(self, limits: list[float]) -> dict[str, Any]:
        """Between the two thresholds that page only the longer pair can fire; checked apart, because a total outage hides it."""
        share = math.sqrt(min(limits) * max(limits))
        name = f"{number(round(100 * share, 3))} % fail: a page by the longer of the two pairs of windows"
        return self._test(name, self._share(share), MINUTES, fires=("AvailabilityBurnsFast",))

    def _thousand(self, objective: Objective, share: float) -> list[dict[str, str]]:
        rate = 1020 / 60
        if objective is self.availability:
            return self._requests(_steady(rate * (1 - share), 70), _steady(rate * share, 70), minutes=70)
        return self._requests(_steady(rate, 70), slow=_steady(rate * (1 - share), 70), minutes=70)

    def _guardrails(self) -> list[dict[str, Any]]:
        night = self._requests(_steady(0.4, 60), _steady(0.6, 60), minutes=60)
        return [
            self._test("above the error guardrail", self._share(min(0.9, 2 * self.guardrail)), MINUTES, fires=("HighErrorRatio",)),
            self._test("above the latency guardrail", self._slow_share(0.5), MINUTES, fires=("HighLatency",)),
            self._test(
                "one request a minute, most fail: a page even in a quiet night", night, 60,
                fires=("MostRequestsFail",), silent='alertname=~".*Burns.*"',
            ),
        ]  # fmt: skip

    def _budget(self) -> list[dict[str, Any]]:
        budget = self.availability.budget
        return [
            self._test(
                "three quarters of the budget are spent", self._share(0.75 * budget), MINUTES,
                fires=("ErrorBudgetHalfSpent",), silent='alertname="ErrorBudgetSpent"',
            ),
            self._test(
                "more than the budget is spent", self._share(min(0.9, 2 * budget)), MINUTES,
                fires=("ErrorBudgetHalfSpent", "ErrorBudgetSpent"),
            ),
        ]  # fmt: skip

    def _blind(self) -> list[dict[str, Any]]:
        missing = number(self.profile.slo.latency.threshold_seconds)
        without = [item for item in self._requests(_steady(self.busy, 60), minutes=60) if f'le="{missing}"' not in item["series"]]
        silent = 'alertname=~"TelemetryMissing|Latency.*"'
        return [
            self._test("nothing is reported", [], 30, fires=("TelemetryMissing", "Watchdog")),
            self._test("the bucket of the latency goal is missing", without, 60, fires=("SloBucketMissing",), silent=silent),
        ]

    def _model(self) -> list[dict[str, Any]]:
        name = f"{MODEL_DURATION.prometheus}_count"

        def calls(failed: float) -> list[dict[str, str]]:
            broken = f'{name}{{{self.origin}, error_type="RateLimitError"}}'
            series = {f"{name}{{{self.origin}}}": _steady(6 * (1 - failed), 60), **({broken: _steady(6 * failed, 60)} if failed else {})}
            return [{"series": series_name, "values": values} for series_name, values in series.items()]

        return [
            self._test("half of the model calls fail", calls(0.5), 60, fires=("ModelCallsFail",)),
            self._test("no model call fails", calls(0), 60, silent='alertname="ModelCallsFail"'),
        ]


def _steady(per_minute: float, minutes: int) -> str:
    """Sample notation of a counter that grows by the same amount each minute.

    >>> _steady(2, 60)
    '0+2x60'
    """
    return f"0+{number(per_minute)}x{minutes}"
