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
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
ConflictOption = Annotated[Conflict, typer.Option("--conflict", help="Where an update meets a hand edit: markers, skip or abort.")]
ServiceOption = Annotated[str | None, typer.Option("--service", metavar="NAME", help="The service to write for, where there are several.")]


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
    commit_per_step: Annotated[bool, typer.Option("--commit-per-step", help="One git commit a step.")] = False,
    conflict: ConflictOption = Conflict.MARKERS,
    settings: SetOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
) -> None:
    """Write what is missing: one step, one recipe, or everything; nothing of yours is overwritten."""
    from prodify.changes import ConflictPolicy
    from prodify.cli.init import summary
    from prodify.cli.writing import Mode, carry_out, finish_interrupted
    from prodify.model import Step
    from prodify.proposal import Proposal
    from prodify.wishes import choose

    mode = Mode(dry_run, diff, check, yes, allow_dirty, quiet, ConflictPolicy(conflict.value))
    session = open_session(path, settings, config, quiet=quiet)
    root, profile = session.repo.files.root, session.loaded.profile
    recipes = choose([Step.parse(s) for s in step or ()], recipe or (), everything=everything, profile=profile)
    if session.loaded.path is None and not quiet:
        say(f"no prodify.yaml, so these goals are assumed: {summary(profile)}")
    finish_interrupted(root, mode)
    groups = [tuple(r for r in recipes if r.step is s) for s in Step] if commit_per_step and mode.writes else [recipes]
    code = 0
    for group in groups:
        if not group:
            continue
        proposal = Proposal(root, profile, service)
        proposal.require_component()
        wishes = proposal.wishes(group)
        code = max(code, carry_out(root, proposal.plan(wishes, mode.policy), mode))
        if not quiet and not wishes.wanted:
            say(f"nothing to write here for: {', '.join(r.id for r in wishes.silent)}")
        if commit_per_step and mode.writes:
            from prodify.cli.commits import commit_step

            commit_step(root, group[0].step)
    raise typer.Exit(code)
