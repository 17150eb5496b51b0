"""PHP inside of pages: everything outside of `<?php ... ?>` is blanked, so that the grammar, which knows no HTML, reads the code alone.

Every character keeps its place: what is found in the tree stands where it stands in the file.
"""

from __future__ import annotations

import re

from prodify.lazyre import lazy

_OPEN = lazy(r"<\?(?:php\b|=|(?!xml\b))", re.IGNORECASE)
_TOKEN = lazy(
    r"""\?>"""
    r"""|/\*(?:[^*]|\*(?!/))*(?:\*/)?"""
    r"""|(?://|\#(?!\[))(?:[^\n?]|\?(?!>))*"""
    r"""|'(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?|`(?:[^`\\]|\\.)*`?"""
    r"""|<<<[ \t]*(?P<quote>['"]?)(?P<word>[A-Za-z_]\w*)(?P=quote)\r?\n""",
    re.DOTALL,
)
"""What ends the code, and what may hold that without ending it."""
_REST = lazy(r"[^\n\r]")


def php_only(text: str) -> str:
    """The text with blanks for its HTML and its tags; each end of a piece of code ends a statement, as it does in PHP.

    >>> php_only("<b>it's</b><?= f() ?>\\n<?php g() ?>")
    '               f() ; \\n      g() ; '
    """
    if is_plain(text):
        return text
    found: list[str] = []
    at = 0
    while (begin := _OPEN.search(text, at)) is not None:
        end = _end(text, begin.end())
        found += [_blank(text[at : begin.end()]), text[begin.end() : end]]
        at = min(len(text), end + 2)
        if at > end:
            found.append("; "[: at - end])
    return "".join([*found, _blank(text[at:])])


def is_plain(text: str) -> bool:
    """Whether a file begins with the one tag that opens code and closes it at its very end, if at all."""
    closed = text.find("?>")
    return text.lstrip("\ufeff \t\r\n").lower().startswith("<?php") and (closed < 0 or not text[closed + 2 :].strip())


def _end(text: str, at: int) -> int:
    """Where a piece of code that begins at `at` is closed; the end of the text where it is not."""
    while (token := _TOKEN.search(text, at)) is not None:
        if token[0] == "?>":
            return token.start()
        at = token.end()
        if token["word"] is not None:
            closed = lazy(rf"^[ \t]*{token['word']}\b", re.MULTILINE, passing=True).search(text, at)
            at = closed.end() if closed is not None else len(text)
    return len(text)


def _blank(text: str) -> str:
    return _REST.sub(" ", text)
