"""Recipe `load`: does the service hold its goals under load?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Audience, File, Inventory, Profile, Review, Step, recipe
from prodify.data import requirement
from prodify.escape import Code, python_list, script_list
from prodify.recipes.shared.burn import number
from prodify.recipes.shared.layout import LOAD_TESTS, PORT, main_component
from prodify.recipes.testing.routes import plain_pages
from prodify.recipes.testing.worker_tests import load_files
from prodify.render import render

MOST_PAGES = 10


@dataclass(frozen=True, slots=True)
class K6Context:
    """What `testing/k6.js` names: requests a second, virtual users, milliseconds, ratios between 0 and 1."""

    port: int
    pages: Code
    baseline: int
    baseline_vus: int
    baseline_max_vus: int
    peak: int
    peak_vus: int
    peak_max_vus: int
    percent: str
    threshold: int
    availability: str
    guardrail: int
    error_ratio: str


@dataclass(frozen=True, slots=True)
class LocustContext:
    """What `testing/locustfile.py` names; one user makes one request a second."""

    port: int
    pages: Code
    users: int
    percent: str
    share: str
    threshold: int
    error_ratio: str


@recipe(
    step=Step.TESTING,
    fixes=("load-tests-exist", "load-test-thresholds-match-slo"),
    audiences=(Audience.TEAM, Audience.PUBLIC),
    review=Review.CURSORY,
)
def load(repo: Inventory, profile: Profile) -> Iterator[File]:
    """Load tests for k6 and Locust with the profile's traffic and objectives: smoke, baseline, peak. They refuse hosts that nobody named.

    Not for Streamlit: over HTTP it sends the same empty page at any load, and works over sockets in a format of its own.

    They read pages only: what writes, needs a login or asks a model (which costs money for every request) is left to you.
    For a worker, a script that puts one task, which you name, into the queue at the profile's rate and watches how long it waits there.
    """
    yield from load_files(repo, profile)
    component = main_component(repo)
    if component is None or component.kind != "service" or component.framework == "streamlit":
        return
    slo, traffic = profile.slo, profile.traffic
    pages = plain_pages(repo, component)[:MOST_PAGES] or ("/",)
    baseline, peak = math.ceil(traffic.baseline_rps), math.ceil(max(traffic.peak_rps, traffic.baseline_rps))
    seconds, percent = slo.latency.threshold_seconds, f"{slo.latency.target_percent:g}"
    script = K6Context(
        port=PORT,
        pages=script_list(pages),
        baseline=baseline,
        baseline_vus=virtual_users(baseline, seconds),
        baseline_max_vus=3 * virtual_users(baseline, seconds),
        peak=peak,
        peak_vus=virtual_users(peak, seconds),
        peak_max_vus=3 * virtual_users(peak, seconds),
        percent=percent,
        threshold=slo.latency.threshold_ms,
        availability=f"{slo.availability_percent:g}",
        guardrail=max(slo.guardrails.latency_ms, slo.latency.threshold_ms),
        error_ratio=number(slo.error_budget_ratio),
    )
    yield File(f"{LOAD_TESTS}/k6.js", render("testing/k6.js", script))
    share, threshold, failures = number(slo.latency.target_percent / 100), slo.latency.threshold_ms, number(slo.error_budget_ratio)
    locust = LocustContext(PORT, python_list(pages), baseline, percent, share, threshold, failures)
    yield File(f"{LOAD_TESTS}/locustfile.py", render("testing/locustfile.py", locust))
    # Of its own: Locust is large, and neither the service nor CI needs it.
    yield File(f"{LOAD_TESTS}/requirements.txt", requirement("locust") + "\n")


def virtual_users(rate: int, seconds: float) -> int:
    """Virtual users that keep up a rate (requests a second) when answers take twice as long as the goal (seconds): Little's law.

    >>> virtual_users(100, 0.4)
    80
    """
    return max(2, math.ceil(round(rate * seconds * 2, 6)))
