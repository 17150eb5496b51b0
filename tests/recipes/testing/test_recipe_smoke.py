"""Smoke and integration tests: skipped with a reason where there is nothing to look at, green on what works, red on what does not."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from prodify.profile import Profile

RenderTree = Callable[..., dict[str, str]]


def write(root: Path, tree: Mapping[str, str]) -> None:
    for path, text in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def run(root: Path, folder: str, **environment: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", folder]
    clean = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment}
    done = subprocess.run(command, cwd=root, env=clean, capture_output=True, text=True, timeout=300, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def deployment() -> Iterator[tuple[str, dict[str, tuple[int, str]]]]:
    """The address of a small server, and its answers by path; what is not among them is not found."""
    answers: dict[str, tuple[int, str]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers.get(self.path, (404, "not found"))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", answers
    server.shutdown()
    server.server_close()


def test_the_example(example_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    golden("smoke/example", render_tree(["smoke", "integration"], example_repo, Profile()))


def test_the_small_service(flask_repo: Path, render_tree: RenderTree, golden: Callable[..., None]) -> None:
    tree = render_tree(["smoke", "integration"], flask_repo, Profile())
    golden("smoke/flask", tree)
    assert not [path for path in tree if "integration" in path], "it has no database"


@pytest.mark.tools
def test_smoke_tests_tell_a_healthy_deployment_from_others(
    flask_repo: Path, render_tree: RenderTree, deployment: tuple[str, dict[str, tuple[int, str]]]
) -> None:
    write(flask_repo, render_tree(["smoke"], flask_repo, Profile()))
    code, output = run(flask_repo, "tests/smoke", BASE_URL="")
    assert (code, "BASE_URL is not set" in output) == (0, True), output
    address, answers = deployment
    answers |= {"/": (200, "hello"), "/old": (200, "old"), "/healthz": (200, "{}"), "/readyz": (200, "{}")}
    code, output = run(flask_repo, "tests/smoke", BASE_URL=address)
    assert (code, "5 passed" in output) == (0, True), output
    answers |= {"/": (500, "Traceback (most recent call last)"), "/nothing-is-here": (404, "Werkzeug Debugger")}
    code, output = run(flask_repo, "tests/smoke", BASE_URL=address)
    assert (code, "2 failed, 3 passed" in output) == (1, True), output


@pytest.fixture
def postgres_url() -> Iterator[str]:
    pytest.importorskip("psycopg2", reason="the example reaches PostgreSQL through psycopg2")
    pytest.importorskip("openai", reason="the example needs openai")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("no PostgreSQL server below /usr/lib/postgresql: apt-get install postgresql")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # Not below tmp_path: pytest closes its folders to everyone but its own user, and the server runs as another.
    home = Path(tempfile.mkdtemp(prefix="recipe-postgres-"))
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def program(name: str, *arguments: str) -> None:
        subprocess.run([*as_postgres, str(found[-1].parent / name), *arguments], check=True, capture_output=True, timeout=60, cwd="/")

    try:
        if os.geteuid() == 0:
            shutil.chown(home, "postgres")
        program("initdb", "--pgdata", f"{home}/data", "--auth", "trust", "--username", "test", "--no-sync")
        options = f"-c listen_addresses=127.0.0.1 -c fsync=off -p {port} -k {home}"
        program("pg_ctl", "--pgdata", f"{home}/data", "--log", f"{home}/log", "--wait", "--options", options, "start")
        program("createdb", "--host", "127.0.0.1", "--port", str(port), "--username", "test", "testing")
        yield f"postgresql://test@127.0.0.1:{port}"
    finally:
        subprocess.run(
            [*as_postgres, str(found[-1].parent / "pg_ctl"), "--pgdata", f"{home}/data", "--mode", "fast", "stop"],
            check=False, capture_output=True, timeout=60, cwd="/",
        )  # fmt: skip
        shutil.rmtree(home, ignore_errors=True)


@pytest.mark.servers
def test_the_example_on_postgres(example_repo: Path, render_tree: RenderTree, postgres_url: str) -> None:
    write(example_repo, render_tree(["unit", "integration"], example_repo, Profile()))
    code, output = run(example_repo, "tests/integration", TEST_DATABASE_URL=f"{postgres_url}/testing")
    assert (code, "3 passed" in output) == (0, True), output
    code, output = run(example_repo, "tests/integration", TEST_DATABASE_URL=f"{postgres_url}/production")
    assert code == 1
    assert 'the database is called "production"' in output


@pytest.mark.tools
def test_without_a_database_the_integration_tests_say_so(example_repo: Path, render_tree: RenderTree) -> None:
    write(example_repo, render_tree(["integration"], example_repo, Profile()))
    code, output = run(example_repo, "tests/integration", TEST_DATABASE_URL="")
    assert (code, "TEST_DATABASE_URL is not set" in output) == (0, True), output
