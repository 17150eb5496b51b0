"""Version pins: a file in which only these differ was updated by a robot such as Dependabot or Renovate, and has not drifted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_HASH = "--hash"
_PINS = tuple(
    (re.compile(pattern), kept)
    for pattern, kept in (
        # uses: owner/action@<commit> # v1.2.3
        (
            r"""^(\s*(?:-\s+)?uses:\s*['"]?[^@\s]+)@(?:[0-9a-f]{40}|v?\d[\w.-]*)(['"]?)"""
            r"""(?:\s+#\s*(?:tag=|pin@|ratchet:\S+@)?v?\d\S*)?\s*$""",
            r"\1@\2",
        ),
        # FROM name:1.2@sha256:... and image: name:1.2
        (
            r"""^(\s*(?:FROM(?:\s+--platform=\S+)?\s+|(?:-\s+)?image:\s*['"]?))((?:[^\s:@/]+(?::\d+)?/)?[^\s:@'"]+)"""
            r"""(?::v?\d[\w.-]*)?(?:@sha256:[0-9a-f]{64})?(?=['"\s]|$)""",
            r"\1\2:@",
        ),
        # rev: v1.2.3 of pre-commit
        (r"^(\s*(?:-\s+)?rev:)\s*\S+(?:\s+#.*)?\s*$", r"\1"),
        # ARG PYTHON_VERSION=3.14, which a FROM line takes up
        (r"""^(\s*ARG\s+\w*VERSION=)["']?v?\d[\w.-]*["']?\s*$""", r"\1"),
        # newTag: 1.2 and digest: sha256:... of kustomize
        (r"""^(\s*(?:-\s+)?newTag:)\s*["']?v?\d[\w.-]*["']?\s*$""", r"\1"),
        (r"""^(\s*(?:-\s+)?digest:)\s*["']?sha256:[0-9a-f]{64}["']?\s*$""", r"\1"),
        # python-version: "3.14" of the actions that set a language up; Renovate bumps those too
        (r"""^(\s*(?:python|node|go|java|ruby|dotnet|php)-version:)\s*["']?\d+(?:\.[\dx*]+)*["']?(?:\s+#.*)?$""", r"\1"),
        # name==1.2.3, and the hashes that come with it
        (r"""^(\s*(?:-\s+)?['"]?[A-Za-z0-9][\w.-]*(?:\[[^\]]*\])?==)\d+\.[\w.+!-]*""", r"\1"),
        (r"^\s*--hash=sha256:[0-9a-f]{64}(?:\s*\\)?\s*$", _HASH),
        # version = "~> 5.0" and required_version = ">= 1.11" of Terraform
        (r"""^(\s*(?:required_)?version\s*=\s*)"[~<>=^ ]*\d[\w.+, <>=~-]*\"""", r"\1"),
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
    """Whether two lists of lines differ in version pins alone. Another version may come with more or fewer hashes, but not with none."""
    return _without_pins(base) == _without_pins(edited)


def _without_pins(lines: Sequence[str]) -> list[str]:
    bare = [without_pins(line) for line in lines]
    return [line for line, before in zip(bare, ["", *bare], strict=False) if not line == before == _HASH]


def bumped(base: Sequence[str], edited: Sequence[str]) -> bool:
    """Whether a text differs from its base, and in version pins alone."""
    return list(base) != list(edited) and only_bumps(base, edited)
