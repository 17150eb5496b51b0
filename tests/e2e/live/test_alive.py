"""The production layer at work: the example with everything applied, served by its own settings, measured, called about, and broken."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.live import upstream as fake
from tests.e2e.live.group import Group
from tests.e2e.live.stack import wait_for
from tests.e2e.live.system import LIVE, System, running
from tests.recipes.observability.otlp import values

pytestmark = LIVE
CANARY = "5d9c8b7f6"
"""The hash in the names of a new version's pods, as Kubernetes gives them; canary analysis looks at those alone."""


@pytest.fixture(scope="module")
def system(applied_example: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    home = tmp_path_factory.mktemp("live")
    root = shutil.copytree(applied_example, home / "where2eat")
    # Nobody listens where places are looked for.
    settings = {"PLACES_BASE_URL": "http://127.0.0.1:9", "OTEL_RESOURCE_ATTRIBUTES": f"k8s.pod.name=where2eat-{CANARY}-x7k2p"}
    with running(root, home, settings) as found:
        yield found


def requests_counted(system: System) -> int:
    points = system.receiver.latest("http.server.request.duration")
    return sum(point.count for instance in points.values() for point in instance)


def test_requests_are_counted_once_across_workers_and_traced_by_route(system: System) -> None:
    # More at once than one worker has threads for, so that both have some.
    assert set(system.send("/test/wait", 16, workers=16)) == {200}
    assert set(system.send("/search?q=noodles", 40)) == {200}
    wait_for("56 requests of two workers are counted as 56", lambda: requests_counted(system) == 56, 15)
    assert len(system.receiver.latest("http.server.request.duration")) == 2, "both workers answered"

    def routes() -> set[object]:
        return {values(span.attributes).get("http.route") for span in system.receiver.spans}

    wait_for("a trace names its route", lambda: "/search" in routes(), 15)
    # The prototype prints as well, and its words may stand in front of a line.
    said = [line for line in system.service.process.text().splitlines() if '"http.route": "/search"' in line]
    lines = [json.loads(line[line.index("{") :]) for line in said]
    assert len(lines) == 40

    def arrived() -> bool:
        return {span.trace_id.hex() for span in system.receiver.spans} >= {line["trace_id"] for line in lines}

    wait_for("the trace of every log line has arrived", arrived, 15)


def test_one_error_at_low_traffic_pages_nobody_and_a_burst_does(system: System) -> None:
    # What a worker counts first makes a new series, of which Prometheus sees no increase: each has answered and failed once before the
    # burst, or the burst would count for less than it is, or for more. The third failure is a worker's second.
    counted = "http_server_request_duration_seconds_count"
    page, failed = f'count({counted}{{http_route="/"}})', f'sum({counted}{{http_response_status_code="500"}})'
    system.service.asked_of_both("/")
    wait_for("both workers' pages are scraped", partial(system.scraped, page, 2), 20)
    first = system.service.fail()
    wait_for("the first failure is scraped", partial(system.scraped, failed, 1), 20)
    assert system.service.fail(spare=first) != first
    wait_for("the other worker's is scraped", partial(system.scraped, failed, 2), 20)
    assert system.send("/test/fail", 1) == [500]
    wait_for("the third is scraped", partial(system.scraped, failed, 3), 20)
    recorded = 'slo:sli_error:ratio_rate5m{slo="availability"}'
    wait_for("the error is in the ratio", lambda: any(v > 0 for v in system.prometheus.query(recorded).values()), 60)
    time.sleep(8)
    assert system.prometheus.firing("page") == set()

    began = time.monotonic()
    for _ in range(5):
        # Few at once: on a busy machine the latency goal would page as well, and rightly.
        system.send("/", 97, workers=3)
        system.send("/test/fail", 3, workers=1)
    wait_for("the page fires", lambda: "AvailabilityBurnsFast" in system.prometheus.firing("page"), 60)
    wait_for("somebody is called", lambda: "AvailabilityBurnsFast" in system.webhook.told("pager"), 30)
    assert time.monotonic() - began < 120

    def three_in_a_hundred() -> bool:
        return all(0.02 < ratio < 0.04 for ratio in system.prometheus.query(recorded).values())

    # The page may come while one worker's part of the burst is on its way.
    wait_for("three in a hundred is what is recorded", three_in_a_hundred, 20)
    assert system.prometheus.firing("page") == {"AvailabilityBurnsFast"}
    assert system.webhook.told("pager") == {"AvailabilityBurnsFast"}
    wait_for("the watchdog is heard", lambda: "Watchdog" in system.webhook.told("heartbeat"), 20)
    assert "Watchdog" not in system.webhook.told("pager")


GATE_TOOLS = {
    "kubectl": '#!/bin/sh\ncase "$1" in get) [ "$2" = --raw ] || exit 0; exec curl --silent --fail "$PROMETHEUS_URL${3#*proxy}";; esac\n',
}


def test_the_release_gate_refuses_when_the_budget_is_spent(system: System, tmp_path: Path) -> None:
    import yaml

    workflow = yaml.safe_load((system.root / ".github/workflows/deploy.yml").read_text())
    step = next(step for step in workflow["jobs"]["gate"]["steps"] if step.get("name") == "Ask the SLO")
    if shutil.which("jq") is None or shutil.which("curl") is None:
        pytest.skip("jq and curl are not installed")
    for name, text in GATE_TOOLS.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    environment = {
        **os.environ, **step["env"], "PATH": f"{tmp_path}:{os.environ['PATH']}", "PROMETHEUS_URL": f"http://127.0.0.1:{system.prometheus.port}",
    }  # fmt: skip
    done = subprocess.run(["bash", "-e", "-c", step["run"]], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0 and "::error::" in done.stdout, done.stdout + done.stderr


def test_a_database_that_falls_takes_readiness_down_and_nothing_else(system: System) -> None:
    service = system.service
    assert (service.status("/healthz"), service.status("/readyz")) == (200, 200)
    system.postgres.stop()
    try:
        wait_for("readiness is red", lambda: service.status("/readyz") == 503, 15)
        assert service.status("/healthz") == 200
        began = time.monotonic()
        assert service.status("/search?q=noodles") >= 500
        assert time.monotonic() - began < 5, "requests fail fast"
    finally:
        system.postgres.start()
    wait_for("readiness is green again, without anybody's help", lambda: service.status("/readyz") == 200, 20)
    wait_for("pages answer again", lambda: service.status("/search?q=noodles") == 200, 20)


def test_calls_that_were_there_before_fail_without_telling_a_secret(system: System) -> None:
    group = Group(system)
    for failure in (fake.refuse(401), fake.refuse(500), fake.malformed):
        system.upstream.behave["gpt-6-luna"] = failure
        assert group.ask()["reason"] == "Looks tasty!"
    system.upstream.switch()
    assert group.ask()["reason"] == "gpt-6-luna says yes"

    def failed() -> set[object]:
        return {values(span.attributes).get("error.type") for span in system.receiver.spans} - {None}

    wait_for("traces tell of both failures", lambda: len(failed()) >= 2, 15)
    assert system.leaked() == []


ASKED = re.compile(r"\b((?:http_server|http_client|process|gen_ai)_\w+|slo:[\w:]+|ALERTS)(\{[^{}]*\})?")
"""A metric and its label matchers, in a PromQL expression or where a rule records it."""
ASKING = {"rules/slo.yaml", "rollout.yaml", "deploy.yml", "model-calls-fail.md", "high-latency.md", "error-budget-spent.md"}


def asked_metrics(root: Path) -> dict[str, set[str]]:
    """Selector to the files that hold it: rules, dashboard, canary analysis, release gate and runbooks of the generated tree."""
    found: dict[str, set[str]] = {}
    for path in json.loads((root / ".prodify.lock.json").read_text())["files"]:
        if path.startswith(("deploy/prometheus/tests/", "tests/")) or not path.endswith((".yaml", ".yml", ".json", ".md")):
            continue
        text = (root / path).read_text().replace("$environment", "production").replace("{{args.canary-hash}}", CANARY)
        text = re.sub(r"\b(?:by|on|without) ?\([^)]*\)|\{\{[^}]*\}\}", "", text)  # these hold labels
        for name, matchers in ASKED.findall(text.replace('\\"', '"') if path.endswith(".json") else text):
            found.setdefault(name + matchers, set()).add(path)
    return found


def test_every_metric_that_anything_asks_for_is_emitted(system: System) -> None:
    asked = asked_metrics(system.root)
    files = {path for paths in asked.values() for path in paths}
    assert all(any(path.endswith(end) for path in files) for end in ASKING | {".json"}), files
    assert len(asked) > 40 and any("error_type" in selector for selector in asked)
    wanting = set(asked)

    def answered() -> bool:
        wanting.difference_update([selector for selector in wanting if system.prometheus.query(selector)])
        return not wanting

    with suppress(AssertionError):
        wait_for("Prometheus knows them all", answered, 20)
    assert {selector: asked[selector] for selector in wanting} == {}


@pytest.mark.parametrize("tool", ["k6", "locust"])
def test_a_load_test_passes_and_fails_by_its_thresholds(system: System, tool: str) -> None:
    program = shutil.which(tool) or shutil.which(tool, path=str(Path(sys.executable).parent))
    if program is None or (tool == "locust" and importlib.util.find_spec("locust") is None):
        pytest.skip(f"{tool} is not installed; make validators installs it")
    command = {
        "k6": [program, "run", "--quiet", "--no-usage-report", "load/k6.js"],
        "locust": [program, "-f", "load/locustfile.py", "--headless", "--host", system.service.url, "-u", "4", "-r", "4", "-t", "6s"],
    }[tool]
    environment = {**os.environ, "BASE_URL": system.service.url, "DURATION": "6s"}

    def run() -> int:
        return subprocess.run(command, cwd=system.root, env=environment, capture_output=True, timeout=90, check=False).returncode

    assert run() == 0
    system.service.slow.touch()
    try:
        assert run() == {"k6": 99, "locust": 1}[tool]
    finally:
        system.service.slow.unlink()


def test_no_secret_is_in_any_log_and_nothing_was_lost_at_the_end(system: System) -> None:
    with ThreadPoolExecutor(12) as pool:
        waiting = [pool.submit(system.service.status, "/test/wait") for _ in range(12)]
        time.sleep(0.7)
        seconds = system.service.process.stop()
        assert [answer.result() for answer in waiting] == [200] * 12, "requests in work are finished"
    assert system.service.process.process.returncode == 0 and seconds < 30
    assert system.leaked() == []
    assert "Exception while exporting" not in system.told()
