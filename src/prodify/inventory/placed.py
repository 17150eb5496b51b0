"""Values that know where they are written: a port or a version read from a file, handed on like any number or text.

They live only while components are read; what leaves the finders is plain again, with the places beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from prodify.model import Location


class PlacedInt(int):
    """A number and the place of its literal."""

    location: Location

    def __new__(cls, value: int, location: Location) -> Self:
        """Make one of a plain number."""
        self = super().__new__(cls, value)
        self.location = location
        return self


class PlacedStr(str):
    """A text and the place where it stands."""

    location: Location

    def __new__(cls, value: str, location: Location) -> Self:
        """Make one of a plain text."""
        self = super().__new__(cls, value)
        self.location = location
        return self


def place_of(value: object) -> Location | None:
    """Where a value is written, None when it is nowhere: a framework's default."""
    return value.location if isinstance(value, (PlacedInt, PlacedStr)) else None


def line_at(text: str, offset: int) -> int:
    """The line of an offset, counted from 1."""
    return text.count("\n", 0, offset) + 1
