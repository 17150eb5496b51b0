"""What a token rule is: a pattern both engines understand, and how a match is confirmed. Rules are data and hold no secret."""

from __future__ import annotations

import re
from functools import cache

from prodify.lazydata import dataclass
from prodify.lazyre import lazy

TOKEN = "token"  # noqa: S105 - a category
PASSWORD = "password"  # noqa: S105 - a category
CONNECTION = "connection-string"
PRIVATE_KEY = "private-key"
FRAMEWORK = "framework-key"
BASIC_AUTH = "basic-auth"

LEFT = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt]))"
RIGHT = r"(?![A-Za-z0-9])"
WINDOW = 512
"""How far, in bytes, a match is confirmed to either side of the offset where the engine saw it end."""

_OPTIONAL_TAIL = lazy(r"(?:\[[^\]]*\]|\\?.)(?:\{0,\d+\})(\)*)$")
_TAIL = lazy(r"(\{\d+),\d*\}(\)*)$")
_ASSIGN = r"""[\w .\-]{0,24}\\?["'\]\)]{0,3}\s{0,4}(?:=>|:{1,3}=|\?=|\|\||\?\?|[:=,])\s{0,4}\\?["'`]?"""


@dataclass(frozen=True, slots=True)
class Rule:
    """One vendor's token.

    `pattern` is a bounded regular expression without look-around (the engine adds word boundaries); its only capturing group, if
    there is one, is the value. `keywords`: lower-case text of which at least one stands in every match. `entropy`: least Shannon
    entropy of the value in bits a character. `structure` names a function in `structures`. `public`: such keys are meant to be seen.
    `yes` and `no` are examples in the small language of `tests/inventory/secrets/secret_shapes.py`, so that no file holds a token;
    rules that `rules.shapes` builds have a `shape` (and `words`) instead, from which the examples follow. `window`: bytes to either side.
    """

    id: str
    title: str
    keywords: tuple[str, ...]
    pattern: str
    entropy: float = 3.0
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    category: str = TOKEN
    structure: str = ""
    caseless: bool = False
    near: bool = False
    browser: bool = False
    window: int = WINDOW
    shape: str = ""
    words: str = ""

    @property
    def trigger(self) -> str:
        """The pattern with its last repetition cut to the minimum, so that a match ends at one offset instead of at every further one."""
        cut = _TAIL.sub(r"\1}\2", _OPTIONAL_TAIL.sub(r"\1", self.pattern))
        return f"(?i){cut}" if self.caseless else cut


@cache
def confirmer(rule: Rule) -> re.Pattern[bytes]:
    """Compile the exact pattern of `rule`, on first use: compiling all of them would cost more than a small audit."""
    left, right = ("", RIGHT) if rule.near else (LEFT, RIGHT)
    if rule.category == PRIVATE_KEY:
        left = right = ""
    flags = re.IGNORECASE if rule.caseless else 0
    return re.compile(f"{left}{rule.pattern}{right}".encode(), flags)


def near(words: str, value: str) -> str:
    """Build a pattern for a value without a shape of its own: `value` assigned to, or following, something named like `words`."""
    return f"(?i:{words}){_ASSIGN}({value})"
