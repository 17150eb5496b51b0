"""The one place where a secret's value turns into what may be shown. Nothing after it knows the value."""

from __future__ import annotations

import hashlib
import math
from collections import Counter

STRONG_BITS = 80.0
"""From this estimate of its information on, a hash of the value cannot be turned back by guessing."""


def entropy(value: str) -> float:
    """Return the Shannon entropy of `value` in bits a character, 0 for an empty one."""
    total = len(value)
    if not total:
        return 0.0
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values())


def redacted(value: str, *, prefix: bool) -> str:
    """Return at most four leading characters and the length. `prefix`: the value begins with a vendor's fixed prefix.

    >>> redacted("hunter2", prefix=False)
    '*** (7 characters)'
    """
    shown = value[:4] if prefix and len(value) >= 16 else ""
    shown = shown if shown.isascii() and shown.isprintable() else ""
    return f"{shown}*** ({len(value)} characters)"


def fingerprint(rule: str, name: str | None, value: str, *, random: bool) -> str:
    """Return 16 hex digits that survive a move to another line or file.

    Only a value with enough information goes in; for a guessable one the fingerprint is of rule and name alone, because a short hash of
    "hunter2" would be an invitation to find it.
    """
    strong = random and len(value) * entropy(value) >= STRONG_BITS
    text = f"value\0{rule}\0{value}" if strong else f"name\0{rule}\0{name or ''}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
