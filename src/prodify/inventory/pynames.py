"""The names that a piece of Python uses: what a text inside it says is none."""

from __future__ import annotations

import ast
import re
import warnings


def names_of(code: str) -> frozenset[str]:
    """Every name in an expression or a statement, attributes and keywords included; of what does not parse, every word.

    >>> sorted(names_of("f('not', this=request.args['no'])"))
    ['args', 'f', 'request', 'this']
    """
    from textwrap import dedent  # it compiles patterns of its own

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(f"({dedent(code)}\n)", mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return frozenset(re.findall(r"[A-Za-z_]\w*", code))
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    found |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return frozenset(found | {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg})
