"""Pure editors of a user's files, text to text.

Every public function takes what is wanted and returns an editor, a `Callable[[str], str]`:

>>> from prodify import edits
>>> edits.gitignore.add(".env")("__pycache__/\\n")
'__pycache__/\\n.env\\n'

An editor is idempotent and minimal: comments, order, quotes, line ends, a byte order mark and a missing final newline stay as they
are. An editor that finds a file it cannot edit safely raises CannotEdit and has changed nothing.
"""

from __future__ import annotations

from prodify.edits import dockerfile, dotenv, gitignore, javascript, json, markdown, pyproject, python, requirements, toml, yaml
from prodify.edits.text import CannotEdit, Editor, preserving

__all__ = [
    "CannotEdit", "Editor", "dockerfile", "dotenv", "gitignore", "javascript", "json", "markdown", "preserving", "pyproject", "python",
    "requirements", "toml", "yaml",
]  # fmt: skip
