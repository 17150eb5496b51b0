"""`prodify verify`: prove the generated files with real tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from prodify.cli.choices import ReportFormat
from prodify.cli.options import JsonFormatOption, PathArgument, QuietOption
from prodify.cli.session import emit, say

if TYPE_CHECKING:
    from prodify.validators import Outcome, Verification


def verify(
    path: PathArgument = Path(),
    validator: Annotated[list[str] | None, typer.Option("--validator", metavar="NAME", help="Only this validator. Repeatable.")] = None,
    everything: Annotated[
        bool, typer.Option("--all-files", help="Every file of the repository, not only those that prodify manages.")
    ] = False,
    require: Annotated[bool, typer.Option("--require-all", help="A missing validator fails the command.")] = False,
    format_: JsonFormatOption = ReportFormat.TEXT,
    quiet: QuietOption = False,
) -> None:
    """Run the real validators on what was generated; says which ran, which are missing and how to get them."""
    from prodify.changes import Lock
    from prodify.inventory.files import open_root
    from prodify.validators import Status
    from prodify.validators import verify as prove

    files = open_root(path)
    entries = Lock.load(files.root).entries
    managed = [p for p in entries if (files.root / p).is_file()]
    paths = list(files.paths) if everything else managed
    theirs = set() if everything else {p for p, entry in entries.items() if entry.kind == "edit" or entry.owned}
    if not paths:
        say("nothing was generated here yet; run prodify apply first, or prove every file with --all-files")
        raise typer.Exit(3)
    found = prove(files.root, paths, validator, theirs)
    emit(_json(found) if format_ is ReportFormat.JSON else _text(found))
    missing = [o for o in found.outcomes if o.status is Status.MISSING]
    ran = [o for o in found.outcomes if o.status in (Status.PASSED, Status.FAILED)]
    if not quiet and missing:
        say(f"{len(missing)} validators are missing, so what they would prove is not proven")
    if not found.ok or (require and missing):
        raise typer.Exit(1)
    raise typer.Exit(0 if ran else 3)


def _text(found: Verification) -> str:
    lines = [line for outcome in found.outcomes for line in _outcome_lines(outcome)]
    lines += [f"skipped        {path}: {reason}" for path, reason in sorted(found.skipped.items())]
    return "\n".join(lines) + "\n"


def _outcome_lines(outcome: Outcome) -> list[str]:
    detail = f"{len(outcome.files)} files" if outcome.files and not outcome.reason else outcome.reason
    lines = [f"{outcome.status.value:<14} {outcome.validator}: {detail or outcome.title}"]
    lines += [f"    {p.path}{':' + str(p.line) if p.line else ''}: {p.message}" for p in outcome.problems]
    return lines + [f"    note: {note}" for note in outcome.notes]


def _json(found: Verification) -> str:
    import json

    def data(outcome: Outcome) -> dict[str, Any]:
        return {
            "validator": outcome.validator, "title": outcome.title, "status": outcome.status.value, "files": list(outcome.files),
            "problems": [{"path": p.path, "line": p.line, "message": p.message} for p in outcome.problems],
            "notes": list(outcome.notes), "reason": outcome.reason or None,
        }  # fmt: skip

    body = {"schema": "prodify.verify/1", "validators": [data(o) for o in found.outcomes], "skipped": dict(sorted(found.skipped.items()))}
    return json.dumps(body, indent=2) + "\n"
