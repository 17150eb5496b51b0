"""Caps, caches, adapters and queries are recognised by the names in code and settings; comments and prose are none."""

from __future__ import annotations

import pytest

from tests.checks.conftest import Judge

MODEL = """from openai import OpenAI

client = OpenAI()

def ask(question):
    {}
    return client.chat.completions.create(model="gpt-5.4-mini", max_tokens=300, messages=[])
"""


def files(line: str, more: str = "") -> dict[str, str]:
    return {"requirements.txt": "openai\n", "app.py": MODEL.format(line) + more}


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("if used > DAILY_TOKEN_CAP: return None", "pass"),
        ("if used > settings.max_budget: return None", "pass"),
        ("if used > int(os.environ['MONTHLY_LIMIT']): return None", "pass"),
        ("pass  # there is no daily_limit yet", "fail"),
        ("print('there is no daily_limit yet')", "fail"),
    ],
)
def test_caps(line: str, kind: str, judge: Judge) -> None:
    assert judge("model-spend-is-capped", files(line)).kind == kind


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("if question in cache: return cache[question]", "pass"),
        ("known = self.cache\\\n        .get(question)", "pass"),
        ("known = answers_cache.get(\n        question)", "pass"),
        ("pass  # no cache.get( yet", "fail"),
        ("print('cache[question]')", "fail"),
        ("cache = None; print(rows[1])", "fail"),
    ],
)
def test_answers_that_are_kept(line: str, kind: str, judge: Judge) -> None:
    assert judge("model-answers-are-cached", files(line)).kind == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("class Llm(\n    Protocol,\n):\n    def complete(self, prompt): ...\n", "pass"),
        ("class ModelBase(metaclass=ABCMeta):\n    pass\n", "pass"),
        ("class Provider(Generic[T], abc.ABC):\n    pass\n", "pass"),
        ("from langchain_openai import ChatOpenAI\n", "pass"),
        ("import litellm as llm\n", "pass"),
        ("# import litellm\n# class Llm(Protocol):\n", "fail"),
        ("'''\nclass Llm(Protocol):\n'''\nHELP = 'langchain'\n", "fail"),
        ("class Llm(Base):  # Protocol\n    pass\n", "fail"),
    ],
)
def test_adapters(text: str, kind: str, judge: Judge) -> None:
    route = "\nfrom flask import Flask\n\napp = Flask(__name__)\n\n@app.route('/')\ndef home():\n    return ask('x')\n"
    found = judge("model-calls-go-through-an-adapter", {**files("pass", route), "requirements.txt": "flask\nopenai\n", "llm.py": text})
    assert found.kind == kind


QUERY = """from flask import Flask
from sqlalchemy import create_engine, text

app = Flask(__name__)
engine = create_engine("postgresql://db/app")
ALL = "SELECT * FROM places"
INSERT = "INSERT INTO places (name) VALUES (1)"

@app.route("/")
def home():
    {}
"""


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("return db.execute('SELECT name FROM places')", "fail"),
        ("return db.execute(text(\n        '''\n        SELECT name FROM places\n        '''\n    ))", "fail"),
        ("return db.execute(sqlalchemy.text(r'SELECT name FROM places'))", "fail"),
        ("return db.execute(f'SELECT {column} FROM places')", "fail"),
        ("return db.execute(ALL)", "fail"),
        ("for name in names:\n        db.execute(select(Place).where(\n            Place.name == name))", "fail"),
        ("for name in names:\n        db.execute(INSERT)", "fail"),
        ("for name in names:\n        db.execute(sa.update(\n            Place))", "fail"),
        ("for name in names:\n        db.execute(table('select'))", "pass"),
        ("for table in tables:\n        db.execute(table.delete())", "pass"),
        ("return db.execute(text('SELECT name '\n        'FROM places LIMIT 5'))", "pass"),
        ("return db.execute('SELECT name FROM places '  # no LIMIT\n        'WHERE id = 1')", "pass"),
        ("return db.execute(pick('SELECT name FROM places'))", "pass"),
    ],
)
def test_whole_tables(code: str, kind: str, judge: Judge) -> None:
    found = judge("queries-are-bounded", {"requirements.txt": "flask\nsqlalchemy\npsycopg2-binary\n", "app.py": QUERY.format(code)})
    assert found.kind == kind


ASKING = """import requests
from flask import Flask

app = Flask(__name__)

@app.route("/")
def home():
    {}
    return requests.get("https://api.example.org/x", timeout=5{}).text
"""


@pytest.mark.parametrize(
    ("line", "more", "kind"),
    [
        ("known = page_cache.find('x')", "", "pass"),
        ("pass", ", headers={'Cache-Control': 'no-cache'}", "fail"),
        ("pass  # a cache would help", "", "fail"),
    ],
)
def test_answers_of_other_servers(line: str, more: str, kind: str, judge: Judge) -> None:
    found = judge("expensive-calls-are-cached", {"requirements.txt": "flask\nrequests\n", "app.py": ASKING.format(line, more)})
    assert found.kind == kind


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ("Config(\n        max_output_tokens=5)", "pass"),
        ("{'maxTokens': 5}", "pass"),
        ("{'x': 5}  # max_tokens", "fail"),
        ("Config(  # max_tokens\n        1)", "fail"),
    ],
)
def test_limits_in_a_configuration(config: str, kind: str, judge: Judge) -> None:
    text = f"from google import genai\n\nclient = genai.Client()\n\ndef ask():\n    given = {config}\n" + (
        "    return client.models.generate_content(model='gemini-3-flash', contents='x', config=given)\n")  # fmt: skip
    assert judge("model-tokens-are-bounded", {"requirements.txt": "google-genai\n", "app.py": text}).kind == kind


@pytest.mark.parametrize(
    ("decorator", "kind"),
    [
        ("@retry(wait=wait_fixed(1))", "fail"),
        ("@retry(wait=wait_fixed(1), before=log_attempt)", "fail"),
        ("@retry(\n    wait=wait_fixed(1),\n    stop=stop_after_attempt(3),\n)", "pass"),
        ("@retry(**SETTINGS)", "pass"),
    ],
)
def test_retries_that_end(decorator: str, kind: str, judge: Judge) -> None:
    code = f"from tenacity import retry, wait_fixed, stop_after_attempt\n\n{decorator}\ndef load():\n    return 1\n"
    assert judge("retries-are-bounded", {"client.py": code}).kind == kind
