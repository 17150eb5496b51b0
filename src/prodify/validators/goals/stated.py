"""What an artefact says of a goal, and who reads it there."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodify.validators.sources import Sources

Value = float | str
"""A number in the profile's own unit (percent, milliseconds, dollars, replicas), or a name."""


@dataclass(frozen=True, slots=True)
class Stated:
    """One statement: the profile's key, the value read, and its line (from 1).

    With several `values` the goal has to be among them, as in the bounds of a histogram.
    """

    key: str
    line: int
    values: tuple[Value, ...]

    def agrees(self, goal: Value) -> bool:
        """Whether the goal is what is stated."""
        return any(same(value, goal) for value in self.values)

    def nearest(self, goal: Value) -> str:
        """Return what is stated in words; of several numbers the two next to the goal."""
        numbers = sorted(value for value in self.values if isinstance(value, (int, float)))
        if len(numbers) <= 2 or isinstance(goal, str):
            return " or ".join(shown(value) for value in self.values)
        below, above = [n for n in numbers if n < goal][-1:], [n for n in numbers if n > goal][:1]
        return " or ".join(shown(value) for value in (*below, *above))


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the goals out of one kind of artefact. `must` are the keys that such an artefact states when it is whole."""

    artefact: str
    select: Callable[[Sources], Sequence[str]]
    read: Callable[[Sources, str], Iterator[Stated]]
    must: tuple[str, ...]


def stated(key: str, line: int, *values: Value) -> Stated:
    """Return a statement."""
    return Stated(key, line, values)


def same(one: Value, other: Value) -> bool:
    """Whether two values are the same, rounding of a ratio aside.

    >>> same(99.9, 0.999 * 100), same(300, 250), same("a", "a")
    (True, False, True)
    """
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)


def line_at(text: str, position: int) -> int:
    """Return the line of a character, from 1."""
    return text.count("\n", 0, position) + 1


def shown(value: Value) -> str:
    """Write a value as a person would.

    >>> shown(300.0), shown(99.95), shown("api")
    ('300', '99.95', 'api')
    """
    return value if isinstance(value, str) else f"{round(value, 6):g}" if abs(value) < 1e6 else f"{value:.0f}"
