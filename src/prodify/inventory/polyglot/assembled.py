"""Credentials that code puts together from literals, so that no line holds them whole: pieces that are joined, keys in a URL's holes.

What is put together is read by the detector of secrets as if it had been written in one piece; only the place is passed on.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from prodify.inventory.facts import Note, Role
from prodify.inventory.polyglot.nodes import arguments, line_of, named, string_of
from prodify.inventory.query import query
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.query import Query
    from prodify.inventory.secrets.scanner import Scanner

_SCRIPTS = ("javascript", "typescript", "tsx")
_PY_JOIN = {"kind": "call", "has": {"field": "function", "kind": "attribute", "regex": r"""^[rbu]?["'][^"']{0,3}["']\.join$"""}}
_JS_JOIN = {"kind": "call_expression", "has": {"field": "function", "kind": "member_expression", "all": [
    {"has": {"field": "object", "kind": "array"}}, {"has": {"field": "property", "regex": "^join$"}}]}}  # fmt: skip
_JS_CONCAT = {"kind": "call_expression", "has": {"field": "function", "kind": "member_expression", "all": [
    {"has": {"field": "object", "kind": "string"}}, {"has": {"field": "property", "regex": "^concat$"}}]}}  # fmt: skip
_PY_LITERALS = lazy(r"""["']\.join\(\s*[\[(]\s*[rbu]?["']""")
_JS_LITERALS = lazy(r"""["'`]\s*,?\s*\]\s*\.join\(|["'`]\s*\.concat\(""")
"""Most files join something, nearly none literals: only those are parsed."""
_JOINS = (
    query("python", _PY_JOIN, keywords=(".join(",), where=_PY_LITERALS),
    *(query(language, {"any": [_JS_JOIN, _JS_CONCAT]}, keywords=(".join(", ".concat("), where=_JS_LITERALS) for language in _SCRIPTS),
)  # fmt: skip
_PY_HOLE = {"kind": "string", "has": {"kind": "interpolation", "has": {"kind": "string"}}}
_JS_HOLE = {"kind": "template_string", "has": {"kind": "template_substitution", "has": {"kind": "string"}}}


def _parameter(kind: str) -> dict[str, object]:
    """A literal that is added to one that ends in a parameter's name."""
    named_last = {"kind": "string", "regex": r"""=["']$"""}
    return {"kind": kind, "all": [{"has": {"field": "right", "kind": "string"}}, {"any": [
        {"has": {"field": "left", **named_last}},
        {"has": {"field": "left", "kind": kind, "has": {"field": "right", **named_last}}}]}]}  # fmt: skip


_FILLED = lazy(r"""\{\s*["']\w{12}""")
_ADDED = lazy(r"""=["']\s*\+\s*["']\w{12}""")
_URLS = (
    query("python", _PY_HOLE, keywords=("://",), where=_FILLED),
    query("python", _parameter("binary_operator"), keywords=("://",), where=_ADDED),
    *(query(language, _JS_HOLE, keywords=("://",), where=_FILLED) for language in _SCRIPTS),
    *(query(language, _parameter("binary_expression"), keywords=("://",), where=_ADDED) for language in _SCRIPTS),
)
"""Texts of addresses with a literal put into them."""
_APPLICATION = r"""^["']?appid["']?\s*[:=]\s*["'][0-9a-f]{32}["']$"""
_PARAMETERS = (
    query("python", {"any": [{"kind": "pair"}, {"kind": "keyword_argument"}], "regex": _APPLICATION}, keywords=("appid",)),
    *(query(language, {"kind": "pair", "regex": _APPLICATION}, keywords=("appid",)) for language in _SCRIPTS),
)
"""The parameter that weather services take their key in; its name says nothing to a detector, its form does."""
_OWNERS = frozenset(("assignment", "keyword_argument", "pair", "variable_declarator", "assignment_expression", "public_field_definition"))
_UNQUOTABLE = frozenset("\"'\\\n`")


def assembled(repo: Inventory) -> Iterator[Note]:
    """Places where a credential is put together."""
    is_secret = detector()
    for row in _JOINS:
        for path, node in _nodes(repo, row):
            whole = _joined(node)
            if whole is not None and is_secret(path, f'{_name_of(node)} = "{whole}"'):
                yield Note(Location(path, line_of(node)), "a credential is put together from pieces here")
    for row in _URLS:
        for path, node in _nodes(repo, row):
            whole = "".join(_flat(node))
            if not _UNQUOTABLE & set(whole) and is_secret(path, f'url = "{whole}"'):
                yield Note(Location(path, line_of(_last_literal(node))), "a key is put into an address here")
    for row in _PARAMETERS:
        for path, node in _nodes(repo, row):
            yield Note(Location(path, line_of(node)), "a key is written down here")


def _nodes(repo: Inventory, row: Query) -> Iterator[tuple[str, SgNode]]:
    for path in repo.syntax.sources(row.language, row.keywords, (Role.PRODUCTION,)):
        if row.where is None or row.where.search(repo.syntax.text(path)):
            yield from ((path, node) for _, node in repo.syntax.nodes(row, path))


def detector() -> Callable[[str, str], bool]:
    """Whether a line of code holds a secret that is worth more than a note; the detector is loaded when there is something to ask."""

    @cache
    def scanner() -> Scanner:
        from prodify.inventory.secrets.scanner import Scanner

        return Scanner()

    @cache
    def ask(path: str, line: str) -> bool:
        hits, _ = scanner().scan(path, line.encode("utf-8") + b"\n")
        return any(hit.level != "note" for hit in hits)

    return ask


def _joined(call: SgNode) -> str | None:
    """What a call of join or concat makes of literals, None where anything else is among them."""
    function = call.field("function")
    receiver = next(iter(named(function)), None) if function is not None else None
    given = arguments(call)
    if receiver is None or function is None or not given:
        return None
    separator, pieces = "", [receiver, *given]
    if receiver.kind() == "array":
        separator, pieces = string_of(given[0]) or "", list(named(receiver))
    elif call.kind() == "call":
        separator, pieces = string_of(receiver) or "", list(named(given[0])) if given[0].kind() in ("list", "tuple", "set") else []
    texts = [string_of(piece) for piece in pieces]
    whole = separator.join(text for text in texts if text is not None)
    return whole if len(texts) > 1 and None not in texts and not _UNQUOTABLE & set(whole) else None


def _name_of(node: SgNode) -> str:
    """What a value is bound to, looked for through calls that only wrap it; a plain word where nothing says so."""
    for ancestor in node.ancestors()[:5]:
        if ancestor.kind() in _OWNERS:
            name = ancestor.field("left") or ancestor.field("name") or ancestor.field("key")
            return name.text().strip("\"'").replace('["', ".").replace("['", ".").rstrip("\"']") if name is not None else "value"
    return "value"


def _flat(node: SgNode) -> Iterator[str]:
    """The text of an expression, literals in its holes filled in and everything else as one letter."""
    kind = node.kind()
    if kind in ("string_content", "string_fragment"):
        yield node.text()
    elif kind in ("string", "template_string", "concatenated_string", "binary_operator", "binary_expression", "interpolation",
                  "template_substitution"):  # fmt: skip
        for child in named(node):
            if child.kind() not in ("string_start", "string_end"):
                yield from _flat(child)
    else:
        yield "x"


def _last_literal(node: SgNode) -> SgNode:
    """The literal that is put into a text: the last one below it."""
    inside = [child for kind in ("string",) for child in node.find_all(kind=kind) if child.range().start.index != node.range().start.index]
    return inside[-1] if inside else node
