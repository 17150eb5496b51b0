"""Texts that code puts together: whether it does, which expressions it puts in, and the name that gets the result."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from prodify.inventory.globs import glob_test
from prodify.inventory.polyglot.nodes import named
from prodify.inventory.pyexpr import parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.pymodule import PyModule

_TEXTS = ("string", "template_string")
_MARKERS = frozenset(("mark_safe", "Markup"))


def is_put_together(code: str) -> bool:
    """Whether a Python expression makes a text of a template and values.

    >>> is_put_together("f'a {b}'"), is_put_together("'a' + b"), is_put_together("'a %s' % b"), is_put_together("load('a + b')")
    (True, True, True, False)
    """
    tree = parsed(code)
    return tree is not None and any(map(_is_made, ast.walk(tree)))


def _is_made(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):
        sides = (node.left, node.right) if isinstance(node.op, ast.Add) else (node.left,) if isinstance(node.op, ast.Mod) else ()
        return any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in sides)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"


def holes(text: SgNode) -> Iterator[str]:
    """What stands in the holes of the templates below a node of JavaScript, of nested ones in the innermost."""
    for hole in text.find_all(kind="template_substitution"):
        if next((inner for part in named(hole) for inner in part.find_all(kind="template_substitution")), None) is None:
            yield hole.text()[2:-1].strip()


def joins_values(text: SgNode) -> bool:
    """Whether something that is no literal is joined to a text below a node of JavaScript."""
    for node in text.find_all(kind="binary_expression"):
        left, right = node.field("left"), node.field("right")
        if left is None or right is None or not any(child.text() == "+" for child in node.children() if not child.is_named()):
            continue
        before = left.field("right") if left.kind() == "binary_expression" else left
        if before is not None and before.kind() in _TEXTS and right.kind() not in (*_TEXTS, "number", "parenthesized_expression"):
            return True
    return False


def modules_calling(repo: Inventory, names: tuple[str, ...]) -> Iterator[tuple[PyModule, Callable[[str], object]]]:
    """The Python files that call one of these, each with the test for the names of its calls."""
    wanted = glob_test(names)
    for path in dict.fromkeys(call.location.path for call in repo.python.calls(*names)):
        module = repo.python.module(path)
        if module is not None:
            yield module, wanted


def bound_to(call: SgNode) -> Iterator[str]:
    """The name that gets what a call of Python makes: of a variable, a keyword argument, or a key; also through `mark_safe`."""
    inner, around = call, call.parent()
    while around is not None and around.kind() in ("parenthesized_expression", "argument_list", "call", "await"):
        function = around.field("function")
        if function is not None and function.text().rpartition(".")[2] not in _MARKERS:
            return
        inner, around = around, around.parent()
    if around is None:
        return
    target = around.field("left") or around.field("name") or around.field("key")
    value = around.field("right") or around.field("value")
    if target is None or value is None or value.range().start.index != inner.range().start.index:
        return
    named_so = target.field("attribute") or target.field("subscript") or target
    yield named_so.text().strip("\"'")
