"""The names that a piece of Python uses: what a text inside it says is none."""

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
