"""Texts that nobody wrote: words of every format in any order, valid documents with values that nobody expects, and slices of both."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import yaml

TOKENS = (
    "{ } [ ] ( ) < > : - , . = == != # // /* */ ' \" ` \\ $ ${ {{ }} | || && ; & * ! @ % ^ ~ ? + \n \t \r \0 \x85 \u2028 \ufeff "
    "é 0 1 9999999999 -1 1e999 0x ² "
    "FROM RUN CMD EXPOSE ENV USER COPY ARG AS on jobs steps uses run name services image ports build resource variable default provider "
    "apiVersion kind metadata spec data groups rules alert expr for labels import from def class return async await if else while "
    "flask==3.0 -r -e --hash [project] [tool.prodify] dependencies scripts select insert where true null yes &a *a << !!int !include "
    "service slo runs results version 2.1.0 cells source password token https:// ** */ a b c "
    "execute( f\" %s .format( '+ {x} SELECT prodify:ignore[ no-secret-in-code] # gitleaks:allow reason :12 ``` ## --- ... "
    "<<<<<<< ======= >>>>>>> process.env. os.environ[ const let require( export app=Flask( app=express()"
).split(" ")
PIECES = [*TOKENS, " ", "  ", "\n", "\n  ", "\r\n", '"""', "'''"]
Given = Callable[[Random], str]
"""Draws a text."""


def words(random: Random) -> str:
    """Words and other characters in any order, some of them again and again."""
    pieces = []
    for _ in range(random.randrange(random.choice((8, 40, 120)))):
        kind = random.random()
        if kind < 0.85:
            pieces.append(random.choice(PIECES))
        elif kind < 0.95:
            pieces.append(
                "".join(chr(random.choice((random.randrange(128), random.randrange(0xD7FF)))) for _ in range(random.randrange(5)))
            )
        elif pieces:
            pieces.append(random.choice(pieces) * random.randrange(30))
    return "".join(pieces)


DEEP: list[Any] = []
for _ in range(200):
    DEEP = [DEEP]
ODD: list[Any] = [
    None, True, False, 0, 1, -1, 3.5, float("inf"), float("nan"), 10**30, "", " ", "\n", "²", "٣", "-1", "1e999", "9" * 5000,
    "\ud800", "\0", "../up", "/etc/passwd", "a" * 300, "${X}", "{{ x }}", "$", "*", ":", "a:b:c", "2001-99-99",
    [], [None], [[]], {}, {"": None}, {"a": {}},
    {"name": []}, ["a", 1, None, {}], DEEP,
]  # fmt: skip
"""Values where another one is expected."""


def mutated(document: Any) -> Given:
    """Texts of a valid document in which up to four values, or keys, are others; now and then a slice of one, or mere words."""

    def draw(random: Random) -> str:
        kind = random.random()
        if kind < 0.1:
            return words(random)
        made = copy.deepcopy(document)
        for _ in range(random.randint(1, 4)):
            spots = list(_containers(made))
            if not spots:
                break
            _change(random, *random.choice(spots))
        text = json.dumps(made)
        if kind < 0.25:
            at = random.randrange(len(text))
            text = text[:at] + words(random) + text[at + random.randrange(20) :]
        return text

    return draw


def _change(random: Random, holder: Any, key: Any) -> None:
    """Put another value, another key or nothing in a place."""
    value, what = random.choice(ODD), random.randrange(4)
    if what == 0 and isinstance(holder, dict):
        holder[str(value)[:20]] = holder.pop(key)
    elif what == 1:
        del holder[key]
    else:
        holder[key] = copy.deepcopy(value)


def _containers(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a document as its container and key; not below what is deep on purpose."""
    stack = [(node, 0)]
    while stack:
        here, depth = stack.pop()
        if depth > 12:
            continue
        children = list(here.items()) if isinstance(here, dict) else list(enumerate(here)) if isinstance(here, list) else []
        for key, value in children:
            yield here, key
            stack.append((value, depth + 1))


DOCUMENTS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "documents.yaml").read_text(encoding="utf-8"))
"""A valid document of every format that is a tree of values. As JSON all of them are YAML as well."""
