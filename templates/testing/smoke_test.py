# Written by prodify (recipe smoke); yours to edit, upgrades merge.
"""Is the deployed service up? Reads only, so that it may run against production: BASE_URL=https://... pytest tests/smoke"""

from __future__ import annotations

import os
import time
import urllib.error
import urllib.request

import pytest

BASE_URL = os.environ.get("BASE_URL", "").rstrip("/")
PAGES = {= pages =}
# A fresh deployment may still be starting.
ATTEMPTS, PAUSE_SECONDS, TIMEOUT_SECONDS = 5, 3, 10

pytestmark = pytest.mark.skipif(not BASE_URL, reason="BASE_URL is not set: the address of the deployment to look at")


def ask(path: str) -> tuple[int, str]:
    """Status and body; tries again while the service cannot be reached or says that it is not ready."""
    for attempt in range(ATTEMPTS):
        try:
            with urllib.request.urlopen(BASE_URL + path, timeout=TIMEOUT_SECONDS) as answer:
                return answer.status, answer.read(100_000).decode(errors="replace")
        except urllib.error.HTTPError as error:
            if error.code not in (502, 503, 504) or attempt == ATTEMPTS - 1:
                return error.code, error.read(100_000).decode(errors="replace")
        except OSError:
            if attempt == ATTEMPTS - 1:
                raise
        time.sleep(PAUSE_SECONDS)
    raise AssertionError("not reached")


#% if health
def test_it_is_alive() -> None:
    assert ask("{= health =}")[0] == 200


#% endif
#% if ready
def test_it_reaches_what_it_depends_on() -> None:
    status, body = ask("{= ready =}")
    assert status == 200, body


#% endif
@pytest.mark.parametrize("page", PAGES)
def test_pages_answer(page: str) -> None:
    status, body = ask(page)
    assert status < 400, f"{page} answers {status}"
    assert body.strip(), f"{page} is empty"


def test_errors_show_nothing_of_the_inside() -> None:
    status, body = ask("/nothing-is-here")
    assert status < 500
    assert "Traceback (most recent call last)" not in body
    assert "Werkzeug Debugger" not in body
