"""Ignore files: .gitignore, .dockerignore, .gcloudignore. One pattern a line, the last match wins."""

from __future__ import annotations

from prodify.edits.text import Editor, lines_of, preserving, with_final_newline


def add(*patterns: str, section: str | None = None) -> Editor:
    """Add the patterns that are missing, at the end or under the comment `# section`.

    A pattern that the file re-includes (`!pattern`) is the user's decision and is not added.

    >>> add(".env", section="Secrets")("venv/\\n")
    'venv/\\n\\n# Secrets\\n.env\\n'
    """

    @preserving
    def edit(text: str) -> str:
        lines = lines_of(with_final_newline(text))
        present = {line.rstrip() for line in lines}
        missing = [p for p in dict.fromkeys(patterns) if p not in present and f"!{p}" not in present]
        if not missing:
            return text
        new = [f"{pattern}\n" for pattern in missing]
        if section is None:
            return "".join(lines + new)
        title = f"# {section}"
        at = next((i for i, line in enumerate(lines) if line.rstrip() == title), None)
        if at is None:
            gap = ["\n"] if lines and lines[-1].strip() else []
            return "".join([*lines, *gap, f"{title}\n", *new])
        end = at + 1
        while end < len(lines) and lines[end].strip():
            end += 1
        return "".join(lines[:end] + new + lines[end:])

    return edit
