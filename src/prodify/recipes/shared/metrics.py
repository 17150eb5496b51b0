"""The metrics that generated code emits, as Prometheus names them, and the expressions that rules and dashboards build from them.

OpenTelemetry names become Prometheus names on the way through OTLP: dots become underscores, the unit becomes a suffix, counters end
in `_total`. HTTP names are those of the stable semantic conventions (durations in seconds).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.recipes.shared.burn import number

if TYPE_CHECKING:
    from prodify.profile import Profile

PRODUCTION = "production"
"""Value of deployment.environment.name that rules look at: staging neither pages nor spends the budget."""

BASE_BOUNDARIES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5, 5.0, 10.0)
"""Histogram boundaries in seconds. The SDK's own have neither 0.3 nor 0.4, so a ratio at 300 ms would silently have no data."""
MODEL_BOUNDARIES = (15.0, 30.0, 60.0)
"""More boundaries, in seconds, for services that wait for a language model."""


@dataclass(frozen=True, slots=True)
class Metric:
    """An instrument: OpenTelemetry `name`, `unit` (UCUM) and `kind` (histogram, counter or gauge)."""

    name: str
    unit: str
    kind: str

    @property
    def prometheus(self) -> str:
        """The name in Prometheus; of a histogram without `_bucket`, `_count`, `_sum`.

        >>> Metric("process.cpu.time", "s", "counter").prometheus, Metric("process.thread.count", "{thread}", "gauge").prometheus
        ('process_cpu_time_seconds_total', 'process_thread_count')
        """
        suffix = {"s": "_seconds", "By": "_bytes"}.get(self.unit, "")
        return self.name.replace(".", "_") + suffix + ("_total" if self.kind == "counter" else "")


REQUEST_DURATION = Metric("http.server.request.duration", "s", "histogram")
ACTIVE_REQUESTS = Metric("http.server.active_requests", "{request}", "gauge")
CPU_TIME = Metric("process.cpu.time", "s", "counter")
MEMORY = Metric("process.memory.usage", "By", "gauge")
THREADS = Metric("process.thread.count", "{thread}", "gauge")
MODEL_DURATION = Metric("gen_ai.client.operation.duration", "s", "histogram")
MODEL_TOKENS = Metric("gen_ai.client.token.usage", "{token}", "histogram")
CACHE_LOOKUPS = Metric("cache.lookups", "{lookup}", "counter")

SERVICE_METRICS = (REQUEST_DURATION, ACTIVE_REQUESTS, CPU_TIME, MEMORY, THREADS)
MODEL_METRICS = (MODEL_DURATION, MODEL_TOKENS)


def boundaries(profile: Profile, *, model: bool = False) -> tuple[float, ...]:
    """Histogram boundaries in seconds, sorted: the base list and every threshold of the profile, objective and guardrail."""
    wanted = {*BASE_BOUNDARIES, profile.slo.latency.threshold_seconds, profile.slo.guardrails.latency_seconds}
    return tuple(sorted(wanted | set(MODEL_BOUNDARIES) if model else wanted))


def selector(service: str, *more: str, environment: str = PRODUCTION) -> str:
    """Label matchers of one service in one environment, without braces."""
    return ", ".join((f'service_name="{service}"', f'deployment_environment_name="{environment}"', *more))


def bucket(seconds: float) -> str:
    """The matcher of a bucket's bound. Prometheus writes whole numbers as 1 or 1.0, depending on how they came in.

    >>> bucket(0.3), bucket(1.0)
    ('le="0.3"', 'le=~"1([.]0)?"')
    """
    text = number(seconds)
    return f'le="{text}"' if "." in text else f'le=~"{text}([.]0)?"'


def request_rate(selected: str, window: str) -> str:
    """Requests a second. `selected` holds the label matchers."""
    return f"sum(rate({REQUEST_DURATION.prometheus}_count{{{selected}}}[{window}]))"


def request_count(selected: str, window: str) -> str:
    """Requests within the window."""
    return f"sum(increase({REQUEST_DURATION.prometheus}_count{{{selected}}}[{window}]))"


def error_rate(selected: str, window: str) -> str:
    """Failed requests a second: status 5xx. Zero, not "no data", while none has failed yet and requests are there."""
    failed = f'{selected}, http_response_status_code=~"5.."'
    return f"({request_rate(failed, window)} or 0 * {request_rate(selected, window)})"


def slow_rate(selected: str, seconds: float, window: str) -> str:
    """Requests a second that took longer than `seconds`, which must be a bucket's bound."""
    fast = f"sum(rate({REQUEST_DURATION.prometheus}_bucket{{{selected}, {bucket(seconds)}}}[{window}]))"
    return f"({request_rate(selected, window)} - {fast})"


def error_ratio(selected: str, window: str) -> str:
    """Share of requests that failed; no data (never NaN) without traffic."""
    return f"{error_rate(selected, window)} / ({request_rate(selected, window)} > 0)"


def slow_ratio(selected: str, seconds: float, window: str) -> str:
    """Share of requests slower than `seconds`; no data without traffic or without that bucket."""
    return f"{slow_rate(selected, seconds, window)} / ({request_rate(selected, window)} > 0)"


def quantile(selected: str, share: float, window: str, metric: Metric = REQUEST_DURATION) -> str:
    """A quantile of a histogram, interpolated between bounds; `share` between 0 and 1.

    Raises:
        ValueError: for a share outside 0 to 1: Prometheus would answer with infinity instead of an error.
    """
    if not 0 < share < 1:
        raise ValueError(f"a quantile lies between 0 and 1, not {share}")
    return f"histogram_quantile({number(share)}, sum by (le) (rate({metric.prometheus}_bucket{{{selected}}}[{window}])))"
