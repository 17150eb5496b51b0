"""Python source: an import and a line beside the application, a secret replaced by the environment. Nothing else moves."""

from __future__ import annotations

from prodify.edits.pyapp import insert_after_app, insert_before_app
from prodify.edits.pysecret import replace_literal_with_env
from prodify.edits.pysource import add_import_first, add_import_last, checked
from prodify.edits.secretplace import Target
from prodify.edits.text import Editor, preserving

__all__ = ["Target", "add_import", "insert_after_app", "insert_before_app", "replace_literal_with_env"]


def add_import(code: str, *, first: bool = False) -> Editor:
    """Add an import statement behind the imports that open the module, or with `first` in front of them; not when it is there.

    >>> add_import("import os")('"Doc."\\nimport sys\\n')
    '"Doc."\\nimport sys\\nimport os\\n'

    Raises:
        CannotEdit: (from the editor) when the text cannot be parsed.
    """
    add = add_import_first if first else add_import_last

    @preserving
    def edit(text: str) -> str:
        return checked(text, add(text, code.strip()))

    return edit
