"""Options that several commands share, each described once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from prodify.cli.choices import Colour, ReportFormat

PathArgument = Annotated[Path, typer.Argument(help="The repository.", show_default=True)]
ConfigOption = Annotated[Path | None, typer.Option("--config", help="Profile to use instead of the repository's prodify.yaml.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Set a value of the profile, for example slo.latency.threshold_ms=250. Repeatable."),
]
StepOption = Annotated[list[str] | None, typer.Option("--step", metavar="STEP", help="Only this step: slug or number. Repeatable.")]
RecipeOption = Annotated[list[str] | None, typer.Option("--recipe", metavar="NAME", help="Only this recipe. Repeatable.")]
QuietOption = Annotated[bool, typer.Option("-q", "--quiet", help="No messages on stderr.")]
ColourOption = Annotated[Colour, typer.Option("--color", help="When to colour.")]
JsonFormatOption = Annotated[ReportFormat, typer.Option("--format", help="Output format.")]
