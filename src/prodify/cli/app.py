"""The typer application and the one place where exceptions become exit codes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click
import typer

from prodify.cli import commands
from prodify.errors import ProdifyError

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERNAL = 4
INTERRUPTED = 130


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
    _make_streams_safe()
    try:
        result = typer.main.get_command(build()).main(list(arguments), prog_name="prodify", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        sys.stderr.write("prodify: interrupted\n")
        return INTERRUPTED
    except click.ClickException as error:
        error.show(sys.stderr)
        return 2
    except ProdifyError as error:
        sys.stderr.write(f"prodify: {error.message}\n" + (f"  {error.hint}\n" if error.hint else ""))
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _internal(error)
    return result if isinstance(result, int) else 0


def _make_streams_safe() -> None:
    """Never fail on a character that the stream's encoding lacks (ascii, cp1252, cp437)."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _internal(error: Exception) -> int:
    """One line and the place of a log. The log holds code locations and versions, never content of the audited repository."""
    import platform
    import tempfile
    import traceback

    from prodify.version import RULESET, __version__

    frames = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    lines = [f"prodify {__version__}, ruleset {RULESET}, Python {platform.python_version()}, {platform.platform()}",
             f"{type(error).__module__}.{type(error).__name__}", *frames]  # fmt: skip
    with tempfile.NamedTemporaryFile("w", prefix="prodify-", suffix=".log", delete=False, encoding="utf-8") as log:
        log.write("\n".join(lines) + "\n")
    sys.stderr.write(f"prodify: internal error ({type(error).__name__}); please report it with the file {log.name}\n")
    return INTERNAL
