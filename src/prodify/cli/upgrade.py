"""`prodify upgrade`: render again with today's templates and profile, and merge."""

from __future__ import annotations

from pathlib import Path

import typer

from prodify.cli.apply import AllowDirty, Check, ConflictOption, DryRun, ServiceOption, ShowDiff, Yes
from prodify.cli.choices import Conflict
from prodify.cli.options import ConfigOption, PathArgument, QuietOption, SetOption
from prodify.cli.session import open_session, say


def upgrade(
    path: PathArgument = Path(),
    service: ServiceOption = None,
    dry_run: DryRun = False,
    diff: ShowDiff = False,
    check: Check = False,
    yes: Yes = False,
    allow_dirty: AllowDirty = False,
    conflict: ConflictOption = Conflict.MARKERS,
    settings: SetOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
) -> None:
    """Bring every file that prodify wrote up to date; your edits are kept by a three-way merge, and what is no longer made goes."""
    from prodify.changes import ConflictPolicy
    from prodify.cli.writing import Mode, carry_out, finish_interrupted, watching
    from prodify.proposal import Proposal

    mode = Mode(dry_run, diff, check, yes, allow_dirty, quiet, ConflictPolicy(conflict.value))
    with watching() as watch:
        session = open_session(path, settings, config, quiet=quiet)
        root = session.repo.files.root
        finish_interrupted(root, mode)
        proposal = Proposal(root, session.loaded.profile, service)
        if not proposal.lock.entries:
            say("nothing was applied here yet; see prodify plan")
            raise typer.Exit(0)
        proposal.require_component()
        raise typer.Exit(carry_out(root, proposal.upgrade(mode.policy), mode, watch)[0])
