"""`prodify own FILE`: hand a file over to the user for good."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from prodify.cli.session import say


def own(
    file: Annotated[str, typer.Argument(help="A managed file, relative to the repository.")],
    path: Annotated[Path, typer.Option("--root", help="The repository.")] = Path(),
) -> None:
    """Hand a file over to you: prodify neither writes nor judges it again."""
    from prodify.changes import own as hand_over
    from prodify.inventory.files import open_root

    hand_over(open_root(path).root, file)
    say(f"{file} is yours now")
