"""Say which tests of the last run may be tried once more, on their own: few, and all of them against real servers.

    python scripts/live_again.py [--cache .pytest_cache]

Live tests share two cores with whatever runs beside them, and a server may be late there for no fault of ours; a fault of ours shows again
when nothing runs beside. So `.ci/run` repeats up to three of them, one after another, and prints both verdicts. Every other failure stands.
Exit status: 0 and the tests, one a line, where they may be tried again; 1 and the reason where not.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

MOST = 3
LIVE = "tests/e2e/"


def again(cache: Path) -> tuple[list[str], str]:
    """The tests to repeat; or none, and the reason.

    `cache` is pytest's; its file `v/cache/lastfailed` is an object whose keys are the tests that failed, or files that could not be read.
    """
    try:
        failed = list(json.loads((cache / "v/cache/lastfailed").read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        return [], f"which tests failed is not known: {error}"
    others = [test for test in failed if not test.startswith(LIVE) or "::" not in test]
    if not failed or others:
        return [], "no test failed: the run itself did" if not failed else f"not live, so they count: {', '.join(others)}"
    return (failed, "") if len(failed) <= MOST else ([], f"{len(failed)} live tests failed, which is no accident")


def main() -> int:
    """Print the tests, or why none is repeated."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cache", type=Path, default=Path(".pytest_cache"))
    tests, reason = again(parser.parse_args().cache)
    sys.stdout.write("\n".join(tests or [reason]) + "\n")
    return 0 if tests else 1


if __name__ == "__main__":
    sys.exit(main())
