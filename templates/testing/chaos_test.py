# Written by prodify (recipe chaos); yours to edit, upgrades merge.
"""What the service does while something that it depends on is down, silent, slow or cut off: pytest tests/chaos

The service runs under its production server; between it and its dependencies stands a proxy whose behaviour is switched. Nothing
leaves this machine.
#% if database
TEST_DATABASE_URL=postgresql://... is the database to use, an empty one; without it the tests of the database are skipped.
#% endif
"""

from __future__ import annotations

import http.client
import os
#% if upstream
import re
#% endif
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
#% if database
from collections.abc import Callable, Iterator
#% else
from collections.abc import Callable
#% endif
from contextlib import suppress
from pathlib import Path
#% if database
from urllib.parse import urlsplit, urlunsplit
#% endif

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, *{= command =}]
# Settings that the service needs to start; none of them is real.
SETTINGS = {
#% for name, value in settings
    "{= name =}": "{= value =}",
#% endfor
}
DATABASES: list[str] = {= databases =}
UPSTREAMS: list[str] = {= upstreams =}
HEALTH, READY = "{= health =}", "{= ready =}"
PAGES: list[str] = {= pages =}
# Seconds. Users wait no longer than that for a page, whatever is broken behind it; a page that fails is a page.
PAGE_SECONDS = {= page_seconds =}
READY_SECONDS = 15
RECOVERY_SECONDS = 30
#% if database
DATABASE_URL = os.environ.get("TEST_DATABASE_URL", "")
#% endif


