"""Data that becomes code: SQL, Python, shell, and what a model answered."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from prodify.api import (
    Call,
    Effort,
    Inventory,
    Level,
    Location,
    Note,
    Profile,
    Step,
    Verdict,
    check,
    failed,
    not_applicable,
    passed,
    query,
)
from prodify.inventory.polyglot import executed, sqltext
from prodify.inventory.pyexpr import parsed, written
from prodify.inventory.pynames import calls_of, names_of
from prodify.inventory.sql import unsafe_sql
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

_PARTS = frozenset("args form values json data cookies headers files GET POST get_json query_params body".split())
"""What a request carries, by the names that Flask, Django and Starlette have for it."""


@check(
    step=Step.SECURITY,
    level=Level.ERROR,
    maturity=1,
    effort=Effort.HOURS,
    cwe=(89,),
    hint='Pass values as parameters: db.execute(text("... WHERE name = :name"), {"name": name}).',
)
def sql_is_parameterised(repo: Inventory, profile: Profile) -> Verdict:
    """Values reach SQL statements as parameters.

    Why:
        A value that is put into the statement's text can end it and begin another: whoever fills in a search box reads or deletes every
        table.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask, request

        app = Flask(__name__)

        @app.route("/search")
        def search():
            q = request.args.get("q", "")
            rows = db.execute(f"SELECT name FROM places WHERE name LIKE '%{q}%'")
            return list(rows)
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask, request

        app = Flask(__name__)

        @app.route("/search")
        def search():
            q = request.args.get("q", "")
            rows = db.execute("SELECT name FROM places WHERE name LIKE ?", (f"%{q}%",))
            return list(rows)
        ```
    """
    bad = (*unsafe_sql(repo), *sqltext.unsafe_sql(repo))
    if bad:
        return failed("a value is put into the text of an SQL statement", *bad)
    calls = repo.python.calls("*.execute", "*.executemany", "*.raw")
    if not calls and not any(t.name in _SQL_STORES for t in repo.datastores):
        return not_applicable("no SQL statement is run")
    return passed("no SQL statement is put together from values")


_SQL_STORES = frozenset(("postgres", "mysql", "sqlite", "mssql", "oracle", "mariadb", "cockroachdb"))


@check(
    step=Step.SECURITY,
    level=Level.ERROR,
    maturity=1,
    effort=Effort.HOURS,
    cwe=(94, 502, 78),
    hint="Use json or ast.literal_eval for data, yaml.safe_load, and argument lists without a shell.",
)
def untrusted_code_is_not_run(repo: Inventory, profile: Profile) -> Verdict:
    """Nothing that comes from outside is run as code.

    Why:
        eval, exec, pickle, yaml.load and a shell do what the text says; when a request can shape that text, the server is the visitor's.

    Fails:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        from flask import Flask, request

        app = Flask(__name__)

        @app.route("/calc")
        def calc():
            return str(eval(request.args["expression"]))
        ```

    Passes:
        ```text title="requirements.txt"
        flask
        ```
        ```python title="app.py"
        import ast

        from flask import Flask, request

        app = Flask(__name__)

        @app.route("/calc")
        def calc():
            return str(ast.literal_eval(request.args["expression"]))
        ```
    """
    if not repo.services:
        return not_applicable("no service takes input")
    bad = [*_dangerous(repo), *executed.executed_input(repo)]
    return failed("something that may come from outside is run as code", *bad) if bad else passed("no input was found that is run as code")


_UNSAFE_LOADERS = frozenset(("Loader", "CLoader", "UnsafeLoader", "CUnsafeLoader"))
"""Loaders of PyYAML that call what a document names; FullLoader makes plain values only since PyYAML 5.4."""


def _dangerous(repo: Inventory) -> Iterator[Note]:
    for call in repo.python.calls(
        "eval", "exec", "os.system", "os.popen", "pickle.loads", "dill.loads", "marshal.loads", "jsonpickle.decode"
    ):
        first = call.arg("source", 0)
        if first is not None and not first.literal and _comes_from_request(repo, call, first.text):
            yield Note(call.location, f"{call.name} of a request's data")
    for call in repo.python.calls("*.apply", "*.map", "*.applymap", "*.transform", "map"):
        if any(a.name is None and a.text in ("eval", "exec", "pickle.loads") for a in call.args) and _comes_from_outside(repo, call):
            yield Note(call.location, f"{call.args[0].text} of every value of a table that was read")
    for call in repo.python.calls("yaml.load", "yaml.unsafe_load", "yaml.unsafe_load_all", "yaml.load_all"):
        loader = call.arg("Loader", 1)
        named = loader.text.rpartition(".")[2] if loader is not None else "Loader"
        if "unsafe" in call.name or named in _UNSAFE_LOADERS:
            yield Note(call.location, f"{call.name} without a safe loader")
    for call in repo.python.calls("subprocess.*"):
        first = call.arg("args", 0)
        if (
            repo.python.value_of(call.arg("shell"), call) == (True, True)
            and first is not None
            and _comes_from_request(repo, call, first.text)
        ):
            yield Note(call.location, "a shell command with a request's data")


def _comes_from_request(repo: Inventory, call: Call, text: str) -> bool:
    """Whether an expression holds request data, directly or through names that its function assigned from it."""
    sources = _sources(repo, call, text)
    if any(_is_outside(source) for source in sources):
        return True
    words = frozenset[str]().union(*map(names_of, sources))
    return bool(words & _given_by_visitors(repo, call))


_HANDLER = lazy(r"(^|\.)(route|get|post|put|patch|websocket|command|hybrid_command|slash_command|message_handler|tool)$")
_HANDLING = query(
    "python",
    {
        "kind": "class_definition",
        "has": {
            "field": "superclasses",
            "regex": r"(Consumer|[a-z]View|APIView|ViewSet|Resource|(Request|WebSocket)Handler|(HTTP|WebSocket)Endpoint)\b",
        },
    },
    keywords=("Consumer", "View", "Resource", "Handler", "Endpoint"),
)
"""Classes whose methods a framework calls with what a visitor sent: Channels' consumers, views of classes, Tornado's handlers."""
_NOT_GIVEN = frozenset(("self", "cls", "ctx", "context", "request", "req", "interaction", "db", "session"))


def _given_by_visitors(repo: Inventory, call: Call) -> frozenset[str]:
    """Parameters of the enclosing function that a framework fills from a request, a chat message or a tool call."""
    module = repo.python.module(call.location.path)
    for function in module.functions if module is not None else ():
        place = function.location
        inside = (place.line or 0) <= (call.location.line or 0) <= (place.end_line or 0)
        by_framework = any(_HANDLER.search(d.name) and not d.name.startswith(("click.", "typer.")) for d in function.decorators)
        if inside and function.cls is not None and not by_framework:
            by_framework = any(_holds(m.location, place) for m, _ in repo.syntax.nodes(_HANDLING, place.path))
        if inside and function.name == call.function and by_framework and not repo.python.imports_in(place.path, "click", "typer"):
            return frozenset(function.parameters) - _NOT_GIVEN
    return frozenset()


def _holds(outer: Location, inner: Location) -> bool:
    return (outer.line or 0) <= (inner.line or 0) <= (outer.end_line or 0)


_MAY_BE_OUTSIDE = lazy(r"request|argv|input")


def _is_outside(source: str) -> bool:
    """Whether an expression reads a part of a request, the terminal, or the program's arguments."""
    tree = parsed(source) if _MAY_BE_OUTSIDE.search(source) else None
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)] if tree is not None else []
    for node in attributes:
        owner = written(node.value).rpartition(".")[2]
        if (owner == "request" and node.attr in _PARTS) or written(node) in ("sys.argv", "flask.request"):
            return True
    return tree is not None and any(written(call.func) == "input" for call in calls_of(source))


