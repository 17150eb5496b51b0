"""A first look at what is staged that imports next to nothing. Most commits hold nothing that any pattern matches; then it is enough."""

from __future__ import annotations

import os

from prodify import usercache
from prodify.inventory.gitcommand import command, environment
from prodify.inventory.gitpipes import Silence, holds_pipe
from prodify.inventory.secrets import cache
from prodify.inventory.secrets.byname import needs_more_than_patterns

LARGEST = 1 << 20
"""Bytes that are looked at in all; more is left to the full look."""
_MOST = 50
"""Files, likewise; their names fit into a pipe."""
_STAGED = ("diff-index", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--relative", "--diff-filter=AM", "HEAD")


def nothing_staged() -> bool:
    """Whether what is staged below the current directory certainly holds no secret. False means that a full look has to tell."""
    if not hasattr(os, "posix_spawnp"):
        return False
    try:
        import hyperscan
    except ImportError:
        return False
    try:
        body = cache.ready(usercache.default_folder(), str(getattr(hyperscan, "__version__", "0")))
        staged = _staged() if body is not None and not holds_pipe(".") else None
        if body is None or not staged:
            return staged is not None
        database = hyperscan.loadb(body, hyperscan.HS_MODE_BLOCK)
        scratch = hyperscan.Scratch(database)
        contents = _contents(staged)
    except (OSError, ValueError, hyperscan.error):
        return False
    found: list[int] = []
    for data in contents or ():
        database.scan(data, match_event_handler=lambda identifier, *_: found.append(identifier), scratch=scratch)
        if found:
            return False
    return contents is not None


def _staged() -> list[str] | None:
    """Blobs of the regular files that are staged; None when there is no commit yet, or a file is judged by more than patterns."""
    raw = _git(*_STAGED)
    if raw is None:
        return None
    tokens = raw.decode("utf-8", "replace").split("\0")
    blobs = []
    for head, path in zip(tokens[::2], tokens[1::2], strict=False):
        fields = head.split()
        if needs_more_than_patterns(path):
            return None
        if fields[1].startswith("100"):
            blobs.append(fields[3])
    return blobs if len(blobs) <= _MOST else None


def _contents(blobs: list[str]) -> list[bytes] | None:
    """The content of each blob that is text, None when one is missing or in UTF-16, or they are large."""
    raw = _git("cat-file", "--batch", "--buffer", stdin="".join(f"{blob}\n" for blob in blobs).encode())
    found: list[bytes] = []
    position = 0
    for _ in blobs:
        end = (raw or b"").find(b"\n", position)
        header = (raw or b"")[position:end].split()
        if raw is None or end < 0 or len(header) != 3 or header[1] != b"blob":
            return None
        position = end + 1 + int(header[2]) + 1
        if position > min(LARGEST, len(raw)):
            return None
        data = raw[end + 1 : position - 1]
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return None
        if b"\0" not in data[:8192]:
            found.append(data)
    return found


def _git(*arguments: str, stdin: bytes = b"") -> bytes | None:
    """Run git here and return its output, None when it fails. `subprocess` alone would cost as much as git does."""
    reading, writing = os.pipe()
    source, filled = os.pipe()
    try:
        os.write(filled, stdin)
        os.close(filled)
        actions = [(os.POSIX_SPAWN_DUP2, source, 0), (os.POSIX_SPAWN_DUP2, writing, 1),
                   (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)]  # fmt: skip
        child = os.posix_spawnp("git", command(*arguments), environment(), file_actions=actions)
    finally:
        os.close(source)
        os.close(writing)
    output, silence = b"", Silence(reading)
    try:
        while len(output) < 4 * LARGEST:
            if silence.is_kept():
                os.kill(child, 15)
                break
            if not (more := os.read(reading, LARGEST)):
                break
            output += more
    finally:
        os.close(reading)
        _, status = os.waitpid(child, 0)
    return output if status == 0 else None
