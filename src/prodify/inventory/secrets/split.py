"""A vendor's token that is cut in two behind its prefix, so that the vendor's own scanners do not see it."""

from __future__ import annotations

from prodify.inventory.secrets.context import last_match, read_quoted
from prodify.inventory.secrets.judge import Candidate
from prodify.inventory.secrets.lazy import lazy
from prodify.inventory.secrets.rule import TOKEN
from prodify.inventory.secrets.values import is_placeholder, is_random

_CUT = lazy(rb"""["'](?P<prefix>[A-Za-z_.\-]{3,12})["']\s{0,3}[+.]\s{0,3}(?=["'])""")


def joined(data: bytes, at: int) -> Candidate | None:
    """Judge the two literals, prefix and rest, of which the second one's first sixteen characters end at `at`."""
    cut = last_match(_CUT, data, max(0, at - 48), at - 16)
    read = read_quoted(data, cut.end()) if cut else None
    if cut is None or read is None:
        return None
    rest, end = read
    if is_placeholder(rest) or not is_random(rest, 16):
        return None
    value = cut["prefix"].decode("ascii") + rest
    return Candidate(cut.start("prefix"), end, "split-token", "Access token in two parts", TOKEN, None, value, 40, random=True)
