"""`prodify own FILE`: hand a file over to the user for good."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from prodify.cli.apply import Check, DryRun, ShowDiff
from prodify.cli.options import QuietOption
from prodify.cli.session import say


def own(
    file: Annotated[str, typer.Argument(help="A managed file, relative to the repository.")],
    path: Annotated[Path, typer.Option("--root", help="The repository.")] = Path(),
    dry_run: DryRun = False,
    diff: ShowDiff = False,
    check: Check = False,
    quiet: QuietOption = False,
) -> None:
    """Hand a file over to you: prodify neither writes nor judges it again."""
    from prodify.changes import own as hand_over
    from prodify.changes import plan_own
    from prodify.cli.writing import Mode, finish_interrupted, show, watching
    from prodify.inventory.files import open_root

    root, mode = open_root(path).root, Mode(dry_run, diff, check, quiet=quiet)
    if not mode.writes:
        plan = plan_own(root, file)
        show(plan, mode)
        raise typer.Exit(1 if check and not plan.empty else 0)
    with watching():
        finish_interrupted(root, mode)
        hand_over(root, file)
        if not quiet:
            say(f"{file} is yours now")
