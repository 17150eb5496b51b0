"""Python source as a syntax tree with exact places, and the insertion of imports.

The standard library's parser is used, not LibCST: all that is needed are places for splices, and a tree nested without end makes
LibCST's native parser overflow the stack and the process die, which no untrusted file may do. The splices leave every other character as
it is.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

from prodify.edits.text import CannotEdit, lines_of, with_final_newline

_HAND = "Edit it by hand."


_REMEMBERED = 100_000
"""Characters up to which a parsed text is kept: several edits and both runs of the recipes ask for the same ones. A tree takes some hundred
times as much memory as its text."""


@dataclass(frozen=True)
class Source:
    """A parsed text; `lines` keep their ends. It is shared, so nobody may change it."""

    text: str
    lines: list[str]
    tree: ast.Module

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree, as `ast.walk` gives them."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def _starts(self) -> list[int]:
        """The first character of each line."""
        return list(accumulate(map(len, self.lines), initial=0))

    def offset(self, line: int, column: int) -> int:
        """Return the character that the parser's line (from 1) and column (in UTF-8 bytes) name."""
        return self._starts[line - 1] + len(self.lines[line - 1].encode("utf-8")[:column].decode("utf-8"))

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """Return the first character of a node and the one behind it."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)

    def indent(self, node: ast.stmt) -> str:
        """Return the white space in front of a statement.

        Raises:
            CannotEdit: when something else stands before it on its line.
        """
        before = self.text[self.offset(node.lineno, 0) : self.span(node)[0]]
        if before.strip():
            raise CannotEdit(f"line {node.lineno} holds several statements", _HAND)
        return before

    def insert_lines(self, before_line: int, lines: list[str]) -> str:
        """Return the text with lines (without ends) in front of a line, counted from 1."""
        have = lines_of(with_final_newline(self.text))
        return "".join([*have[: before_line - 1], *(f"{line}\n" for line in lines), *have[before_line - 1 :]])


def parse(text: str) -> Source:
    """Parse a text.

    Raises:
        CannotEdit: when this Python cannot parse it.
    """
    return _parsed(text) if len(text) <= _REMEMBERED else _parsed.__wrapped__(text)


@lru_cache(maxsize=64)
def _parsed(text: str) -> Source:
    if "\r" in text:
        raise CannotEdit("it holds carriage returns within lines", _HAND)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        version = ".".join(map(str, sys.version_info[:2]))
        raise CannotEdit(
            f"line {error.lineno or '?'} is not valid in Python {version}", "If it is valid in a newer Python, run prodify with that one."
        ) from None
    except (ValueError, RecursionError, MemoryError):
        raise CannotEdit("it cannot be parsed as Python", _HAND) from None
    return Source(text, lines_of(text), tree)


def checked(before: str, after: str) -> str:
    """Return `after` when it is valid Python.

    Raises:
        CannotEdit: when it is not.
    """
    if after != before:
        parse(after)
    return after


def same_code(one: ast.AST, other: ast.AST) -> bool:
    """Whether two trees mean the same, places aside."""
    return type(one) is type(other) and ast.dump(one) == ast.dump(other)


def statement(code: str) -> ast.stmt:
    """Parse one statement.

    Raises:
        ValueError: when the code is not one valid statement.
    """
    try:
        body = ast.parse(code.strip()).body
    except SyntaxError:
        body = []
    if len(body) != 1:
        raise ValueError(f"{code!r} is not one Python statement")
    return body[0]


def imports(tree: ast.Module, wanted: ast.stmt) -> bool:
    """Whether the module imports at its top level what the statement imports."""
    names: set[tuple[str, int, str, str | None]] = set()
    for node in tree.body:
        names |= _imported(node)
    return bool(_imported(wanted)) and _imported(wanted) <= names


def _imported(node: ast.stmt) -> set[tuple[str, int, str, str | None]]:
    if isinstance(node, ast.Import):
        return {("", 0, alias.name, alias.asname) for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {(node.module or "", node.level, alias.name, alias.asname) for alias in node.names}
    return set()


def first_code(source: Source) -> ast.stmt | None:
    """Return the first statement behind the docstring and the `__future__` imports, the first place where an import may stand."""
    body = source.tree.body
    for number, node in enumerate(body):
        docstring = (
            number == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        )
        future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if not docstring and not future:
            source.indent(node)
            return node
    return None


def top_line(node: ast.stmt) -> int:
    """Return a statement's first line, decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(item.lineno for item in decorators)])


def add_import_first(text: str, code: str) -> str:
    """Add an import before everything that could use it, unless it is there: in front of the first import or statement."""
    source = parse(text)
    wanted = statement(code)
    if imports(source.tree, wanted):
        return text
    first = first_code(source)
    if first is None:
        return with_final_newline(text) + f"{code}\n"
    gap = [] if isinstance(first, (ast.Import, ast.ImportFrom)) else [""]
    return source.insert_lines(top_line(first), [code, *gap])


def add_import_last(text: str, code: str) -> str:
    """Add an import behind the imports that open the module, unless it is there."""
    source = parse(text)
    if imports(source.tree, statement(code)):
        return text
    first, last = first_code(source), None
    for node in source.tree.body[source.tree.body.index(first) :] if first else []:
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            break
        last = node
    if last is None:
        return add_import_first(text, code)
    assert last.end_lineno is not None
    return source.insert_lines(last.end_lineno + 1, [code])


def free_name(source: Source, name: str) -> bool:
    """Whether a top-level name is bound by nothing but `import name`."""
    for node in source.nodes:
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
            return False
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == name:
            return False
        if isinstance(node, ast.arg) and node.arg == name:
            return False
        if isinstance(node, (ast.Import, ast.ImportFrom)) and any(_rebinds(node, alias, name) for alias in node.names):
            return False
    return True


def _rebinds(node: ast.Import | ast.ImportFrom, alias: ast.alias, name: str) -> bool:
    if alias.asname is not None:
        return alias.asname == name and alias.name != name
    return isinstance(node, ast.ImportFrom) and alias.name == name


def identifier(name: str) -> str:
    """Return a Python name.

    Raises:
        ValueError: when it is none.
    """
    if not re.fullmatch(r"[A-Za-z_]\w*", name):
        raise ValueError(f"{name!r} is not a Python name")
    return name
