# Written by prodify (recipe load); yours to edit, upgrades merge.
"""The same load as k6.js, for Locust:

    pip install --requirement load/requirements.txt
    locust -f load/locustfile.py --headless --host http://localhost:{= port =} -u {= users =} -r 10 -t 10m

Each user makes one request a second. A host must be named in LOAD_TEST_HOSTS (comma separated), or be this machine.
"""

from __future__ import annotations

import os
import random
from urllib.parse import urlsplit

from locust import HttpUser, constant_throughput, events, task

PAGES = {= pages =}
ALLOWED = {"localhost", "127.0.0.1", *(host.strip() for host in os.environ.get("LOAD_TEST_HOSTS", "").split(","))}
# The objectives: {= percent =} % within {= threshold =} ms, at most this share of requests fails.
SHARE, THRESHOLD_MS, MOST_FAILURES = {= share =}, {= threshold =}, {= error_ratio =}


@events.test_start.add_listener
def refuse_other_hosts(environment, **_):
    host = urlsplit(environment.host or "").hostname or ""
    if not host or host not in ALLOWED:
        environment.runner.quit()
        raise SystemExit(f"{host or 'no host'} is not allowed as a target; put it into LOAD_TEST_HOSTS if it is yours")


@events.quitting.add_listener
def judge(environment, **_):
    """Exit with 1 when the objectives were missed or nothing was sent."""
    total = environment.stats.total
    slow = total.get_response_time_percentile(SHARE) or 0
    if total.num_requests == 0 or total.fail_ratio > MOST_FAILURES or slow > THRESHOLD_MS:
        print(f"missed: {total.num_requests} requests, {total.fail_ratio:.2%} failed, {SHARE:.0%} within {slow:.0f} ms")
        environment.process_exit_code = 1


class Visitor(HttpUser):
    wait_time = constant_throughput(1)

    @task
    def read(self) -> None:
        page = random.choice(PAGES)
        self.client.get(page, name=page, timeout=30)
