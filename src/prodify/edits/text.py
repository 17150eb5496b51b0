"""What all editors share: line ends, byte order marks, final newlines, and the error for what cannot be edited."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import SequenceMatcher
from functools import wraps

from prodify.errors import ProdifyError

Editor = Callable[[str], str]
"""An editor: the text of a file in, the wanted text out."""

BOM = "\ufeff"
UTF_16_LE, UTF_16_BE = "\ufffe", "\uffff"
"""What stands in front of a text in memory whose file is UTF-16: noncharacters, which no text may begin with. Windows PowerShell's
`pip freeze > requirements.txt` writes such files, and they stay what they are."""
MARKS = (BOM, UTF_16_LE, UTF_16_BE)
MAX_CHARACTERS = 2_000_000
"""Larger texts are not edited: no source or settings file comes near, and the parsers below are not linear."""


class CannotEdit(ProdifyError):
    """A text that cannot be edited safely; the text stays as it is. The message holds no file content."""


def lines_of(text: str) -> list[str]:
    """Split at LF only, keeping the ends: the lines joined are the text.

    `str.splitlines` also splits at form feeds, U+2028 and others, which git, diff and most parsers take as part of a line.

    >>> lines_of("a\\x0cb\\nc")
    ['a\\x0cb\\n', 'c']
    """
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def with_final_newline(text: str) -> str:
    """Return the text with a newline at its end; an empty text stays empty."""
    return text if not text or text.endswith("\n") else text + "\n"


def canonical(text: str) -> str:
    """Return the text without byte order mark and with LF for CRLF: what two checkouts of one file have in common."""
    return (text[1:] if text.startswith(MARKS) else text).replace("\r\n", "\n")


def restore_style(original: str, wanted: str, *, keep_missing_newline: bool = True) -> str:
    """Return `wanted` (LF, no byte order mark) in the style of `original`.

    Unchanged lines keep their own line end, new ones get the most frequent end of the original. A missing final newline stays
    missing unless `keep_missing_newline` is off.
    """
    if not original:
        return wanted
    mark = original[0] if original.startswith(MARKS) else ""
    body = original[len(mark) :]
    if keep_missing_newline and body and not body.endswith("\n") and wanted.endswith("\n"):
        wanted = wanted.rstrip("\n") or wanted
    if "\r\n" not in body:
        return mark + wanted
    old = lines_of(body)
    crlf = sum(line.endswith("\r\n") for line in old)
    lf = sum(line.endswith("\n") for line in old) - crlf
    if not lf:
        return mark + wanted.replace("\n", "\r\n")
    end = "\r\n" if crlf >= lf else "\n"
    new = lines_of(wanted)
    result: list[str] = []
    matcher = SequenceMatcher(None, [line.replace("\r\n", "\n") for line in old], new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        kept = old[i1:i2] if tag == "equal" else [line.replace("\n", end) for line in new[j1:j2]]
        result += kept
    return mark + "".join(result)


def preserving(editor: Editor) -> Editor:
    """Wrap an editor that knows only LF: it keeps line ends, the byte order mark and a missing final newline.

    Raises:
        CannotEdit: from the editor; for a text with NUL characters; for one above MAX_CHARACTERS; for one nested too deeply to parse.
    """

    @wraps(editor)
    def edit(text: str) -> str:
        if "\0" in text:
            raise CannotEdit("this is not a text file", "Edit it by hand.")
        if len(text) > MAX_CHARACTERS:
            raise CannotEdit(f"the file is longer than {MAX_CHARACTERS} characters", "Edit it by hand.")
        before = canonical(text)
        try:
            after = editor(before)
        except (RecursionError, MemoryError):
            raise CannotEdit("the file is nested too deeply to be parsed", "Edit it by hand.") from None
        return text if after == before else restore_style(text, after)

    return edit


def append_block(text: str, block: str) -> str:
    """Append lines after one blank line; at the start of an empty text without it."""
    if not text.strip():
        return text + block
    body = with_final_newline(text)
    return body + block if body.endswith("\n\n") else f"{body}\n{block}"
