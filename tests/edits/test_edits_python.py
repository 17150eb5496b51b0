"""Edits of Python: minimal, idempotent, valid, and never the wrong literal."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodify.edits import CannotEdit, Editor, python
from prodify.edits.python import Target

from .conftest import hold, styled

# Built in two parts: no scanner should take them for real.
KEY = "sk-pr" + "oj-" + "A1b2C3d4" * 5
TWIN = "sk-pr" + "oj-" + "Z9y8X7w6" * 5
SHAPE = f"sk-p*** ({len(KEY)} characters)"
PLAIN = f"*** ({len(KEY)} characters)"


def env(line: int, name: str | None = None, *, to: str = "API_KEY", shape: str = SHAPE) -> Editor:
    return python.replace_literal_with_env(Target(line, shape, name), to)


PLACES = [
    ('api_key = "{}"  # mine\n', 'api_key = os.environ["API_KEY"]  # mine\n'),
    ("class C:\n    key: str = '{}'\n", 'class C:\n    key: str = os.environ["API_KEY"]\n'),
    (
        'client = OpenAI(\n    api_key="{}",\n    timeout=3,\n)\n',
        'client = OpenAI(\n    api_key=os.environ["API_KEY"],\n    timeout=3,\n)\n',
    ),
    ('client = OpenAI("{}")\n', 'client = OpenAI(os.environ["API_KEY"])\n'),
    ('app.config["SECRET_KEY"] = "{}"\n', 'app.config["SECRET_KEY"] = os.environ["API_KEY"]\n'),
    ('openai.api_key = "{}"\n', 'openai.api_key = os.environ["API_KEY"]\n'),
    ('D = {{"key": "{}", "b": 1}}\n', 'D = {{"key": os.environ["API_KEY"], "b": 1}}\n'),
    ('key = os.environ.get("MY_KEY", "{}")\n', 'key = os.environ["MY_KEY"]\n'),
    ('key = os.getenv("MY_KEY", default="{}")\n', 'key = os.environ["MY_KEY"]\n'),
    ('key = environ.get("MY_KEY", "{}").strip()\n', 'key = os.environ["MY_KEY"].strip()\n'),
    ('key = os.getenv("MY_KEY") or "{}"\n', 'key = os.environ["MY_KEY"]\n'),
    ('def f(a, key="{}"):\n    return a\n', 'def f(a, key=os.environ["API_KEY"]):\n    return a\n'),
    ('def f(a):\n    return "{}"\n', 'def f(a):\n    return os.environ["API_KEY"]\n'),
    ('if token == "{}":\n    ok()\n', 'if token == os.environ["API_KEY"]:\n    ok()\n'),
    ('k = ("{}")\n', 'k = (os.environ["API_KEY"])\n'),
    ('f(u"é", key="{}")\n', 'f(u"é", key=os.environ["API_KEY"])\n'),
]


@pytest.mark.parametrize(("before", "after"), PLACES)
@pytest.mark.parametrize("prefix", ["import os\n", '"""Doc."""\nfrom __future__ import annotations\n\nimport os\nimport sys\n'])
def test_every_place_of_a_secret(before: str, after: str, prefix: str) -> None:
    text = prefix + before.format(KEY)
    line = text[: text.index(KEY)].count("\n") + 1
    assert hold(env(line), text, may_change=1) == prefix + after.format()


def test_a_settings_call_loses_its_default() -> None:
    text = f'KEY = config("MY_KEY", default="{KEY}", cast=str)\n'
    assert hold(env(1), text, may_change=1) == 'KEY = config("MY_KEY", cast=str)\n'


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ('K = "{}"\n', 'import os\n\nK = os.environ["API_KEY"]\n'),
        ('#!/bin/x\n"Doc."\n# why\nimport sys\nK = "{}"\n', '#!/bin/x\n"Doc."\n# why\nimport os\nimport sys\nK = os.environ["API_KEY"]\n'),
        ('from __future__ import annotations\nK = "{}"\n', 'from __future__ import annotations\nimport os\n\nK = os.environ["API_KEY"]\n'),
        ('def f():\n    import os\n    return "{}"\n', 'import os\n\ndef f():\n    import os\n    return os.environ["API_KEY"]\n'),
        ('import os, sys\nK = "{}"', 'import os, sys\nK = os.environ["API_KEY"]'),
    ],
)  # fmt: skip
def test_the_import_is_added_where_it_is_missing(text: str, result: str) -> None:
    text = text.format(KEY)
    line = text[: text.index(KEY)].count("\n") + 1
    assert hold(env(line), text, may_change=1) == result


def test_a_password_in_an_address_takes_the_whole_address() -> None:
    text = "import os\nURL = 'postgresql://app:" + "hun" + "ter2@db/app'\n"
    assert (
        hold(env(2, "URL", to="DATABASE_URL", shape="*** (7 characters)"), text, may_change=1)
        == 'import os\nURL = os.environ["DATABASE_URL"]\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        'x = f"{{y}} {}"\n', '"""{}"""\n', 'D = {{"{}": 1}}\n', 'x = b"{}"\n', 'x["{}"]\n', "# {}\n",
        "match x:\n    case '{}':\n        pass\n", 'x: "{}"\n',
    ],
)  # fmt: skip
def test_what_is_no_plain_value_is_left(text: str) -> None:
    text = text.format(KEY)
    assert env(1)(text) == text and env(2)(text) == text


def test_only_the_literal_that_was_found_is_replaced() -> None:
    text = f'import os\nONE = "{KEY}"\nTWO = "{TWIN}"\n'
    assert hold(env(3), text, may_change=1) == f'import os\nONE = "{KEY}"\nTWO = os.environ["API_KEY"]\n'
    assert hold(env(2), text, may_change=1) == f'import os\nONE = os.environ["API_KEY"]\nTWO = "{TWIN}"\n'
    assert hold(env(2, "TWO"), text, may_change=1) == f'import os\nONE = "{KEY}"\nTWO = os.environ["API_KEY"]\n'


def test_adjacent_twins_one_after_the_other() -> None:
    text = f'f(api_key="{KEY}")\nf(api_key="{TWIN}")\n'
    edits = [env(1, "api_key", to="ONE"), env(2, "api_key", to="TWO")]
    once = edits[1](edits[0](text))
    assert once == 'import os\n\nf(api_key=os.environ["ONE"])\nf(api_key=os.environ["TWO"])\n'
    assert edits[1](edits[0](once)) == once


def test_a_secret_that_moved_down_is_found() -> None:
    text = "\n" * 9 + f'K = "{KEY}"\n'
    assert hold(env(3, "K"), text, may_change=1) == "\n" * 9 + 'import os\n\nK = os.environ["API_KEY"]\n'


def test_two_on_one_line_are_not_guessed() -> None:
    with pytest.raises(CannotEdit, match="several literals"):
        env(1)(f'f("{KEY}", "{TWIN}")\n')


def test_a_recognised_secret_is_replaced_everywhere() -> None:
    edit = python.replace_literal_with_env(Target(1, SHAPE, is_it=lambda value: value == TWIN), "API_KEY")
    text = f'a = "{TWIN}"\nb = "{KEY}"\nc = f(key="{TWIN}")\n'
    assert hold(edit, text, may_change=2) == f'import os\n\na = os.environ["API_KEY"]\nb = "{KEY}"\nc = f(key=os.environ["API_KEY"])\n'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f'os = 1\nx = "{KEY}"\n', "os is the name"),
        (f'from x import os\ny = "{KEY}"\n', "os is the name"),
        (f'def f(:\n  x = "{KEY}"\n', "not valid in Python"),
        (f'x = "{KEY}"\rb = 2\n', "carriage returns"),
        ("x = " + "(" * 5000 + f'"{KEY}"' + ")" * 5000 + "\n", "not valid|cannot be parsed"),
        ("x = " + "not " * 100_000 + f'"{KEY}"\n', "not valid|cannot be parsed"),
        ("x = a" + ".b" * 100_000 + f'\ny = "{KEY}"\n', "cannot be parsed|nested too deeply"),
    ],
)
def test_what_cannot_be_edited_is_refused_without_quoting_it(text: str, reason: str) -> None:
    with pytest.raises(CannotEdit, match=reason) as caught:
        env(2 if "\n" in text[:-1] else 1)(text)
    assert KEY not in str(caught.value)


def test_wrong_arguments_are_programming_errors() -> None:
    with pytest.raises(ValueError, match="length"):
        env(1, shape="sk-p")
    with pytest.raises(ValueError, match="environment"):
        env(1, to="A-B")
    with pytest.raises(ValueError, match="statement"):
        python.insert_after_app("app", "import x", "f(app); g(app)")
    with pytest.raises(ValueError, match="not an import"):
        python.insert_after_app("app", "x = 1", "f(app)")
    with pytest.raises(ValueError, match="Python name"):
        python.insert_after_app("a b", "import x", "f(app)")


INSTRUMENT = python.insert_after_app("app", "import telemetry", "telemetry.instrument(app)")
ADDED = "+"
APPS = [
    """
