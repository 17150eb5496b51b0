"""The server's settings: numbers of the profile, and real servers started with them."""

from __future__ import annotations

import ast
import http.client
import importlib.util
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from prodify.profile import Profile, Scaling
from prodify.recipes.scaling.service import threads_for

from .deploying import FASTAPI, FLASK, profile_for, write

Render = Callable[[tuple[str, ...], Path, Profile], dict[str, str]]
MakeRepo = Callable[[Mapping[str, str]], Path]


def settings(text: str) -> dict[str, object]:
    """The literal assignments of a configuration file."""
    found = {}
    for node in ast.parse(text).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target if isinstance(node, ast.AnnAssign) else None
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if isinstance(target, ast.Name) and isinstance(value, ast.Constant | ast.List):
            found[target.id] = ast.literal_eval(value)
    return found


def test_threads_follow_the_rate_and_the_latency_of_the_profile(flask_repo: Path, render_tree: Render, changed_profile: Profile) -> None:
    before = settings(render_tree(("server",), flask_repo, Profile())["gunicorn.conf.py"])
    after = render_tree(("server",), flask_repo, changed_profile)["gunicorn.conf.py"]
    assert before["threads"] == 8  # 50 requests a second x 0.3 s, shared by 2 workers
    assert settings(after)["threads"] == 7  # 50 x 0.25 s
    assert "250 ms" in after and "300" not in after


@pytest.mark.parametrize(("rps", "expected"), [(1.0, 4), (50.0, 8), (10_000.0, 16)])
def test_threads_stay_within_what_a_process_can_hold(rps: float, expected: int) -> None:
    assert threads_for(replace(Profile(), scaling=Scaling(rps_per_replica=rps))) == expected


@pytest.mark.parametrize(("cloud", "seconds"), [("gcp", 620), ("aws", 65), ("none", 65)])
def test_idle_connections_outlive_those_of_the_load_balancer(cloud: str, seconds: int, flask_repo: Path, render_tree: Render) -> None:
    found = settings(render_tree(("server",), flask_repo, profile_for(cloud=cloud))["gunicorn.conf.py"])
    assert found["keepalive"] == seconds
    assert found["control_socket_disable"] is True and found["preload_app"] is False
    assert found["QUIET_PATHS"] == ["/healthz", "/readyz"]


def test_a_configuration_under_another_name_is_left_alone(make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo({**FLASK, "deploy/gunicorn_config.py": "workers = 1\n"})
    assert render_tree(("server",), root, profile_for()) == {}


def test_a_server_that_is_listed_keeps_its_version(make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo({**FLASK, "requirements.txt": "flask\ngunicorn==23.0.0\n"})
    assert "requirements.txt" not in render_tree(("server",), root, profile_for())


@contextmanager
def running(command: list[str], root: Path, **environment: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A server on a free port, answering; ended afterwards if the test did not end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        command, cwd=root, env={**os.environ, "PORT": str(port), **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, start_new_session=True,
    )  # fmt: skip
    try:
        for _ in range(100):
            if process.poll() is not None:
                pytest.fail(f"the server ended: {process.communicate()[0]}")
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port, process
    finally:
        if process.poll() is None:
            # With its workers, which hold the pipe open.
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def get(port: int, path: str) -> int:
    """The status of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.servers
@pytest.mark.skipif(importlib.util.find_spec("gunicorn") is None, reason="gunicorn is not installed")
def test_gunicorn_serves_logs_json_without_queries_and_stops_cleanly(flask_repo: Path, render_tree: Render) -> None:
    write(flask_repo, render_tree(("server",), flask_repo, profile_for()))
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "app:app"]
    with running(command, flask_repo, SECRET_KEY="x" * 20, WEB_CONCURRENCY="1") as (port, process):
        assert get(port, "/?token=hidden-value") == 200
        assert get(port, "/healthz") == 404
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    lines = [json.loads(line) for line in output.splitlines()]
    requests = [line for line in lines if line["logger"] == "gunicorn.access"]
    assert [(r["method"], r["path"], r["status"]) for r in requests] == [("GET", "/", 200)]
    assert "hidden-value" not in output
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", requests[0]["timestamp"])


@pytest.mark.servers
@pytest.mark.skipif(importlib.util.find_spec("gunicorn") is None, reason="gunicorn is not installed")
def test_gunicorn_leaves_the_requests_to_the_telemetry_module(flask_repo: Path, render_tree: Render) -> None:
    write(flask_repo, {**render_tree(("server",), flask_repo, profile_for()), "telemetry.py": "def instrument(app): ...\n"})
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "app:app"]
    with running(command, flask_repo, SECRET_KEY="x" * 20, WEB_CONCURRENCY="1") as (port, process):
        assert get(port, "/") == 200
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=20)
    assert {json.loads(line)["logger"] for line in output.splitlines()} == {"gunicorn.error"}


@pytest.mark.servers
@pytest.mark.skipif(
    importlib.util.find_spec("uvicorn") is None or importlib.util.find_spec("fastapi") is None, reason="uvicorn or fastapi is not installed"
)
def test_uvicorn_serves_on_the_port_that_the_platform_names(make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo(FASTAPI)
    write(root, render_tree(("server",), root, profile_for()))
    with running([sys.executable, "serve.py"], root) as (port, process):
        assert get(port, "/openapi.json") == 200
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert process.returncode in (0, -signal.SIGTERM, 128 + signal.SIGTERM)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"requirements.txt": "fastapi\nuvicorn\n"}, True),
        ({"requirements.txt": "fastapi\nuvicorn==0.36.1\n"}, False),
        ({"requirements.txt": "fastapi\nuvicorn>=0.30,<0.37\n"}, False),
        ({"requirements.txt": "fastapi\nuvicorn==0.37.0\n"}, True),
        ({"requirements.txt": "fastapi\nuvicorn>=0.30\n", "uv.lock": '[[package]]\nname = "uvicorn"\nversion = "0.34.2"\n'}, False),
    ],
    ids=["unpinned", "old", "below", "new", "locked"],
)
def test_uvicorn_is_told_to_be_patient_where_it_understands(
    make_repo: MakeRepo, render_tree: Render, files: dict[str, str], told: bool
) -> None:
    written = render_tree(("server",), make_repo({**FASTAPI, **files}), profile_for())
    assert ("timeout_worker_healthcheck=30," in written["serve.py"]) is told
    assert ast.parse(written["serve.py"])


@pytest.mark.servers
@pytest.mark.skipif(
    importlib.util.find_spec("uvicorn") is None or importlib.util.find_spec("fastapi") is None, reason="uvicorn or fastapi is not installed"
)
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="the workers are found in /proc, which is Linux's")
def test_a_worker_that_gets_no_processor_for_a_while_is_not_killed(make_repo: MakeRepo, render_tree: Render) -> None:
    root = make_repo(FASTAPI)
    write(root, render_tree(("server",), root, profile_for()))
    with running([sys.executable, "serve.py"], root, WEB_CONCURRENCY="2") as (port, process):
        assert get(port, "/openapi.json") == 200
        below = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        # Its workers; the process that watches over semaphores is no harm.
        for signalled in (signal.SIGSTOP, signal.SIGCONT):
            for child in below:
                os.kill(int(child), signalled)
            if signalled == signal.SIGSTOP:
                time.sleep(7)  # longer than uvicorn's own limit of 5
        assert get(port, "/openapi.json") == 200
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=20)
    assert "died" not in output
