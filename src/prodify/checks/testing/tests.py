"""Which tests there are, and what they are worth."""

from __future__ import annotations

from prodify.api import TEAM_AND_PUBLIC, Audience, Effort, Inventory, Level, Profile, Step, Verdict, check, failed, not_applicable, passed
from prodify.inventory.facts import Role


@check(step=Step.TESTING, level=Level.ERROR, maturity=1, effort=Effort.HOURS, fixed_by="unit")
def unit_tests_exist(repo: Inventory, profile: Profile) -> Verdict:
    """There are tests that test something.

    Why:
        Without tests nobody dares to change the code, and whoever does finds out from users. A file of empty tests is no test.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```python title="tests/test_app.py"
        def test_app():
            pass
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)
        ```
        ```python title="tests/test_app.py"
        from app import app

        def test_home_is_found():
            assert app.test_client().get("/").status_code == 404
        ```
    """
    if not any(e.role is Role.PRODUCTION for p in repo.syntax.by_language.values() for e in (repo.files.entries[x] for x in p)):
        return not_applicable("no code to test")
    cases = repo.tests.cases
    if cases:
        return passed(f"{len(cases)} tests", *cases[:5])
    return failed("there is no test that tests anything")


@check(step=Step.TESTING, level=Level.WARNING, maturity=1, effort=Effort.HOURS, hint="Assert what the code must do: the status, the body, what was stored.")
def tests_assert_something(repo: Inventory, profile: Profile) -> Verdict:
    """The tests assert something.

    Why:
        A test without an assertion is green whatever the code does; it only shows that the code does not crash.

    Fails:
        ```python title="app.py"
        def price(n):
            return 3 * n
        ```
        ```python title="tests/test_app.py"
        from app import price

        def test_price():
            result = price(2)
            print(result)

        def test_more():
            price(3)
        ```

    Passes:
        ```python title="app.py"
        def price(n):
            return 3 * n
        ```
        ```python title="tests/test_app.py"
        from app import price

        def test_price():
            assert price(2) == 6
        ```
    """
    cases = repo.tests.cases
    if not cases:
        return not_applicable("no test")
    if repo.tests.assertions * 2 < len(cases):
        return failed(f"{len(cases)} tests hold {repo.tests.assertions} assertions", *cases[:5])
    return passed(f"{len(cases)} tests hold {repo.tests.assertions} assertions", *cases[:3])


@check(step=Step.TESTING, level=Level.WARNING, maturity=1, effort=Effort.HOURS, fixed_by="integration")
def integration_tests_exist(repo: Inventory, profile: Profile) -> Verdict:
    """Tests run against a real datastore.

    Why:
        Mistakes in queries, transactions and migrations do not show with a fake; they show with the database that production uses.

    Fails:
        ```text title="requirements.txt"
        flask
        psycopg2-binary
        ```
        ```python title="app.py"
        import os

        import psycopg2
        from flask import Flask

        app = Flask(__name__)
        db = psycopg2.connect(os.environ["DATABASE_URL"])
        ```
        ```python title="tests/test_app.py"
        def test_sum():
            assert 1 + 1 == 2
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        psycopg2-binary
        ```
        ```python title="app.py"
        import os

        import psycopg2
        from flask import Flask

        app = Flask(__name__)
        db = psycopg2.connect(os.environ["DATABASE_URL"])
        ```
        ```python title="tests/integration/test_db.py"
        import os

        import psycopg2

        def test_a_row_is_stored():
            with psycopg2.connect(os.environ["TEST_DATABASE_URL"]) as connection:
                cursor = connection.cursor()
                cursor.execute("INSERT INTO places (name) VALUES ('a')")
                cursor.execute("SELECT count(*) FROM places")
                assert cursor.fetchone()[0] == 1
        ```
    """
    if not repo.datastores:
        return not_applicable("no datastore")
    found = repo.tests.integration
    return passed("tests use a datastore", *found[:5]) if found else failed(f"no test uses {', '.join(t.name for t in repo.datastores)}")


@check(step=Step.TESTING, level=Level.NOTE, maturity=3, audiences=TEAM_AND_PUBLIC, effort=Effort.HOURS, hint="Test the API against its description with schemathesis, or write a consumer contract with Pact.")
def contract_tests_exist(repo: Inventory, profile: Profile) -> Verdict:
    """The API is tested against a contract.

    Why:
        Two services that are tested apart can still disagree about a field's name; a contract is what both are tested against.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)

        @app.route("/api/places")
        def places():
            return {}
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask

        app = Flask(__name__)

        @app.route("/api/places")
        def places():
            return {}
        ```
        ```python title="tests/test_contract.py"
        import schemathesis

        schema = schemathesis.openapi.from_path("openapi.json")

        @schema.parametrize()
        def test_api(case):
            case.call_and_validate()
        ```
    """
    if not any("/api" in r.path or r.framework == "fastapi" for r in repo.routes):
        return not_applicable("no API is exposed")
    found = repo.tests.contract
    return passed("the API is tested against a contract", *found) if found else failed("no test holds the API against a contract")


@check(step=Step.TESTING, level=Level.WARNING, maturity=2, effort=Effort.MINUTES, fixed_by="smoke")
def smoke_tests_exist(repo: Inventory, profile: Profile) -> Verdict:
    """A smoke test looks at the service after a deployment.

    Why:
        A deployment that started is not one that works; one request to the front page and one to health tell within seconds.

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
        ```python title="tests/smoke/test_smoke.py"
        import os
        import urllib.request

        def test_health_answers():
            with urllib.request.urlopen(os.environ["BASE_URL"] + "/healthz", timeout=5) as answer:
                assert answer.status == 200
        ```
    """
    if not repo.web_services:
        return not_applicable("no web service")
    found = repo.tests.smoke
    return passed("a smoke test is there", *found) if found else failed("nothing looks at the service after a deployment")


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


