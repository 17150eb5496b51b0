"""One audit from its request to the exit code, however the command line was read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from prodify.cli.choices import Colour, FailOn, ReportFormat, Show
from prodify.cli.session import console, emit, open_session, say

if TYPE_CHECKING:
    from prodify.model import Report


class Request(NamedTuple):
    """What the options of `prodify audit` ask for."""

    path: Path = Path()
    format: ReportFormat = ReportFormat.TEXT
    output: Path | None = None
    show: Show | None = None
    fail_on: FailOn = FailOn.NEVER
    fail_under: int | None = None
    exit_zero: bool = False
    history: bool | None = None
    no_ignores: bool = False
    quiet: bool = False
    colour: Colour = Colour.AUTO
    config: Path | None = None
    steps: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    imports: tuple[Path, ...] = ()
    settings: tuple[str, ...] = ()


def carry_out(asked: Request) -> int:
    """Audit, print the report and return the exit code."""
    whole = not (asked.steps or asked.select)
    session = open_session(asked.path, asked.settings, asked.config, quiet=asked.quiet, history=asked.history, ahead=whole)
    from prodify.audit import Selection, audit
    from prodify.model import Step

    selection = Selection(tuple(Step.parse(s) for s in asked.steps), asked.select, asked.ignore)
    report = audit(session.repo, session.loaded.profile, selection, ignores=not asked.no_ignores, imports=asked.imports)
    if not asked.quiet:
        for notice in (*report.notices, *_unread_history(report)):
            say(notice)
    _print(report, asked.format, asked.output, asked.show, asked.colour)
    code = exit_code(report, asked.fail_on, asked.fail_under, exit_zero=asked.exit_zero)
    if code == 3:
        say("nothing here could be evaluated, so there is no score; give the path of a repository with code")
    return code


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
