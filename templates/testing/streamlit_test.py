# Written by prodify (recipe unit); yours to edit, upgrades merge.
"""Every page of the app runs from top to bottom without an error, with stand-ins for its settings, its own SQLite files, and no network.

Streamlit's own test runner plays the browser. What a page does after a click is yours to add: https://docs.streamlit.io/develop/api-reference/app-testing
"""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
PAGES = {= pages =}
# Settings that the app needs to run; none of them is real.
SETTINGS = {
#% for name, value in settings
    "{= name =}": "{= value =}",
#% endfor
}
SECONDS = 30


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The app's surroundings: its folder, the settings, and files that nobody works with."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value.replace("{database}", f"sqlite:///{tmp_path / 'test.db'}").replace("{upstream}", "http://127.0.0.1:1"))
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(str(ROOT))
    connect, resolve = sqlite3.connect, socket.getaddrinfo

    def redirected(database: Any, *args: Any, **options: Any) -> sqlite3.Connection:
        return connect(database if ":memory:" in str(database) else tmp_path / Path(str(database)).name, *args, **options)

    def guarded(host: Any, *args: Any, **options: Any) -> object:
        if host not in (None, "127.0.0.1", "localhost", "::1"):
            raise socket.gaierror(f"the tests reached for {host}; give the app a setting for that address")
        return resolve(host, *args, **options)

    monkeypatch.setattr(sqlite3, "connect", redirected)
    monkeypatch.setattr(socket, "getaddrinfo", guarded)
    yield


@pytest.mark.parametrize("page", PAGES)
def test_the_page_runs_without_an_error(page: str) -> None:
    shown = AppTest.from_file(str(ROOT / page), default_timeout=SECONDS).run()
    assert not shown.exception, [error.value for error in shown.exception]
    assert len(shown.main), "nothing is on the page"
