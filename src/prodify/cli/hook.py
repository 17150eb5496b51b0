"""The pre-commit hook's own way in: typer's import alone would be half of the time that a hook may take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.cli.boundary import contract

if TYPE_CHECKING:
    from collections.abc import Sequence

PLAIN = {
    ("audit", "--staged"): "never",
    ("audit", "--staged", "--fail-on", "error"): "error",
    ("audit", "--staged", "--fail-on", "warning"): "warning",
}
"""Arguments, as hooks give them, to the level from which on findings fail. All others go to the command line proper."""


def run(arguments: Sequence[str]) -> int:
    """Audit what is staged; `arguments` are among `PLAIN`."""
    return contract(lambda: _staged(PLAIN[tuple(arguments)]))


def _staged(fail_on: str) -> int:
    from prodify.inventory.stagedglance import nothing_staged

    if nothing_staged():
        return 0
    from pathlib import Path

    from prodify.cli.staged import audit_staged

    return audit_staged(Path(), fail_on)
