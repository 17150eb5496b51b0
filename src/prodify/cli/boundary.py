"""The one place where exceptions become exit codes."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from prodify.errors import Interrupted, ProdifyError

if TYPE_CHECKING:
    from collections.abc import Callable

INTERNAL = 4
INTERRUPTED = 130


def contract(command: Callable[[], int]) -> int:
    """Run a command and return the exit code of the contract; nothing escapes as a traceback."""
    _make_streams_safe()
    try:
        code = command()
        sys.stdout.flush()
    except (KeyboardInterrupt, Interrupted) as stop:
        sys.stderr.write("prodify: interrupted" + (f". {stop}" if stop.args else "") + "\n")
        return INTERRUPTED
    except ProdifyError as error:
        sys.stderr.write(f"prodify: {error.message}\n" + (f"  {error.hint}\n" if error.hint else ""))
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _internal(error)
    return code


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
