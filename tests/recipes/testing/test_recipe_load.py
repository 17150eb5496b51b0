"""The load tests: their numbers are the profile's, they refuse strangers' hosts, and they really run against a small server."""

from __future__ import annotations

import importlib.util
import json
import py_compile
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from prodify.profile import Profile, Traffic
from prodify.recipes.testing.load import virtual_users

RenderTree = Callable[..., dict[str, str]]
BIN = Path(sys.executable).parent


class Answers(BaseHTTPRequestHandler):
    """`status` of every answer, after `delay` seconds."""

    status, delay = 200, 0.0

    def do_GET(self) -> None:
        time.sleep(self.delay)
        self.send_response(self.status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    class Mine(Answers):
        pass

    found = ThreadingHTTPServer(("127.0.0.1", 0), Mine)
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


def k6(script: Path, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("k6", path=f"{BIN}:/usr/local/bin:/usr/bin")
    if program is None:
        pytest.skip("k6 is not installed: make validators")
    options = [part for name, value in environment.items() for part in ("-e", f"{name}={value}")]
    quiet = ["--quiet", "--no-usage-report"] if command == "run" else []
    return subprocess.run([program, command, *quiet, *options, str(script)], capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def script(example_repo: Path, render_tree: RenderTree, tmp_path: Path) -> Path:
    for name, text in render_tree(["load"], example_repo, Profile()).items():
        (tmp_path / Path(name).name).write_text(text)
    return tmp_path / "k6.js"


def test_the_example(example_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("load/example", render_tree(["load"], example_repo, Profile()))


def test_the_small_service(flask_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("load/flask", render_tree(["load"], flask_repo, Profile()))


def inspected(script: Path, scenario: str) -> dict[str, object]:
    done = k6(script, "inspect", SCENARIO=scenario)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def test_every_number_follows_the_profile(example_repo: Path, render_tree: RenderTree, changed_profile: Profile, tmp_path: Path) -> None:
    profile = replace(changed_profile, traffic=Traffic(baseline_rps=40, peak_rps=120))
    tree = render_tree(["load"], example_repo, profile)
    script = tmp_path / "k6.js"
    script.write_text(tree["load/k6.js"])
    baseline = inspected(script, "baseline")
    thresholds = baseline["thresholds"]
    assert isinstance(thresholds, dict)
    assert "p(95)<250" in thresholds["http_req_duration"]
    assert thresholds["http_req_failed"] == ["rate<0.005"]
    assert {"checks", "http_reqs", "dropped_iterations"} <= set(thresholds)
    scenario = baseline["scenarios"]["baseline"]  # type: ignore[index]
    assert (scenario["rate"], scenario["preAllocatedVUs"]) == (40, 20)
    stages = inspected(script, "peak")["scenarios"]["peak"]["stages"]  # type: ignore[index]
    assert max(stage["target"] for stage in stages) == 120
    assert "SHARE, THRESHOLD_MS, MOST_FAILURES = 0.95, 250, 0.005" in tree["load/locustfile.py"]
    assert "300" not in tree["load/locustfile.py"]


STRANGERS = ["https://example.org", "http://localhost:80@example.org/", "http://localhost.example.org", "https://", "http://127.0.0.1.nip.io"]


@pytest.mark.parametrize("address", STRANGERS)
def test_strangers_are_refused(script: Path, address: str) -> None:
    done = k6(script, "inspect", BASE_URL=address)
    assert done.returncode != 0
    assert "is not allowed as a target" in done.stderr


def test_a_named_host_and_this_machine_are_allowed(script: Path) -> None:
    assert k6(script, "inspect", BASE_URL="https://staging.example.org/x", LOAD_TEST_HOSTS="a.example, staging.example.org").returncode == 0
    assert k6(script, "inspect").returncode == 0
    assert "there are smoke, baseline, peak" in k6(script, "inspect", SCENARIO="all").stderr


@pytest.mark.tools
@pytest.mark.parametrize(("status", "delay", "code"), [(200, 0.0, 0), (500, 0.0, 99), (200, 0.35, 99)])
def test_k6_passes_and_fails_as_the_goals_say(script: Path, server: ThreadingHTTPServer, status: int, delay: float, code: int) -> None:
    server.RequestHandlerClass.status = status  # type: ignore[attr-defined]
    server.RequestHandlerClass.delay = delay  # type: ignore[attr-defined]
    done = k6(script, "run", BASE_URL=f"http://127.0.0.1:{server.server_address[1]}", DURATION="3s")
    assert done.returncode == code, done.stdout + done.stderr


@pytest.mark.tools
def test_k6_fails_when_nothing_answers(script: Path) -> None:
    assert k6(script, "run", BASE_URL="http://127.0.0.1:9", DURATION="2s").returncode == 99


def test_the_locust_file_is_python(example_repo: Path, render_tree: RenderTree, tmp_path: Path) -> None:
    path = tmp_path / "locustfile.py"
    path.write_text(render_tree(["load"], example_repo, Profile())["load/locustfile.py"])
    py_compile.compile(str(path), doraise=True)


@pytest.mark.tools
@pytest.mark.parametrize(("status", "host", "code"), [(200, "127.0.0.1", 0), (500, "127.0.0.1", 1), (200, "example.org", 1)])
def test_locust_agrees(script: Path, server: ThreadingHTTPServer, status: int, host: str, code: int) -> None:
    # Not imported here: Locust patches the threads of the process that imports it.
    if importlib.util.find_spec("locust") is None:
        pytest.skip("Locust is not installed: pip install locust")
    path = script.with_name("locustfile.py")
    server.RequestHandlerClass.status = status  # type: ignore[attr-defined]
    address = f"http://{host}:{server.server_address[1]}"
    command = [sys.executable, "-m", "locust", "-f", str(path), "--headless", "--host", address, "-u", "2", "-r", "2", "-t", "3s"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == code, done.stdout + done.stderr


def test_pages_that_write_or_need_a_login_are_left_out(example_repo: Path, render_tree: RenderTree) -> None:
    text = render_tree(["load"], example_repo, Profile())["load/k6.js"]
    assert 'const PAGES = ["/", "/login", "/search", "/signup"];' in text


@pytest.mark.parametrize("files", [{"lib.py": "x = 1\n"}, {"index.html": "<p>\n"}])
def test_nothing_without_a_service(files: Mapping[str, str], make_repo: Callable[..., Path], render_tree: RenderTree) -> None:
    assert render_tree(["load", "smoke", "integration"], make_repo(files), Profile()) == {}


def test_virtual_users_keep_the_rate_up() -> None:
    assert [virtual_users(100, 0.4), virtual_users(1, 0.1), virtual_users(500, 0.3)] == [80, 2, 300]
