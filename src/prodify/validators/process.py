"""Running other people's programs: argument lists only, a clean environment without network, bounded time and output."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from prodify.validators.base import ToolError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TIMEOUT_SECONDS = 120.0
"""The slowest tool needs about 4 s on a large set of files; a machine under load gets thirty times that."""

OUTPUT_LIMIT = 2_000_000
"""Bytes kept of each stream; what comes after is read and dropped, so that the tool does not block."""

NOWHERE = "http://127.0.0.1:9"
"""A proxy that refuses at once (the discard port): a tool that tries the network fails fast instead of waiting."""

OFFLINE = {
    "http_proxy": NOWHERE, "https_proxy": NOWHERE, "HTTP_PROXY": NOWHERE, "HTTPS_PROXY": NOWHERE, "no_proxy": "", "NO_PROXY": "",
    "CHECKPOINT_DISABLE": "1", "K6_NO_USAGE_REPORT": "true", "ZIZMOR_OFFLINE": "true", "PIP_NO_INDEX": "1", "NO_COLOR": "1",
    "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Completed:
    """A finished program: its exit status and the first OUTPUT_LIMIT bytes of each stream as text."""

    code: int
    stdout: str
    stderr: str

    @property
    def last_words(self) -> str:
        """The last line it said, at most 300 characters, for an error message."""
        lines = [line for line in (self.stderr or self.stdout).splitlines() if line.strip()]
        return lines[-1].strip()[:300] if lines else "no output"


def search_path() -> str:
    """Return where executables are looked for: beside this Python, in PRODIFY_TOOLS, in a checkout's .tools/bin, then on PATH.

    Relative entries of PATH are dropped: in an audited repository they would name that repository's files.
    """
    places = [Path(sys.executable).parent]
    if named := os.environ.get("PRODIFY_TOOLS"):
        places.append(Path(named))
    checkout = Path(__file__).resolve().parents[3]
    if (checkout / "pyproject.toml").is_file():
        places.append(checkout / ".tools" / "bin")
    entries = [str(place) for place in places if place.is_absolute()]
    entries += [entry for entry in os.environ.get("PATH", "").split(os.pathsep) if entry and Path(entry).is_absolute()]
    return os.pathsep.join(entries)


def find_executable(name: str) -> str | None:
    """Return the absolute path of an executable, or None."""
    return shutil.which(name, path=search_path())


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a tool: where programs are, a private home and temporary folder, no proxies that lead anywhere."""
    kept = {key: os.environ[key] for key in ("SYSTEMROOT", "COMSPEC", "PATHEXT") if key in os.environ}
    folders = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"), str(home))
    return kept | OFFLINE | folders | {"PATH": search_path()}


def call(
    arguments: Sequence[str], *, cwd: Path, home: Path, timeout: float = TIMEOUT_SECONDS, extra: Mapping[str, str] | None = None
) -> Completed:
    """Run a program to its end and return what it said.

    Raises:
        ToolError: it cannot be started, or was still running after `timeout` seconds and was ended with all its children.
    """
    try:
        process = subprocess.Popen(
            list(arguments), cwd=cwd, env=environment(home) | dict(extra or {}), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise ToolError(f"{Path(arguments[0]).name} cannot be started: {error.strerror or type(error).__name__}") from error
    assert process.stdout is not None
    assert process.stderr is not None
    captured = [_Capture(process.stdout), _Capture(process.stderr)]
    try:
        code = process.wait(timeout)
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"{Path(arguments[0]).name} was still running after {timeout:.0f} s") from error
    finally:
        _end(process)
        output = [capture.text() for capture in captured]
    return Completed(code, *output)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and whatever it left running; a group that is already gone is fine."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except OSError:
        pass
    process.wait()


class _Capture:
    """Reads a stream to its end in a thread of its own and keeps the beginning."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._kept = bytearray()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with self._stream:
            while chunk := self._stream.read(65536):
                self._kept += chunk[: max(0, OUTPUT_LIMIT - len(self._kept))]

    def text(self) -> str:
        self._thread.join(timeout=5)
        return bytes(self._kept).decode("utf-8", errors="replace")
