"""The arithmetic of rightsize.py, and that it proposes nothing from nothing.

Written by prodify (recipe rightsizing); yours to edit, upgrades merge.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import threading
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

PATH = Path(__file__).resolve().parents[{= levels_up =}] / "deploy" / "rightsizing" / "rightsize.py"
spec = importlib.util.spec_from_file_location("rightsize", PATH)
assert spec is not None and spec.loader is not None
rightsize: Any = importlib.util.module_from_spec(spec)
sys.modules["rightsize"] = rightsize
spec.loader.exec_module(rightsize)

MIB = 1024 * 1024
WEEKS = 14 * 24


def measured(cpu: float = 0.12, memory: float = 200, peak: float = 260) -> Any:
    return rightsize.Measured(cpu, memory * MIB, peak * MIB, 14)


def test_cpu_is_what_the_autoscaler_leaves_room_for() -> None:
    wanted = 1000 * 0.12 * 100 / rightsize.CPU_TARGET_PERCENT
    assert 0 <= rightsize.proposed(measured()).millicpu - wanted < rightsize.CPU_STEP


def test_memory_gets_a_fifth_more_and_a_limit_of_twice_that() -> None:
    assert rightsize.proposed(measured()) == rightsize.Sizes(rightsize.proposed(measured()).millicpu, 240, 480)


def test_a_peak_that_was_seen_fits_below_the_limit() -> None:
    assert rightsize.proposed(measured(peak=500)).limit_mib == 640


def test_there_is_a_least() -> None:
    assert rightsize.proposed(measured(0.0001, 1, 1)) == rightsize.Sizes(10, 64, 128)


@pytest.mark.parametrize(("cpu", "memory", "expected"), [(0.01, 10, (200, 256)), (4, 4000, (800, 1024))])
def test_one_run_halves_or_doubles_at_most(cpu: float, memory: float, expected: tuple[int, int]) -> None:
    sizes = rightsize.proposed(measured(cpu, memory, memory), rightsize.Sizes(400, 512, 0))
    assert (sizes.millicpu, sizes.mib) == expected
    assert sizes.limit_mib >= 1.25 * memory, "also where the step is bounded, what was seen fits"


@pytest.fixture
def prometheus() -> Iterator[tuple[str, dict[str, Any]]]:
    """A server that answers as Prometheus does: question to value; what it does not know has no data."""
    known: dict[str, Any] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)["query"][0]
            result = [{"metric": {}, "value": [0, str(known[query])]}] if query in known else []
            data = json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", known
    server.shutdown()
    server.server_close()


def told(**values: float) -> dict[str, float]:
    asked = rightsize.queries(rightsize.SERVICE, rightsize.NAMESPACE)
    everything = {"cpu": 0.12, "memory": 200 * MIB, "peak": 260 * MIB, "hours": WEEKS, "cpu_now": 0.25, "memory_now": 256 * MIB, **values}
    return {asked[name]: value for name, value in everything.items()}


def test_it_prints_a_patch(prometheus: tuple[str, dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> None:
    address, known = prometheus
    known.update(told())
    assert rightsize.main(["--prometheus", address]) == 0
    said = capsys.readouterr()
    assert f"  name: {rightsize.SERVICE}\n" in said.out and "memory: 240Mi" in said.out and "memory: 480Mi" in said.out
    assert "from 250m and 256Mi to" in said.err


@pytest.mark.parametrize("missing", ["cpu", "memory", "peak", "hours"])
def test_it_proposes_nothing_from_nothing(missing: str, prometheus: tuple[str, dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> None:
    address, known = prometheus
    known.update(told())
    del known[rightsize.queries(rightsize.SERVICE, rightsize.NAMESPACE)[missing]]
    assert rightsize.main(["--prometheus", address]) == 3
    said = capsys.readouterr()
    assert said.out == "" and f"no {missing} of the container" in said.err


@pytest.mark.parametrize("value", ["NaN", "0", "+Inf"])
def test_what_is_no_measurement_counts_as_missing(
    value: str, prometheus: tuple[str, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    address, known = prometheus
    known.update(told(cpu=float(value)))
    assert rightsize.main(["--prometheus", address]) == 3
    assert capsys.readouterr().out == ""


def test_six_days_are_too_few(prometheus: tuple[str, dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> None:
    address, known = prometheus
    known.update(told(hours=6 * 24))
    assert rightsize.main(["--prometheus", address]) == 3
    said = capsys.readouterr()
    assert said.out == "" and "measured for 6.0 days" in said.err


def test_nobody_there_is_no_proposal(capsys: pytest.CaptureFixture[str]) -> None:
    assert rightsize.main(["--prometheus", "http://127.0.0.1:9"]) == 3
    assert capsys.readouterr().out == ""


def test_without_the_present_sizes_it_warns(prometheus: tuple[str, dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> None:
    address, known = prometheus
    known.update(told())
    del known[rightsize.queries(rightsize.SERVICE, rightsize.NAMESPACE)["cpu_now"]]
    assert rightsize.main(["--prometheus", address]) == 0
    assert "may be a large one" in capsys.readouterr().err
