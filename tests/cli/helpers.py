"""Running the command line as a user does: a process of its own, nothing on standard input."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "where2eat-prototype"

_NO_SOCKETS = """
import socket, sys
def refuse(*args, **kwargs):
    raise RuntimeError("a socket was opened")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from prodify.__main__ import main
sys.argv = ["prodify", *sys.argv[1:]]
sys.exit(main())
"""


def prodify(
    arguments: Sequence[str | Path], cwd: Path | None = None, env: Mapping[str, str] | None = None, *, sockets: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run prodify; `sockets` False makes every attempt to connect an error."""
    start = [sys.executable, "-m", "prodify"] if sockets else [sys.executable, "-c", _NO_SOCKETS]
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")} | dict(env or {})
    command = [*start, *map(str, arguments)]
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=300,
        check=False,
    )


def apply_and_undo(prototype: Path, root: Path) -> None:
    """Apply everything to a copy at `root`: a second apply has nothing to do, and undo gives back every byte."""
    shutil.copytree(prototype, root)
    before = _contents(root)
    assert prodify(["apply", root, "--all", "--yes"]).returncode == 0
    assert prodify(["apply", root, "--all", "--check"]).returncode == 0
    assert prodify(["undo", root]).returncode == 0
    assert _contents(root) == before


def _contents(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file() and ".git" not in path.parts}
