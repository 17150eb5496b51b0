"""A group of friends that uses the service as its pages do."""

from __future__ import annotations

import json
import re
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar, DefaultCookiePolicy
from itertools import count
from typing import Any

from tests.e2e.live.stack import wait_for
from tests.e2e.live.system import System


class Group:
    """A group of friends that asks for places to eat. Each is a client of its own, so that none meets the rate limit."""

    numbers = count(1)

    def __init__(self, system: System) -> None:
        self.system, self.number, self.worker = system, next(self.numbers), ""
        # Cookies are for TLS only, which ends at a proxy in front of the service.
        cookies = CookieJar(DefaultCookiePolicy(secure_protocols=("http", "https")))
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
        self.opener.addheaders = [("X-Forwarded-For", f"203.0.{self.number // 250}.{self.number % 250 + 1}")]
        self._warm_up()
        person = {"name": "Ada", "email": f"ada{self.number}@example.org", "password": "carbonara"}
        self.post("/signup", **person)
        self.post("/login", **person)
        page = self.post("/groups/new", name="Friday", city="Genoa", craving="noodles")
        found = re.search(r"/groups/(\d+)/recommend", page)
        assert found
        self.id = found[1]

    def _warm_up(self) -> None:
        """Ask until no thread holds a connection to a database that fell in an earlier test: each of them may cost one request.

        Every request comes from a client of its own, as the service limits how often one may ask.
        """

        def status(client: int) -> int:
            return self.system.service.status("/search?q=x", client=f"192.0.2.{client + 1}")

        def all_answer() -> bool:
            with ThreadPoolExecutor(16) as pool:
                return set(pool.map(status, range(48))) == {200}

        wait_for("no request fails any more", all_answer, 30)

    def post(self, path: str, **form: str) -> str:
        return str(self.opener.open(self.system.service.url + path, urllib.parse.urlencode(form).encode(), timeout=30).read().decode())

    def ask(self, craving: str | None = None) -> dict[str, Any]:
        """The first recommendation for a craving that nobody had before, unless one is named."""
        wish = {"craving": craving or f"dish {self.number}-{next(self.numbers)}"}
        request = urllib.request.Request(
            f"{self.system.service.url}/api/groups/{self.id}/recommend", json.dumps(wish).encode(), {"Content-Type": "application/json"}
        )
        with self.opener.open(request, timeout=30) as answer:
            (found,) = json.loads(answer.read())[:1]
            self.worker = answer.headers["X-Worker"]
        return dict(found)
