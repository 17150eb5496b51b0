"""Replacing a secret in Python source by a reading of the environment."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from prodify.edits.pysource import Source, add_import_first, checked, free_name, parse
from prodify.edits.secretplace import Target, choose, environment_name, secrets_in, shape_of
from prodify.edits.text import CannotEdit, Editor, preserving

_SETTINGS = ("config", "env", "environ", "getenv")


@dataclass(frozen=True, slots=True)
class _Literal:
    node: ast.Constant
    parents: tuple[ast.AST, ...]
    names: frozenset[str]

    @property
    def line(self) -> int:
        return self.node.lineno

    @property
    def secrets(self) -> list[str]:
        return secrets_in(str(self.node.value))


def replace_literal_with_env(target: Target, env_name: str) -> Editor:
    """Put `os.environ["ENV_NAME"]` in the place of a secret, and `import os` where it is missing.

    Handled are assignments (names, attributes, `app.config["KEY"]`), keyword and positional arguments, dictionary values, defaults,
    returned and compared values; the fallback of `os.environ.get("KEY", "...")`, `os.getenv` and `... or "..."`, which becomes
    `os.environ["KEY"]`, and `config("KEY", default="...")`, which loses its default. A text without the secret stays as it is.

    >>> edit = replace_literal_with_env(Target(1, "*** (7 characters)", "TOKEN"), "API_TOKEN")
    >>> edit("TOKEN = 'hunter2'\\n")
    'import os\\n\\nTOKEN = os.environ["API_TOKEN"]\\n'

    Raises:
        CannotEdit: (from the editor) when the text cannot be parsed, several literals fit equally, or `os` is another name there.
        ValueError: for a redacted form of another shape, or a name that is no environment variable's.
    """
    shape = shape_of(target)
    environment_name(env_name)

    @preserving
    def edit(text: str) -> str:
        source = parse(text)
        done = f'os.environ["{env_name}"]'
        chosen = choose(list(_literals(source.tree)), target, shape, source.lines, lambda line: done in line)
        if not chosen:
            return text
        if not free_name(source, "os"):
            raise CannotEdit("os is the name of something else in this file", "Edit it by hand.")
        after, needs_os = text, False
        for start, end, new in sorted({_splice(source, item, env_name) for item in chosen}, reverse=True):
            after, needs_os = after[:start] + new + after[end:], needs_os or "os.environ" in new
        checked(text, after)
        return checked(text, add_import_first(after, "import os") if needs_os else after)

    return edit


def _literals(tree: ast.Module) -> Iterator[_Literal]:
    """Yield the string literals that are values, with their parents (nearest last) and the names that they are bound to."""
    stack: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(tree, ())]
    while stack:
        node, parents = stack.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if parents and _is_value(node, parents[-1]):
                yield _Literal(node, parents, frozenset(name.casefold() for name in _names(node, parents)))
        elif not isinstance(node, ast.JoinedStr):
            stack += [(child, (*parents, node)) for child in ast.iter_child_nodes(node)]


def _is_value(node: ast.Constant, parent: ast.AST) -> bool:
    """Whether any expression could stand in the literal's place."""
    if isinstance(parent, ast.Dict):
        return any(value is node for value in parent.values)
    if isinstance(parent, (ast.AnnAssign, ast.arg)):
        return getattr(parent, "value", None) is node
    values = (
        ast.Assign,
        ast.NamedExpr,
        ast.keyword,
        ast.Call,
        ast.Return,
        ast.BoolOp,
        ast.arguments,
        ast.Compare,
        ast.IfExp,
        ast.List,
        ast.Tuple,
        ast.Set,
    )
    return isinstance(parent, values)


def _names(node: ast.Constant, parents: tuple[ast.AST, ...]) -> Iterator[str]:
    child: ast.AST = node
    for parent in reversed(parents):
        if isinstance(parent, ast.Assign):
            for target in parent.targets:
                yield from _target_names(target)
        elif isinstance(parent, (ast.AnnAssign, ast.NamedExpr)):
            yield from _target_names(parent.target)
        elif isinstance(parent, ast.keyword) and parent.arg:
            yield parent.arg
        elif isinstance(parent, ast.Dict):
            yield from (
                str(key.value)
                for key, value in zip(parent.keys, parent.values, strict=True)
                if value is child and isinstance(key, ast.Constant)
            )
        elif isinstance(parent, ast.arguments):
            yield from _default_names(parent, child)
        elif isinstance(parent, ast.Call) and parent.args and isinstance(parent.args[0], ast.Constant) and parent.args[0] is not child:
            yield str(parent.args[0].value)
        if isinstance(parent, ast.stmt):
            return
        child = parent


def _target_names(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Attribute):
        yield target.attr
    elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        yield str(target.slice.value)


def _default_names(arguments: ast.arguments, child: ast.AST) -> Iterator[str]:
    positional = [*arguments.posonlyargs, *arguments.args]
    with_default = positional[len(positional) - len(arguments.defaults) :]
    pairs = [*zip(with_default, arguments.defaults, strict=True), *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    yield from (argument.arg for argument, default in pairs if default is child)


def _splice(source: Source, item: _Literal, env_name: str) -> tuple[int, int, str]:
    parent = item.parents[-1]
    outer = item.parents[-2] if len(item.parents) > 1 else None
    call = parent if isinstance(parent, ast.Call) else outer if isinstance(parent, ast.keyword) and parent.arg == "default" else None
    if isinstance(call, ast.Call):
        key = _settings_key(call, item.node)
        if key is not None and _is_environ_get(call):
            return (*source.span(call), f'os.environ["{key}"]')
        if key is not None and isinstance(parent, ast.keyword):
            return _without_default(source, call, parent)
    if isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.Or) and len(parent.values) == 2 and parent.values[1] is item.node:
        first = parent.values[0]
        key = _settings_key(first, None) if isinstance(first, ast.Call) else None
        if key is not None and isinstance(first, ast.Call) and _is_environ_get(first):
            return (*source.span(parent), f'os.environ["{key}"]')
    return (*source.span(item.node), f'os.environ["{env_name}"]')


def _settings_key(call: ast.Call, literal: ast.Constant | None) -> str | None:
    """Return the key of a call such as `os.environ.get("KEY", literal)` or `config("KEY", default=literal)`."""
    if not call.args or not isinstance(call.args[0], ast.Constant) or call.args[0] is literal:
        return None
    key = call.args[0].value
    parts = ast.unparse(call.func).split(".") if isinstance(call.func, (ast.Name, ast.Attribute)) else []
    known = any(part in _SETTINGS for part in parts)
    return key if known and isinstance(key, str) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key) else None


def _is_environ_get(call: ast.Call) -> bool:
    return bool(re.fullmatch(r"(os\.)?(environ\.get|getenv)", ast.unparse(call.func)))


def _without_default(source: Source, call: ast.Call, default: ast.keyword) -> tuple[int, int, str]:
    """Remove `, default=...`: from the end of the argument in front of it."""
    ends = [source.span(node)[1] for node in call.args] + [source.span(node)[1] for node in call.keywords]
    return max(end for end in ends if end <= source.span(default)[0]), source.span(default)[1], ""
