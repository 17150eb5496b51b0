"""Checks on prototypes in shapes that were met at first sight, where no rule had been written for them."""

from __future__ import annotations

import pytest

from prodify.model import Kind
from tests.checks.conftest import Judge
from tests.checks.test_unseen_python import places

MAIL = "import smtplib\n\n\ndef post(text):\n    with smtplib.{call} as server:\n        server.sendmail('a@b.example', 'c@d.example')\n"
TIMEOUTS = "outbound-calls-have-timeouts"


@pytest.mark.parametrize("call", ["SMTP('mail.example', 25)", "SMTP_SSL('mail.example')", "SMTP(host='mail.example')"])
def test_a_mail_server_that_is_waited_for(judge: Judge, call: str) -> None:
    assert places(judge, TIMEOUTS, {"app.py": MAIL.format(call=call)}) == [("app.py", 5)]


@pytest.mark.parametrize("call", ["SMTP('mail.example', timeout=9)", "SMTP('mail.example', 25, None, 9)", "SMTP()", "SMTP(**options)"])
def test_a_mail_server_that_is_not(judge: Judge, call: str) -> None:
    assert judge(TIMEOUTS, {"app.py": MAIL.format(call=call)}).kind is not Kind.FAIL


@pytest.mark.parametrize(
    ("value", "found"), [(r"'\x14Ab~^\x07\xe1\x197\xda\x18\xa6'", True), (r"'\n'", False), (r"'tab\there'", False), ("name", False)]
)
def test_bytes_that_were_pasted_as_text_are_a_key(judge: Judge, value: str, found: bool) -> None:
    code = f"from flask import Flask\n\napp = Flask(__name__)\napp.config['SECRET_KEY'] = {value}\n"
    verdict = judge("secret-key-is-not-a-default", {"app.py": code, "requirements.txt": "flask\n"})
    assert (verdict.kind is Kind.FAIL) is found


def test_a_function_of_the_platform_needs_no_server(judge: Judge) -> None:
    code = "from http.server import BaseHTTPRequestHandler\n\n\nclass handler(BaseHTTPRequestHandler):\n    pass\n"
    files = {"index.py": code, "vercel.json": "{}", "requirements.txt": "requests\n"}
    assert judge("production-server-is-configured", files).kind is Kind.NOT_APPLICABLE
