"""`prodify list checks|recipes|validators`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from prodify.cli.choices import ReportFormat
from prodify.cli.options import JsonFormatOption
from prodify.cli.session import emit


class What(StrEnum):
    """What can be listed."""

    CHECKS = "checks"
    RECIPES = "recipes"
    VALIDATORS = "validators"


def list_(
    what: Annotated[What, typer.Argument(help="checks, recipes or validators.")], format_: JsonFormatOption = ReportFormat.TEXT
) -> None:
    """List the checks, recipes or validators."""
    rows = {What.CHECKS: _checks, What.RECIPES: _recipes, What.VALIDATORS: _validators}[what]()
    if format_ is ReportFormat.JSON:
        import json

        emit(json.dumps({"schema": "prodify.list/1", what.value: rows}, indent=2) + "\n")
        return
    emit("".join("  ".join(str(value) for value in row.values() if value not in (None, "")) + "\n" for row in rows))


def _checks() -> list[dict[str, Any]]:
    from prodify.checks import all_checks

    return [
        {"step": c.step.slug, "id": c.id, "level": c.level.value, "maturity": c.maturity, "title": c.title, "recipe": c.fixed_by}
        for c in all_checks()
    ]


def _recipes() -> list[dict[str, Any]]:
    from prodify.recipes import all_recipes

    return [{"step": r.step.slug, "id": r.id, "title": r.title, "default": r.default} for r in all_recipes()]


def _validators() -> list[dict[str, Any]]:
    from prodify.validators import discover, missing

    return [{"id": v.name, "title": v.title, "missing": missing(v) or "installed"} for v in discover()]
