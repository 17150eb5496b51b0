"""Markup that a Streamlit page puts together from values."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from prodify.api import Note
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.api import Call, Inventory

_ESCAPERS = lazy(r"(?:^|[._])(?:escape|clean|sanitize|sanitise|quote)")
_NUMBERS = frozenset(("int", "float", "round", "len", "sum", "abs"))
_STYLE = lazy(
    r"(?:^|_)(?:colou?r|css|style|theme|icon|emoji|width|height|size|margin|padding|font|class|bg|background"
    r"|count|total|number|percent|index|idx|id)$"
)
"""Names of what a page looks like and of numbers: nobody types markup into those."""


def markup_from_values(repo: Inventory) -> Iterator[Note]:
    """Calls that show text as HTML (`unsafe_allow_html=True`) with a value in it that was not escaped."""
    if repo.uses("streamlit") is None:
        return
    texts = repo.python.calls("*.markdown", "*.write")
    shown = [call for call in texts if (told := call.arg("unsafe_allow_html")) is not None and told.text == "True"]
    for call in (*shown, *repo.python.calls("streamlit.components.v1.html")):
        first = call.arg("body", 0) or call.arg("html", 0)
        if first is None or repo.python.value_of(first, call)[1]:
            continue
        if any(not _is_harmless(repo, call, value) for value in _values(first.text)):
            yield Note(call.location, "a value stands unescaped in HTML that Streamlit shows")


def _values(text: str) -> Iterator[ast.expr]:
    """The expressions whose text goes into the markup: holes of an f-string, arguments of `.format()` and of `%`, what is joined by `+`."""
    try:
        yield from _parts(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.JoinedStr):
        for part in node.values:
            # With a format such as :.2f only a number can be shown.
            if isinstance(part, ast.FormattedValue) and part.format_spec is None:
                yield part.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        yield from node.args
        yield from (keyword.value for keyword in node.keywords)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
        yield from node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        for side in (node.left, node.right):
            formatted = isinstance(side, ast.JoinedStr | ast.BinOp)
            yield from _parts(side) if formatted else () if isinstance(side, ast.Constant) else [side]


def _is_harmless(repo: Inventory, call: Call, node: ast.expr) -> bool:
    """Whether a value holds no markup of strangers: a constant, a number, something escaped, or what a page looks like."""
    if isinstance(node, ast.Constant | ast.JoinedStr):
        return isinstance(node, ast.Constant) or all(_is_harmless(repo, call, value) for value in _parts(node))
    if isinstance(node, ast.IfExp):
        return _is_harmless(repo, call, node.body) and _is_harmless(repo, call, node.orelse)
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        return name in _NUMBERS or _ESCAPERS.search(name) is not None
    if isinstance(node, ast.BinOp):
        return not isinstance(node.op, ast.Add) or (_is_harmless(repo, call, node.left) and _is_harmless(repo, call, node.right))
    last = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        last = node.slice.value
    if last and (_STYLE.search(last.lower()) or last.isupper()):
        return True
    return isinstance(node, ast.Name) and _is_known(repo, call, node.id)


def _is_known(repo: Inventory, call: Call, name: str) -> bool:
    """Whether a name stands for a literal, or for text that was escaped before."""
    module = repo.python.module(call.location.path)
    stated = [a for a in (module.assignments if module is not None else ()) if a.target == name and a.function in (call.function, None)]
    return bool(stated) and all(a.literal or _ESCAPERS.search(a.text.partition("(")[0]) is not None for a in stated)
