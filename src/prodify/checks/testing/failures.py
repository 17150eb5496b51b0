"""Tests of what happens when something else fails."""

from __future__ import annotations

from prodify.api import Audience, Effort, Inventory, Level, Profile, Step, Verdict, check, failed, not_applicable, passed


@check(
    step=Step.TESTING,
    level=Level.NOTE,
    maturity=4,
    audiences=(Audience.PUBLIC,),
    effort=Effort.DAYS,
    fixed_by="chaos",
    hint="Make a dependency slow or unreachable in a test environment (toxiproxy, chaostoolkit) and assert how the service answers.",
)
def chaos_tests_exist(repo: Inventory, profile: Profile) -> Verdict:
    """Somebody tried what happens when a dependency fails.

    Why:
        Timeouts, retries and fallbacks that were never tried usually do not work the first time they are needed.

    Fails:
        ```text title="requirements.txt"
        flask
        requests
        ```
        ```python title="app.py"
        import os

        import requests
        from flask import Flask

        app = Flask(__name__)

        @app.route("/")
        def index():
            return requests.get(os.environ["WEATHER_URL"], timeout=2).text
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
    if not repo.services or (not repo.datastores and not repo.outbound_calls):
        return not_applicable("no service with a dependency that could fail")
    found = repo.tests.chaos
    return passed("failures of dependencies are tested", *found) if found else failed("no test makes a dependency fail")


@check(step=Step.TESTING, level=Level.WARNING, maturity=3, effort=Effort.HOURS, fixed_by="model-failures")
def model_failures_are_tested(repo: Inventory, profile: Profile) -> Verdict:
    """Tests cover a model that fails, stalls or answers nonsense.

    Why:
        Model providers answer 429, time out, cut answers short and retire models; what the user sees then is decided by code that is
        rarely run.

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
