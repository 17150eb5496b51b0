#!/usr/bin/env python3
"""What the pods should ask for, by what they used: reads two weeks from Prometheus and prints a patch. Changes nothing.

    kubectl --namespace monitoring port-forward service/prometheus 9090 &
    python deploy/rightsizing/rightsize.py --prometheus http://localhost:9090 --namespace {= namespace =}

CPU: what 95 of 100 five-minute spans of the busiest pod stayed below, divided by {= cpu_percent =} %, at which the autoscaler adds pods; no limit,
which would slow requests down although the machine is idle. Memory: the same share of the fullest pod and a fifth more; the limit is twice
that, and never below the highest peak and a quarter more. One run halves or doubles at most: look for a week, then run it again.

Without a week of measurements it says what is missing and proposes nothing. Save the patch as a file in the overlay, name it under
`patches` there, and release it like any change; taking it out again is the way back. Run it once a quarter and after every change of what
the service does. Written by prodify (recipe rightsizing); yours to edit, upgrades merge.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

SERVICE = "{= service =}"
NAMESPACE = "{= namespace =}"
CPU_TARGET_PERCENT = {= cpu_percent =}
DAYS = 14
LEAST_DAYS = 7
SHARE = 0.95
MEMORY_HEADROOM, PEAK_HEADROOM, LIMIT_FACTOR = 1.2, 1.25, 2
MOST_CHANGE = 2  # times, up or down, in one run
LEAST_MILLICPU, CPU_STEP = 10, 10
LEAST_MIB, MIB_STEP = 64, 16
MIB = 1024 * 1024

Ask = Callable[[str], "float | None"]


class NothingToSay(Exception):
    """There is not enough to propose anything; the text says what is missing."""


@dataclass(frozen=True)
class Sizes:
    """What a pod asks for: CPU in thousandths of a core, memory in MiB."""

    millicpu: int
    mib: int
    limit_mib: int


@dataclass(frozen=True)
class Measured:
    """The busiest pod: CPU in cores and memory in bytes that {= share =} % of the time stayed below, the highest memory, and for how many days."""

    cpu: float
    memory: float
    peak: float
    days: float


def queries(service: str, namespace: str, days: int = DAYS) -> dict[str, str]:
    """The questions to Prometheus, about the container as the kubelet sees it (cAdvisor): what the out-of-memory killer looks at."""
    pods = f'namespace="{namespace}", container="{service}"'
    memory = f"container_memory_working_set_bytes{{{pods}}}"
    cpu = f"rate(container_cpu_usage_seconds_total{{{pods}}}[5m])"
    return {
        "cpu": f"max(quantile_over_time({SHARE}, {cpu}[{days}d:5m]))",
        "memory": f"max(quantile_over_time({SHARE}, {memory}[{days}d]))",
        "peak": f"max(max_over_time({memory}[{days}d]))",
        # Hours in which any pod of the service was measured.
        "hours": f"count_over_time(count({memory})[{days}d:1h])",
        "cpu_now": f'max(kube_pod_container_resource_requests{{{pods}, resource="cpu"}})',
        "memory_now": f'max(kube_pod_container_resource_requests{{{pods}, resource="memory"}})',
    }


def measure(ask: Ask, service: str, namespace: str, days: int = DAYS) -> Measured:
    """Ask for everything that a proposal rests on.

    Raises:
        NothingToSay: when something was not measured, or not for long enough.
    """
    asked = queries(service, namespace, days)
    found = {name: ask(asked[name]) for name in ("cpu", "memory", "peak", "hours")}
    missing = [name for name, value in found.items() if value is None or not math.isfinite(value) or value <= 0]
    if missing:
        raise NothingToSay(
            f"Prometheus has no {', '.join(missing)} of the container {service} in {namespace}. Is that its name there, and are the kubelets "
            "scraped (container_cpu_usage_seconds_total, container_memory_working_set_bytes)?"
        )
    cpu, memory, peak, hours = (float(found[name] or 0) for name in ("cpu", "memory", "peak", "hours"))
    if hours < LEAST_DAYS * 24:
        raise NothingToSay(f"measured for {hours / 24:.1f} days; a week is the least, since weekends differ")
    return Measured(cpu, memory, peak, hours / 24)


def proposed(measured: Measured, now: Sizes | None = None) -> Sizes:
    """The sizes that follow; with `now` at most so many times more or less than that."""
    millicpu = rounded(1000 * measured.cpu / (CPU_TARGET_PERCENT / 100), CPU_STEP, LEAST_MILLICPU)
    mib = rounded(MEMORY_HEADROOM * measured.memory / MIB, MIB_STEP, LEAST_MIB)
    if now is not None:
        millicpu = within(millicpu, now.millicpu, CPU_STEP)
        mib = within(mib, now.mib, MIB_STEP)
    # Whatever the request, a peak that was seen must fit.
    limit = max(LIMIT_FACTOR * mib, rounded(PEAK_HEADROOM * measured.peak / MIB, MIB_STEP, LEAST_MIB))
    return Sizes(millicpu, mib, limit)


def rounded(wanted: float, step: int, least: int) -> int:
    """Up to the next step; a hair above a step, which is arithmetic and no need, does not count."""
    return max(least, step * math.ceil(wanted / step - 1e-9))


def within(wanted: int, now: int, step: int) -> int:
    return min(max(wanted, rounded(now / MOST_CHANGE, step, step)), MOST_CHANGE * now)


def patch(service: str, sizes: Sizes, measured: Measured) -> str:
    """The proposal as a kustomize patch."""
    return f"""\
