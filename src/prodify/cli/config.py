"""`prodify config schema|show`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from prodify.cli.options import ConfigOption, PathArgument, SetOption
from prodify.cli.session import emit, open_session


class What(StrEnum):
    """What to print."""

    SCHEMA = "schema"
    SHOW = "show"


def config(
    what: Annotated[What, typer.Argument(help="schema: the JSON Schema of prodify.yaml; show: the resolved profile.")],
    path: PathArgument = Path(),
    settings: SetOption = None,
    file: ConfigOption = None,
) -> None:
    """Print the schema of prodify.yaml, or the resolved profile."""
    import json

    if what is What.SCHEMA:
        from prodify.profile_file import schema

        emit(json.dumps(schema(), indent=2) + "\n")
        return
    from prodify.profile_text import profile_text

    emit(profile_text(open_session(path, settings, file).loaded.profile))
