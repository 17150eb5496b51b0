"""`python -m prodify.validators`: which validators can run on this machine, and how to get the others."""

from __future__ import annotations

import sys

from prodify.validators.runner import discover, missing


def main() -> int:
    """Print one line a validator; exit 0 whatever is missing, because a missing tool is no error here."""
    for validator in discover():
        lacking = missing(validator)
        sys.stdout.write(f"{'missing' if lacking else 'ready':8} {validator.name:24} {lacking or validator.title}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
