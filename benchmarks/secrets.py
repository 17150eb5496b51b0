"""The detector alone, as a process of its own: `python -m benchmarks.secrets DIRECTORY` or `--history REPOSITORY`."""

from __future__ import annotations

import gc
import os
import sys


def main(arguments: list[str]) -> int:
    """Scan a tree, or a history without what an earlier run knows, and print how many secrets there are."""
    gc.disable()  # as the command does
    if arguments[0] == "--history":
        from pathlib import Path

        from prodify.inventory.roles import role_of
        from prodify.inventory.secrets.gitstream import listing, runner

        run_git = runner(Path(arguments[1]))
        listed = listing(run_git)
        from prodify.inventory.secrets.history import scan_history
        from prodify.inventory.secrets.scanner import Scanner

        print(len(scan_history(Scanner(), run_git, role_of, listed=listed).hits))
    else:
        from prodify.inventory import Inventory

        print(len(Inventory(arguments[0]).secrets))
    return 0


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)  # as the command does
