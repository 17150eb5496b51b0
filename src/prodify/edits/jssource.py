"""JavaScript and TypeScript source as a syntax tree with exact places, and the insertion of imports.

tree-sitter's parser (through ast-grep) is error tolerant and does not recurse; a text in which it finds an error is refused all the same,
for a place in a tree that was guessed is no place to edit. The splices leave every other character as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.edits.text import CannotEdit, with_final_newline

if TYPE_CHECKING:
    from ast_grep_py import SgNode

LANGUAGES = {
    ".js": "javascript", ".mjs": "javascript", ".cjs": "javascript", ".jsx": "javascript",
    ".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "tsx",
}  # fmt: skip
"""File ending to the grammar that reads it."""
_HAND = "Edit it by hand."
_ROOMY = 20
"""How much longer white space and comments make a statement at most."""
_ENDED = frozenset(("expression_statement", "lexical_declaration", "variable_declaration", "import_statement", "return_statement"))


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed text. Places in it count characters, as Python does."""

    text: str
    language: str
    root: SgNode

    @property
    def typed(self) -> bool:
        """Whether it is TypeScript."""
        return self.language != "javascript"

    def insert_line(self, at: int, line: str) -> str:
        """Return the text with a line (without its end) in front of the line that starts at `at`."""
        text = with_final_newline(self.text)
        return f"{text[:at]}{line}\n{text[at:]}"

    def indent(self, node: SgNode) -> str:
        """Return the white space in front of a statement.

        Raises:
            CannotEdit: when something else stands on its first or behind it on its last line.
        """
        start = span(node)[0]
        before = self.text[self.text.rfind("\n", 0, start) + 1 : start]
        if before.strip() or any(_goes_on(other) for other in _behind_on_line(node)):
            raise CannotEdit(f"line {node.range().start.line + 1} holds several statements", _HAND)
        return before

    def line_behind(self, node: SgNode) -> int:
        """Return where the line behind a node starts."""
        return with_final_newline(self.text).index("\n", span(node)[1]) + 1


def _behind_on_line(node: SgNode) -> Iterator[SgNode]:
    """Yield what follows a statement on the line on which it ends."""
    line, other = node.range().end.line, node.next()
    while other is not None and other.range().start.line == line:
        yield other
        other = other.next()


def _goes_on(node: SgNode) -> bool:
    """Whether it is more than a comment that ends with its line or a semicolon by itself."""
    place = node.range()
    return node.kind() not in ("comment", "empty_statement", ";") or place.end.line != place.start.line


def language_of(path: str) -> str:
    """Return the grammar for a file.

    Raises:
        ValueError: when it is neither JavaScript nor TypeScript.
    """
    ending = re.search(r"\.[^./]+$", path)
    if ending is None or ending[0].lower() not in LANGUAGES:
        raise ValueError(f"{path!r} is neither JavaScript nor TypeScript")
    return LANGUAGES[ending[0].lower()]


def parse(text: str, language: str) -> Source:
    """Parse a text.

    Raises:
        CannotEdit: when the grammar finds an error in it.
    """
    from ast_grep_py import SgRoot

    if re.search(r"\r(?!\n)", text):
        raise CannotEdit("it holds carriage returns within lines", _HAND)
    root = SgRoot(text, language).root()
    error = root if root.kind() == "ERROR" else root.find({"rule": {"kind": "ERROR"}})
    if error is not None:
        raise CannotEdit(f"line {error.range().start.line + 1} is not valid {language}", _HAND)
    return Source(text, language, root)


def checked(source: Source, after: str) -> str:
    """Return `after` when it parses.

    Raises:
        CannotEdit: when it does not.
    """
    if after != source.text:
        parse(after, source.language)
    return after


def span(node: SgNode) -> tuple[int, int]:
    """Return a node's first character and the one behind it."""
    place = node.range()
    return place.start.index, place.end.index


def written(node: SgNode) -> str:
    """Return the text between a string's quotes, escapes as they are written."""
    return node.text()[1:-1]


