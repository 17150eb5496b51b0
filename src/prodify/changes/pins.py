"""Version pins: a file in which only these differ was updated by a robot such as Dependabot or Renovate, and has not drifted."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_PINS = tuple(
    (re.compile(pattern), kept)
    for pattern, kept in (
        # uses: owner/action@<commit> # v1.2.3
        (r"""^(\s*(?:-\s+)?uses:\s*['"]?[^@\s]+)@(?:[0-9a-f]{40}|v?\d[\w.-]*)(['"]?)(?:\s+#\s*v?\d\S*)?\s*$""", r"\1@\2"),
        # FROM name:1.2@sha256:... and image: name:1.2
        (
            r"""^(\s*(?:FROM(?:\s+--platform=\S+)?\s+|(?:-\s+)?image:\s*['"]?))((?:[^\s:@/]+(?::\d+)?/)?[^\s:@'"]+)"""
            r"""(?::v?\d[\w.-]*)?(?:@sha256:[0-9a-f]{64})?(?=['"\s]|$)""",
            r"\1\2:@",
        ),
        # rev: v1.2.3 of pre-commit
        (r"^(\s*(?:-\s+)?rev:)\s*\S+(?:\s+#.*)?\s*$", r"\1"),
        # name==1.2.3, and the hashes that come with it
        (r"""^(\s*['"]?[A-Za-z0-9][\w.-]*(?:\[[^\]]*\])?==)\d+\.[\w.+!-]*""", r"\1"),
        (r"^(\s*--hash=sha256:)[0-9a-f]{64}", r"\1"),
        # version = "~> 5.0" of Terraform
        (r"""^(\s*version\s*=\s*)"[~<>=^ ]*\d[\w.+, <>=~-]*\"""", r"\1"),
    )
)
"""Whole lines in which a version may change without the file having drifted, and what of the line must stay."""


def without_pins(line: str) -> str:
    """Return the line with every version pin replaced by a mark.

    >>> without_pins("      - uses: actions/checkout@v4 # v4.1.0") == without_pins("      - uses: actions/checkout@v6 # v6.0.1")
    True
    >>> without_pins("replicas: 2") == without_pins("replicas: 3")
    False
    """
    for pattern, kept in _PINS:
        line, count = pattern.subn(kept, line.rstrip("\n"))
        if count:
            break
    return line


def only_bumps(base: Sequence[str], edited: Sequence[str]) -> bool:
    """Whether two lists of lines differ in version pins alone, line by line."""
    if len(base) != len(edited):
        return False
    return all(one == other or without_pins(one) == without_pins(other) for one, other in zip(base, edited, strict=True))


def bumped(base: Sequence[str], edited: Sequence[str]) -> bool:
    """Whether a text differs from its base, and in version pins alone."""
    if list(base) == list(edited):
        return False
    opcodes = SequenceMatcher(None, base, edited, autojunk=False).get_opcodes()
    return all(tag == "equal" or (tag == "replace" and only_bumps(base[i1:i2], edited[j1:j2])) for tag, i1, i2, j1, j2 in opcodes)
