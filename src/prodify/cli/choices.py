"""What options let one choose from, apart from the options themselves: the everyday audit does without typer."""

from __future__ import annotations

from enum import StrEnum


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
