"""Edits of calls: find places in a syntax tree, splice at exactly them, leave every other character alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from prodify.edits.pysource import Source, add_import_first, checked, free_name, parse
from prodify.edits.text import Editor, preserving

Splice = tuple[int, int, str]
"""First character, the one behind the last, and the new text."""


def editor(find: Callable[[Source, dict[str, str]], Iterator[Splice]]) -> Editor:
    """An editor of what `find` yields for a source and its imported names; `import os` is added where new text needs it."""

    @preserving
    def edit(text: str) -> str:
        source = parse(text)
        splices = sorted(set(find(source, imported_names(source))), reverse=True)
        if not splices or (any("os." in new for _, _, new in splices) and not free_name(source, "os")):
            return text
        after = text
        for start, end, new in splices:
            after = after[:start] + new + after[end:]
        return checked(text, add_import_first(after, "import os") if any("os." in new for _, _, new in splices) else after)

    return edit


def put(source: Source, node: ast.expr, new: str) -> Splice:
    """Replace an expression."""
    return (*source.span(node), new)


def append(source: Source, call: ast.Call, argument: str) -> Splice:
    """One more argument behind the last: a trailing comma, comments and line breaks stay where they are."""
    given: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    if not given:
        at = source.span(call)[1] - 1
        return at, at, argument
    last = max(given, key=lambda item: source.span(item)[1])
    at = source.span(last)[1]
    # A parenthesised last argument ends behind its parenthesis.
    between = source.text[at : source.span(call)[1] - 1]
    closing = len(between) - len(between.lstrip(" \t)")) if between.lstrip(" \t").startswith(")") else 0
    before = source.text[source.offset(last.lineno, 0) : source.span(last)[0]]
    if re.match(r"[ \t]*,[ \t]*\n", between[closing:]) and not before.strip():
        # One argument a line with a comma behind the last: the new one gets a line of its own.
        return at + closing, at + closing, f",\n{before}{argument}"
    return at + closing, at + closing, f", {argument}"


def imported_names(source: Source) -> dict[str, str]:
    """Local names and what they stand for, wherever they are imported."""
    found: dict[str, str] = {}
    for node in source.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.partition(".")[0]] = alias.name if alias.asname else alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def dotted(node: ast.expr) -> str:
    """The written dotted name of an expression; "?" for a part that is no name."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def resolved(node: ast.expr, imports: dict[str, str]) -> str:
    """The dotted name with its first part replaced by what it was imported from; "?" stands for what was not imported."""
    head, dot, rest = dotted(node).partition(".")
    return imports.get(head, f"?.{head}") + dot + rest
