"""Example environment files: `NAME=value` lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from prodify.edits.text import Editor, append_block, preserving, with_final_newline

_LINE = re.compile(r"\s*+(?:#\s*+)?(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*+)\s*+=")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLAIN = re.compile(r"[\w./:@%+,=?&{}~-]*")


def add(names: Mapping[str, str] | Iterable[str], *, section: str | None = None) -> Editor:
    """Add the variables that are missing, with their example value or none, under the comment `# section`.

    A variable that stands in a comment (`# NAME=...`) counts as present.

    >>> add({"PORT": "8000", "API_KEY": ""})("DEBUG=0\\n")
    'DEBUG=0\\nPORT=8000\\nAPI_KEY=\\n'

    Raises:
        ValueError: for a name that is no environment variable's name, or a value with a line break.
    """
    wanted = dict(names) if isinstance(names, Mapping) else dict.fromkeys(names, "")
    for name, value in wanted.items():
        if not _NAME.fullmatch(name) or "\n" in value or "\r" in value:
            raise ValueError(f"{name!r} cannot stand in an environment file")

    @preserving
    def edit(text: str) -> str:
        present = {found[1] for line in text.split("\n") if (found := _LINE.match(line))}
        missing = [f"{name}={_quoted(value)}\n" for name, value in wanted.items() if name not in present]
        if not missing:
            return text
        if section:
            return append_block(text, f"# {section}\n{''.join(missing)}")
        return with_final_newline(text) + "".join(missing)

    return edit


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    if "'" not in value:
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
