"""`prodify status`: how every managed file stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from prodify.cli.choices import ReportFormat
from prodify.cli.options import ConfigOption, JsonFormatOption, PathArgument, QuietOption, SetOption
from prodify.cli.session import emit, open_session


def status(
    path: PathArgument = Path(),
    check: Annotated[bool, typer.Option("--check", help="Exit 1 when a file is edited, missing or outdated.")] = False,
    format_: JsonFormatOption = ReportFormat.TEXT,
    settings: SetOption = None,
    config: ConfigOption = None,
    quiet: QuietOption = False,
) -> None:
    """List every managed file: clean, edited, missing, outdated, foreign or owned."""
    from prodify.changes import FileState
    from prodify.changes import status as states
    from prodify.proposal import Proposal

    session = open_session(path, settings, config, quiet=quiet)
    proposal = Proposal(session.repo.files.root, session.loaded.profile)
    found = states(proposal.root, proposal.lock, proposal.wishes(proposal.applied_recipes()).wanted)
    if format_ is ReportFormat.JSON:
        import json

        rows = [{"path": s.path, "state": s.state.value, "recipes": list(s.recipes), "note": s.note or None} for s in found]
        emit(json.dumps({"schema": "prodify.status/1", "files": rows}, indent=2) + "\n")
    else:
        emit("".join(f"{s.state.value:<9} {s.path}  ({', '.join(s.recipes)}){'  ' + s.note if s.note else ''}\n" for s in found))
    drift = any(s.state in (FileState.EDITED, FileState.MISSING, FileState.OUTDATED) for s in found)
    raise typer.Exit(1 if check and drift else 0)
