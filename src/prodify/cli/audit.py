"""`prodify audit`: facts, checks, report. Never writes into the repository."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from prodify.cli.auditing import Request, carry_out
from prodify.cli.choices import Colour, FailOn, ReportFormat, Show
from prodify.cli.options import ColourOption, ConfigOption, PathArgument, QuietOption, SetOption, StepOption


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
    request = Request(
        path, format_, output, show, fail_on, fail_under, exit_zero, history, no_ignores, quiet, colour, config,
        tuple(step or ()), tuple(select or ()), tuple(ignore or ()), tuple(imports or ()),
        (*(settings or ()), *([f"audience={audience}"] if audience else ())),
    )  # fmt: skip
    raise typer.Exit(carry_out(request))