@check(step=Step.TESTING, level=Level.NOTE, maturity=4, audiences=(Audience.PUBLIC,), effort=Effort.DAYS, hint="Make a dependency slow or unreachable in a test environment (toxiproxy, chaostoolkit) and assert how the service answers.")
def chaos_tests_exist(repo: Inventory, profile: Profile) -> Verdict:
    """Somebody tried what happens when a dependency fails.

    Why:
        Timeouts, retries and fallbacks that were never tried usually do not work the first time they are needed.

    Fails:
        ```text title="requirements.txt"
        flask
        redis
        ```
        ```python title="app.py"
        import redis
        from flask import Flask

        app = Flask(__name__)
        cache = redis.Redis(host="cache")
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        redis
        ```
        ```python title="app.py"
        import redis
        from flask import Flask

        app = Flask(__name__)
        cache = redis.Redis(host="cache")
        ```
        ```python title="tests/chaos/test_cache_down.py"
        from toxiproxy import Toxiproxy

        from app import app

        def test_pages_come_without_the_cache():
            Toxiproxy().get_proxy("cache").disable()
            assert app.test_client().get("/").status_code == 200
        ```
    """
    if not repo.datastores and not repo.outbound_calls:
        return not_applicable("no dependency that could fail")
    found = repo.tests.chaos
    return passed("failures of dependencies are tested", *found) if found else failed("no test makes a dependency fail")


@check(step=Step.TESTING, level=Level.WARNING, maturity=3, effort=Effort.HOURS, fixed_by="model-failures")
def model_failures_are_tested(repo: Inventory, profile: Profile) -> Verdict:
    """Tests cover a model that fails, stalls or answers nonsense.

    Why:
        Model providers answer 429, time out, cut answers short and retire models; what the user sees then is decided by code that is rarely run.

    Fails:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", messages=[{"role": "user", "content": question}])
        ```

    Passes:
        ```text title="requirements.txt"
        openai
        ```
        ```python title="app.py"
        from openai import OpenAI

        client = OpenAI()

        def ask(question):
            return client.chat.completions.create(model="gpt-5.4-mini", messages=[{"role": "user", "content": question}])
        ```
        ```python title="tests/test_model_failures.py"
        import openai
        import pytest

        from app import ask, client

        def test_rate_limit_gives_a_fallback(monkeypatch):
            def refuse(**kwargs):
                raise openai.RateLimitError("429", response=None, body=None)

            monkeypatch.setattr(client.chat.completions, "create", refuse)
            with pytest.raises(openai.RateLimitError):
                ask("where?")
        ```
    """
    if not repo.llm_providers:
        return not_applicable("no model is called")
    found = repo.tests.model_failures
    return passed("failures of the model are tested", *found) if found else failed("no test covers a model that fails")


@check(step=Step.TESTING, level=Level.NOTE, maturity=2, effort=Effort.MINUTES, fixed_by="ci")
def coverage_is_measured(repo: Inventory, profile: Profile) -> Verdict:
    """Test coverage is measured.

    Why:
        The number matters little, the list of lines that no test ever runs matters a lot.

    Fails:
        ```python title="app.py"
        def price(n):
            return 3 * n
        ```
        ```python title="tests/test_app.py"
        from app import price

        def test_price():
            assert price(2) == 6
        ```

    Passes:
        ```python title="app.py"
        def price(n):
            return 3 * n
        ```
        ```python title="tests/test_app.py"
        from app import price

        def test_price():
            assert price(2) == 6
        ```
        ```yaml title=".github/workflows/ci.yml"
        name: ci
        on: [push, pull_request]
        jobs:
          test:
            runs-on: ubuntu-24.04
            steps:
              - run: pytest --cov=app
        ```
    """
    if not repo.tests.cases:
        return not_applicable("no test")
    found = repo.tests.coverage
    return passed("coverage is measured", *found) if found else failed("nothing measures coverage")


@check(step=Step.TESTING, level=Level.WARNING, maturity=1, effort=Effort.HOURS, cwe=(522,), hint="Put a fake in front of the vendor (a local server, or a stub), and keep live tests in a job of their own.")
def tests_do_not_need_secrets(repo: Inventory, profile: Profile) -> Verdict:
    """Tests run without secrets.

    Why:
        Tests that need a live key do not run for contributors and forks, cost money, and fail when the vendor is slow.

    Fails:
        ```python title="app.py"
        def price(n):
            return 3 * n
        ```
        ```python title="tests/test_live.py"
        import os

        import requests

        def test_search():
            answer = requests.get("https://api.example.com/search", headers={"Authorization": os.environ["API_KEY"]}, timeout=5)
            assert answer.status_code == 200
        ```

    Passes:
        ```python title="app.py"
        def price(n):
            return 3 * n
        ```
        ```python title="tests/test_app.py"
        from app import price

        def test_price():
            assert price(2) == 6
        ```
    """
    if not repo.tests.cases:
        return not_applicable("no test")
    found = repo.tests.needs_secrets
    return failed("a test cannot run without a secret", *found) if found else passed("no test needs a secret", *repo.tests.cases[:1])
