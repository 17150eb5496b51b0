"""The one list of generated alerts. Rules, their tests, runbooks, the dashboard and Alertmanager's routes all derive from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.recipes.shared.burn import MINIMUM_REQUESTS, BurnWindow, budget_floor, number, usable_windows
from prodify.recipes.shared.layout import RUNBOOKS
from prodify.recipes.shared.metrics import MEMORY, MODEL_DURATION, REQUEST_DURATION, bucket, quantile, selector

if TYPE_CHECKING:
    from prodify.profile import Profile

PAGE, TICKET, HEARTBEAT = "page", "ticket", "heartbeat"
"""Severities: wake somebody; look within the working day; prove that alerting itself works."""

MODEL_FLOOR = 10
"""Model calls within 15 minutes below which their error ratio is not judged."""
MODEL_ERROR_RATIO = 0.2

Steps = tuple[tuple[str, str], tuple[str, str], tuple[str, str]]
"""The first three diagnostic steps: what to find out, and the key of the command that does it."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert. `expr` is PromQL, `wait` how long it must hold; `panel` the dashboard panel that shows it.

    `slo` and `kind` become labels where not empty. `steps` are the first three diagnostic steps: what to find out, and the key of the
    command in `operations.commands` that does it.
    """

    name: str
    severity: str
    expr: str
    summary: str
    description: str
    meaning: str
    panel: str
    steps: Steps
    slo: str = ""
    kind: str = ""
    wait: str = ""

    @property
    def slug(self) -> str:
        """File name of the runbook, without its ending.

        >>> Alert("HighErrorRatio", "page", "", "", "", "", "", (("", ""),) * 3).slug
        'high-error-ratio'
        """
        return "".join(f"-{c.lower()}" if c.isupper() else c for c in self.name).lstrip("-")

    @property
    def runbook(self) -> str:
        """Path of the runbook in the repository."""
        return f"{RUNBOOKS}/{self.slug}.md"

    def runbook_url(self, repository: str) -> str:
        """Address of the runbook; the path alone when the repository's address is not known."""
        return f"{repository.rstrip('/')}/blob/HEAD/{self.runbook}" if repository else self.runbook

    def labels(self, service: str) -> dict[str, str]:
        """Labels of the alert, sorted."""
        found = {"kind": self.kind, "service": service, "severity": self.severity, "slo": self.slo}
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Objective:
    """An SLO: `slo` is its label, `budget` the ratio of requests that may be bad, `bad` what bad requests do, in words."""

    slo: str
    budget: float
    bad: str

    @property
    def percent(self) -> str:
        """The objective in percent, as text."""
        return number(100 * (1 - self.budget))


def objectives(profile: Profile) -> tuple[Objective, Objective]:
    """The two SLOs of a service: availability and latency."""
    latency = profile.slo.latency
    slow = Objective("latency", round(1 - latency.target_percent / 100, 10), f"take longer than {latency.threshold_ms} ms")
    return Objective("availability", profile.slo.error_budget_ratio, "fail (status 5xx)"), slow


def alerts(profile: Profile, service: str, *, model: bool = False) -> tuple[Alert, ...]:
    """Every alert of a service; `model` adds those on calls of a language model."""
    burn = [alert for objective in objectives(profile) for alert in burn_alerts(profile, service, objective, _steps(objective.slo))]
    found = [*burn, *_guardrails(profile, service), *_budget(profile, service), *_self_observation(profile, service)]
    return (*found, _model(service)) if model else tuple(found)


def recorded(name: str, service: str, slo: str = "") -> str:
    """A recorded series of the service."""
    labels = f'service="{service}"' + (f', slo="{slo}"' if slo else "")
    return f"{name}{{{labels}}}"


def burn_alerts(
    profile: Profile, service: str, objective: Objective, steps: Steps, *, what: str = "requests", prefix: str = ""
) -> list[Alert]:
    """The alerts on the pace at which an objective's error budget goes; `what` is counted, `prefix` begins their names."""
    windows = usable_windows(profile.slo.window_days, objective.budget)
    found = []
    for severity, name, pace in ((PAGE, "BurnsFast", "fast"), (TICKET, "BurnsSlowly", "slowly but steadily")):
        pairs = [window for window in windows if window.severity == severity]
        if not pairs:
            continue
        share = " or ".join(f"{number(100 * w.budget_share)} % of it in {w.long}" for w in pairs)
        found.append(
            Alert(
                name=f"{prefix}{objective.slo.capitalize()}{name}",
                severity=severity,
                expr="\nor\n".join(pair(service, objective, window) for window in pairs),
                summary=f"{service}: too many {what} {objective.bad}, the error budget goes {pace}",
                description=(
                    f"{{{{ $value | humanizePercentage }}}} of the {what} {objective.bad}. The goal is {objective.percent} % good "
                    f"ones over {profile.slo.window_days} days; at this pace that is missed."
                ),
                meaning=(
                    f"{what.capitalize()} {objective.bad} more often than the goal of {objective.percent} % over "
                    f"{profile.slo.window_days} days "
                    f"allows. The error budget is the share that may go wrong ({number(100 * objective.budget)} %); this alert fires at a "
                    f"pace that uses {share}. It looks at a long window, to be sure, and at a short one, to end soon after the trouble."
                ),
                panel=f"Burn rate, {objective.slo}",
                steps=steps,
                slo=objective.slo,
                kind="burn",
            )
        )
    return found


