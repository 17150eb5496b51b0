"""From a SARIF artefact location to a path of the audited repository."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

_DRIVE = re.compile(r"/?[A-Za-z]:/")
_DEEPEST = 8


def path_of(location: Any, bases: Any, root: str, known: Container[str]) -> str | None:
    """The relative POSIX path of an `artifactLocation`, None unless it names a file in `known`. `root` is the repository's absolute path.

    A path that leaves the repository is never opened or shown.
    """
    uri = _joined(location, bases, _DEEPEST)
    if uri is None:
        return None
    scheme, _, rest = uri.partition(":")
    if scheme.lower() == "file":
        uri = "/" + rest.lstrip("/")
    elif rest.startswith("//"):
        return None
    path = unquote(uri).replace("\\", "/")
    base = root.replace("\\", "/").rstrip("/") + "/"
    if path.startswith("/") or _DRIVE.match(path):
        if not path.startswith(base):
            return None
        path = path[len(base) :]
    path = posixpath.normpath(path)
    return path if path in known else None


def _joined(location: Any, bases: Any, depth: int) -> str | None:
    if not isinstance(location, dict) or not depth:
        return None
    uri = location.get("uri")
    text = uri if isinstance(uri, str) else ""
    name = location.get("uriBaseId")
    table: Mapping[str, Any] = bases if isinstance(bases, dict) else {}
    absolute = text.startswith("/") or ":" in text.partition("/")[0]
    base = _joined(table.get(name), bases, depth - 1) if isinstance(name, str) and not absolute else None
    joined = f"{base.rstrip('/')}/{text}" if base else text
    return joined or None
