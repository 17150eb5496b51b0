"""How deep a YAML text nests, told before anything builds a tree of it: the C composer recurses once a level and kills the process."""

from __future__ import annotations

MOST_LEVELS = 100
"""Nobody writes deeper documents, and every reader that recurses survives this."""
_SURELY_FLAT = 1000


def is_too_deep(text: str) -> bool:
    """Whether a text nests deeper than `MOST_LEVELS` before it ends or stops being YAML.

    A level needs a bracket, or a column further to the right than the one above: most texts are told by counting those.

    >>> is_too_deep("[" * 5000), is_too_deep("- " * 5000 + "x"), is_too_deep("a: {b: [c]}")
    (True, True, False)
    """
    if text.count("[") + text.count("{") < _SURELY_FLAT and max(map(len, text.splitlines()), default=0) < _SURELY_FLAT:
        return False
    import yaml

    levels = 0
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if isinstance(event, yaml.CollectionStartEvent):
                levels += 1
                if levels > MOST_LEVELS:
                    return True
            elif isinstance(event, yaml.CollectionEndEvent):
                levels -= 1
    except (yaml.YAMLError, ValueError):
        return False
    return False
