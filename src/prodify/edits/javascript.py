"""JavaScript and TypeScript source: an import and a line behind the application, a secret replaced by the environment."""

from __future__ import annotations

from prodify.edits import jssource
from prodify.edits.jsapp import insert_after_app
from prodify.edits.jssecret import replace_literal_with_env
from prodify.edits.jssource import language_of
from prodify.edits.secretplace import Target
from prodify.edits.text import Editor, preserving

__all__ = ["Target", "add_import", "insert_after_app", "language_of", "replace_literal_with_env"]


def add_import(module: str, common: str, language: str) -> Editor:
    """Add an import behind those that open the file: `module` in an ES module, `common` (with `require`) elsewhere.

    >>> add_import('import a from "a";', 'const a = require("a");', "javascript")("import b from 'b'\\n")
    "import b from 'b'\\nimport a from 'a'\\n"

    Raises:
        CannotEdit: (from the editor) when the text cannot be parsed.
    """

    @preserving
    def edit(text: str) -> str:
        source = jssource.parse(text, language)
        return jssource.checked(source, jssource.add_import(source, module.strip(), common.strip()))

    return edit
