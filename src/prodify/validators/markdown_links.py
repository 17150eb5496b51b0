"""Markdown: every relative link leads to a file of the repository, and every anchor to a heading."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from prodify.validators.base import Job, Problem, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources

FENCE = re.compile(r"^\s*(```|~~~)")
CODE = re.compile(r"`[^`]*`")
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$")
ANCHOR = re.compile(r"""<a\s+(?:name|id)=["']([^"']+)""")
ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)


def select(sources: Sources) -> Sequence[str]:
    """Return the Markdown files."""
    return sources.matching("*.md", "*.markdown")


def lines_outside_code(text: str) -> Iterator[tuple[int, str]]:
    """Yield number and text of the lines outside fenced blocks, with inline code blanked."""
    fence: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        found = FENCE.match(line)
        if found and fence in (None, found[1]):
            fence = None if fence else found[1]
        elif fence is None:
            yield number, line


def anchors(text: str) -> set[str]:
    """Return the anchors of a text as GitHub makes them of its headings, and explicit ones.

    >>> sorted(anchors("# What now?\\n## `make` it\\n## What now?"))
    ['make-it', 'what-now', 'what-now-1']
    """
    found: dict[str, int] = {}
    names = set(ANCHOR.findall(text))
    for _, line in lines_outside_code(text):
        if heading := HEADING.match(line):
            title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1])
            slug = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
            names.add(f"{slug}-{found[slug]}" if slug in found else slug)
            found[slug] = found.get(slug, 0) + 1
    return names


def run(job: Job) -> Iterator[Problem]:
    """Yield links that lead nowhere."""
    for path in job.files:
        for number, line in lines_outside_code(job.sources.texts[path]):
            for target in LINK.findall(CODE.sub("", line)):
                if not ELSEWHERE.match(target) and (message := _fault(job, path, unquote(target))):
                    yield Problem(path, number, message)


def _fault(job: Job, path: str, target: str) -> str | None:
    file, _, anchor = target.partition("#")
    file = file.partition("?")[0]
    goal = _resolve(path, file) if file else path
    if goal is None:
        return f"link {target} leads out of the repository"
    if goal not in job.sources and not (job.stage / goal).exists() and not (job.root / goal).exists():
        return f"link {target} leads to {goal}, which does not exist"
    if anchor and goal in job.sources and goal.endswith((".md", ".markdown")) and anchor.lower() not in anchors(job.sources.texts[goal]):
        return f"link {target}: {goal} has no heading #{anchor}"
    return None


def _resolve(path: str, target: str) -> str | None:
    """Return the path that a relative link means, or None above the top; a leading slash means the repository's top."""
    parts = [] if target.startswith("/") else list(PurePosixPath(path).parent.parts)
    for part in PurePosixPath(target.lstrip("/")).parts:
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts) or "."


VALIDATORS = (
    Validator(name="markdown-links", title="Markdown: relative links and anchors lead somewhere", select=select, run=run, taste=True),
)
