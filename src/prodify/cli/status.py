"""`prodify status`: how every managed file stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from prodify.cli.choices import ReportFormat
from prodify.cli.options import ConfigOption, JsonFormatOption, PathArgument, QuietOption, SetOption
from prodify.cli.session import emit, open_session, say

Drift = Annotated[bool, typer.Option("--check", help="Exit 1 when a file is edited, missing, outdated, in conflict or left over.")]
YourDiff = Annotated[bool, typer.Option("--diff", help="Print what you changed in files that prodify wrote, as a patch.")]
NeverWrites = Annotated[bool, typer.Option("--dry-run", help="Makes no difference: status never writes.")]


def status(
    path: PathArgument = Path(),
    check: Drift = False,
    diff: YourDiff = False,
    dry_run: NeverWrites = False,  # noqa: ARG001
    format_: JsonFormatOption = ReportFormat.TEXT,
    settings: SetOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
) -> None:
    """List every managed file: clean, edited, missing, outdated, conflict, leftover, foreign or owned."""
    from prodify.changes import FileState, edits_of_user, interrupted
    from prodify.proposal import Proposal

    session = open_session(path, settings, config, quiet=quiet)
    proposal = Proposal(session.repo.files.root, session.loaded.profile)
    if interrupted(proposal.root):
        say("an earlier change was interrupted, so the files are between old and new; prodify undo or apply finishes it first")
    found = proposal.states()
    if diff:
        emit(edits_of_user(proposal.root, proposal.lock))
    elif format_ is ReportFormat.JSON:
        import json

        rows = [{"path": s.path, "state": s.state.value, "recipes": list(s.recipes), "note": s.note or None} for s in found]
        emit(json.dumps({"schema": "prodify.status/1", "files": rows}, indent=2) + "\n")
    else:
        emit("".join(f"{s.state.value:<9} {s.path}  ({', '.join(s.recipes)}){'  ' + s.note if s.note else ''}\n" for s in found))
    settled = (FileState.CLEAN, FileState.FOREIGN, FileState.OWNED)
    raise typer.Exit(1 if check and any(s.state not in settled for s in found) else 0)
