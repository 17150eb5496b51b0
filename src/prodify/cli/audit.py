"""`prodify audit`: facts, checks, report. Never writes into the repository."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from prodify.cli.options import (
    Colour,
    ColourOption,
    ConfigOption,
    FailOn,
    PathArgument,
    QuietOption,
    ReportFormat,
    SetOption,
    Show,
    StepOption,
)
from prodify.cli.session import console, emit, open_session, say

if TYPE_CHECKING:
    from prodify.model import Report


def audit(
    path: PathArgument = Path(),
    step: StepOption = None,
    select: Annotated[list[str] | None, typer.Option("--select", metavar="CHECK", help="Only this check. Repeatable.")] = None,
    ignore: Annotated[list[str] | None, typer.Option("--ignore", metavar="CHECK", help="All but this check. Repeatable.")] = None,
    audience: Annotated[str | None, typer.Option("--audience", help="creator, team or public; instead of the profile's.")] = None,
    format_: Annotated[ReportFormat, typer.Option("--format", help="Output format.")] = ReportFormat.TEXT,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write the report to a file.")] = None,
    show: Annotated[
        Show | None, typer.Option("--show", help="top: the first screen; failed; all. Default: top at a terminal, failed elsewhere.")
    ] = None,
    fail_on: Annotated[FailOn, typer.Option("--fail-on", help="Exit 1 on a finding at or above this level.")] = FailOn.NEVER,
    fail_under: Annotated[int | None, typer.Option("--fail-under", min=0, max=100, help="Exit 1 when the score is under this.")] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 whatever is found.")] = False,
    staged: Annotated[
        bool, typer.Option("--staged", help="The pre-commit mode: secrets in what is staged, as text. Knows --fail-on, --no-ignores, -q.")
    ] = False,
    history: Annotated[
        bool | None, typer.Option("--history/--no-history", help="Look for secrets in git history. Default: where it is cheap.")
    ] = None,
    no_ignores: Annotated[bool, typer.Option("--no-ignores", help="Count suppressed findings as well.")] = False,
    imports: Annotated[
        list[Path] | None,
        typer.Option("--import", metavar="FILE", help="List another scanner's SARIF; it counts for --fail-on, not the score. Repeatable."),
    ] = None,
    settings: SetOption = None,
    config: ConfigOption = None,
    colour: ColourOption = Colour.AUTO,
    quiet: QuietOption = False,
) -> None:
    """Inventory a repository, score it against ten steps and say what to do next."""
    if staged:
        from prodify.cli.staged import audit_staged

        raise typer.Exit(audit_staged(path, fail_on.value, ignores=not no_ignores, quiet=quiet))
    from prodify.audit import Selection
    from prodify.audit import audit as run_audit
    from prodify.model import Step

    words = [*(settings or ()), *([f"audience={audience}"] if audience else [])]
    session = open_session(path, words, config, quiet=quiet, history=history, secrets=not (step or select))
    selection = Selection(tuple(Step.parse(s) for s in step or ()), tuple(select or ()), tuple(ignore or ()))
    report = run_audit(session.repo, session.loaded.profile, selection, ignores=not no_ignores, imports=tuple(imports or ()))
    if not quiet:
        for notice in (*report.notices, *_unread_history(report)):
            say(notice)
    _print(report, format_, output, show, colour)
    code = exit_code(report, fail_on, fail_under, exit_zero=exit_zero)
    if code == 3:
        say("nothing here could be evaluated, so there is no score; give the path of a repository with code")
    raise typer.Exit(code)


def _print(report: Report, format_: ReportFormat, output: Path | None, show: Show | None, colour: Colour) -> None:
    from prodify.reports.json import json
    from prodify.reports.text import text

    terminal = output is None and (sys.stdout.isatty() or colour is Colour.ALWAYS)
    if format_ is ReportFormat.JSON:
        emit(json(report, (show or Show.FAILED).value), output)
    elif terminal or (show is Show.TOP and output is None):
        from prodify.reports.console import show_report

        show_report(report, console(colour), (show or Show.TOP).value)
    else:
        emit(text(report, (show or Show.FAILED).value), output)


def _unread_history(report: Report) -> list[str]:
    """What to say when git history was too large to be read unasked."""
    return [f.message for f in report.findings if f.check == "no-secret-in-history" and "--history reads it" in f.message]


def exit_code(report: Report, fail_on: FailOn, fail_under: int | None, *, exit_zero: bool) -> int:
    """The contract's exit code: 3 when nothing was evaluated, 1 for findings at or above the level or a low score, else 0."""
    from prodify.model import Level
    from prodify.reports.presentation import LEVEL_ORDER, failures

    if report.score.overall is None:
        return 0 if exit_zero else 3
    if exit_zero:
        return 0
    if fail_under is not None and report.score.overall < fail_under:
        return 1
    if fail_on is FailOn.NEVER:
        return 0
    limit = LEVEL_ORDER[Level(fail_on.value)]
    return 1 if any(LEVEL_ORDER[f.level] <= limit for f in failures(report)) else 0
