"""`prodify undo`: restore the bytes of the last apply."""

from __future__ import annotations

from pathlib import Path

from prodify.cli.options import PathArgument, QuietOption
from prodify.cli.session import say


def undo(path: PathArgument = Path(), quiet: QuietOption = False) -> None:
    """Take the last apply back: files, modes, the lock and git's index; files edited since are left alone."""
    from prodify.changes import recover
    from prodify.changes import undo as take_back
    from prodify.inventory.files import open_root

    root = open_root(path).root
    recover(root)
    done = take_back(root)
    if not quiet:
        for word, paths in (("restored", done.restored), ("removed", done.removed), ("left alone, edited since", done.kept)):
            if paths:
                say(f"{word}: {', '.join(paths)}")
