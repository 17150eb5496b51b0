"""The typer application."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
import typer

from prodify.cli import commands
from prodify.cli.boundary import INTERRUPTED, contract

if TYPE_CHECKING:
    from collections.abc import Sequence


def build() -> typer.Typer:
    """The application with every command."""
    app = typer.Typer(
        name="prodify",
        cls=commands.Group,
        help="Turn a prototype into a supported production service, in small, reviewable, proven steps.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    commands.register(app)
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code of the contract; nothing escapes as a traceback."""
    return contract(lambda: _run(arguments))


def _run(arguments: Sequence[str]) -> int:
    try:
        result = typer.main.get_command(build()).main(list(arguments), prog_name="prodify", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.exceptions.Abort:
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        error.show(sys.stderr)
        return 2
    if result == INTERRUPTED:
        # typer turns an interrupt into a number.
        raise KeyboardInterrupt
    return result if isinstance(result, int) else 0
