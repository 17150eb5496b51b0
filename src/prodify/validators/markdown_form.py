"""Markdown that every reader renders the same: the rules of markdownlint that change what is seen, without Node."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.validators.base import Job, Problem, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources

Lines = list[str]

FENCE = re.compile(r"^(?P<indent>\s*)(?P<mark>`{3,}|~{3,})(?P<language>.*)$")
HEADING = re.compile(r"^(?P<level>#{1,6})(?P<space>\s*)(?P<text>.*?)\s*$")
ITEM = re.compile(r"^(?P<indent>\s*)(?P<mark>[-*+]|\d+[.)])\s+\S")


def select(sources: Sources) -> Sequence[str]:
    """Return the pages that say that prodify wrote them."""
    return sources.ours("*.md")


def run(job: Job) -> Iterator[Problem]:
    """Yield what is wrong with the form of each page."""
    for path in job.files:
        text = job.sources.texts[path]
        lines = text.splitlines()
        if not text.endswith("\n") or text.endswith("\n\n"):
            yield Problem(path, len(lines), "a page ends with exactly one line break [MD047]")
        code = list(_fences(lines))
        for number, message in (*_fence_problems(lines), *_headings(lines, code), *_blanks(lines, code), *_tables(lines, code)):
            yield Problem(path, number, message)


def _fences(lines: Lines) -> Iterator[bool]:
    """Whether each line belongs to a fenced block, its fences included."""
    mark = ""
    for line in lines:
        found = FENCE.match(line)
        if not mark:
            mark = found["mark"] if found else ""
            yield bool(mark)
        else:
            yield True
            if found and found["mark"].startswith(mark) and not found["language"].strip():
                mark = ""


def _fence_problems(lines: Lines) -> Iterator[tuple[int, str]]:
    mark, opened = "", 0
    for number, line in enumerate(lines, start=1):
        found = FENCE.match(line)
        if found is None:
            continue
        if not mark:
            mark, opened = found["mark"], number
            if not found["language"].strip():
                yield number, "a block of code says its language [MD040]"
            if number > 1 and lines[number - 2].strip():
                yield number, "a blank line stands before a block of code [MD031]"
        elif found["mark"].startswith(mark) and not found["language"].strip():
            mark = ""
            if number < len(lines) and lines[number].strip():
                yield number, "a blank line stands after a block of code [MD031]"
    if mark:
        yield opened, "a block of code is never closed"


def _headings(lines: Lines, code: Sequence[bool]) -> Iterator[tuple[int, str]]:
    level = 0
    seen: set[tuple[int, str]] = set()
    for number, line in enumerate(lines, start=1):
        found = HEADING.match(line)
        if code[number - 1] or found is None:
            continue
        if not found["space"]:
            yield number, "a space stands after the # of a heading [MD018]"
            continue
        depth = len(found["level"])
        if level == 0 and depth != 1:
            yield number, "the first heading is of level 1 [MD041]"
        if level and depth > level + 1:
            yield number, f"a heading of level {depth} below one of level {level} [MD001]"
        if level and depth == 1:
            yield number, "a page has one heading of level 1 [MD025]"
        if (depth, found["text"]) in seen:
            yield number, f'the heading "{found["text"][:60]}" stands twice: links find only the first [MD024]'
        seen.add((depth, found["text"]))
        level = depth
        around = [lines[n] for n in (number - 2, number) if 0 <= n < len(lines)]
        if any(neighbour.strip() for neighbour in around):
            yield number, "blank lines stand around a heading [MD022]"


def _blanks(lines: Lines, code: Sequence[bool]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(lines, start=1):
        if code[number - 1]:
            continue
        if line != line.rstrip():
            yield number, "space at the end of the line [MD009]"
        if "\t" in line:
            yield number, "a tab [MD010]"
        if number > 1 and not line.strip() and not lines[number - 2].strip():
            yield number, "two blank lines one after the other [MD012]"
        before = lines[number - 2] if number > 1 else ""
        item = ITEM.match(line)
        if item and not item["indent"] and before.strip() and not ITEM.match(before) and not before.startswith(" "):
            yield number, "a blank line stands before a list [MD032]"


def _cells(line: str) -> int:
    bare = re.sub(r"`[^`]*`|\\\|", "", line.strip())
    return bare.strip("|").count("|") + 1


def _tables(lines: Lines, code: Sequence[bool]) -> Iterator[tuple[int, str]]:
    columns = 0
    for number, line in enumerate(lines, start=1):
        row = line.lstrip().startswith("|") and not code[number - 1]
        if row and not columns:
            columns = _cells(line)
            if number > 1 and lines[number - 2].strip():
                yield number, "a blank line stands before a table [MD058]"
        elif row and _cells(line) != columns:
            yield number, f"{_cells(line)} cells in a table of {columns} columns [MD056]"
        elif not row:
            if columns and line.strip() and not code[number - 1]:
                yield number, "a blank line stands after a table [MD058]"
            columns = 0


VALIDATORS = (
    Validator(
        name="markdown-form",
        title="generated Markdown: headings, lists, tables and code render everywhere",
        select=select,
        run=run,
        taste=True,
    ),
)
