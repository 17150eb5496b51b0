"""Adding one statement behind the place where a JavaScript or TypeScript application is made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.edits.jssource import Source, add_import, checked, holds, in_style, parse
from prodify.edits.text import CannotEdit, Editor, preserving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ast_grep_py import SgNode

_MAKES = frozenset(("call_expression", "new_expression", "await_expression"))


def insert_after_app(variable: str, module: str, common: str, call: str, language: str) -> Editor:
    """Add an import, and a statement right behind `const app = express()` at the top of the module.

    `module` is the import of an ES module, `common` the one with `require`. Both stay away where they stand already; quotes and
    semicolons are those of the file.

    >>> wire = insert_after_app("app", 'import { health } from "./health.js";', 'const { health } = require("./health");',
    ...                         "health(app);", "javascript")
    >>> print(wire("const express = require('express')\\nconst app = express()\\n"), end="")
    const express = require('express')
    const { health } = require('./health')
    const app = express()
    health(app)

    Raises:
        CannotEdit: (from the editor) when the text cannot be parsed, or the application's place cannot be told.
        ValueError: for a variable that is no name.
    """
    if not re.fullmatch(r"[A-Za-z_$][\w$]*", variable):
        raise ValueError(f"{variable!r} is not a JavaScript name")

    @preserving
    def edit(text: str) -> str:
        source = parse(text, language)
        if not holds(source, call):
            source = parse(_behind(source, variable, call), language)
        return checked(source, add_import(source, module, common))

    return edit


def _behind(source: Source, variable: str, call: str) -> str:
    for statement in source.root.children():
        if any(_is_made(node, variable) for node in _declarators(statement)):
            indent = source.indent(statement)
            return source.insert_line(source.line_behind(statement), indent + in_style(source, call))
    raise CannotEdit(f"there is no line that makes the application {variable}", f"Add the line {call} behind it by hand.")


def _declarators(statement: SgNode) -> Iterator[SgNode]:
    """Yield the declarations of a statement at top level, an exported one included."""
    inner = statement.field("declaration") if statement.kind() == "export_statement" else statement
    if inner is not None and inner.kind() in ("lexical_declaration", "variable_declaration"):
        yield from (child for child in inner.children() if child.kind() == "variable_declarator")


def _is_made(node: SgNode, variable: str) -> bool:
    name, value = node.field("name"), node.field("value")
    return name is not None and value is not None and name.text() == variable and value.kind() in _MAKES
