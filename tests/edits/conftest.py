"""What every editor must keep, whatever it adds."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from prodify.edits import CannotEdit, Editor
from prodify.edits.text import BOM, lines_of


def lost_lines(before: str, after: str) -> int:
    """How many lines of the old text do not stand in the new one, in order; line ends aside."""
    old, new = ([line.rstrip("\r\n") for line in lines_of(text.removeprefix(BOM))] for text in (before, after))
    # The longest common subsequence; difflib finds a long one, not the longest.
    best = [0] * (len(new) + 1)
    for line in old:
        before_row = best[:]
        for at, other in enumerate(new, 1):
            best[at] = before_row[at - 1] + 1 if line == other else max(best[at - 1], before_row[at])
    return len(old) - best[-1]


def hold(editor: Editor, text: str, *, may_change: int = 0) -> str | None:
    """Check idempotence, line ends, mark, final newline and minimality; returns the result, None when it was refused."""
    try:
        result = editor(text)
    except CannotEdit:
        return None
    assert editor(result) == result, "not idempotent"
    assert result.startswith(BOM) == text.startswith(BOM)
    body = text.removeprefix(BOM)
    if body:
        assert result.endswith("\n") == body.endswith("\n"), "final newline"
    if "\n" in body and body.count("\n") == body.count("\r\n"):
        assert result.count("\n") == result.count("\r\n"), "line ends"
    assert lost_lines(text, result) <= may_change, "lost lines"
    return result


def styled(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Texts in LF or CRLF, with or without a byte order mark and a final newline."""

    def dress(text: str, crlf: bool, mark: bool, end: bool) -> str:
        body = text.rstrip("\n") + ("\n" if end and text.strip("\n") else "")
        return (BOM if mark else "") + (body.replace("\n", "\r\n") if crlf else body)

    return st.builds(dress, texts, st.booleans(), st.booleans(), st.booleans())


def joined(lines: st.SearchStrategy[str], size: int = 10) -> st.SearchStrategy[str]:
    join: Callable[[list[str]], str] = "\n".join
    return st.lists(lines, max_size=size).map(join)
