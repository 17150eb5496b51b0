"""Everything that is searched for in one pass, numbered: token rules, contextual triggers, and the caller's keywords."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from prodify.inventory.secrets.rules import RULES
from prodify.inventory.secrets.triggers import NAME_WORDS, PATTERNS, Trigger
from prodify.lazydata import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prodify.inventory.secrets.rule import Rule

TRIGGER_BASE = 10_000
KEYWORD_BASE = 20_000
_TRIGGERS = tuple(Trigger)


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """What one pass looks for. Identifiers: rules from 0, triggers from `TRIGGER_BASE`, keywords from `KEYWORD_BASE`."""

    rules: tuple[Rule, ...]
    keywords: tuple[bytes, ...]

    @property
    def is_built_in(self) -> bool:
        """Whether this is what nearly every scan looks for: the built-in rules and nothing else."""
        return self.rules is RULES and not self.keywords

    def expressions(self) -> list[tuple[int, bytes, bool]]:
        """Return (identifier, regular expression, report the first match only) for all of it."""
        found = [(number, rule.trigger.encode(), False) for number, rule in enumerate(self.rules)]
        found += [(TRIGGER_BASE + trigger, pattern.encode(), False) for trigger, (pattern, _) in PATTERNS.items()]
        found += [(KEYWORD_BASE + number, escape(word), True) for number, word in enumerate(self.keywords)]
        return found

    def words(self) -> dict[int, tuple[str, ...]]:
        """Return the lower-case words of which one stands in every match, by identifier (rules and triggers only)."""
        found = {number: rule.keywords for number, rule in enumerate(self.rules)}
        found.update({TRIGGER_BASE + trigger: words or NAME_WORDS for trigger, (_, words) in PATTERNS.items()})
        return found

    def digest(self) -> str:
        """Return a digest of everything that is searched for; a cached database is good for exactly this."""
        total = hashlib.sha256()
        for number, expression, first in self.expressions():
            total.update(b"%d\0%d\0%s\0" % (number, first, expression))
        return total.hexdigest()[:24]


def escape(word: bytes) -> bytes:
    """Write `word` as a regular expression that both engines read alike: everything but letters and digits as hexadecimal."""
    return re.sub(rb"[^A-Za-z0-9_]", lambda m: b"\\x%02x" % m.group()[0], word)


def make_plan(keywords: Iterable[bytes] = ()) -> SearchPlan:
    """Return the plan for all rules and `keywords` (sorted, without duplicates and empty ones)."""
    return SearchPlan(RULES, tuple(sorted({bytes(word) for word in keywords} - {b""})))


def trigger_of(identifier: int) -> Trigger:
    """Return the contextual trigger of an identifier."""
    return _TRIGGERS[identifier - TRIGGER_BASE]
