"""SQL statements that are put together from text, with what is put in and where it stands in the statement.

Only value positions count (inside quotes, after a comparison, in VALUES): a column list or a table name that is interpolated
is nearly always a constant of the program, a value that is interpolated is nearly always data.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Call, Note
from prodify.inventory.pyexpr import parsed
from prodify.lazydata import dataclass
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.pymodule import PyModule

_STATEMENT = lazy(r"^\s*(select|insert|update|delete|with|replace|merge)\b", re.IGNORECASE)
_TEXT = lazy(
    r"[\"'}%](?:(?<!%)|(?<=%)\(?\w*\)?[sdr])(?:\s|\\[nrt\n])*"
    r"(?:select\b|(?:insert|replace|merge)(?=[\s\S]{1,80}?\binto\b)|delete(?=[\s\S]{1,80}?\bfrom\b)"
    r"|update(?=[\s\S]{1,400}?\bset\b)|with(?=[\s\S]{1,200}?\bas\b))",
    re.IGNORECASE,
)
"""A statement's begin in source code: behind a quote or a hole. The same verbs begin many an ordinary sentence."""
_VALUE_POSITION = lazy(r"(['\"]%?|(=|<>|!=|<|>|\blike|\bilike|\bin)\s*\(?|values\s*\([^)]*)\s*$", re.IGNORECASE)
_EXECUTORS = (
    "*.execute",
    "*.executemany",
    "*.executescript",
    "*.read_sql",
    "*.read_sql_query",
    "*.raw",
    "*.text",
    "sqlalchemy.text",
    "text",
)
_SAFE_CALLS = frozenset(
    ("int", "float", "len", "bool", "abs", "round", "quote_name", "quote_ident", "Identifier", "Literal", "Placeholder")
)
_DEPTH = 6


@dataclass(frozen=True, slots=True)
class _Hole:
    """An expression put into a text, and the text before it."""

    expression: ast.expr
    before: str


def unsafe_sql(repo: Inventory) -> tuple[Note, ...]:
    """Calls that run a SQL statement with a value put into its text; the note names what is put in."""
    found = []
    for call in repo.python.calls(*_EXECUTORS, where=_TEXT):
        module = repo.python.module(call.location.path)
        first = next((a for a in call.args if a.name in (None, "sql", "statement", "query")), None)
        if module is None or first is None:
            continue
        for hole in _holes(parsed(first.text), module, call, 0):
            if not _is_constant(hole.expression, module, call, 0):
                found.append(Note(call.location, f"{ast.unparse(hole.expression)[:60]} is put into the statement's text"))
                break
    return tuple({note.location: note for note in found}.values())


def _holes(node: ast.expr | None, module: PyModule, call: Call, depth: int) -> Iterator[_Hole]:
    """The holes in value position of a statement, through names and a wrapping call such as text()."""
    if node is None or depth > _DEPTH:
        return
    if isinstance(node, ast.Name):
        for value in _values(node.id, module, call):
            yield from _holes(value, module, call, depth + 1)
        for added in _added(node.id, module, call):
            yield from _in_value_position(list(_parts(added)))
        return
    if isinstance(node, ast.Call) and not _is_format(node) and node.args:
        yield from _holes(node.args[0], module, call, depth + 1)
        return
    parts = list(_parts(node))
    if _begins(parts) or (isinstance(parts[0], ast.Name) and _holds_statement(parts[0].id, module, call)):
        yield from _in_value_position(parts)


def _begins(parts: list[str | ast.expr]) -> bool:
    """Whether a text starts as a statement does."""
    return _STATEMENT.match(next((p for p in parts if isinstance(p, str) and p.strip()), "")) is not None


def _holds_statement(name: str, module: PyModule, call: Call) -> bool:
    """Whether a name was given the begin of a statement before the call."""
    return any(value is not None and _begins(list(_parts(value))) for value in _values(name, module, call))


def _added(name: str, module: PyModule, call: Call) -> Iterator[ast.expr]:
    """What is added to a statement under a name before the call: most filters of a list are written that way."""
    if not _holds_statement(name, module, call):
        return
    for addition in module.additions:
        near = addition.function == call.function and (addition.location.line or 0) <= (call.location.line or 0)
        if addition.target == name and near and (value := parsed(addition.text)) is not None:
            yield value


def _in_value_position(parts: list[str | ast.expr]) -> Iterator[_Hole]:
    before = ""
    for part in parts:
        if isinstance(part, str):
            before += part
        else:
            if _VALUE_POSITION.search(before):
                yield _Hole(part, before)
            before += "?"


def _is_format(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr == "format"


def _parts(node: ast.expr) -> Iterator[str | ast.expr]:
    """A text expression as literal pieces and the expressions between them."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr):
        for value in node.values:
            yield from _parts(value)
    elif isinstance(node, ast.FormattedValue):
        yield node.value
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _parts(node.left)
        yield from _parts(node.right)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant | ast.JoinedStr):
        values = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        yield from _filled(str(getattr(node.left, "value", "")), re.compile(r"%\(?\w*\)?[sdr]"), values)
    elif (
        isinstance(node, ast.Call)
        and _is_format(node)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Constant)
    ):
        yield from _filled(str(node.func.value.value), re.compile(r"\{[^{}]*\}"), [*node.args, *(k.value for k in node.keywords)])
    else:
        yield node


def _filled(template: str, mark: re.Pattern[str], values: list[ast.expr]) -> Iterator[str | ast.expr]:
    pieces = mark.split(template)
    for number, piece in enumerate(pieces):
        yield piece
        if number < len(pieces) - 1:
            yield values[min(number, len(values) - 1)] if values else ast.Constant("")


def _values(name: str, module: PyModule, call: Call) -> Iterator[ast.expr | None]:
    """What a name was assigned before the call: in its function, else at module level."""
    local = [
        a
        for a in module.assignments
        if a.target == name and a.function == call.function and (a.location.line or 0) <= (call.location.line or 0)
    ]
    for assignment in local or [a for a in module.assignments if a.target == name and a.function is None]:
        yield parsed(assignment.text)


def _is_constant(node: ast.expr | None, module: PyModule, call: Call, depth: int) -> bool:
    """Whether an expression cannot carry data: literals, constants by name, numbers, placeholders, and names made of those."""
    if node is None or depth > _DEPTH:
        return node is not None
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name):
        if node.id.isupper():
            return True
        values = list(_values(node.id, module, call))
        return bool(values) and all(_is_constant(v, module, call, depth + 1) for v in values)
    if isinstance(node, ast.Attribute):
        return node.attr.isupper() or (
            isinstance(node.value, ast.Name) and node.value.id in ("self", "cls") and "table" in node.attr.lower()
        )
    if isinstance(node, ast.Call):
        return _is_constant_call(node, module, call, depth)
    children = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    if isinstance(node, ast.GeneratorExp | ast.ListComp):
        return _is_constant(node.elt, module, call, depth + 1)
    if isinstance(node, ast.IfExp):
        children = [node.body, node.orelse]
    compound = ast.List | ast.Tuple | ast.BinOp | ast.JoinedStr | ast.FormattedValue | ast.IfExp | ast.Set
    return isinstance(node, compound) and all(_is_constant(c, module, call, depth + 1) for c in children)


def _is_constant_call(node: ast.Call, module: PyModule, call: Call, depth: int) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in _SAFE_CALLS:
        return True
    inner = [*([node.func.value] if isinstance(node.func, ast.Attribute) else []), *node.args]
    return name in ("join", "format", "strip", "upper", "lower", "repeat") and all(_is_constant(a, module, call, depth + 1) for a in inner)