from flask import Flask
+import telemetry
app = Flask(__name__)
+telemetry.instrument(app)
""",
    """
+import telemetry
+
app: FastAPI = FastAPI(
    title='x',
)  # ours
+telemetry.instrument(app)
""",
    """
import a
+import telemetry

if X:
    app = make()
+    telemetry.instrument(app)
else:
    app = other()
""",
    """
import a
+import telemetry
def create_app():
    app = Flask('x')

    # ready
+    telemetry.instrument(app)
    return app
""",
    """
+import telemetry
+
def create_app():
    api = Flask('x')
+    telemetry.instrument(api)
    return api

app = create_app()
""",
    """
+import telemetry
+
async def make():
\tapp = Starlette()
+\ttelemetry.instrument(app)
\treturn app
""",
    """
'Doc.'
from __future__ import annotations
import telemetry as t, telemetry
app = F()
telemetry.instrument( app )
""",
]


@pytest.mark.parametrize("shown", APPS)
def test_one_line_behind_the_application(shown: str) -> None:
    lines = shown.removeprefix("\n").splitlines(keepends=True)
    before = "".join(line for line in lines if not line.startswith(ADDED))
    assert hold(INSTRUMENT, before) == "".join(line.removeprefix(ADDED) for line in lines)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = 1\n", "no line that makes the application app"),
        ("app = 1\n", "no line that makes"),
        ("def f():\n    app = Flask('x')\n", "no line that makes"),
        ("def create_app():\n    return Flask('x')\napp = create_app()\n", "does not end by returning"),
        ("if x: app = Flask('x')\n", "several statements"),
        ("app = Flask('x'); run(app)\n", "several statements"),
        ("app = Flask(\n", "not valid"),
    ],
)
def test_an_application_whose_place_cannot_be_told(text: str, reason: str) -> None:
    with pytest.raises(CannotEdit, match=reason):
        INSTRUMENT(text)


LINES = [
    "import os",
    "import sys  # x",
    '"""Doc."""',
    "from __future__ import annotations",
    "app = Flask(__name__)",
    "def create_app():",
    "    app = Flask('x')",
    "    return app",
    "class C:",
    f"    key = '{KEY}'",
    f'K = "{KEY}"',
    "# é",
    "",
    "@app.route('/')",
    "if app:",
    "    pass",
    f"f(k='{KEY}',",
    "  b=1)",
]


@given(text=styled(st.lists(st.sampled_from(LINES), max_size=10).map("\n".join)), line=st.integers(1, 10))
@settings(max_examples=150, deadline=None)
def test_any_text_stays_valid_and_loses_nothing_else(text: str, line: int) -> None:
    for editor, change in ((INSTRUMENT, 0), (env(line, shape=PLAIN.replace("***", "sk-p***")), 1), (python.add_import("import x"), 0)):
        result = hold(editor, text, may_change=change)
        if result is not None:
            ast.parse(result.removeprefix("\ufeff"))


BEFORE = python.insert_before_app("application", "telemetry.instrument()")


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (
            'import os\n\nos.environ["A"] = "b"\napplication = get_wsgi_application()  # here\n',
            'import os\n\nos.environ["A"] = "b"\ntelemetry.instrument()\napplication = get_wsgi_application()  # here\n',
        ),
        (
            "try:\n    application = make()\nexcept E:\n    raise\n",
            "try:\n    telemetry.instrument()\n    application = make()\nexcept E:\n    raise\n",
        ),
        (
            "application = get()\r\napplication = wrapped(application)\r\n",
            "telemetry.instrument()\r\napplication = get()\r\napplication = wrapped(application)\r\n",
        ),
    ],
)  # fmt: skip
def test_a_statement_goes_in_front_of_the_application_once(text: str, after: str) -> None:
    assert BEFORE(text) == after
    assert BEFORE(after) == after


@pytest.mark.parametrize("text", ["app = make()\n", "def f():\n    application = make()\n", "x = 1; application = f()\n", "application ="])
def test_without_a_line_that_makes_the_application_nothing_is_written_in_front_of_it(text: str) -> None:
    with pytest.raises(CannotEdit):
        BEFORE(text)
