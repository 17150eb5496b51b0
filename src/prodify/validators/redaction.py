"""Tools quote what they reject; this keeps a secret that stands in a rejected file out of their messages."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from prodify.inventory.secrets.redact import redacted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prodify.validators.base import Problem
    from prodify.validators.sources import Sources

WORD = re.compile(r"""[^\s'"`=,;{}()\[\]<>]{6,}""")
"""What may be a secret, or a part of one with spaces; shorter words are too common to be masked."""


def redact(problems: Iterable[Problem], sources: Sources) -> list[Problem]:
    """Return the problems with every word masked that stands, in their file, on a line with a secret behind the name of the setting."""
    listed = list(problems)
    if not listed:
        return []
    from prodify.inventory.secrets import Scanner

    scanner = Scanner()
    masked: dict[str, list[str]] = {}
    for path in {problem.path for problem in listed if problem.path in sources}:
        lines = sources.texts[path].splitlines()
        hits, _ = scanner.scan(path, sources.texts[path].encode())
        words = {word for hit in hits for word in _words(lines, hit.location.line or 1, hit.location.end_line, hit.name)}
        masked[path] = sorted(words, key=len, reverse=True)
    return [replace(problem, message=_mask(problem.message, masked.get(problem.path, []))) for problem in listed]


def _words(lines: list[str], first: int, last: int | None, name: str | None) -> Iterable[str]:
    for line in lines[first - 1 : last or first]:
        for word in WORD.findall(line):
            bare = word.rstrip(":")
            if bare != name and not line.lstrip(" -'\"{").startswith(bare):
                yield bare


def _mask(message: str, words: list[str]) -> str:
    for word in words:
        message = message.replace(word, redacted(word, prefix=False))
    return message
