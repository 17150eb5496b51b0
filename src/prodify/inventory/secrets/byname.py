"""Files that are judged whatever patterns match in them."""

from __future__ import annotations


def is_special(path: str) -> bool:
    """Whether the file is read whole whatever occurs in it."""
    return path.endswith((".key", "pgpass", "pgpass.conf", "netrc"))


def needs_more_than_patterns(path: str) -> bool:
    """Whether a file may hold a secret that no pattern of the engine matches: env files, and those that are read whole."""
    return "env" in path or is_special(path)
