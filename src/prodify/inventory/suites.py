"""Tests of the languages other than Python, read from their syntax trees: which there are, and what in them asserts."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from prodify.inventory.data.test_rules import IDLE_CALL, IDLE_KINDS, SUITES
from prodify.inventory.facts import Note, Role
from prodify.inventory.polyglot.callshapes import callee
from prodify.inventory.polyglot.nodes import arguments, first_string, named
from prodify.inventory.syntax import location_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

    from prodify.inventory import Inventory
    from prodify.inventory.data.test_rules import Suite

MOST = 400_000
"""Characters of a language's tests beyond which every second file is read, or every third: a thousand tests show what the rest is like."""
_BODIES = frozenset("statement_block block compound_statement statement_list function_body statements body_statement block_body".split())
_FUNCTIONS = frozenset(
    "arrow_function function_expression generator_function anonymous_function method_definition do_block block lambda_literal"
    " annotated_lambda call_suffix func_literal".split()
)
"""What a test's code stands in where the test is a call."""
_WRAPS = frozenset(("expression_statement", "await_expression"))


class Found(NamedTuple):
    """The tests of one file, and how many assertions it holds."""

    cases: tuple[Note, ...]
    assertions: int


class Suites:
    """The tests of a repository by file. Large suites are read in part, what is beyond that where somebody asks for a file of it."""

    def __init__(self, repo: Inventory) -> None:
        self._repo = repo
        self._known: dict[str, Found] = {}
        self._candidates: dict[str, tuple[Suite, str]] = {}
        for suite in SUITES:
            roles = (Role.TEST, Role.PRODUCTION) if suite.beside else (Role.TEST,)
            for language in suite.languages:
                for path in repo.syntax.sources(language, roles=roles):
                    if suite.where.search(repo.syntax.text(path)):
                        self._candidates[path] = (suite, language)

    def read(self) -> Iterator[Found]:
        """The tests of the files that are read: all of a small suite, of a large one as many from each part of it."""
        sizes: Counter[str] = Counter()
        for path, (_, language) in self._candidates.items():
            sizes[language] += len(self._repo.syntax.text(path))
        turn: Counter[str] = Counter()
        for path, (_, language) in self._candidates.items():
            if turn[language] % (1 + sizes[language] // MOST) == 0:
                yield self.of(path)
            turn[language] += 1

    def unread(self) -> tuple[str, ...]:
        """Files that seem to hold tests and were not read."""
        return tuple(path for path in self._candidates if path not in self._known)

    def of(self, path: str) -> Found:
        """The tests of one file."""
        if path not in self._known:
            suite, language = self._candidates.get(path, (None, ""))
            root = self._repo.syntax.tree(path, language) if suite is not None else None
            self._known[path] = _tests(path, root, suite) if root is not None and suite is not None else Found((), 0)
        return self._known[path]


def _tests(path: str, root: SgNode, suite: Suite) -> Found:
    found = root.find_all({"rule": suite.cases})  # type: ignore[call-overload]
    if not found:
        return Found((), 0)
    always = [_span(node) for node in root.find_all({"rule": suite.always})]  # type: ignore[call-overload]
    # A chain begins where its first call does: `expect(x)` and `expect(x).toBe(1)` are one.
    starts = sorted({_start(node) for node in root.find_all({"rule": suite.asserts})})  # type: ignore[call-overload]
    for begin, end in always:
        del starts[bisect_left(starts, begin) : bisect_left(starts, end)]
    cases, inside = [], 0
    for node in found:
        begin, end = _span(node)
        real = bisect_left(starts, end) - bisect_left(starts, begin)
        true_alone = any(begin <= place < end for place, _ in always)
        if real or not (true_alone or _is_idle_body(node)):
            cases.append(Note(location_of(path, node), _name(node)))
            inside += real
    return Found(tuple(cases), 0 if not cases else inside if suite.beside else len(starts))


def _start(node: SgNode) -> int:
    return node.range().start.index


def _span(node: SgNode) -> tuple[int, int]:
    """Where a test begins and ends, with the marks in front of it: one may say which exception it expects."""
    before, place = node.prev(), node.range()
    begin = place.start.index
    while before is not None and before.kind() == "attribute_item":
        begin, before = before.range().start.index, before.prev()
    return begin, place.end.index


def _name(node: SgNode) -> str:
    """What a test is called: the function's name, or the text that it is given."""
    own = node.field("name") or next((child for child in named(node) if child.kind() == "simple_identifier"), None)
    if node.kind().endswith(("_declaration", "_item")) or node.kind() == "method":
        return own.text().strip("`")[:80] if own is not None else node.kind()
    given = arguments(node)
    said = (first_string(given[0]) or given[0].text()) if given else first_string(node) or callee(node)
    return " ".join(said.split())[:80]


def _is_idle_body(node: SgNode) -> bool:
    """Whether a test without an assertion is only a place for one: empty, skipped, or not written yet."""
    statements = _statements(node)
    return statements is not None and all(_is_idle(statement) for statement in statements)


def _statements(node: SgNode) -> list[SgNode] | None:
    """The statements of a test, None where what it runs is not written here."""
    body = node.field("body")
    if body is None:
        given = [*arguments(node), *named(node)]
        function = next((part for part in reversed(given) if part.kind() in _FUNCTIONS), None)
        if function is None:
            body = next((child for child in named(node) if child.kind() in _BODIES), None)
            return None if body is None else _inside(body)
        body = function.field("body") or function
    return _inside(body)


def _inside(body: SgNode) -> list[SgNode]:
    parts = [body]
    while len(parts) == 1 and (parts[0].kind() in _BODIES or parts[0].kind() in _FUNCTIONS):
        parts = [child for child in named(parts[0]) if "parameters" not in child.kind()]
    return parts


def _is_idle(statement: SgNode) -> bool:
    while statement.kind() in _WRAPS and (inner := next(named(statement), None)) is not None:
        statement = inner
    if statement.kind() in IDLE_KINDS:
        return True
    return IDLE_CALL.match(callee(statement)) is not None
