"""Texts in Python code that a pattern occurs in: what strings say, without comments, docstrings and what is only compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.model import Location

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory

_STRING = {"rule": {"kind": "string"}}
_COMPARED = {"rule": {"any": [
    {"kind": "comparison_operator"},
    {"kind": "call", "has": {"field": "function", "kind": "attribute", "has": {
        "field": "attribute", "regex": "^(startswith|endswith|removeprefix|count|find)$"}}},
]}}  # fmt: skip
_AROUND = frozenset(("tuple", "list", "set", "argument_list", "parenthesized_expression", "concatenated_string"))


def said(repo: Inventory, path: str, pattern: re.Pattern[str]) -> Iterator[tuple[re.Match[str], Location]]:
    """Every string of a file in which the pattern occurs, quotes included, with the line; parsed only where the text fits at all."""
    root = repo.syntax.tree(path, "python") if pattern.search(repo.syntax.text(path)) else None
    for node in root.find_all(_STRING) if root is not None else ():  # type: ignore[call-overload]
        text = node.text()
        match = pattern.search(text)
        if match is not None and not _is_no_value(node):
            yield match, Location(path, node.range().start.line + 1 + text.count("\n", 0, match.start(match.lastindex or 0)))


def _is_no_value(node: SgNode) -> bool:
    """Whether a string stands alone as a docstring does, or only tells which text something begins with."""
    around = node.parent()
    while around is not None and around.kind() in _AROUND:
        around = around.parent()
    return around is not None and (around.kind() == "expression_statement" or around.matches(**_COMPARED["rule"]))  # type: ignore[arg-type]
