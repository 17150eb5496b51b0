"""Small questions about nodes of Python code that several readers ask; what a text or a comment says answers none of them.

Patterns in rules begin with `(?-u)` where they hold classes such as `\\w`: what is looked for is ASCII, and to compile the tables of
Unicode takes a millisecond, each time that a rule meets a file.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from prodify.inventory.pymodule import literal
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Assignment, Function
    from prodify.lazyre import Search

FUNCTION = "function_definition"
SCOPES = frozenset((FUNCTION, "lambda", "class_definition"))


def own(node: SgNode, *kinds: str, without: frozenset[str] = SCOPES) -> Iterator[SgNode]:
    """The nodes of these kinds below a node, in the order of the text; not those in functions, classes and `without` inside it."""
    stack = node.children()[::-1]
    while stack:
        one = stack.pop()
        kind = one.kind()
        if kind in kinds:
            yield one
        if kind not in without:
            stack += one.children()[::-1]


def dotted(node: SgNode | None) -> str:
    """The name of what is called or read, without the blanks and line breaks that stand in it; empty for nothing.

    What is written in brackets behind a name is only for type checkers: `async_sessionmaker[AsyncSession]`.
    """
    if node is not None and node.kind() == "subscript":
        node = node.field("value")
    return "".join(node.text().replace("\\", "").split()) if node is not None else ""


def method(name: str, methods: str) -> dict[str, object]:
    """The part of a rule that says which method of the object of that name is called; `methods` is a pattern of their names."""
    owner = {"field": "object", "regex": f"^{re.escape(name)}$"}
    return {"field": "function", "kind": "attribute", "all": [{"has": owner}, {"has": {"field": "attribute", "regex": f"^({methods})$"}}]}


def is_named(node: SgNode | None, name: str) -> bool:
    """Whether a node is that name, and nothing more."""
    return node is not None and node.text() == name


def names(node: SgNode) -> frozenset[str]:
    """Every name at or below a node: variables, attributes, keywords of calls."""
    return frozenset(one.text() for one in node.find_all(kind="identifier"))


def function_around(node: SgNode) -> SgNode | None:
    """The function in which a node stands, None at a module's or a class's own level."""
    around = next((one for one in node.ancestors() if one.kind() in (FUNCTION, "class_definition")), None)
    return around if around is not None and around.kind() == FUNCTION else None


def function_at(repo: Inventory, function: Function) -> SgNode | None:
    """The node of a function that is known by its place."""
    module = repo.python.module(function.location.path)
    return module.function_nodes.get(function.location.line or 0) if module is not None else None


class Lines:
    """On which lines of a file a rule finds something; each file is looked through once, however many functions it has."""

    def __init__(self, repo: Inventory, rule: dict[str, object], where: Search) -> None:
        """`where` occurs in the text of every file in which the rule finds something."""
        self._repo = repo
        self._where = where
        self._rule = {"rule": rule}
        self._known: dict[str, list[int]] = {}

    def within(self, function: Function) -> bool:
        """Whether something is found in a function."""
        place = function.location
        lines = self._known.get(place.path)
        if lines is None:
            found = self._where.search(self._repo.syntax.text(place.path))
            root = self._repo.syntax.tree(place.path, "python") if found else None
            nodes = root.find_all(self._rule) if root is not None else ()  # type: ignore[call-overload]
            lines = self._known[place.path] = sorted(node.range().start.line + 1 for node in nodes)
        at = bisect_left(lines, place.line or 1)
        return at < len(lines) and lines[at] <= (place.end_line or place.line or 1)


def parameter_default(function: SgNode, name: str) -> SgNode | None:
    """What a parameter of a function is where a call does not give it."""
    parameters = function.field("parameters")
    given = parameters.children() if parameters is not None else ()
    return next((one.field("value") for one in given if is_named(one.field("name"), name)), None)


def value_node(repo: Inventory, assignment: Assignment) -> SgNode | None:
    """The node of what an assignment assigns; its text in the facts may be cut off."""
    root = repo.syntax.tree(assignment.location.path, "python")
    rule = {"rule": {"kind": "assignment", "has": {"field": "left", "regex": f"^{re.escape(assignment.target)}$"}}}
    nodes = root.find_all(rule) if root is not None else ()  # type: ignore[call-overload]
    return next((node.field("right") for node in nodes if node.range().start.line + 1 == assignment.location.line), None)


_SETTINGS = {"rule": {"any": [{"kind": "pair"}, {"kind": "keyword_argument"}]}}


def settings_below(node: SgNode) -> dict[str, SgNode]:
    """What dictionaries and calls below a node say by name, at any depth; the first of a name counts."""
    found: dict[str, SgNode] = {}
    for one in node.find_all(_SETTINGS):  # type: ignore[call-overload]
        key, value = one.field("key") or one.field("name"), one.field("value")
        name = (literal(key)[0] if key.kind() == "string" else key.text()) if key is not None else None
        if isinstance(name, str) and value is not None:
            found.setdefault(name, value)
    return found


def settings_of(repo: Inventory, assignment: Assignment) -> dict[str, SgNode]:
    """What is said by name in the value of an assignment."""
    node = value_node(repo, assignment)
    return settings_below(node) if node is not None else {}


def binds(function: SgNode, name: str) -> bool:
    """Whether a name belongs to a function: it is a parameter, or is assigned there without `global`."""
    if any(is_named(one, name) for statement in own(function, "global_statement") for one in statement.children()):
        return False
    parameters = function.field("parameters")
    given = (one.field("name") or one.child(0) or one for one in parameters.children()) if parameters is not None else ()
    return any(is_named(one, name) for one in given) or any(is_named(one.field("left"), name) for one in own(function, "assignment"))


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
