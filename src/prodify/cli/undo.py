"""`prodify undo`: restore the bytes of the last apply."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from prodify.cli.apply import DryRun, ShowDiff
from prodify.cli.options import PathArgument, QuietOption
from prodify.cli.session import say

Something = Annotated[bool, typer.Option("--check", help="Exit 1 if there is something to take back; write nothing.")]


def undo(
    path: PathArgument = Path(),
    dry_run: DryRun = False,
    diff: ShowDiff = False,
    check: Something = False,
    quiet: QuietOption = False,
) -> None:
    """Take the last apply back: files, modes, the lock and git's index; files edited since are left alone."""
    from prodify.changes import plan_undo
    from prodify.changes import undo as take_back
    from prodify.cli.writing import Mode, finish_interrupted, show, watching
    from prodify.inventory.files import open_root

    root, mode = open_root(path).root, Mode(dry_run, diff, check, quiet=quiet)
    if not mode.writes:
        plan = plan_undo(root)
        show(plan, mode)
        raise typer.Exit(1 if check and not plan.empty else 0)
    with watching() as watch:
        finish_interrupted(root, mode)
        done = take_back(root)
        watch.stands = "The old tree is back."
        for word, paths in (("restored", done.restored), ("removed", done.removed), ("left alone, edited since", done.kept)):
            if paths and not quiet:
                say(f"{word}: {', '.join(paths)}")
