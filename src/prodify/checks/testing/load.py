"""Tests of how much the service carries."""

from __future__ import annotations

import re

from prodify.api import (
    TEAM_AND_PUBLIC,
    Audience,
    Effort,
    Inventory,
    Level,
    Location,
    Profile,
    Step,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
)
from prodify.lazyre import lazy

_RESULT = lazy(
    r"(load|perf(ormance)?|benchmark|k6|locust|stress)[^/]*(baseline|result|report|summary)"
    r"|(load|perf(ormance)?|k6|locust)/([^/]*/)*[^/]*(baseline|result|summary)",
    re.IGNORECASE,
)
_MEASURED = lazy(r"p\(?9[059]\)?|percentile|http_req_duration|requests? (a|per) second|req/s|\brps\b", re.IGNORECASE)


@check(step=Step.TESTING, level=Level.WARNING, maturity=3, audiences=TEAM_AND_PUBLIC, effort=Effort.HOURS, fixed_by="load")
def load_tests_exist(repo: Inventory, profile: Profile) -> Verdict:
    """A load test says how many requests the service carries.

    Why:
        The first real load should not be the launch. A load test finds the pool that is too small and the query that is too slow.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```javascript title="load/k6.js"
        import http from 'k6/http';

        export const options = { thresholds: { http_req_duration: ['p(95)<300'] } };

        export default function () {
          http.get(`${__ENV.BASE_URL}/`);
        }
        ```
    """
    if not repo.web_services:
        return not_applicable("no web service")
    found = repo.tests.load
    return passed("a load test is there", *found) if found else failed("no load test was found")


@check(step=Step.TESTING, level=Level.WARNING, maturity=3, audiences=TEAM_AND_PUBLIC, effort=Effort.MINUTES, fixed_by="load")
def load_test_thresholds_match_slo(repo: Inventory, profile: Profile) -> Verdict:
    """The load test fails at the latency that the objective names.

    Why:
        A load test with another number, or none, is green while the objective is missed.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```javascript title="load/k6.js"
        import http from 'k6/http';

        export const options = { vus: 10, duration: '30s' };

        export default function () {
          http.get(`${__ENV.BASE_URL}/`);
        }
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```javascript title="load/k6.js"
        import http from 'k6/http';

        export const options = { thresholds: { http_req_duration: ['p(95)<300'] } };

        export default function () {
          http.get(`${__ENV.BASE_URL}/`);
        }
        ```
    """
    if not repo.tests.load:
        return not_applicable("no load test")
    latency = profile.slo.latency
    wanted = f"p({latency.target_percent:g})<{latency.threshold_ms}"
    spoken = (wanted, f"{latency.threshold_ms}", f"{latency.threshold_seconds:g}")
    for note in repo.tests.load:
        text = "".join((repo.files.text(note.location.path) or "").split())
        if wanted in text or ("k6/" not in text and any(word in text for word in spoken[1:])):
            return passed(f"the load test fails above {latency.threshold_ms} ms", note)
    return failed(f"no load test fails when p{latency.target_percent:g} is above {latency.threshold_ms} ms", *repo.tests.load)


@check(
    step=Step.TESTING,
    level=Level.NOTE,
    maturity=3,
    audiences=(Audience.PUBLIC,),
    effort=Effort.HOURS,
    hint="Run the load test once, and commit its date, requests a second, p95 and errors as docs/load-baseline.md.",
)
def load_baseline_is_recorded(repo: Inventory, profile: Profile) -> Verdict:
    """The result of a load test is kept with the code.

    Why:
        Slower than what? Only a number from before says whether last month's changes cost a third of the capacity.

    Fails:
        ```javascript title="load/k6.js"
        import http from 'k6/http';

        export const options = { thresholds: { http_req_duration: ['p(95)<300'] } };

        export default function () {
          http.get(`${__ENV.BASE_URL}/`);
        }
        ```

    Passes:
        ```javascript title="load/k6.js"
        import http from 'k6/http';

        export const options = { thresholds: { http_req_duration: ['p(95)<300'] } };

        export default function () {
          http.get(`${__ENV.BASE_URL}/`);
        }
        ```
        ```markdown title="docs/load-baseline.md"
        # Load, 2026-11-02

        20 requests a second for ten minutes: p95 210 ms, 0.02 % errors.
        ```
    """
    if not repo.tests.load:
        return not_applicable("no load test")
    paths = repo.files.select("*.md", "*.json", "*.csv", "*.txt", "*.html", "*.rst", "*.y*ml")
    named = [p for p in paths if _RESULT.search(p)]
    found = [Location(p) for p in named if _MEASURED.search(repo.files.text(p) or "")]
    return passed("a result is recorded", *found[:3]) if found else failed("no result of a load test is recorded", *repo.tests.load)
