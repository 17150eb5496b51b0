"""Small questions about syntax nodes that the readers of several languages ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

_LISTS = frozenset(("arguments", "argument_list", "value_arguments", "annotation_argument_list", "attribute_argument_list"))
_WRAPPERS = frozenset(("argument", "value_argument", "attribute_argument"))
_STRINGS = frozenset(
    ("string", "string_literal", "interpreted_string_literal", "raw_string_literal", "encapsed_string", "template_string", "simple_symbol",
     "line_string_literal", "verbatim_string_literal")
)  # fmt: skip


def named(node: SgNode) -> Iterator[SgNode]:
    """Children that carry meaning: neither punctuation nor comments."""
    return (child for child in node.children() if child.is_named() and "comment" not in child.kind())


def arguments(call: SgNode) -> list[SgNode]:
    """The arguments of a call, annotation or attribute, without the nodes that only wrap them."""
    inside = next((child for child in call.children() if child.kind() in _LISTS), None)
    if inside is None:
        suffix = next((child for child in call.children() if child.kind() == "call_suffix"), None)
        return arguments(suffix) if suffix is not None else []
    return [
        next(iter(named(child)), child) if child.kind() in _WRAPPERS and len(list(named(child))) == 1 else child for child in named(inside)
    ]


def string_of(node: SgNode | None) -> str | None:
    """The text of a string (or a Ruby symbol), None for anything else."""
    if node is None or node.kind() not in _STRINGS:
        return None
    text = node.text()
    return text[1:] if node.kind() == "simple_symbol" else text.lstrip("@$r#").strip("\"'`#")


def first_string(node: SgNode) -> str | None:
    """The first string at or below a node."""
    if (own := string_of(node)) is not None:
        return own
    return next((found for child in named(node) if (found := first_string(child)) is not None), None)


def line_of(node: SgNode) -> int:
    """The line of a node, counted from 1."""
    return node.range().start.line + 1


_SAID = ("comment", "line_comment", "block_comment", "string_fragment", "string_content", "string_literal_content",
         "multiline_string_fragment", "heredoc_content", "interpreted_string_literal_content", "raw_string_literal_content")  # fmt: skip


def code_of(node: SgNode) -> str:
    """The text of a node with blanks for what is only said there: comments and the literal pieces of texts, not what is put into them."""
    text, start = node.text(), node.range().start.index
    blank = list(text)
    stack = [node]
    while stack:
        one = stack.pop()
        if one.kind() in _SAID:
            span = one.range()
            first, last = span.start.index - start, span.end.index - start
            blank[first:last] = " " * (last - first)
        else:
            stack.extend(one.children())
    return "".join(blank)


def enclosing(node: SgNode, *kinds: str) -> SgNode | None:
    """The nearest node of one of these kinds around a node."""
    return next((ancestor for ancestor in node.ancestors() if ancestor.kind() in kinds), None)
