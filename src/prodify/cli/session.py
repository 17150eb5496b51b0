"""What every command needs: the inventory, the profile, and a way to say things on stderr."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.inventory import Inventory

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from prodify.cli.choices import Colour
    from prodify.profile_file import Loaded


@dataclass(frozen=True, slots=True)
class Session:
    """An opened repository with its profile."""

    repo: Inventory
    loaded: Loaded


def open_session(
    path: Path,
    settings: Sequence[str] | None = None,
    config: Path | None = None,
    *,
    quiet: bool = False,
    history: bool | None = None,
    ahead: bool = False,
) -> Session:
    """Open a repository and load its profile; notices about the profile go to stderr. `history` as the inventory has it.

    `ahead`: everything will be asked for, so that what takes long may begin.
    """
    repo = Inventory(path, history=history)
    if ahead:
        repo.files.ask_git(all_of_it=True)
    from prodify.checks import all_checks
    from prodify.infer import load_profile

    if ahead:
        all_checks()  # imported while git looks at the directories
        repo.look_ahead()
    loaded = load_profile(repo, tuple(settings or ()), config)
    if not quiet:
        for notice in loaded.notices:
            say(notice)
    return Session(repo, loaded)


def say(message: str) -> None:
    """A message for the person at the terminal."""
    sys.stderr.write(f"prodify: {message}\n")


def emit(text: str, output: Path | None = None) -> None:
    """Data to stdout, or to a file that is replaced whole."""
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")  # bytes of names that are no UTF-8; the same in JSON
    if output is None:
        sys.stdout.write(text)
        return
    from prodify.errors import UsageError

    try:
        output.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"--output: cannot write {output} ({error.strerror})", "Give a path in a directory that exists.") from None


def wants_colour(colour: Colour) -> bool:
    """Whether stdout is a terminal that shall be coloured; NO_COLOR and TERM=dumb are honoured."""
    if colour.value != "auto":
        return colour.value == "always"
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def console(colour: Colour) -> Console:
    """A rich console on stdout."""
    from rich.console import Console

    coloured = wants_colour(colour)
    return Console(no_color=not coloured, force_terminal=coloured, highlight=False, color_system="auto" if coloured else None)
