"""`prodify apply`: write the missing layer, exactly as previewed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from prodify.cli.choices import Conflict
from prodify.cli.options import ConfigOption, PathArgument, QuietOption, RecipeOption, SetOption, StepOption
from prodify.cli.session import open_session, say

AllowDirty = Annotated[bool, typer.Option("--allow-dirty", help="Touch files that have uncommitted changes.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="List what would change; write nothing.")]
ShowDiff = Annotated[bool, typer.Option("--diff", help="Print the patch that git apply accepts; write nothing.")]
Check = Annotated[bool, typer.Option("--check", help="Exit 1 if something would change; write nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask. Without it and without a terminal, only new files are written.")]
ConflictOption = Annotated[
    Conflict, typer.Option("--conflict", help="Where an update meets a hand edit: markers, skip the file, or abort without writing.")
]
ServiceOption = Annotated[str | None, typer.Option("--service", metavar="NAME", help="The service to write for, where there are several.")]
CommitPerStep = Annotated[bool, typer.Option("--commit-per-step", help="One git commit a step; refused while other changes are staged.")]


def apply(
    path: PathArgument = Path(),
    step: StepOption = None,
    recipe: RecipeOption = None,
    everything: Annotated[bool, typer.Option("--all", help="All steps.")] = False,
    service: ServiceOption = None,
    dry_run: DryRun = False,
    diff: ShowDiff = False,
    check: Check = False,
    yes: Yes = False,
    allow_dirty: AllowDirty = False,
    commit_per_step: CommitPerStep = False,
    conflict: ConflictOption = Conflict.MARKERS,
    settings: SetOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
) -> None:
    """Write what is missing: one step, one recipe, or everything; nothing of yours is overwritten."""
    from prodify.changes import ConflictPolicy
    from prodify.cli.init import summary
    from prodify.cli.steps import apply_groups
    from prodify.cli.writing import Mode, finish_interrupted, watching
    from prodify.model import Step
    from prodify.wishes import choose

    mode = Mode(dry_run, diff, check, yes, allow_dirty, quiet, ConflictPolicy(conflict.value))
    with watching() as watch:
        session = open_session(path, settings, config, quiet=quiet)
        profile = session.loaded.profile
        recipes = choose([Step.parse(s) for s in step or ()], recipe or (), everything=everything, profile=profile)
        if session.loaded.path is None and not quiet:
            say(f"no prodify.yaml, so these goals are assumed: {summary(profile)}")
        root = session.repo.files.root
        finish_interrupted(root, mode)
        raise typer.Exit(apply_groups(root, profile, service, recipes, mode, watch, commits=commit_per_step))
