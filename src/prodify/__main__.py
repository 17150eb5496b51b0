"""The console script. `--version` answers before anything is imported; everything else goes through the one error boundary."""

from __future__ import annotations

import sys


def main() -> int:
    """Run prodify with the process's arguments and return the exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from prodify.version import __version__

        sys.stdout.write(f"prodify {__version__}\n")
        return 0
    import gc

    gc.disable()  # a command makes many objects and next to no cycles: a tenth of the time, one percent more memory
    if sys.argv[1:3] == ["audit", "--staged"]:
        from prodify.cli import hook

        if tuple(sys.argv[1:]) in hook.PLAIN:
            return hook.run(sys.argv[1:])
    if sys.argv[1:2] == ["audit"]:
        from prodify.cli import everyday

        request = everyday.request_of(sys.argv[2:])
        if request is not None:
            return everyday.run(request)
    from prodify.cli.app import run

    return run(sys.argv[1:])


def process() -> None:
    """Run prodify as a process of its own. An audit ends at once: to take apart what it has built takes a tenth of a small one."""
    code = main()
    import os

    if sys.argv[1:2] == ["audit"] and sys.getprofile() is None and sys.gettrace() is None:  # a profiler reports at the end
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except (OSError, ValueError):  # the interpreter says it as it would have said
            sys.exit(code)
        from prodify import patternstore

        patternstore.keep()
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    process()
