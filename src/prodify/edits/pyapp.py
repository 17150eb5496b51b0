"""Adding one line behind the place where a web application is made, or in front of it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from prodify.edits.pysource import Source, add_import_last, checked, identifier, parse, same_code, statement
from prodify.edits.text import CannotEdit, Editor, preserving

if TYPE_CHECKING:
    from collections.abc import Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef


def insert_after_app(app_var: str, import_line: str, call_line: str) -> Editor:
    """Add an import, and a statement right behind `app = Flask(...)` (FastAPI(), Django's get_wsgi_application() ...).

    Where a factory makes the application, the statement goes in front of its `return app`. Both stay away where they stand already.

    >>> edit = insert_after_app("app", "import telemetry", "telemetry.instrument(app)")
    >>> print(edit("from flask import Flask\\n\\napp = Flask(__name__)\\n"), end="")
    from flask import Flask
    import telemetry
    <BLANKLINE>
    app = Flask(__name__)
    telemetry.instrument(app)

    Raises:
        CannotEdit: (from the editor) when the text cannot be parsed, or the application's place cannot be told.
        ValueError: for an import or call that is not one Python statement.
    """
    identifier(app_var)
    if not isinstance(statement(import_line), (ast.Import, ast.ImportFrom)):
        raise ValueError(f"{import_line!r} is not an import")
    call = statement(call_line)

    @preserving
    def edit(text: str) -> str:
        source = parse(text)
        if not any(isinstance(node, ast.stmt) and same_code(node, call) for node in source.nodes):
            text = _insert_call(source, app_var, call_line.strip())
        return checked(source.text, add_import_last(text, import_line.strip()))

    return edit


def insert_before_app(app_var: str, call_line: str) -> Editor:
    """Add a statement right in front of the module's line that makes the application; it stays away where it stands already.

    >>> edit = insert_before_app("application", "telemetry.instrument()")
    >>> print(edit("import os\\n\\napplication = get_wsgi_application()\\n"), end="")
    import os
    <BLANKLINE>
    telemetry.instrument()
    application = get_wsgi_application()

    Raises:
        CannotEdit: (from the editor) when the text cannot be parsed, or no line of the module makes the application.
        ValueError: for a call that is not one Python statement.
    """
    identifier(app_var)
    call = statement(call_line)

    @preserving
    def edit(text: str) -> str:
        source = parse(text)
        if any(isinstance(node, ast.stmt) and same_code(node, call) for node in source.nodes):
            return text
        for node in _module_level(source.tree.body):
            if _made_here(node, app_var) is not None:
                return checked(text, source.insert_lines(node.lineno, [f"{source.indent(node)}{call_line.strip()}"]))
        raise CannotEdit(f"there is no line that makes the application {app_var}", f"Add the line {call_line} in front of it by hand.")

    return edit


def _insert_call(source: Source, app_var: str, call_line: str) -> str:
    functions = {node.name: node for node in source.tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    for node in _module_level(source.tree.body):
        made = _made_here(node, app_var)
        if made is None:
            continue
        factory = functions.get(made.func.id) if isinstance(made.func, ast.Name) else None
        if factory is not None:
            return _before_return(source, factory, app_var, call_line)
        assert node.end_lineno is not None
        indent = source.indent(node)
        if re.search(r";\s*\S", source.lines[node.end_lineno - 1][len(indent) :].split("#")[0]):
            raise CannotEdit(f"line {node.end_lineno} holds several statements", "Edit it by hand.")
        return source.insert_lines(node.end_lineno + 1, [f"{indent}{call_line}"])
    for function in functions.values():
        if _returned(function) == app_var:
            return _before_return(source, function, app_var, call_line)
    raise CannotEdit(f"there is no line that makes the application {app_var}", f"Add the line {call_line} behind it by hand.")


def _module_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run when the module is imported, those in if, try and with included."""
    for node in body:
        yield node
        if isinstance(node, (ast.If, ast.Try, ast.With)):
            for part in (node.body, getattr(node, "orelse", []), getattr(node, "finalbody", [])):
                yield from _module_level(part)
            for handler in getattr(node, "handlers", []):
                yield from _module_level(handler.body)


def _made_here(node: ast.stmt, app_var: str) -> ast.Call | None:
    """Return the call whose result a statement assigns to the variable."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    value = getattr(node, "value", None)
    named = any(isinstance(target, ast.Name) and target.id == app_var for target in targets)
    return value if named and isinstance(value, ast.Call) else None


def _last_return(function: Function) -> ast.Return | None:
    last = function.body[-1]
    return last if isinstance(last, ast.Return) else None


def _returned(function: Function) -> str | None:
    last = _last_return(function)
    return last.value.id if last is not None and isinstance(last.value, ast.Name) else None


def _before_return(source: Source, factory: Function, app_var: str, call_line: str) -> str:
    name, last = _returned(factory), _last_return(factory)
    if name is None or last is None:
        raise CannotEdit(f"the factory {factory.name} does not end by returning a variable", "Add the line before its return by hand.")
    local = re.sub(rf"\b{re.escape(app_var)}\b", name, call_line) if name != app_var else call_line
    if any(same_code(node, statement(local)) for node in factory.body):
        return source.text
    return source.insert_lines(last.lineno, [f"{source.indent(last)}{local}"])
