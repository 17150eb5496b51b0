"""What a log call tells: the values between the pieces of a text, however they are put there."""

from __future__ import annotations

import pytest

from tests.checks.conftest import Judge

ID = "logs-hold-no-secrets"


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ('log.info(f"user {password}")', "fail"),
        ('log.info(f"user {user[\'name\']} {password!r:>20}")', "fail"),
        ('log.info(f"user {user["name"]} {password}")', "fail"),
        ('log.info(\n        "user "\n        f"{password}"\n    )', "fail"),
        ('log.info("user " + f"{password}")', "fail"),
        ('log.info("user %s" % password)', "fail"),
        ('log.info("user {}".format(user.password))', "fail"),
        ('log.info("user %s", user.email.lower())', "fail"),
        ('log.info("user", extra={"p": password})', "fail"),
        ('log.info(f"{os.environ["DB_PASSWORD"]}")', "fail"),
        ("log.info(os.environ.get('SECRET_KEY'))", "fail"),
        ('log.info(f"the {{password}} of {user}")', "pass"),
        ('log.info(f"no password for {user}")', "pass"),
        ('log.info("user", user)  # password', "pass"),
        ('log.info(f"{len(password)} characters")', "pass"),
        ('log.info(f"{_mask(password)}")', "pass"),
        ('log.info("yes" if password else "no")', "pass"),
        ("log.info(user['password reset at'])", "pass"),
        ("log.info(password.count)", "pass"),
    ],
)
def test_values(call: str, kind: str, judge: Judge) -> None:
    code = f"import logging\nimport os\n\nlog = logging.getLogger(__name__)\n\n\ndef f(user, password):\n    {call}\n"
    files = {"requirements.txt": "flask\n", "app.py": "from flask import Flask\n\napp = Flask(__name__)\n", "a.py": code}
    assert judge(ID, files).kind == kind


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ('print(f"got {answer}")', "fail"),
        ('print("got {}".format(answer))', "fail"),
        ('print("got %s" % (answer,))', "fail"),
        ('print("got", answer)', "fail"),
        ('print("got {answer}")', "pass"),
        ('print(f"got {{answer}}")', "pass"),
        ('print(f"got {answer.status}")', "pass"),
    ],
)
def test_answers(call: str, kind: str, judge: Judge) -> None:
    code = f"def f(client):\n    answer = client.get_access_token()\n    {call}\n"
    files = {"requirements.txt": "flask\n", "app.py": "from flask import Flask\n\napp = Flask(__name__)\n", "a.py": code}
    assert judge(ID, files).kind == kind
