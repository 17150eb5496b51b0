"""The marks that other scanners' users already wrote: inline comments and `.gitleaksignore`."""

from __future__ import annotations

import re

from prodify.inventory.secrets.lazy import lazy
from prodify.lazydata import dataclass

_INLINE = lazy(rb"(?i)gitleaks:allow|pragma:\s{0,4}allowlist[ \t]+secret")
_NEXT_LINE = lazy(rb"(?i)pragma:\s{0,4}allowlist[ \t]+nextline[ \t]+secret")
_LOOK = 4096


@dataclass(frozen=True, slots=True)
class Ignore:
    """One line of `.gitleaksignore`: `path:rule:line`, or with a commit before it (then it holds for history alone)."""

    path: str
    line: int
    commit: str | None = None


def is_allowed(data: bytes, start: int) -> bool:
    """Whether the line that holds `start`, or the line before it, carries a mark of permission."""
    line = data.rfind(b"\n", max(0, start - _LOOK), start) + 1 or max(0, start - _LOOK)
    stop = data.find(b"\n", start, start + _LOOK)
    if _INLINE.search(data, line, stop if stop >= 0 else min(len(data), start + _LOOK)):
        return True
    previous = data.rfind(b"\n", max(0, line - 1 - _LOOK), max(0, line - 1)) + 1
    return line > 0 and bool(_NEXT_LINE.search(data, previous, line))


def parse_gitleaksignore(text: str) -> frozenset[Ignore]:
    """Read `.gitleaksignore`; lines that are no fingerprint are skipped, as gitleaks does."""
    found = set()
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        parts = line.split(":")
        if len(parts) < 3 or not (parts[-1].isdecimal() and len(parts[-1]) < 10):
            continue
        commit = parts[0] if len(parts) > 3 and re.fullmatch(r"[0-9a-f]{40}", parts[0]) else None
        path = ":".join(parts[1:-2] if commit else parts[:-2])
        found.add(Ignore(path.replace("\\", "/").removeprefix("./"), int(parts[-1]), commit))
    return frozenset(found)