def pair(service: str, objective: Objective, window: BurnWindow) -> str:
    """The expression of one pair of windows: both burn too fast, and there was enough in the long one to say so."""
    ratio = number(window.threshold(objective.budget))
    requests = f"{recorded(f'slo:requests:increase{window.long}', service)} >= {window.request_floor(objective.budget)}"
    long = recorded(f"slo:sli_error:ratio_rate{window.long}", service, objective.slo)
    short = recorded(f"slo:sli_error:ratio_rate{window.short}", service, objective.slo)
    return f"(\n  {long} > {ratio}\n  and {short} > {ratio}\n  and on (service) {requests}\n)"


def _steps(slo: str) -> Steps:
    if slo == "latency":
        return (
            ("Is it one route or all of them? Look at the panel \"p95 by route\", then at a slow trace", "slow_routes"),
            ("Is the service full? Compare CPU, memory and threads with last week", "saturation"),
            ("Did it begin with a release?", "releases"),
        )  # fmt: skip
    return (
        ("Which route fails, and with what? Read the last errors; each line carries its trace_id", "errors"),
        ("Did it begin with a release?", "releases"),
        ("Do the things it depends on answer?", "dependencies"),
    )


def _guardrails(profile: Profile, service: str) -> list[Alert]:
    limits = profile.slo.guardrails
    ratio = limits.error_percent / 100
    floor = max(MINIMUM_REQUESTS, math.floor(1 / ratio) + 1)
    half_hour = recorded("slo:requests:increase30m", service)
    errors = [recorded(f"slo:sli_error:ratio_rate{window}", service, "availability") for window in ("5m", "30m")]
    p95 = quantile(selector(service), 0.95, "5m")
    percent = number(limits.error_percent)
    failed = "{{ $value | humanizePercentage }} of the requests of the last 5 minutes failed"
    return [
        Alert(
            name="HighErrorRatio",
            severity=PAGE,
            expr=f"{errors[0]} > {number(ratio)}\nand {errors[1]} > {number(ratio)}\nand on (service) {half_hour} >= {floor}",
            wait="5m",
            summary=f"{service}: more than {percent} % of the requests fail",
            description=f"{failed}; the limit is {percent} %.",
            meaning=f"A fixed limit, whatever the error budget says: above {percent} % failed requests users notice.",
            panel="Error ratio", steps=_steps("availability"), slo="availability", kind="guardrail",
        ),
        Alert(
            name="HighLatency",
            severity=PAGE,
            expr=f"{p95} > {number(limits.latency_seconds)}\nand on () {half_hour} >= {MINIMUM_REQUESTS}",
            wait="5m",
            summary=f"{service}: one request in twenty takes longer than {limits.latency_ms} ms",
            description=f"The 95th percentile is {{{{ $value | humanizeDuration }}}}; the limit is {limits.latency_ms} ms.",
            meaning="A fixed limit, whatever the error budget says: the slowest 5 % of the requests (beyond the p95) take longer than "
            f"{limits.latency_ms} ms.",
            panel="Latency", steps=_steps("latency"), slo="latency", kind="guardrail",
        ),
        Alert(
            name="MostRequestsFail",
            severity=PAGE,
            expr=f"{errors[0]} > 0.5\nand on (service) {half_hour} >= 10",
            wait="5m",
            summary=f"{service}: more than half of the requests fail",
            description=f"{failed}.",
            meaning="The service is down for most users. This alert needs only a few requests, so that it also works in a quiet night.",
            panel="Error ratio", steps=_steps("availability"), slo="availability", kind="guardrail",
        ),
    ]  # fmt: skip