def is_module(source: Source) -> bool:
    """Whether the file is an ES module: it imports or exports, or is TypeScript that requires nothing."""
    kinds = {child.kind() for child in source.root.children()}
    return bool(kinds & {"import_statement", "export_statement"}) or (source.typed and not any(_requires(source)))


def _requires(source: Source) -> Iterator[SgNode]:
    """Yield the statements `const x = require(...)` and `require(...)` at top level, with whatever is done to what is loaded."""
    for node in source.root.children():
        if node.kind() == "expression_statement":
            values = [node.children()[0]]
        elif node.kind() in ("lexical_declaration", "variable_declaration"):
            values = [value for part in node.children() if (value := part.field("value")) is not None]
        else:
            continue
        if any(_is_loaded(value) for value in values):
            yield node


def _is_loaded(value: SgNode | None) -> bool:
    """Whether an expression begins with a call of `require`: `require("a")`, `require("a").b`, `require("a")(c)`."""
    while value is not None:
        called = value.field("function") if value.kind() == "call_expression" else None
        if called is not None and called.kind() == "identifier":
            return called.text() == "require"
        value = called or (value.field("object") if value.kind() == "member_expression" else None)
    return False


def in_style(source: Source, statement: str) -> str:
    """Write a statement with the quotes and the semicolons that the file uses: those of the majority, ours where there is none."""
    ends = [child.text().rstrip().endswith(";") for child in source.root.children() if child.kind() in _ENDED]
    if ends and sum(ends) * 2 < len(ends):
        statement = statement.removesuffix(";")
    strings = [node.text()[0] for node in source.root.find_all({"rule": {"kind": "string"}})]
    single = strings.count("'")
    if strings and single * 2 > len(strings) and "'" not in statement:
        return statement.replace('"', "'")
    return statement


def holds(source: Source, statement: str) -> bool:
    """Whether a statement stands at top level, also with other quotes, semicolons and white space."""
    from ast_grep_py import SgRoot

    wanted = next(iter(SgRoot(statement.strip(), source.language).root().children()), None)
    alike = (node for node in source.root.children() if wanted is not None and node.kind() == wanted.kind())
    most = _ROOMY * len(statement)  # a longer one is another, however deep it nests
    return wanted is not None and any(len(node.text()) <= most and _tokens(node) == _tokens(wanted) for node in alike)


def _tokens(node: SgNode) -> list[str]:
    """The words of a statement, without its comments, its semicolon and the kind of its quotes."""
    inside = [child for child in node.children() if child.kind() != "comment"]
    if node.kind() == "string":
        return [f'"{written(node)}"']
    return [word for child in inside for word in _tokens(child)] if inside else [] if node.text() in (";", "") else [node.text()]


def _opening(source: Source) -> int:
    """Return where the first statement may stand: behind the shebang, the comments that open the file, and directives."""
    at = 0
    for node in source.root.children():
        if node.kind() not in ("hash_bang_line", "comment") and not _is_directive(node):
            break
        if node.kind() == "comment" and re.match(r"/[/*]\s*(eslint|@ts-|prettier|istanbul)", node.text()):
            break
        at = source.line_behind(node)
    return min(at, len(with_final_newline(source.text)))


def _is_directive(node: SgNode) -> bool:
    """Whether a statement is a text alone, such as `"use strict"`."""
    return node.kind() == "expression_statement" and node.children()[0].kind() == "string"


def add_import(source: Source, module: str, common: str) -> str:
    """Add an import behind those that open the file: `module` in an ES module, `common` elsewhere; not when it is there.

    Raises:
        CannotEdit: when another statement stands on the line of the last import.
    """
    wanted = module if is_module(source) else common
    if holds(source, wanted):
        return source.text
    last = None
    for node in source.root.children():
        if node.kind() == "import_statement" or (not is_module(source) and node in list(_requires(source))):
            last = node
    line = in_style(source, wanted)
    if last is None:
        after = source.insert_line(_opening(source), line)
    else:
        source.indent(last)
        after = source.insert_line(source.line_behind(last), line)
    if not holds(parse(after, source.language), wanted):
        # Without a semicolon a next line that starts with a bracket or an operator goes on with the import.
        raise CannotEdit("the statement behind the imports would continue the new one", "Add the import by hand.")
    return after
