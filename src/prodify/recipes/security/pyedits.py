"""Small edits of the user's Python: a debug switch, allowed origins and timeouts. Splices at exact places; nothing else moves."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from prodify.edits.pycalls import Splice, append, dotted, editor, put, resolved
from prodify.edits.pysource import Source
from prodify.edits.text import Editor

DEBUG = 'os.environ.get("FLASK_DEBUG") == "1"'
FASTAPI_DEBUG = 'os.environ.get("DEBUG") == "1"'
DEPLOYED = 'os.environ.get("ENVIRONMENT", "development") != "development"'
ORIGINS = 'os.environ.get("ALLOWED_ORIGINS", "").split(",")'
TIMEOUT_SECONDS = 10
"""For calls of other services: long for a request, short for a thread that waits."""
MODEL_TIMEOUT_SECONDS = 30
"""For language models, whose own default is ten minutes."""

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request")
_TIMED = {
    **{f"requests.{verb}": TIMEOUT_SECONDS for verb in _VERBS},
    "urllib.request.urlopen": TIMEOUT_SECONDS,
    "smtplib.SMTP": TIMEOUT_SECONDS,
    "smtplib.SMTP_SSL": TIMEOUT_SECONDS,
    **{f"{module}.{name}": MODEL_TIMEOUT_SECONDS for module, name in (
        ("openai", "OpenAI"), ("openai", "AsyncOpenAI"), ("anthropic", "Anthropic"), ("anthropic", "AsyncAnthropic"),
    )},
}  # fmt: skip
_HTTPX = frozenset(("httpx.Client", "httpx.AsyncClient", *(f"httpx.{verb}" for verb in _VERBS), "httpx.stream"))
# Where these take the timeout when it is given by position, counted from 0.
_POSITION = {"urllib.request.urlopen": 2, "smtplib.SMTP": 3, "smtplib.SMTP_SSL": 5}


def debug_from_environment(variable: str) -> Editor:
    """`app.run(debug=True)` and `app.debug = True` follow FLASK_DEBUG, off by default; `variable` is the application's name.

    >>> debug_from_environment("app")("app.run(debug=True)\\n")
    'import os\\n\\napp.run(debug=os.environ.get("FLASK_DEBUG") == "1")\\n'
    """

    def switches(target: ast.expr) -> bool:
        return dotted(target) == f"{variable}.debug" or _key(target, f"{variable}.config") == "DEBUG"

    def find(source: Source, _: dict[str, str]) -> Iterator[Splice]:
        for node in source.nodes:
            if isinstance(node, ast.Call) and dotted(node.func) == f"{variable}.run":
                yield from (put(source, k.value, DEBUG) for k in node.keywords if k.arg == "debug" and _is(k.value, True))
            elif isinstance(node, ast.Assign) and _is(node.value, True) and any(switches(target) for target in node.targets):
                yield put(source, node.value, DEBUG)

    return editor(find)


def fastapi_switches() -> Editor:
    """`FastAPI(debug=True)` follows DEBUG, off by default; Starlette's session cookie travels over TLS only where it is deployed.

    >>> print(fastapi_switches()("from fastapi import FastAPI\\n\\napp = FastAPI(debug=True)\\n").splitlines()[-1])
    app = FastAPI(debug=os.environ.get("DEBUG") == "1")
    """

    def find(source: Source, imports: dict[str, str]) -> Iterator[Splice]:
        for node in source.nodes:
            if not isinstance(node, ast.Call):
                continue
            given = {k.arg: k.value for k in node.keywords}
            if resolved(node.func, imports) == "fastapi.FastAPI":
                yield from (put(source, value, FASTAPI_DEBUG) for name, value in given.items() if name == "debug" and _is(value, True))
            elif dotted(node.func).endswith(".add_middleware") and node.args and None not in given:
                session = resolved(node.args[0], imports).endswith("SessionMiddleware")
                if session and "https_only" not in given:
                    yield append(source, node, f"https_only={DEPLOYED}")

    return editor(find)


def schema_from(module: str) -> Editor:
    """`FastAPI(...)` takes the address of its schema from a module's OPENAPI_URL, where it says nothing of schema or pages itself."""

    def find(source: Source, imports: dict[str, str]) -> Iterator[Splice]:
        for node in source.nodes:
            if isinstance(node, ast.Call) and resolved(node.func, imports) == "fastapi.FastAPI":
                given = {k.arg for k in node.keywords}
                if not given & {None, "openapi_url", "docs_url", "redoc_url"}:
                    yield append(source, node, f"openapi_url={module}.OPENAPI_URL")

    return editor(find)


def origins_from_environment() -> Editor:
    """Wildcard origins of flask-cors and of FastAPI's CORSMiddleware come from ALLOWED_ORIGINS, a list with commas; none by default."""

    def find(source: Source, imports: dict[str, str]) -> Iterator[Splice]:
        for node in source.nodes:
            if not isinstance(node, ast.Call):
                continue
            name = resolved(node.func, imports)
            if name in ("flask_cors.CORS", "flask_cors.cross_origin"):
                yield from _flask_origins(source, node)
            elif name.endswith(".add_middleware") and node.args and resolved(node.args[0], imports).endswith("CORSMiddleware"):
                yield from (put(source, k.value, ORIGINS) for k in node.keywords if k.arg == "allow_origins" and _is_wildcard(k.value))

    return editor(find)


def _flask_origins(source: Source, call: ast.Call) -> Iterator[Splice]:
    given = {k.arg: k.value for k in call.keywords}
    if None in given:
        return
    if "origins" in given:
        if _is_wildcard(given["origins"]):
            yield put(source, given["origins"], ORIGINS)
        return
    if "resources" not in given:
        yield append(source, call, f"origins={ORIGINS}")
        return
    for item in ast.walk(given["resources"]):
        if isinstance(item, ast.Dict):
            for key, value in zip(item.keys, item.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "origins" and _is_wildcard(value):
                    yield put(source, value, ORIGINS)


def with_timeouts() -> Editor:
    """Calls that would wait for ever get a timeout in seconds: requests, httpx, urlopen, smtplib and the clients of language models."""

    def find(source: Source, imports: dict[str, str]) -> Iterator[Splice]:
        for node in source.nodes:
            if not isinstance(node, ast.Call):
                continue
            name = resolved(node.func, imports)
            if name in _HTTPX:
                # It has a default of its own; None takes it away.
                yield from (put(source, k.value, str(TIMEOUT_SECONDS)) for k in node.keywords if k.arg == "timeout" and _is(k.value, None))
            starred = any(k.arg is None for k in node.keywords) or any(isinstance(a, ast.Starred) for a in node.args)
            if name not in _TIMED or starred or any(k.arg == "timeout" for k in node.keywords):
                continue
            if len(node.args) <= _POSITION.get(name, len(node.args)):
                yield append(source, node, f"timeout={_TIMED[name]}")

    return editor(find)


def _key(target: ast.expr, owner: str) -> object:
    """The literal key of `owner[key]`, else None."""
    known = isinstance(target, ast.Subscript) and dotted(target.value) == owner and isinstance(target.slice, ast.Constant)
    return target.slice.value if known else None  # type: ignore[attr-defined]


def _is(node: ast.expr, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _is_wildcard(node: ast.expr) -> bool:
    if isinstance(node, (ast.List, ast.Tuple)):
        return any(_is_wildcard(item) for item in node.elts)
    return isinstance(node, ast.Constant) and node.value == "*"
