"""Two short ways to write a rule: a token with a fixed prefix, and a value that only its neighbour's name gives away."""

from __future__ import annotations

import re

from prodify.inventory.secrets.rule import Rule, near

CLASSES = {
    "b62": "[A-Za-z0-9]",
    "b64": "[A-Za-z0-9+/]",
    "b64u": "[A-Za-z0-9_-]",
    "hex": "[0-9a-f]",
    "HEX": "[0-9A-F]",
    "dig": "[0-9]",
    "low": "[a-z0-9]",
    "UP": "[A-Z0-9]",
}
"""Character class of each alphabet that shapes name."""
_SPECIAL = str.maketrans({c: "\\" + c for c in ".+$|()[]^*?"})


def pattern_of(shape: str) -> str:
    """Return the regular expression of a shape such as `glsa_{b62*32}_{hex*8}`: literal text and pieces with a length or a range.

    >>> pattern_of("a.{hex*2}-{low*3-4}")
    'a\\\\.[0-9a-f]{2}-[a-z0-9]{3,4}'
    """
    head, *pieces = shape.split("{")
    pattern = head.translate(_SPECIAL)
    for piece in pieces:
        inner, rest = piece.split("}", 1)
        alphabet, length = inner.split("*")
        pattern += f"{CLASSES[alphabet]}{{{length.replace('-', ',')}}}{rest.translate(_SPECIAL)}"
    return pattern


def prefixed(identifier: str, title: str, shape: str, *, entropy: float = 3.0, structure: str = "") -> Rule:
    """Return the rule of a token whose shape begins with fixed text."""
    keyword = shape.split("{", 1)[0].lower()
    window = max(512, 4 * _longest(shape))
    return Rule(identifier, title, (keyword,), pattern_of(shape), entropy, structure=structure, shape=shape, window=window)


def assigned(identifier: str, title: str, words: str, shape: str, *, entropy: float = 3.0) -> Rule:
    """Return the rule of a value of `shape` that is assigned to a name which begins with one of `words` (separated by a bar).

    `words` may go on with what else the name must hold: `spotify:secret` is a name like SPOTIFY_CLIENT_SECRET.
    """
    first, _, rest = words.partition(":")
    name = first if not rest else rf"(?:{first})[\w.-]{{0,24}}(?:{rest})"
    values = "|".join(pattern_of(part) for part in shape.split("|")).replace(CLASSES["hex"], "[0-9a-fA-F]")
    pattern = near(name, values)
    keywords = tuple(first.lower().split("|"))
    return Rule(identifier, title, keywords, pattern, entropy, shape=shape, words=words, near=True, structure="mixed")


def _longest(shape: str) -> int:
    return sum(int(piece.split("}", 1)[0].rsplit("*", 1)[1].rsplit("-", 1)[-1]) for piece in shape.split("{")[1:]) + len(shape)


_PIECE = r"\{([A-Za-z0-9]+)\*(\d+)(?:-(\d+))?\}"


def examples(rule: Rule) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return shapes that `rule` must find, and shapes that it must leave, in the language of the tests.

    Those of a rule that is written out are its own. Of the others they follow from the shape: drawn values match; the shape filled
    with x, or cut to a third of its length, does not.
    """
    if not rule.shape:
        return rule.yes, rule.no
    shapes = rule.shape.split("|") if rule.near else [rule.shape]
    least = [re.sub(_PIECE, lambda m: f"{{{m[1]}*{m[2]}}}", s) for s in shapes]
    most = [re.sub(_PIECE, lambda m: f"{{{m[1]}*{m[3] or m[2]}}}", s) for s in shapes]
    if not rule.near:
        filled = re.sub(_PIECE, lambda m: "x" * int(m[2]), rule.shape)
        cut = re.sub(_PIECE, lambda m: f"{{{m[1]}*{max(1, int(m[2]) // 3)}}}", rule.shape)
        return (least[0].replace("{", "|{", 1), f'token = "{most[0].replace("{", "|{", 1)}"'), (filled, cut)
    first, _, rest = rule.words.partition(":")
    label = first.split("|", maxsplit=1)[0] + (f"_{rest.split('|')[0]}" if rest else "_key")
    yes = (*(f"{label.upper()}=|{part}" for part in most), f"{label.lower()}: '|{least[0]}'")
    return yes, (f"{label.upper()}={'x' * 24}", f"{label.upper()}=your-key-here")
