"""Python expressions of an audited repository as trees and back: text that no person wrote gives nothing instead of an exception."""

from __future__ import annotations

import ast
import warnings

_LONGEST = 20_000
"""Characters of an expression that is looked at."""


def parsed(text: str) -> ast.expr | None:
    """The tree of an expression, which may go over lines; None for what is none, is too long, or is nested too deep.

    >>> parsed("1 +") is None, parsed("f(" * 300 + ")" * 300) is None, ast.unparse(parsed(" a.b "))
    (True, True, 'a.b')
    """
    code = text.strip()
    if not code or len(code) > _LONGEST:
        return None
    tree = _tree(f"({code}\n)", "eval")
    return tree.body if isinstance(tree, ast.Expression) else None


def parsed_module(text: str) -> ast.Module | None:
    """The tree of a whole file that Python itself would take; None for any other."""
    tree = _tree(text, "exec")
    return tree if isinstance(tree, ast.Module) else None


def _tree(code: str, mode: str) -> ast.AST | None:
    try:
        with warnings.catch_warnings():  # what the parser thinks of a stranger's code is nobody's concern here
            warnings.simplefilter("ignore")
            return ast.parse(code, mode=mode)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def written(node: ast.expr) -> str:
    """An expression as `ast.unparse` writes it, empty where it is nested too deep for that.

    >>> written(parsed("a" + ".b" * 3)), written(ast.Name("a"))
    ('a.b.b.b', 'a')
    """
    try:
        return ast.unparse(node)
    except RecursionError:
        return ""
