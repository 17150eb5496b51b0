"""No pattern of prodify can be made to try its way through a text without end, by a group that repeats what it can read in two ways.

For every repeated group of every pattern, texts are drawn that its body matches, put one behind another with something at the end that
does not fit. A pattern that reads one of its repetitions in two ways takes twice as long for each of them.
"""

from __future__ import annotations

import gc
import importlib
import pkgutil
import random
import re
import signal
import sys
from collections.abc import Iterator
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

import prodify
from prodify import lazyre

REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)
COPIES = 26
"""2 ** 26 steps take seconds; no pattern needs more than some thousands for so short a text."""
DRAWS = 100
ENDS = ("\x01", "\n\x01", "")
LIMIT = 1.0
"""Seconds."""


class TooSlow(Exception):
    """A search was given up."""


def patterns() -> list[re.Pattern[Any]]:
    """Every pattern that stands in a module of prodify."""
    for info in pkgutil.walk_packages(prodify.__path__, "prodify."):
        if not info.name.endswith("__main__"):
            importlib.import_module(info.name)
    found = {}
    for item in gc.get_objects():
        if issubclass(type(item), lazyre._Lazy):  # isinstance asks the object, and some of other libraries object
            pattern, flags = item._source
            found[pattern, int(flags)] = re.compile(pattern, flags)
    for name, module in list(sys.modules.items()):
        if name.startswith("prodify"):
            for item in list(vars(module).values()):
                if type(item) is re.Pattern:
                    found[item.pattern, item.flags] = item
    return list(found.values())


def tree_of(pattern: re.Pattern[Any]) -> Any:
    """What a pattern is made of."""
    return _parser.parse(pattern.pattern, pattern.flags)


def groups(tree: Any) -> Iterator[Any]:
    """The bodies of repetitions in which something repeats, is optional or has another: elsewhere there is one way only."""
    for operation, value in tree:
        if operation in REPEATS and value[1] > COPIES and any(inner in (*REPEATS, _constants.BRANCH) for inner, _ in flat(value[2])):
            yield value[2]
        for part in parts(operation, value):
            yield from groups(part)


def flat(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every operation at or below a tree."""
    for operation, value in tree:
        yield operation, value
        for part in parts(operation, value):
            yield from flat(part)


def parts(operation: Any, value: Any) -> list[Any]:
    """The trees in an operation."""
    if operation in (*REPEATS, _constants.POSSESSIVE_REPEAT):
        return [value[2]]
    if operation is _constants.SUBPATTERN:
        return [value[3]]
    if operation is _constants.BRANCH:
        return list(value[1])
    return [value] if operation is _constants.ATOMIC_GROUP else []


def letters(tree: Any) -> list[str]:
    """What is drawn from: the characters that the pattern names, and a few that most classes hold."""
    named = {chr(value) for operation, value in flat(tree) if operation is _constants.LITERAL}
    for operation, value in flat(tree):
        if operation is _constants.IN:
            named |= {chr(inner) for kind, inner in value if kind is _constants.LITERAL}
    return sorted(named | set("a1_ \t\r\n.-#"))


def draw(tree: Any, alphabet: list[str], chance: random.Random) -> str:
    """A text that the tree probably matches."""
    out = ""
    for operation, value in tree:
        if operation is _constants.LITERAL:
            out += chr(value)
        elif operation in (_constants.IN, _constants.NOT_LITERAL, _constants.ANY):
            out += one(operation, value, alphabet, chance)
        elif operation in (*REPEATS, _constants.POSSESSIVE_REPEAT):
            most = min(value[1], value[0] + 2)
            out += "".join(draw(value[2], alphabet, chance) for _ in range(chance.randint(value[0], max(value[0], most))))
        elif operation is _constants.BRANCH:
            out += draw(chance.choice(value[1]), alphabet, chance)
        elif operation is _constants.SUBPATTERN:
            out += draw(value[3], alphabet, chance)
        elif operation is _constants.ATOMIC_GROUP:
            out += draw(value, alphabet, chance)
    return out


def one(operation: Any, value: Any, alphabet: list[str], chance: random.Random) -> str:
    """A character of the alphabet that a class holds."""
    if operation is _constants.ANY:
        return chance.choice([letter for letter in alphabet if letter != "\n"])
    if operation is _constants.NOT_LITERAL:
        return chance.choice([letter for letter in alphabet if ord(letter) != value])
    single = _parser.SubPattern(_parser.State(), [(operation, value)])
    single.state.str = ""
    holds = _compiler.compile(single, 0)
    fitting = [letter for letter in alphabet if holds.match(letter)]
    return chance.choice(fitting) if fitting else "a"


def give_up(_signal: int, _frame: object) -> None:
    raise TooSlow


def is_slow(pattern: re.Pattern[Any], text: str) -> bool:
    """Whether a search does not end in time."""
    subject: Any = text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
    try:
        pattern.search(subject)
    except TooSlow:
        return True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return False


def finding(pattern: re.Pattern[Any], chance: random.Random) -> str | None:
    """A text that takes the pattern too long."""
    tree = tree_of(pattern)
    bodies = list(groups(tree))
    alphabet = letters(tree) if bodies else []
    for body in bodies:
        for _ in range(DRAWS):
            lead, unit = draw(tree, alphabet, chance), draw(body, alphabet, chance)
            for end in ENDS:
                for text in (unit * COPIES + end, lead + unit * COPIES + end):
                    if is_slow(pattern, text):
                        return text
    return None


@pytest.fixture
def bounded() -> Iterator[None]:
    before = signal.signal(signal.SIGVTALRM, give_up)
    yield
    signal.signal(signal.SIGVTALRM, before)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no such timers here")
@pytest.mark.usefixtures("bounded")
def test_no_pattern_tries_for_ever() -> None:
    chance = random.Random(20261129)
    every = patterns()
    assert len(every) > 700
    assert sum(1 for pattern in every if list(groups(tree_of(pattern)))) > 50
    slow = [pattern.pattern for pattern in every if finding(pattern, chance) is not None]
    assert slow == []


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no such timers here")
@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("pattern", [
    r"(?:[ \t]{0,20}(?:#[^\n]{0,400})?\r?\n){0,80}[A-Z]+=",
    r"(?:a+)+$",
    r"^(?:\w+\s?)*$",
    r"(?:x|x\s*)+y",
])  # fmt: skip
def test_patterns_that_do_are_found(pattern: str) -> None:
    assert finding(re.compile(pattern), random.Random(1)) is not None
