"""Servers of the live test, each on a free loopback port: PostgreSQL, Redis, Prometheus, Alertmanager, a webhook, the service."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

PROGRAMS = ("prometheus", "prometheus-alertmanager", "promtool", "redis-server")
DATABASE_PASSWORD = "canary-database-6c1f"


class Closes(Protocol):
    """What is closed at the end."""

    def close(self) -> None:
        """End it."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def get(url: str, timeout: float = 10, client: str = "") -> tuple[int, bytes]:
    """Status and body; 0 where nobody answers. The proxy in front of a service names its client, where one is given."""
    request = urllib.request.Request(url, headers={"X-Forwarded-For": client} if client else {})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return int(answer.status), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


def wait_for(what: str, condition: Callable[[], Any], seconds: float) -> float:
    """Wait until a condition holds; answers the seconds that took.

    On a busy machine everything is late, so half a minute is waited at least: a promise of less is asserted where it is made.

    Raises:
        AssertionError: when it does not hold in time.
    """
    began = time.monotonic()
    limit = max(seconds, 30)
    while not condition():
        assert time.monotonic() - began < limit, f"{what}: not within {limit:g} s"
        time.sleep(0.1)
    return time.monotonic() - began


class Process:
    """A program with its log; `stop` ends it by SIGTERM and answers the seconds that took."""

    def __init__(self, log: Path, command: list[str], cwd: Path, environment: dict[str, str] | None = None) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(command, cwd=cwd, env=environment or dict(os.environ), stdout=output, stderr=output)

    def stop(self, seconds: float = 40) -> float:
        """End it in good order."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=seconds)
        return time.monotonic() - began

    def kill(self) -> None:
        """End it at once."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def text(self) -> str:
        """What it logged."""
        return self.log.read_text(errors="replace")


class Postgres:
    """A server with an empty database; `start` and `stop` as often as wanted (immediately, as a crash is)."""

    def __init__(self) -> None:
        self.programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: int(place.parent.name))
        self.home = Path(tempfile.mkdtemp(prefix="live-postgres-"))
        self.port = free_port()
        if os.geteuid() == 0:
            shutil.chown(self.home, "postgres")
        self._run("initdb", "-D", str(self.home / "data"), "--auth=trust", "--username=app", "--encoding=UTF8", "--no-sync")
        self.start()
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "app", "app")
        self.url = f"postgresql://app:{DATABASE_PASSWORD}@127.0.0.1:{self.port}/app"

    def _run(self, program: str, *arguments: str) -> None:
        prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run([*prefix, str(self.programs / program), *arguments], cwd="/", check=True, capture_output=True, timeout=60)

    def start(self) -> None:
        """Start it and wait until it answers."""
        # The prototype asks for up to 150 connections a worker and gives few of them back in time.
        limits = "-c max_connections=400 -c fsync=off"
        options = f"-p {self.port} {limits} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        self._run("pg_ctl", "-D", str(self.home / "data"), "-l", str(self.home / "log"), "-o", options, "-w", "start")

    def create_database(self, name: str) -> None:
        """One more empty database."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "app", name)

    def stop(self) -> None:
        """Let it fall."""
        self._run("pg_ctl", "-D", str(self.home / "data"), "-m", "immediate", "-w", "stop")

    def _processes(self) -> list[int]:
        """The server and the processes of its connections."""
        server = (self.home / "data" / "postmaster.pid").read_text().split()[0]
        below = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        return [int(process) for process in (server, *below)]

    def pause(self) -> None:
        """Let it hang: the system still takes connections for it, and nothing is answered."""
        for process in self._processes():
            # That of a connection may end meanwhile.
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again; nothing where it does not hang."""
        for process in self._processes():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)

    def close(self) -> None:
        """Remove it."""
        with suppress(OSError):
            self.go_on()
        with suppress(subprocess.CalledProcessError):
            self.stop()
        shutil.rmtree(self.home, ignore_errors=True)


class Redis:
    """A server that keeps nothing on disk; `start` and `kill` as often as wanted, `pause` and `go_on` for one that hangs."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = Process(self.home / "redis.log", command, self.home)
        wait_for("Redis answers", lambda: self.call("PING") == b"+PONG", 15)

    def call(self, *words: str) -> bytes:
        """The first line that a command answers, empty where nobody does."""
        asked = b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word.encode()) for word in words)
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(asked)
                return connection.makefile("rb").readline().strip()
        except OSError:
            return b""

    def kill(self) -> None:
        """Let it fall."""
        self.process.kill()

    def pause(self) -> None:
        """Let it hang: connections stay, nothing is answered."""
        self.process.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        self.process.process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End it."""
        self.kill()


