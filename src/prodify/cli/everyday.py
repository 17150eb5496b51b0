"""The everyday audit's own way in: a path and a few plain options need no typer, whose import takes a tenth of a small audit."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prodify.cli.auditing import Request, carry_out
from prodify.cli.boundary import contract
from prodify.cli.choices import FailOn, ReportFormat, Show

if TYPE_CHECKING:
    from collections.abc import Sequence

_FLAGS: dict[str, dict[str, Any]] = {
    "--history": {"history": True},
    "--no-history": {"history": False},
    "--exit-zero": {"exit_zero": True},
    "--no-ignores": {"no_ignores": True},
    "--quiet": {"quiet": True},
    "-q": {"quiet": True},
}
_CHOICES: dict[str, tuple[str, type[FailOn | ReportFormat | Show]]] = {
    "--format": ("format", ReportFormat),
    "--show": ("show", Show),
    "--fail-on": ("fail_on", FailOn),
}


def request_of(arguments: Sequence[str]) -> Request | None:
    """What arguments behind `audit` ask for; None for whatever is not plain, which is typer's to read or to refuse."""
    if sys.platform == "win32":  # typer expands patterns and variables there
        return None
    asked: dict[str, Any] = {}
    rest = iter(arguments)
    for argument in rest:
        name, equals, value = argument.partition("=")
        if argument in _FLAGS:
            asked.update(_FLAGS[argument])
        elif name in _CHOICES:
            key, choice = _CHOICES[name]
            word = value if equals else next(rest, "")
            if word not in tuple(choice):
                return None
            asked[key] = choice(word)
        elif not argument or argument.startswith("-") or "path" in asked:
            return None
        else:
            asked["path"] = Path(argument)
    return Request(**asked)


def run(request: Request) -> int:
    """Carry out the audit; nothing escapes as a traceback."""
    return contract(lambda: carry_out(request))
