"""Markdown: one section of prodify's, between two comments that no reader sees."""

from __future__ import annotations

import hashlib
import re

from prodify.edits.text import CannotEdit, Editor, append_block, lines_of, preserving

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_BEGIN = re.compile(r"<!-- prodify:begin ([a-z0-9-]+)(?: ([0-9a-f]{12}))? -->\s*")
_END = re.compile(r"<!-- prodify:end ([a-z0-9-]+) -->\s*")


def section(heading: str, body: str, *, level: int = 2) -> Editor:
    """Add the section at the end, or replace the one that stands between prodify's comments.

    The opening comment carries a digest of the section: one that was edited by hand is left as it is, and so is a file that has a
    heading of that name already.

    >>> print(section("Operations", "Call us.")("# App\\n"), end="")
    # App
    <BLANKLINE>
    <!-- prodify:begin operations 0a30da543d80 -->
    ## Operations
    <BLANKLINE>
    Call us.
    <!-- prodify:end operations -->

    Raises:
        CannotEdit: (from the editor) when the user has such a section, edited prodify's, or the closing comment is missing.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")
    inside = f"{'#' * level} {heading}\n\n{body.strip(chr(10))}\n"
    block = f"<!-- prodify:begin {slug} {_digest(inside)} -->\n{inside}<!-- prodify:end {slug} -->\n"

    @preserving
    def edit(text: str) -> str:
        lines = lines_of(text)
        plain, open_fence = _outside_fences(lines)
        begin = next((i for i in plain if (found := _BEGIN.fullmatch(lines[i])) and found[1] == slug), None)
        if begin is None:
            if open_fence:
                raise CannotEdit("a code block is not closed", "Close it with the characters that opened it.")
            if any(_names_heading(lines[i], heading) for i in plain):
                raise CannotEdit(f'there is a section "{heading}" already', "It is yours and stays as it is.")
            return append_block(text, block)
        end = next((i for i in plain if i > begin and (found := _END.fullmatch(lines[i])) and found[1] == slug), None)
        if end is None:
            raise CannotEdit(f"the comment that ends the section {slug} is missing", f"Add the line <!-- prodify:end {slug} -->.")
        found = _BEGIN.fullmatch(lines[begin])
        old = "".join(lines[begin + 1 : end])
        if old == inside:
            return text
        if found is None or found[2] != _digest(old):
            raise CannotEdit(f"the section {slug} was edited by hand", "It stays as it is; remove its two comments to keep it for good.")
        return "".join([*lines[:begin], block, *lines[end + 1 :]])

    return edit


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]


def _names_heading(line: str, heading: str) -> bool:
    found = re.fullmatch(r" {0,3}#{1,6}\s+(.*?)\s*#*\s*", line)
    return found is not None and found[1].strip().casefold() == heading.casefold()


def _outside_fences(lines: list[str]) -> tuple[list[int], bool]:
    """Return the numbers of the lines that are not in a fenced code block, and whether the last block is left open."""
    found, fence = [], ""
    for number, line in enumerate(lines):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line[mark.end() :].strip():
                fence = ""
        elif mark:
            fence = mark[1]
        else:
            found.append(number)
    return found, bool(fence)
