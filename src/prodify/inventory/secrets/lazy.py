"""Large tables of the detector in a form that is cheap to import."""

from __future__ import annotations

from prodify.lazyre import lazy

__all__ = ["lazy", "wordset"]


def wordset(text: str) -> frozenset[str]:
    """Return the words of `text`, which is easier to read and keep sorted than a set of two hundred quoted strings."""
    return frozenset(text.split())