def _budget(profile: Profile, service: str) -> list[Alert]:
    days = profile.slo.window_days
    steps = (
        ("Which incidents used the budget? Look for the steps in the panel \"Error budget left\"", "budget"),
        ("Which route contributes most?", "error_routes"),
        ("Did it begin with a release?", "releases"),
    )  # fmt: skip
    found = []
    for name, left, words, rule in (
        ("ErrorBudgetHalfSpent", "< 0.5", "half", "risky releases stop"),
        ("ErrorBudgetSpent", "<= 0", "all", "only fixes are released"),
    ):
        parts = [
            f"({recorded('slo:period_error_budget_remaining:ratio', service, objective.slo)} {left}"
            f"\n  and on (service) {recorded(f'slo:requests:increase{days}d', service)} >= {budget_floor(objective.budget)})"
            for objective in objectives(profile)
        ]
        found.append(
            Alert(
                name=name, severity=TICKET, expr="\nor\n".join(parts), wait="15m",
                summary=f"{service}: {words} of the error budget of {days} days is spent, {rule}",
                description="{{ $value | humanizePercentage }} of the {{ $labels.slo }} budget is left.",
                meaning=f"{words.capitalize()} of what may go wrong in {days} days has gone wrong. By the error budget policy, {rule}.",
                panel="Error budget left", steps=steps, kind="budget",
            )
        )  # fmt: skip
    return found


def _self_observation(profile: Profile, service: str) -> list[Alert]:
    selected = selector(service)
    count = f"{REQUEST_DURATION.prometheus}_count{{{selected}}}"
    held = f"{REQUEST_DURATION.prometheus}_bucket{{{selected}, {bucket(profile.slo.latency.threshold_seconds)}}}"
    flow = ("Does the collector receive and send?", "collector")
    return [
        Alert(
            name="TelemetryMissing", severity=PAGE, expr=f"absent(sum({MEMORY.prometheus}{{{selected}}}))", wait="10m", kind="meta",
            summary=f"{service} reports nothing: it is down, or nobody would know",
            description="No process of the service has sent a metric for 10 minutes.",
            meaning="Every process reports its memory every 15 seconds, and none does: the service is down, or its metrics get lost.",
            panel="Processes", steps=(("Is it running?", "status"), ("Does it answer?", "dependencies"), flow),
        ),
        Alert(
            name="SloBucketMissing", severity=TICKET, expr=f"absent(sum({held}))\nand on () count({count}) > 0", wait="15m",
            slo="latency", kind="meta",
            summary=f"{service}: the latency goal cannot be measured, its histogram bucket is missing",
            description=f"No bucket ends at {profile.slo.latency.threshold_ms} ms, so the latency alerts are blind.",
            meaning=f"Latency is measured by counting requests up to {profile.slo.latency.threshold_ms} ms. That count is missing, so the "
            "latency alerts cannot fire. The bounds stand in telemetry.py and must hold the goal of prodify.yaml.",
            panel="Latency", steps=(("Which bounds arrive?", "bounds"), ("Did it begin with a release?", "releases"), flow),
        ),
        watchdog(),
    ]  # fmt: skip


def watchdog() -> Alert:
    """The alert that always fires."""
    flow = ("Does the collector receive and send?", "collector")
    return Alert(
        name="Watchdog", severity=HEARTBEAT, expr="vector(1)", kind="meta",
        summary="This alert always fires. When it stops, alerting is broken",
        description="Alertmanager says so in the chat once a day.",
        meaning="It always fires, on purpose, and is seen in the chat once a day. When it stays away, Prometheus, Alertmanager or the "
        "way out of them is broken, and no other alert would be heard either.",
        panel="Firing alerts",
        steps=(("Is Prometheus up, are its rules loaded?", "prometheus"), ("Is Alertmanager up?", "alertmanager"), flow),
    )  # fmt: skip


def model_error_ratio(selected: str, window: str) -> str:
    """Share of model calls that failed; zero while none has, no data without calls."""
    name = f"{MODEL_DURATION.prometheus}_count"
    total = f"sum(rate({name}{{{selected}}}[{window}]))"
    return f'(sum(rate({name}{{{selected}, error_type!=""}}[{window}])) or 0 * {total}) / ({total} > 0)'


def _model(service: str) -> Alert:
    selected = selector(service)
    calls = f"sum(increase({MODEL_DURATION.prometheus}_count{{{selected}}}[15m]))"
    return Alert(
        name="ModelCallsFail", severity=TICKET, kind="model", wait="5m",
        expr=f"{model_error_ratio(selected, '15m')} > {number(MODEL_ERROR_RATIO)}\nand {calls} >= {MODEL_FLOOR}",
        summary=f"{service}: more than {number(100 * MODEL_ERROR_RATIO)} % of the calls of the language model fail",
        description="{{ $value | humanizePercentage }} of the model calls of the last 15 minutes failed.",
        meaning="The language model's provider refuses, is slow or is down. Whatever needs it degrades or fails.",
        panel="Model errors",
        steps=(
            ("With what do calls fail? 429: limit or unpaid bill; 401: key; 404: model retired; 5xx: the provider", "model_errors"),
            ("Is it slow as well? And what does the provider's status page say?", "model_latency"),
            ("Did it begin with a release?", "releases"),
        ),
    )  # fmt: skip
