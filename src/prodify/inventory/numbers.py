"""Numbers written in files that nobody checked: digits that Python refuses, or that no machine has as a port, are none."""

from __future__ import annotations

_LONGEST = 5


def port_number(text: str) -> int | None:
    """The TCP port that a text of digits names, None when it names none.

    >>> port_number("08080"), port_number("70000"), port_number("9" * 5000), port_number("²")
    (8080, None, None, None)
    """
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST):
        return None
    return int(text) if 0 < int(text) < 65536 else None