# By rightsize.py: {measured.days:.0f} days; busiest pod {measured.cpu:.3f} cores and {measured.memory / MIB:.0f} MiB ({SHARE:.0%} of the time), \
peak {measured.peak / MIB:.0f} MiB.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {service}
spec:
  template:
    spec:
      containers:
        - name: {service}
          resources:
            requests:
              cpu: {sizes.millicpu}m
              memory: {sizes.mib}Mi
            limits:
              memory: {sizes.limit_mib}Mi
"""


def prometheus(address: str, timeout: float = 30) -> Ask:
    """Asks a Prometheus; None where it has no data."""
    if not address.startswith(("http://", "https://")):
        raise NothingToSay(f"{address} is no address of a Prometheus: http://... or https://...")

    def ask(query: str) -> float | None:
        url = f"{address.rstrip('/')}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
        try:
            with urllib.request.urlopen(url, timeout=timeout) as answer:  # noqa: S310  # nosec B310 - http and https only, see above
                told = json.load(answer)
            result = told["data"]["result"]
            return float(result[0]["value"][1]) if result else None
        except urllib.error.HTTPError as error:
            raise NothingToSay(f"Prometheus refused a question with {error.code}: {query}") from None
        except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
            raise NothingToSay(f"{address} does not answer like a Prometheus ({type(error).__name__})") from None

    return ask


def current(ask: Ask, service: str, namespace: str) -> Sizes | None:
    """What the pods ask for now, as kube-state-metrics tells; None without it."""
    asked = queries(service, namespace)
    cpu, memory = ask(asked["cpu_now"]), ask(asked["memory_now"])
    return Sizes(round(1000 * cpu), round(memory / MIB), 0) if cpu and memory else None


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Prints what the pods should ask for. Changes nothing.")
    parser.add_argument("--prometheus", required=True, metavar="URL")
    parser.add_argument("--namespace", default=NAMESPACE)
    parser.add_argument("--service", default=SERVICE)
    given = parser.parse_args(arguments)
    try:
        ask = prometheus(given.prometheus)
        measured = measure(ask, given.service, given.namespace)
        now = current(ask, given.service, given.namespace)
    except NothingToSay as error:
        print(f"rightsize: nothing to propose: {error}", file=sys.stderr)
        return 3
    sizes = proposed(measured, now)
    if now is None:
        print("rightsize: what the pods ask for now is not known (kube-state-metrics), so the step may be a large one", file=sys.stderr)
    elif (now.millicpu, now.mib) == (sizes.millicpu, sizes.mib):
        print("rightsize: the pods ask for what they need", file=sys.stderr)
    else:
        print(f"rightsize: from {now.millicpu}m and {now.mib}Mi to {sizes.millicpu}m and {sizes.mib}Mi", file=sys.stderr)
    print(patch(given.service, sizes, measured), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
