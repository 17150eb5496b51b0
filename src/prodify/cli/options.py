"""Options that several commands share, each described once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class FailOn(StrEnum):
    """Lowest level of a finding that fails the command."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


class Colour(StrEnum):
    """When to colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class ReportFormat(StrEnum):
    """Formats of the audit."""

    TEXT = "text"
    JSON = "json"


class Show(StrEnum):
    """How much of the audit to show."""

    TOP = "top"
    FAILED = "failed"
    ALL = "all"


class Conflict(StrEnum):
    """What to do where an upgrade and a hand edit touch the same lines."""

    MARKERS = "markers"
    SKIP = "skip"
    ABORT = "abort"


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