_STORED = lazy(r"(?:^|\.)(?:StringIO|BytesIO|find_one|fetchone|fetchall|download\w*|urlopen|read_sql\w*)$|(?:^|\.)requests\.(?:get|post)$")
"""Names of calls that answer with what somebody else wrote."""


def _comes_from_outside(repo: Inventory, call: Call) -> bool:
    """Whether what a method is called on was read from a request, a database or the network."""
    sources = _sources(repo, call, call.text)
    return any(_is_outside(source) or any(_STORED.search(written(call.func)) for call in calls_of(source)) for source in sources)


def _sources(repo: Inventory, call: Call, text: str) -> list[str]:
    """An expression and what its names were assigned from in the same function, and so on."""
    module = repo.python.module(call.location.path)
    here = [a for a in module.assignments if a.function == call.function] if module else []
    found, words, seen = [text], names_of(text), set[str]()
    while fresh := [a for a in here if a.target in words - seen]:
        seen |= words
        found += [a.text for a in fresh]
        words = frozenset[str]().union(*(names_of(a.text) for a in fresh))
    return found


@check(
    step=Step.SECURITY,
    level=Level.ERROR,
    maturity=1,
    effort=Effort.HOURS,
    cwe=(94, 1426),
    hint="Treat a model's answer as data: parse it as JSON against a schema and never pass it to eval, exec, a shell or SQL.",
)
def model_output_is_not_executed(repo: Inventory, profile: Profile) -> Verdict:
    """What a model answered is not run as code.

    Why:
        A model writes what its prompt makes it write, and visitors write part of the prompt; running the answer lets them run code.

    Fails:
        ```text title="requirements.txt"
        openai
        flask
        ```
        ```python title="app.py"
        from flask import Flask
        from openai import OpenAI

        app = Flask(__name__)
        client = OpenAI()

        @app.route("/plot")
        def plot():
            answer = client.chat.completions.create(model="gpt-5.4-mini", messages=[], max_tokens=200)
            code = answer.choices[0].message.content
            exec(code)
            return "done"
        ```

    Passes:
        ```text title="requirements.txt"
        openai
        flask
        ```
        ```python title="app.py"
        import json

        from flask import Flask
        from openai import OpenAI

        app = Flask(__name__)
        client = OpenAI()

        @app.route("/plot")
        def plot():
            answer = client.chat.completions.create(model="gpt-5.4-mini", messages=[], max_tokens=200)
            return json.loads(answer.choices[0].message.content)
        ```
    """
    if not repo.llm_providers:
        return not_applicable("no model is called")
    bad = [
        Note(call.location, f"{call.name} of a model's answer")
        for call in repo.python.calls("eval", "exec", "os.system", "subprocess.*", "*.execute")
        if call.args and _from_model(repo, call, call.args[0].text)
    ]
    return failed("a model's answer is run as code", *bad) if bad else passed("no model answer was found that is run")


_MAY_ANSWER = lazy(r"choices|content|output_text")
_ANSWER = lazy(r"(?:^|\.)(?:message\.content|output_text|completion\.content)$")


def _is_answer(text: str) -> bool:
    """Whether an expression takes the text out of a model's answer."""
    tree = parsed(text) if _MAY_ANSWER.search(text) else None
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Subscript):
            key = node.slice.value if isinstance(node.slice, ast.Constant) else None
            if key == "choices" or (isinstance(node.value, ast.Attribute) and node.value.attr == "choices"):
                return True
        elif isinstance(node, ast.Attribute) and _ANSWER.search(written(node)):
            return True
    return False


def _from_model(repo: Inventory, call: Call, text: str) -> bool:
    if _is_answer(text):
        return True
    module = repo.python.module(call.location.path)
    words = names_of(text)
    return any(a.function == call.function and a.target in words and _is_answer(a.text) for a in (module.assignments if module else ()))
