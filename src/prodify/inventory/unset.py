"""What a Python expression comes to where no environment variable is set: the value that a program falls back to."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from prodify.inventory.pyexpr import parsed, written
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

UNKNOWN = object()
"""The answer where something else than the environment and literals has a say."""
_READERS = ("getenv", "environ.get", "environ.pop", "env", "config", "get_bool", "bool", "str", "int", "env_bool", "get_env", "get")
"""Ends of the names of what reads a variable, when a text stands first among its arguments."""
_LOOKERS = ("getenv", "get", "config", "env")
_TYPED = frozenset(("str", "int"))
"""Ends of the names of what looks something up and takes a default second; those of types only behind a dot: `env.int`."""
_METHODS: Mapping[str, Callable[[str], object]] = {
    "lower": str.lower, "upper": str.upper, "strip": str.strip, "title": str.title, "capitalize": str.capitalize,
}  # fmt: skip
_DEEPEST = 12
_WHOLE = lazy(r"-?[0-9]{1,18}")


def when_unset(text: str) -> object:
    """The value of an expression in an empty environment, or `UNKNOWN`.

    >>> when_unset('os.getenv("DEBUG", "True") == "True"'), when_unset('not os.environ.get("PROD")'), when_unset('"CI" in os.environ')
    (True, True, False)
    >>> when_unset('bool(int(os.environ.get("DEBUG", default=1)))'), when_unset('config("DEBUG", default=True, cast=bool)')
    (True, True)
    >>> when_unset(f'int(os.getenv("N", "{"9" * 5000}"))') is UNKNOWN, when_unset('int(os.getenv("N", "\u00b2"))') is UNKNOWN
    (True, True)
    >>> when_unset("settings.debug") is UNKNOWN, when_unset('os.environ["DEBUG"]') is UNKNOWN
    (True, True)
    """
    tree = parsed(text)
    return _value(tree, 0) if tree is not None else UNKNOWN


def variables(text: str) -> tuple[str, ...]:
    """The names of the environment variables that an expression reads.

    >>> variables('os.getenv("DEBUG", "1") == "1" or "CI" in os.environ')
    ('DEBUG', 'CI')
    """
    tree = parsed(text)
    return tuple(dict.fromkeys(_read(tree))) if tree is not None else ()


def looked_up(text: str) -> tuple[tuple[str, str | int], ...]:
    """Every look-up under a written name in an expression with the literal that it falls back to: an environment's, a mapping's.

    >>> looked_up('int(settings.get("PORT", 8000))'), looked_up('config("MODEL", default="x").strip()'), looked_up("'get(1, 2)'")
    ((('PORT', 8000),), (('MODEL', 'x'),), ())
    """
    tree = parsed(text)
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)] if tree is not None else []
    return tuple(found for call in sorted(calls, key=lambda n: (n.lineno, n.col_offset)) if (found := _look_up(call)) is not None)


def _look_up(call: ast.Call) -> tuple[str, str | int] | None:
    owner, _, name = written(call.func).rpartition(".")
    first, default = (call.args[0] if call.args else None), _given(call)
    if (name.endswith(_LOOKERS) or (owner and name in _TYPED)) and isinstance(first, ast.Constant) and isinstance(default, ast.Constant):
        told = default.value
        if isinstance(first.value, str) and isinstance(told, str | int) and not isinstance(told, bool):
            return first.value, told
    return None


def last_resort(text: str) -> str | int | None:
    """The literal behind the last `or` of an expression, None where none ends in one.

    >>> last_resort("int(settings.port or '8000')"), last_resort("a or b")
    ('8000', None)
    """
    tree = parsed(text)
    ends = [n.values[-1] for n in ast.walk(tree) if isinstance(n, ast.BoolOp) and isinstance(n.op, ast.Or)] if tree is not None else []
    told = next((end.value for end in ends if isinstance(end, ast.Constant)), None)
    return told if isinstance(told, str | int) and not isinstance(told, bool) else None


def whole_number(text: str) -> int | None:
    """The number that an expression comes to in an empty environment, or that its look-up falls back to; None where it is no number.

    >>> whole_number("4"), whole_number('int(os.environ.get("N", "4"))'), whole_number('settings.get("n", 4)'), whole_number("n() * 2 + 1")
    (4, 4, 4, None)
    """
    value = when_unset(text)
    tree = parsed(text) if value is UNKNOWN else None
    inner = tree.args[0] if isinstance(tree, ast.Call) and written(tree.func) == "int" and len(tree.args) == 1 else tree
    if isinstance(inner, ast.Call) and (found := _look_up(inner)) is not None:
        value = found[1]
    said = "" if value is UNKNOWN or isinstance(value, bool) else str(value).strip()
    return int(said) if _WHOLE.fullmatch(said) else None


def _read(tree: ast.expr) -> Iterator[str]:
    places = (n for n in ast.walk(tree) if isinstance(n, ast.Call | ast.Compare))
    for node in sorted(places, key=lambda n: n.col_offset):
        if isinstance(node, ast.Call) and (name := _variable(node)) is not None:
            yield name
        if isinstance(node, ast.Compare) and _is_environment(node.comparators[0]) and isinstance(node.left, ast.Constant):
            yield str(node.left.value)


def _variable(call: ast.Call) -> str | None:
    """The variable that a call reads, None for any other call."""
    name = written(call.func)
    first = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
    reads = name in _READERS or name.endswith(tuple(f".{reader}" for reader in _READERS))
    return first if reads and isinstance(first, str) and first.isidentifier() and first.isupper() else None


def _is_environment(node: ast.expr) -> bool:
    return written(node) in ("os.environ", "environ")


def _value(node: ast.expr, depth: int) -> object:
    if depth > _DEEPEST:
        return UNKNOWN
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        inside = [_value(element, depth + 1) for element in node.elts]
        return UNKNOWN if UNKNOWN in inside else inside
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _value(node.operand, depth + 1)
        return UNKNOWN if inner is UNKNOWN else not inner
    if isinstance(node, ast.BoolOp):
        return _joined(node, depth)
    if isinstance(node, ast.IfExp):
        chosen = _value(node.test, depth + 1)
        return UNKNOWN if chosen is UNKNOWN else _value(node.body if chosen else node.orelse, depth + 1)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _compared(node, depth)
    return _called(node, depth) if isinstance(node, ast.Call) else UNKNOWN


def _joined(node: ast.BoolOp, depth: int) -> object:
    last: object = UNKNOWN
    for part in node.values:
        last = _value(part, depth + 1)
        if last is UNKNOWN or bool(last) is isinstance(node.op, ast.Or):
            return last
    return last


def _compared(node: ast.Compare, depth: int) -> object:
    operator, right = node.ops[0], node.comparators[0]
    if isinstance(operator, ast.In | ast.NotIn) and _is_environment(right):
        return isinstance(operator, ast.NotIn)
    left, other = _value(node.left, depth + 1), _value(right, depth + 1)
    if left is UNKNOWN or other is UNKNOWN:
        return UNKNOWN
    if isinstance(operator, ast.Eq | ast.Is):
        return left == other
    if isinstance(operator, ast.NotEq | ast.IsNot):
        return left != other
    if isinstance(operator, ast.In | ast.NotIn) and isinstance(other, list | str):
        inside = str(left) in other if isinstance(other, str) else left in other
        return inside is isinstance(operator, ast.In)
    return UNKNOWN


def _called(call: ast.Call, depth: int) -> object:
    name = written(call.func)
    if _variable(call) is not None:
        return _default(call, depth)
    if name in ("bool", "int", "str", "strtobool") or name.endswith(".strtobool"):
        inner = _value(call.args[0], depth + 1) if len(call.args) == 1 else UNKNOWN
        return UNKNOWN if inner is UNKNOWN else _converted(name.rpartition(".")[2], inner)
    if isinstance(call.func, ast.Attribute) and call.func.attr in _METHODS:
        inner = _value(call.func.value, depth + 1)
        return _METHODS[call.func.attr](inner) if isinstance(inner, str) else UNKNOWN
    return UNKNOWN


def _default(call: ast.Call, depth: int) -> object:
    """What a call answers for a variable that is not set, converted as it says."""
    given = _given(call)
    value = _value(given, depth + 1) if given is not None else None
    cast = next((k.value for k in call.keywords if k.arg in ("cast", "type")), None)
    if cast is not None and written(cast) == "bool" and isinstance(value, str):
        return value.lower() in ("true", "1", "yes", "y", "on", "t")
    return value


def _given(call: ast.Call) -> ast.expr | None:
    """What a look-up is told to answer for what is not there."""
    return next((k.value for k in call.keywords if k.arg == "default"), None) or (call.args[1] if len(call.args) > 1 else None)


def _converted(name: str, value: object) -> object:
    if name == "bool":
        return bool(value)
    if name == "str":
        return str(value)
    if name == "int":
        text = str(int(value)) if isinstance(value, bool) else str(value)
        return int(text) if _WHOLE.fullmatch(text.strip()) else UNKNOWN
    return str(value).lower() in ("true", "1", "yes", "y", "on", "t")
