"""Texts that code puts together in languages other than Python: literal pieces and the expressions between them.

One reader serves concatenation, interpolation and format calls, because tree-sitter's grammars name them nearly alike.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.polyglot.callshapes import callee
from prodify.inventory.polyglot.nodes import arguments, named
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

LANGUAGES = ("javascript", "typescript", "tsx", "go", "java", "kotlin", "ruby", "rust", "php", "csharp")
JOINS = frozenset(("binary_expression", "additive_expression", "binary"))
TEXTS = frozenset(
    "string string_literal template_string interpolated_string_expression encapsed_string heredoc heredoc_body interpreted_string_literal"
    " raw_string_literal verbatim_string_literal".split()
)
PIECES = frozenset(
    "string_fragment string_content string_literal_content multiline_string_fragment heredoc_content interpreted_string_literal_content"
    " raw_string_literal_content escape_sequence".split()
)
_HOLES = frozenset(
    "template_substitution interpolation interpolated_expression interpolated_identifier variable_name member_access_expression"
    " subscript_expression dynamic_variable_name".split()
)
_PUNCTUATION = frozenset("heredoc_start heredoc_end interpolation_start interpolation_identifier_start interpolation_expression_start"
                         " interpolation_expression_end interpolation_quote interpolation_brace".split())  # fmt: skip
_WRAPS = frozenset(("parenthesized_expression", "reference_expression", "argument", "value_argument", "await_expression", "as_expression"))
_FORMATS = lazy(r"fmt\.Sprintf|String\.format|[sS]tring\.Format|sprintf|\\sprintf")
_CALLED = frozenset("call_expression method_invocation invocation_expression function_call_expression call".split())
_MARK = lazy(r"%(?:\d+\$)?[-+0#]*[\d.]*[sdvqtfxXn]|\{\d*(?::[^{}]*)?\}|\{[a-z_]\w*(?::[^{}]*)?\}")
_NUMBERS = lazy(r"%(?:\d+\$)?[-+0#]*[\d.]*[dfxXt]$")


def operator(node: SgNode) -> str:
    """The operator of a binary expression."""
    return next((child.text() for child in node.children() if not child.is_named()), "")


def joins(node: SgNode) -> bool:
    """Whether a node puts two texts behind each other."""
    return node.kind() in JOINS and operator(node) in ("+", ".")


def parts(node: SgNode) -> Iterator[str | SgNode]:
    """A text expression as literal pieces (str) and the expressions between them; numbers that a format writes as such are pieces."""
    kind = node.kind()
    if joins(node):
        for child in named(node):
            yield from parts(child)
    elif kind in TEXTS:
        yield from _pieces(node)
    elif kind in _WRAPS and (inner := next(iter(named(node)), None)) is not None:
        yield from parts(inner)
    elif (filled := _format(node)) is not None:
        yield from filled
    else:
        yield node


def _pieces(node: SgNode) -> Iterator[str | SgNode]:
    inside = list(named(node))
    if not inside:
        yield node.text().lstrip("@$r#").strip("\"'`#")
    for child in inside:
        if child.kind() in _HOLES:
            yield next((c for c in named(child) if c.kind() not in _PUNCTUATION), child) if child.kind() in (
                "template_substitution", "interpolation", "interpolated_expression") else child  # fmt: skip
        elif child.kind() in PIECES:
            yield child.text()
        elif child.kind() not in _PUNCTUATION:
            yield from _pieces(child)


def _format(node: SgNode) -> list[str | SgNode] | None:
    """The pieces of a format call or macro, None for anything else."""
    if node.kind() == "macro_invocation":
        macro = node.field("macro")
        return _macro(node) if macro is not None and macro.text() in ("format", "std::format") else None
    if node.kind() not in _CALLED:
        return None
    called = "".join(callee(node).split())
    if _FORMATS.fullmatch(called):
        template, *values = arguments(node) or [node]
        return _filled("".join(p for p in parts(template) if isinstance(p, str)), values) if template is not node else None
    receiver = node.field("object") if node.kind() == "method_invocation" else None
    if receiver is not None and receiver.kind() == "string_literal" and called.endswith(".formatted"):
        return _filled("".join(p for p in parts(receiver) if isinstance(p, str)), arguments(node))
    return None


def _macro(node: SgNode) -> list[str | SgNode] | None:
    tokens = next((child for child in node.children() if child.kind() == "token_tree"), None)
    inside = list(named(tokens)) if tokens is not None else []
    if not inside or inside[0].kind() not in TEXTS:
        return None
    template = "".join(p for p in _pieces(inside[0]) if isinstance(p, str))
    return _filled(template, inside[1:] or inside[:1])


def _filled(template: str, values: list[SgNode]) -> list[str | SgNode]:
    found: list[str | SgNode] = []
    end = 0
    for number, mark in enumerate(_MARK.finditer(template)):
        found.append(template[end : mark.start()])
        end = mark.end()
        if _NUMBERS.match(mark[0]) or not values:
            found.append("0")
        else:
            found.append(values[min(number, len(values) - 1)])
    return [*found, template[end:]]


def last_name(text: str) -> str | None:
    """The last name of a path of names (`req.body.password`, `dto.getPassword()`, `params[:key]`), None for any other expression."""
    if not re.fullmatch(r"(?s)[&*$@]*(?:this|self|\w+)(?:\??\.|->|\?->|::)?[\w$.>?:\-\[\]\"'@!]*(?:\(\))?", text.strip()):
        return None
    words = re.findall(r"[A-Za-z_]\w*", text)
    return words[-1] if words else None