class Proxy:
    """Passes bytes on to an address until it is told otherwise: "down" cuts and refuses, "silent" takes and gives nothing, "slow" lags."""

    LAG = 0.1

    def __init__(self, target: tuple[str, int] | None = None) -> None:
        self.target, self.mode = target, "pass" if target else "silent"
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.open: list[socket.socket] = []
        self.asked = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def switch(self, mode: str) -> None:
        self.mode = mode
        if mode == "down":
            self.cut()

    def cut(self) -> None:
        """Break every connection that is open."""
        while self.open:
            self._reset(self.open.pop())

    def close(self) -> None:
        self.cut()
        self.listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self.asked += 1
                if self.mode == "down":
                    self._reset(client)
                    continue
                self.open.append(client)
                if self.target is not None:
                    threading.Thread(target=self._join, args=(client, self.target), daemon=True).start()

    def _join(self, client: socket.socket, target: tuple[str, int]) -> None:
        try:
            server = socket.create_connection(target, timeout=10)
        except OSError:
            self._reset(client)
            return
        server.settimeout(None)
        self.open.append(server)
        threading.Thread(target=self._pump, args=(server, client), daemon=True).start()
        self._pump(client, server)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                while self.mode == "silent":
                    time.sleep(0.05)
                time.sleep(self.LAG if self.mode == "slow" else 0)
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    @staticmethod
    def _reset(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()


class Service:
    """The service under its production server."""

    def __init__(self, settings: dict[str, str], log: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV")}
        self.log = log
        with log.open("w") as output:
            environment = {**kept, **settings, "PORT": str(self.port)}
            self.process = subprocess.Popen(COMMAND, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)

    def status(self, path: str, timeout: float = 5) -> int:
        """The status of a page; 0 when there is no answer in time."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def eventually(asked: Callable[[], bool], seconds: float) -> bool:
    """Whether it becomes true within that time."""
    until = time.monotonic() + seconds
    while not asked():
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def started(settings: dict[str, str], log: Path) -> Service:
    service = Service(settings, log)
    if not eventually(lambda: service.status(HEALTH) in (200, 404) or service.process.poll() is not None, 60):
        service.stop()
    if service.process.poll() is not None:
        pytest.fail(f"the service did not start: {log.read_text()[-3000:]}")
    if service.status(HEALTH) == 404:
        service.stop()
        pytest.skip(f"the service has no {HEALTH} yet")
    return service


def local(folder: Path) -> dict[str, str]:
    """The settings, with a database file of the test's own."""
    return {name: value.replace("{database}", f"{= sqlite =}:///{folder}/test.db") for name, value in SETTINGS.items()}
#% if database


@pytest.fixture(scope="module")
def database() -> Iterator[Proxy]:
    if not DATABASE_URL:
        pytest.skip("TEST_DATABASE_URL is not set: the address of an empty database for tests")
    parts = urlsplit(DATABASE_URL)
    if "test" not in parts.path:
        pytest.fail(f'the database is called "{parts.path.lstrip("/")}"; the service writes to it, so its name must contain "test"')
    proxy = Proxy((parts.hostname or "localhost", parts.port or 5432))
    yield proxy
    proxy.close()


@pytest.fixture(scope="module")
def service(database: Proxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service, whose database is behind the proxy."""
    folder = tmp_path_factory.mktemp("chaos")
    parts = urlsplit(DATABASE_URL)
    account = parts.netloc.rpartition("@")[0]
    place = f"{account}@127.0.0.1:{database.port}" if account else f"127.0.0.1:{database.port}"
    # As the application wants it: the part in front says which driver is used.
    address = urlunsplit(parts._replace(scheme="{= scheme =}", netloc=place))
    running = started({**local(folder), **dict.fromkeys(DATABASES, address)}, folder / "service.log")
    yield running
    running.stop()


@pytest.fixture
def well(service: Service, database: Proxy) -> Iterator[Service]:
    """The service in good health, before and after."""
    assert eventually(lambda: service.status(READY) == 200, RECOVERY_SECONDS), service.log.read_text()[-3000:]
    yield service
    database.switch("pass")
    assert eventually(lambda: service.status(READY) == 200, RECOVERY_SECONDS), "it did not recover by itself"
    # Each connection that broke in the pool may cost one request; then they are new.
    well_again = eventually(lambda: all(0 < service.status(page, PAGE_SECONDS) < 500 for page in PAGES), RECOVERY_SECONDS)
    assert well_again, "pages still fail after the database came back"


@pytest.mark.parametrize("mode", ["down", "silent"])
def test_a_database_that_is_gone_takes_the_service_out_of_rotation_and_no_further(well: Service, database: Proxy, mode: str) -> None:
    database.switch(mode)
    assert eventually(lambda: well.status(READY, READY_SECONDS) == 503, READY_SECONDS), "nobody would stop sending requests here"
    assert well.status(HEALTH) == 200, "a restart would not bring the database back"


def test_pages_fail_at_once_while_the_database_is_down(well: Service, database: Proxy) -> None:
    database.switch("down")
    hanging = [page for page in PAGES if well.status(page, PAGE_SECONDS) == 0]
    assert hanging == [], f"users wait longer than {PAGE_SECONDS} s for nothing"


def test_a_slow_database_makes_slow_pages_and_no_errors(well: Service, database: Proxy) -> None:
    database.switch("slow")
    assert [page for page in PAGES if not 200 <= well.status(page, PAGE_SECONDS * 2) < 500] == []


def test_cut_connections_are_replaced(well: Service, database: Proxy) -> None:
    database.cut()
    # Each connection in the pool may cost one request; then they are new.
    assert eventually(lambda: all(0 < well.status(page, PAGE_SECONDS) < 500 for page in PAGES), RECOVERY_SECONDS)
#% endif
#% if upstream


@pytest.mark.parametrize("mode", ["down", "silent"])
def test_pages_answer_while_other_services_do_not(tmp_path: Path, mode: str) -> None:
    proxy = Proxy()
    proxy.switch(mode)
    addresses = {name: re.sub(r"^\{upstream\}", f"http://127.0.0.1:{proxy.port}", SETTINGS[name]) for name in UPSTREAMS}
    service = started({**local(tmp_path), **addresses}, tmp_path / "service.log")
    try:
        hanging = [page for page in PAGES if service.status(page, PAGE_SECONDS) == 0]
        assert hanging == [], f"users wait longer than {PAGE_SECONDS} s for somebody else's service"
        assert service.status(HEALTH) == 200
        if not proxy.asked:
            pytest.skip("no page in PAGES asks another service; add one that does")
    finally:
        service.stop()
        proxy.close()
#% endif