class Webhook:
    """Takes Alertmanager's notifications; `received` holds (receiver, alert name, status)."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str, str]] = []
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                webhook.received += [(told["receiver"], alert["labels"]["alertname"], alert["status"]) for alert in told["alerts"]]
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def told(self, receiver: str) -> set[str]:
        """Names of the alerts that a receiver was told of."""
        return {name for to, name, status in self.received if to == receiver and status == "firing"}

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


class Prometheus:
    """Scrapes one address every second and evaluates the rules of a file."""

    def __init__(self, home: Path, rules: Path, target: str, alertmanager: str) -> None:
        self.port = free_port()
        (home / "prometheus.yml").write_text(
            "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
            f"rule_files: [{rules}]\n"
            f'alerting: {{alertmanagers: [{{static_configs: [{{targets: ["{alertmanager}"]}}]}}]}}\n'
            # As the collector's exporter is scraped: its labels are those of the service, not of itself.
            f'scrape_configs: [{{job_name: collector, honor_labels: true, static_configs: [{{targets: ["{target}"]}}]}}]\n'
        )
        # What is sent before Alertmanager was discovered is lost, and said again only after this.
        command = [
            "prometheus",
            f"--config.file={home}/prometheus.yml",
            f"--storage.tsdb.path={home}/data",
            "--rules.alert.resend-delay=2s",
        ]
        self.process = Process(home / "prometheus.log", [*command, f"--web.listen-address=127.0.0.1:{self.port}"], home)
        wait_for("Prometheus is ready", lambda: get(f"http://127.0.0.1:{self.port}/-/ready")[0] == 200, 30)

    def query(self, expression: str) -> dict[tuple[tuple[str, str], ...], float]:
        """The samples of an instant query by their labels."""
        address = f"http://127.0.0.1:{self.port}/api/v1/query?query={urllib.parse.quote(expression)}"
        status, body = get(address)
        assert status == 200, body
        return {tuple(sorted(row["metric"].items())): float(row["value"][1]) for row in json.loads(body)["data"]["result"]}

    def firing(self, severity: str) -> set[str]:
        """Names of the alerts that fire with a severity."""
        found = self.query(f'ALERTS{{alertstate="firing", severity="{severity}"}}')
        return {dict(labels)["alertname"] for labels in found}


def alertmanager(home: Path, configuration: Path) -> tuple[Process, str]:
    """Start Alertmanager; answers the process and its address."""
    port = free_port()
    command = [
        "prometheus-alertmanager", f"--config.file={configuration}", f"--storage.path={home}/alerts",
        f"--web.listen-address=127.0.0.1:{port}", # Alone: without this it waits ten seconds for others before it tells anybody.
        "--cluster.listen-address=",
    ]  # fmt: skip
    process = Process(home / "alertmanager.log", command, home)
    wait_for("Alertmanager is ready", lambda: get(f"http://127.0.0.1:{port}/-/ready")[0] == 200, 30)
    return process, f"127.0.0.1:{port}"


CHAOS = '''"""The service, and routes that fail, wait or hang on demand: for tests only."""
import os
import time

from app import app
from flask import request


@app.get("/test/fail")
def fail():
    if request.args.get("spare") == str(os.getpid()):
        return "another worker is meant"
    raise RuntimeError("asked to fail")


@app.get("/test/wait")
def wait():
    time.sleep(1.5)
    return "done"


@app.after_request
def name_the_worker(response):
    response.headers["X-Worker"] = str(os.getpid())
    return response


@app.before_request
def slow():
    if os.path.exists(os.environ["SLOW_FILE"]):
        time.sleep(0.6)
'''


class Service:
    """The example under its generated server settings, two workers."""

    def __init__(self, root: Path, home: Path, settings: dict[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.slow = home / "slow"
        (root / "chaos.py").write_text(CHAOS)
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("OTEL_", "PROMETHEUS_"))}
        # One client asks more often here than any does; who tests the limit names another address.
        unlimited = {"RATE_LIMITS": "100000/minute", "TRUSTED_PROXIES": "1"}
        environment = {**inherited, **unlimited, **settings, "PORT": str(self.port), "WEB_CONCURRENCY": "2", "SLOW_FILE": str(self.slow)}
        command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "chaos:app"]
        self.process = Process(home / "service.log", command, root, environment)
        wait_for("the service is alive", lambda: self.status("/healthz") == 200, 40)

    def fail(self, spare: str = "") -> str:
        """One failure of one worker, any but the one that is to be spared; the name of who failed.

        Raises:
            AssertionError: when the spared one answers thirty times in a row.
        """
        for _ in range(30):
            try:
                urllib.request.urlopen(f"{self.url}/test/fail?spare={spare}", timeout=10).close()
            except urllib.error.HTTPError as error:
                with error:
                    return str(error.headers["X-Worker"])
        raise AssertionError(f"worker {spare} answers everything")

    def asked_of_both(self, path: str) -> None:
        """Ask for a page that answers until either worker has answered it.

        Raises:
            AssertionError: when one answers thirty times in a row.
        """
        seen: set[str] = set()
        for _ in range(30):
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                seen.add(answer.headers["X-Worker"])
            if len(seen) == 2:
                return
        raise AssertionError(f"worker {seen} answers everything")

    def status(self, path: str, timeout: float = 10, client: str = "") -> int:
        """The status of a page; 0 where nobody answers."""
        return get(self.url + path, timeout, client)[0]
