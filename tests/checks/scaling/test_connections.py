"""Connections to the database, in the shapes that programs have for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from prodify.model import Verdict

Judge = Callable[[str, Mapping[str, str]], Verdict]
REQUIREMENTS = {"requirements.txt": "flask\npsycopg2-binary\nasyncpg\nfastapi\n"}
FLASK = "import os\n\nimport psycopg2\nfrom flask import Flask\n\napp = Flask(__name__)\n\n\n"
USED = '\n\n@app.get("/")\ndef home():\n    return str(conn)\n'


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ('conn = psycopg2.connect(os.environ["DATABASE_URL"])\n' + USED, "fail"),
        ("def get():\n    conn = psycopg2.connect(URL)\n    return conn\n" + USED, "pass"),
        ("def get():\n    app.state.conn = psycopg2.connect(URL)\n" + USED, "fail"),
        ("with psycopg2.connect(URL) as conn:\n    conn.cursor()\n" + USED, "pass"),
        ("conn = None\n" + USED, "notApplicable"),
    ],
)
def test_one_connection_for_all(code: str, kind: str, judge: Judge) -> None:
    assert judge("database-connections-recover", {**REQUIREMENTS, "app.py": FLASK + code}).kind == kind


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("psycopg2.connect(URL)", "fail"),
        ("psycopg2.connect(URL, connect_timeout=3)", "pass"),
        ('psycopg2.connect("postgresql://db/a?connect_timeout=3")', "pass"),
        ("psycopg2.connect(**SETTINGS)", "pass"),
        ("print(URL)", "notApplicable"),
    ],
)
def test_how_long_an_attempt_takes(code: str, kind: str, judge: Judge) -> None:
    files = {**REQUIREMENTS, "app.py": f"{FLASK}@app.get('/')\ndef home():\n    {code}\n    return 'hi'\n"}
    assert judge("database-connections-have-timeouts", files).kind == kind
