"""JavaScript and TypeScript: a secret becomes a reading of the environment, imports and one line are added, nothing else moves."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prodify.edits import CannotEdit, Editor, javascript
from prodify.edits.javascript import Target
from prodify.edits.jssource import parse

from .conftest import hold, styled

KEY = "sk-p" + "Zq8" * 5
TWIN = "sk-p" + "Wv4" * 5
SHAPE = f"sk-p*** ({len(KEY)} characters)"


def env(line: int, name: str | None = None, *, to: str = "API_KEY", language: str = "javascript", shape: str = SHAPE) -> Editor:
    return javascript.replace_literal_with_env(Target(line, shape, name), to, language)


PLACES = [
    ("const key = '{}';\n", "const key = process.env.API_KEY;\n"),
    ('let key = "{}"\n', "let key = process.env.API_KEY\n"),
    ("var key = `{}`;\n", "var key = process.env.API_KEY;\n"),
    ("const o = {{ apiKey: '{}', n: 1 }};\n", "const o = {{ apiKey: process.env.API_KEY, n: 1 }};\n"),
    ("app.use(session({{ secret: '{}' }}));\n", "app.use(session({{ secret: process.env.API_KEY }}));\n"),
    ("config.key = '{}';\n", "config.key = process.env.API_KEY;\n"),
    ("const k = process.env.MY_KEY || '{}';\n", "const k = process.env.MY_KEY;\n"),
    ("const k = process.env['MY_KEY'] ?? \"{}\";\n", "const k = process.env.MY_KEY;\n"),
    ("const k = settings.key || '{}';\n", "const k = settings.key || process.env.API_KEY;\n"),
    ("f('{}', 1);\n", "f(process.env.API_KEY, 1);\n"),
    ("function f(k = '{}') {{}}\n", "function f(k = process.env.API_KEY) {{}}\n"),
    ("class C {{ key = '{}'; }}\n", "class C {{ key = process.env.API_KEY; }}\n"),
    ("const f = () => '{}';\n", "const f = () => process.env.API_KEY;\n"),
    ("if (x === '{}') {{ y(); }}\n", "if (x === process.env.API_KEY) {{ y(); }}\n"),
    ("export default '{}';\n", "export default process.env.API_KEY;\n"),
    ("const a = [`${{'{}'}}`];\n", "const a = [`${{process.env.API_KEY}}`];\n"),
    ("const é = 'ü', k = '{}'; // ö\n", "const é = 'ü', k = process.env.API_KEY; // ö\n"),
]


@pytest.mark.parametrize(("before", "after"), PLACES)
@pytest.mark.parametrize("prefix", ["", "#!/usr/bin/env node\n'use strict';\n\n/* é */\n"])
def test_every_place_of_a_secret(before: str, after: str, prefix: str) -> None:
    text = prefix + before.format(KEY)
    line = text[: text.index(KEY)].count("\n") + 1
    assert hold(env(line), text, may_change=1) == prefix + after.format()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("const key: string = '{}';\n", 'const key: string = process.env.API_KEY ?? "";\n'),
        ("const key = process.env.KEY || '{}';\n", 'const key = process.env.KEY ?? "";\n'),
        ("const key = given || '{}';\n", 'const key = given || (process.env.API_KEY ?? "");\n'),
        ("const key = '{}' as Secret;\n", 'const key = (process.env.API_KEY ?? "") as Secret;\n'),
        ("class C {{ private key = '{}'; }}\n", 'class C {{ private key = process.env.API_KEY ?? ""; }}\n'),
        ("f({{ key: '{}' }});\n", 'f({{ key: process.env.API_KEY ?? "" }});\n'),
    ],
)
def test_typescript_keeps_the_type(before: str, after: str) -> None:
    assert hold(env(1, language="typescript"), before.format(KEY), may_change=1) == after.format()


def test_a_password_in_an_address_takes_the_whole_address() -> None:
    text = "const url = 'postgresql://app:" + "hun" + "ter2@db/app';\n"
    edit = env(1, "url", to="DATABASE_URL", shape="*** (7 characters)")
    assert hold(edit, text, may_change=1) == "const url = process.env.DATABASE_URL;\n"


@pytest.mark.parametrize(
    "text",
    [
        "import a from '{}';\n", "const o = {{ '{}': 1 }};\n", "// '{}'\n", "const re = /{}/;\n", "const t = `a ${{x}} {}`;\n",
        "x['{}'] = 1;\n",
        "const e = <A key='{}' />;\n", "export * from '{}';\n", "'{}';\n",
    ],
)  # fmt: skip
def test_what_is_no_plain_value_is_left(text: str) -> None:
    text = text.format(KEY)
    assert env(1)(text) == text


def test_only_the_literal_that_was_found_is_replaced() -> None:
    text = f"const one = '{KEY}';\nconst two = '{TWIN}';\n"
    assert hold(env(2), text, may_change=1) == f"const one = '{KEY}';\nconst two = process.env.API_KEY;\n"
    assert hold(env(1, "two"), text, may_change=1) == f"const one = '{KEY}';\nconst two = process.env.API_KEY;\n"


def test_adjacent_twins_one_after_the_other() -> None:
    text = f"f({{ apiKey: '{KEY}' }})\nf({{ apiKey: '{TWIN}' }})\n"
    edits = [env(1, "apiKey", to="ONE"), env(2, "apiKey", to="TWO")]
    once = edits[1](edits[0](text))
    assert once == "f({ apiKey: process.env.ONE })\nf({ apiKey: process.env.TWO })\n"
    assert edits[1](edits[0](once)) == once


def test_a_fallback_of_the_same_name_goes() -> None:
    text = f"const k = process.env.API_KEY || '{KEY}';\n"
    assert hold(env(1), text, may_change=1) == "const k = process.env.API_KEY;\n"
    assert hold(env(1, language="typescript"), text, may_change=1) == 'const k = process.env.API_KEY ?? "";\n'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"const x = {{ '{KEY}'\n", "not valid javascript"),
        (f"const x = '{KEY}';\rf();\n", "carriage returns"),
        (f"f('{KEY}', '{TWIN}');\n", "several literals"),
    ],
)
def test_what_cannot_be_edited_is_refused_without_quoting_it(text: str, reason: str) -> None:
    with pytest.raises(CannotEdit, match=reason) as caught:
        env(1)(text)
    assert KEY not in str(caught.value)


def test_deep_nesting_is_no_crash() -> None:
    text = "x = " + "(" * 50_000 + f"'{KEY}'" + ")" * 50_000 + ";\n"
    try:
        result = env(1)(text)
    except CannotEdit:
        return
    assert result in (text, text.replace(f"'{KEY}'", "process.env.API_KEY"))


WIRE = javascript.insert_after_app(
    "app", 'import { health } from "./health.js";', 'const { health } = require("./health");', "health(app);", "javascript"
)
APPS = [
    """
