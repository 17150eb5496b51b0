"""Small edits of the user's Python: a debug switch, allowed origins and timeouts. Splices at exact places; nothing else moves."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from prodify.edits.pysource import Source, add_import_first, checked, free_name, parse
from prodify.edits.text import Editor, preserving

DEBUG = 'os.environ.get("FLASK_DEBUG") == "1"'
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
# Where these take the timeout when it is given by position, counted from 0.
_POSITION = {"urllib.request.urlopen": 2, "smtplib.SMTP": 3, "smtplib.SMTP_SSL": 5}

Splice = tuple[int, int, str]


def debug_from_environment(variable: str) -> Editor:
    """`app.run(debug=True)` and `app.debug = True` follow FLASK_DEBUG, off by default; `variable` is the application's name.

    >>> debug_from_environment("app")("app.run(debug=True)\\n")
    'import os\\n\\napp.run(debug=os.environ.get("FLASK_DEBUG") == "1")\\n'
    """

    def switches(target: ast.expr) -> bool:
        return _dotted(target) == f"{variable}.debug" or _key(target, f"{variable}.config") == "DEBUG"

    def find(source: Source, _: dict[str, str]) -> Iterator[Splice]:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and _dotted(node.func) == f"{variable}.run":
                yield from (_put(source, k.value, DEBUG) for k in node.keywords if k.arg == "debug" and _is(k.value, True))
            elif isinstance(node, ast.Assign) and _is(node.value, True) and any(switches(target) for target in node.targets):
                yield _put(source, node.value, DEBUG)

    return _editor(find)


def origins_from_environment() -> Editor:
    """Wildcard origins of flask-cors and of FastAPI's CORSMiddleware come from ALLOWED_ORIGINS, a list with commas; none by default."""

    def find(source: Source, imports: dict[str, str]) -> Iterator[Splice]:
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call):
                continue
            name = _resolved(node.func, imports)
            if name in ("flask_cors.CORS", "flask_cors.cross_origin"):
                yield from _flask_origins(source, node)
            elif name.endswith(".add_middleware") and node.args and _resolved(node.args[0], imports).endswith("CORSMiddleware"):
                yield from (_put(source, k.value, ORIGINS) for k in node.keywords if k.arg == "allow_origins" and _is_wildcard(k.value))

    return _editor(find)


def _flask_origins(source: Source, call: ast.Call) -> Iterator[Splice]:
    given = {k.arg: k.value for k in call.keywords}
    if None in given:
        return
    if "origins" in given:
        if _is_wildcard(given["origins"]):
            yield _put(source, given["origins"], ORIGINS)
        return
    if "resources" not in given:
        yield _append(source, call, f"origins={ORIGINS}")
        return
    for item in ast.walk(given["resources"]):
        if isinstance(item, ast.Dict):
            for key, value in zip(item.keys, item.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "origins" and _is_wildcard(value):
                    yield _put(source, value, ORIGINS)


def with_timeouts() -> Editor:
    """Calls that would wait for ever get a timeout in seconds: requests, urlopen, smtplib and the clients of language models."""

    def find(source: Source, imports: dict[str, str]) -> Iterator[Splice]:
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call):
                continue
            name = _resolved(node.func, imports)
            starred = any(k.arg is None for k in node.keywords) or any(isinstance(a, ast.Starred) for a in node.args)
            if name not in _TIMED or starred or any(k.arg == "timeout" for k in node.keywords):
                continue
            if len(node.args) <= _POSITION.get(name, len(node.args)):
                yield _append(source, node, f"timeout={_TIMED[name]}")

    return _editor(find)


def _editor(find: Callable[[Source, dict[str, str]], Iterator[Splice]]) -> Editor:
    @preserving
    def edit(text: str) -> str:
        source = parse(text)
        splices = sorted(set(find(source, _imports(source.tree))), reverse=True)
        if not splices or (any("os." in new for _, _, new in splices) and not free_name(source.tree, "os")):
            return text
        after = text
        for start, end, new in splices:
            after = after[:start] + new + after[end:]
        return checked(text, add_import_first(after, "import os") if any("os." in new for _, _, new in splices) else after)

    return edit


def _put(source: Source, node: ast.expr, new: str) -> Splice:
    return (*source.span(node), new)


def _append(source: Source, call: ast.Call, argument: str) -> Splice:
    """One more argument behind the last: a trailing comma, comments and line breaks stay where they are."""
    given: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    if not given:
        at = source.span(call)[1] - 1
        return at, at, argument
    at = max(source.span(item)[1] for item in given)
    # A parenthesised last argument ends behind its parenthesis.
    between = source.text[at : source.span(call)[1] - 1]
    closing = len(between) - len(between.lstrip(" \t)")) if between.lstrip(" \t").startswith(")") else 0
    return at + closing, at + closing, f", {argument}"


def _imports(tree: ast.Module) -> dict[str, str]:
    """Local names and what they stand for, wherever they are imported."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.partition(".")[0]] = alias.name if alias.asname else alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def _resolved(node: ast.expr, imports: dict[str, str]) -> str:
    """The dotted name with its first part replaced by what it was imported from; "?" stands for what was not imported."""
    head, dot, rest = _dotted(node).partition(".")
    return imports.get(head, f"?.{head}") + dot + rest


def _key(target: ast.expr, owner: str) -> object:
    """The literal key of `owner[key]`, else None."""
    known = isinstance(target, ast.Subscript) and _dotted(target.value) == owner and isinstance(target.slice, ast.Constant)
    return target.slice.value if known else None  # type: ignore[attr-defined]


def _is(node: ast.expr, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _is_wildcard(node: ast.expr) -> bool:
    if isinstance(node, (ast.List, ast.Tuple)):
        return any(_is_wildcard(item) for item in node.elts)
    return isinstance(node, ast.Constant) and node.value == "*"
