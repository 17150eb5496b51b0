"""What a piece of Python uses, by name: what a text inside it says is none of it."""

from __future__ import annotations

import ast
import re

from prodify.inventory.pyexpr import parsed


def names_of(code: str) -> frozenset[str]:
    """Every name in an expression or a statement, attributes and keywords included; of what does not parse, every word.

    >>> sorted(names_of("f('not', this=request.args['no'])"))
    ['args', 'f', 'request', 'this']
    """
    tree = parsed(code)
    if tree is None:
        return frozenset(re.findall(r"[A-Za-z_]\w*", code))
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    found |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return frozenset(found | {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg})


def calls_of(code: str) -> tuple[ast.Call, ...]:
    """The calls in an expression; none of what does not parse.

    >>> [ast.unparse(call.func) for call in calls_of("a.b(c(1), 'd(2)')")]
    ['a.b', 'c']
    """
    tree = parsed(code)
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.Call)) if tree is not None else ()


def texts_of(code: str) -> tuple[str, ...]:
    """The literal texts in an expression, what stands between the holes of one included; none of what does not parse.

    >>> texts_of("env('HOSTS', default='*')  # '?'")
    ('HOSTS', '*')
    """
    tree = parsed(code)
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)) if tree is not None else ()
    return tuple(value for value in constants if isinstance(value, str))
