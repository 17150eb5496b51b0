"""Bare values that run into one another: `token=token=token=...` is one value to each name in it, so that every byte is read very often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.secrets.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_READ = 8
"""How many values may begin in one unbroken run of characters; a list of settings (`a.token=x,b.password=y`) has fewer."""
LONGEST_RUN = 1024
"""Bytes that are read of a bare value, and so of a run."""
_RUN = lazy(rb"""[^\s"'`<>]{1,1024}""")


def uncrowded(events: list[tuple[int, int]], distance: Mapping[int, int], data: bytes) -> list[tuple[int, int]]:
    """Return `events` without those that lead to a bare value too many in its run: each byte is then read `MOST_READ` times at most.

    `distance`: how far behind the value's first byte the events end that lead to one, by identifier.
    """
    if len(events) <= MOST_READ:
        return events
    places = {end - distance[identifier] for identifier, end in events if identifier in distance}
    dropped = _crowded(data, places) if len(places) > MOST_READ else None
    return [e for e in events if e[0] not in distance or e[1] - distance[e[0]] not in dropped] if dropped else events


def _crowded(data: bytes, places: set[int]) -> set[int]:
    dropped = set()
    end, begun = -1, 0
    for place in sorted(places):
        if place >= end:
            found = _RUN.match(data, place, place + LONGEST_RUN)
            end, begun = (found.end() if found else place + 1), 0
        begun += 1
        if begun > MOST_READ:
            dropped.add(place)
    return dropped
