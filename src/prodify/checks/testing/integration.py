"""Tests with something real on the other side: a datastore, a contract, the deployed service."""

from __future__ import annotations

from prodify.api import TEAM_AND_PUBLIC, Effort, Inventory, Level, Profile, Step, Verdict, check, failed, not_applicable, passed


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

        @app.route("/")
        def home():
            return "hi"
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


@check(
    step=Step.TESTING,
    level=Level.NOTE,
    maturity=3,
    audiences=TEAM_AND_PUBLIC,
    effort=Effort.HOURS,
    fixed_by="contract",
    hint="Test the API against its description with schemathesis, or write a consumer contract with Pact.",
)
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
