"""Which unit tests there are, and what they are worth."""

from __future__ import annotations

from prodify.api import Effort, Inventory, Level, Profile, Step, Verdict, check, failed, not_applicable, passed
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

        @app.route("/")
        def home():
            return "hi"
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
        return passed(_counted(repo), *cases[:5])
    if repo.kind == "static-site" and all(c.language == "html" for c in repo.components):
        return not_applicable("pages without a program of their own")
    return failed("there is no test that tests anything")


def _counted(repo: Inventory) -> str:
    """How many tests were read, and of how many files of a large suite none was."""
    unread = f" ({repo.tests.unread} more files of tests were not read)" if repo.tests.unread else ""
    return f"{len(repo.tests.cases)} tests{unread}"


@check(
    step=Step.TESTING,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.HOURS,
    hint="Assert what the code must do: the status, the body, what was stored.",
)
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
        return failed(f"{_counted(repo)} hold {repo.tests.assertions} assertions", *cases[:5])
    return passed(f"{_counted(repo)} hold {repo.tests.assertions} assertions", *cases[:3])


@check(
    step=Step.TESTING,
    level=Level.NOTE,
    maturity=2,
    effort=Effort.MINUTES,
    fixed_by="ci",
    hint="Run the tests with coverage (pytest --cov, nyc, go test -cover) in your pipeline.",
)
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


@check(
    step=Step.TESTING,
    level=Level.WARNING,
    maturity=1,
    effort=Effort.HOURS,
    cwe=(522,),
    hint="Put a fake in front of the vendor (a local server, or a stub), and keep live tests in a job of their own.",
)
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