const express = require('express')
+const { health } = require('./health')
const app = express()
+health(app)
app.listen(3000)
""",
    """
import express from "express";
+import { health } from "./health.js";

export const app = express();
+health(app);
""",
    """
#!/usr/bin/env node
// The server.
'use strict';
+const { health } = require('./health');
const app = make(
  'x',
); // ours
+health(app);
""",
    """
import Fastify from 'fastify'
+import { health } from './health.js'
const app = await Fastify({ logger: true })
+health(app)
""",
    """
import x from 'x';
import { health } from './health.js';
const app = new Koa();
health(app)
""",
]


@pytest.mark.parametrize("shown", APPS)
def test_one_line_behind_the_application(shown: str) -> None:
    lines = shown.removeprefix("\n").splitlines(keepends=True)
    before = "".join(line for line in lines if not line.startswith("+"))
    assert hold(WIRE, before) == "".join(line.removeprefix("+") for line in lines)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("const x = 1;\n", "no line that makes the application app"),
        ("const app = 1;\n", "no line that makes"),
        ("function f() { const app = express(); }\n", "no line that makes"),
        ("const app = express(); run(app);\n", "several statements"),
        ("const app = express(\n", "not valid"),
    ],
)
def test_an_application_whose_place_cannot_be_told(text: str, reason: str) -> None:
    with pytest.raises(CannotEdit, match=reason):
        WIRE(text)


def test_wrong_arguments_are_programming_errors() -> None:
    with pytest.raises(ValueError, match="length"):
        env(1, shape="sk-p")
    with pytest.raises(ValueError, match="environment"):
        env(1, to="A-B")
    with pytest.raises(ValueError, match="JavaScript name"):
        javascript.insert_after_app("a b", "", "", "", "javascript")
    with pytest.raises(ValueError, match="neither JavaScript"):
        javascript.language_of("a.vue")
    assert [javascript.language_of(name) for name in ("a.mjs", "b.ts", "C.TSX")] == ["javascript", "typescript", "tsx"]


LINES = [
    "const express = require('express')", "import x from 'x';", "// é", "", "'use strict';", "const app = express();",
    "const app = express()",
    f"const key = '{KEY}';", f"app.use(s({{ secret: `{KEY}` }}))", "if (a) {", "}", "export default app;", "/* a", "b */",
]  # fmt: skip


@given(text=styled(st.lists(st.sampled_from(LINES), max_size=10).map("\n".join)), line=st.integers(1, 10))
@settings(max_examples=200, deadline=None)
def test_any_text_stays_valid_and_loses_nothing_else(text: str, line: int) -> None:
    added = javascript.add_import("import y from 'y';", "const y = require('y');", "javascript")
    for editor, change in ((WIRE, 0), (env(line), 1), (added, 0)):
        result = hold(editor, text, may_change=change)
        if result is not None:
            parse(result.removeprefix("\ufeff").replace("\r\n", "\n"), "javascript")


@pytest.mark.parametrize("text", ["-r", "(x)\n", "[a].map(f)\n", "`x`\n"])
def test_an_import_that_the_next_line_would_continue_is_refused(text: str) -> None:
    with pytest.raises(CannotEdit, match="would continue"):
        javascript.add_import('import a from "a";', 'const a = require("a");', "javascript")(text)


def wire(text: str) -> str | None:
    edit = javascript.insert_after_app(
        "app", 'import { health } from "./health.js";', 'const { health } = require("./health");', "health(app);", "javascript"
    )
    return hold(edit, text)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # What a comment or a text says is neither a reading nor an import.
        (
            "const express = require('express')\nconst app = express() // made here\nconst s = 'x = require(\"y\")'\n",
            "const express = require('express')\nconst { health } = require('./health')\nconst app = express() // made here\nhealth(app)\n"
            "const s = 'x = require(\"y\")'\n",
        ),
        (
            "const app = require('express')()\n// health(app)\nconst s = 'health(app)'\n",
            "const app = require('express')()\nconst { health } = require('./health')\nhealth(app)\n// health(app)\n"
            "const s = 'health(app)'\n",
        ),
        # What stands there already, in the file's own way to write it.
        (
            "const { health } = require( './health' );\nconst app = express();\nhealth(\n  app\n);\n",
            "const { health } = require( './health' );\nconst app = express();\nhealth(\n  app\n);\n",
        ),
    ],
)
def test_what_stands_there_is_read_from_the_tree(before: str, after: str) -> None:
    assert wire(before) == after


@pytest.mark.parametrize("behind", [" /* goes\n on */\n", "; run(app)\n", " /* a */; run(app) // b\n"])
def test_a_line_that_goes_on_is_refused(behind: str) -> None:
    assert wire(f"const express = require('express')\nconst app = express(){behind}") is None


def test_a_comment_that_names_the_variable_is_no_reading() -> None:
    text = f"// set process.env.API_KEY\nconst key = '{KEY}'; // not process.env.API_KEY yet\nconst s = 'process.env.API_KEY';\n"
    assert hold(env(2), text, may_change=1) == text.replace(f"'{KEY}'", "process.env.API_KEY")


def test_a_reading_over_lines_and_with_a_comment_takes_the_fallback_away() -> None:
    text = f"const key = (process\n  .env['MY_KEY'] /* ours */) ||\n  '{KEY}';\n"
    assert hold(env(3), text, may_change=3) == "const key = process.env.MY_KEY;\n"
