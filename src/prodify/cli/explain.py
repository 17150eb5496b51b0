"""`prodify explain`: what a check claims or a recipe writes, why, and how; offline for every id."""

from __future__ import annotations

from typing import Annotated

import typer

from prodify.cli.session import emit


def explain(identifier: Annotated[str, typer.Argument(metavar="ID", help="Id of a check or recipe.")]) -> None:
    """Explain a check or a recipe: what, why, what fails, what passes, how to fix."""
    from prodify.explain import explain as explanation

    emit(explanation(identifier))
