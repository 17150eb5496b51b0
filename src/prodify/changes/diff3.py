"""Three-way comparison by lines: what both sides kept, what one side changed, and where they collide."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Collision:
    """Lines that both sides changed, in different ways. `base` is None where it is not known."""

    base: tuple[str, ...] | None
    yours: tuple[str, ...]
    theirs: tuple[str, ...]


Chunk = str | Collision
"""A line that is settled, or a collision."""


def _matches(base: Sequence[str], other: Sequence[str]) -> dict[int, int]:
    """Return, for every line of the base that the other side kept, its place there."""
    blocks = SequenceMatcher(None, base, other, autojunk=False).get_matching_blocks()
    return {block.a + i: block.b + i for block in blocks for i in range(block.size)}


def compare(base: Sequence[str], yours: Sequence[str], theirs: Sequence[str]) -> list[Chunk]:
    """Return the merge of two descendants of `base` as settled lines and collisions, in order.

    Lines that both sides kept are the anchors. Between two anchors, a side that left the base alone gives way to the other; two equal
    changes are one; anything else is a collision.
    """
    in_yours, in_theirs = _matches(base, yours), _matches(base, theirs)
    anchors = [i for i in range(len(base)) if i in in_yours and i in in_theirs]
    chunks: list[Chunk] = []
    b = y = t = 0
    for i in [*anchors, len(base)]:
        end_y, end_t = in_yours.get(i, len(yours)), in_theirs.get(i, len(theirs))
        chunks += settle(tuple(base[b:i]), tuple(yours[y:end_y]), tuple(theirs[t:end_t]))
        if i < len(base):
            chunks.append(yours[end_y])
        b, y, t = i + 1, end_y + 1, end_t + 1
    return chunks


def settle(base: tuple[str, ...] | None, yours: tuple[str, ...], theirs: tuple[str, ...]) -> list[Chunk]:
    """Decide one region: equal sides, a side equal to the base, or a collision without its common first and last lines."""
    if yours in (theirs, base):
        return list(theirs)
    if theirs == base:
        return list(yours)
    if base is not None:
        # Trimming common ends against a known base could report a line as new that the base held; keep such regions whole.
        return [Collision(base, yours, theirs)]
    head = 0
    while head < min(len(yours), len(theirs)) and yours[head] == theirs[head]:
        head += 1
    tail = 0
    while tail < min(len(yours), len(theirs)) - head and yours[-1 - tail] == theirs[-1 - tail]:
        tail += 1
    middle = Collision(None, yours[head : len(yours) - tail], theirs[head : len(theirs) - tail])
    return [*yours[:head], middle, *yours[len(yours) - tail :]]


def compare_two(yours: Sequence[str], theirs: Sequence[str]) -> list[Chunk]:
    """Return two texts without a known base: equal lines are settled, every difference is a collision."""
    chunks: list[Chunk] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, yours, theirs, autojunk=False).get_opcodes():
        if tag == "equal":
            chunks += yours[i1:i2]
        else:
            chunks.append(Collision(None, tuple(yours[i1:i2]), tuple(theirs[j1:j2])))
    return chunks
