"""A wrapper of a WSGI application that answers probes by itself is a health endpoint; a path in any other code is none."""

from __future__ import annotations

import pytest

from tests.checks.conftest import Judge
from tests.recipes.observability.test_django import DJANGO

WRAPPER = """
def answered(inner):
    def answer(environ, start_response):
        if environ["PATH_INFO"] == "%s":
            start_response("200 OK", [])
            return [b"ok"]
        return inner(environ, start_response)
    return answer
"""


def verdicts(judge: Judge, path: str, text: str) -> tuple[str, str]:
    files = {**DJANGO, "requirements.txt": "django\npsycopg2-binary\n", path: text}
    return judge("health-endpoint-exists", files).kind.value, judge("readiness-checks-dependencies", files).kind.value


@pytest.mark.parametrize(
    ("path", "expected"), [("/healthz", ("pass", "fail")), ("/readyz", ("fail", "pass")), ("/other", ("fail", "fail"))]
)
def test_a_wrapper_answers(judge: Judge, path: str, expected: tuple[str, str]) -> None:
    assert verdicts(judge, "shop/probes.py", WRAPPER % path) == expected


def test_a_path_that_is_only_mentioned_answers_nothing(judge: Judge) -> None:
    quiet = 'def noisy(request):\n    return request.path not in ("/healthz", "/readyz")\n'
    assert verdicts(judge, "shop/logs.py", quiet) == ("fail", "fail")
