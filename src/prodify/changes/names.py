"""Paths that are one file on some systems and two on others, or that some systems cannot hold at all."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from prodify.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]')


def unportable(path: str) -> str:
    """Return why a path cannot exist on Windows, or the empty string.

    >>> unportable("deploy/nul.yaml")
    'nul.yaml is the name of a device on Windows'
    >>> unportable("deploy/null.yaml")
    ''
    """
    for part in PurePosixPath(path).parts:
        if _DEVICE.fullmatch(part.rstrip(". ")):
            return f"{part} is the name of a device on Windows"
        if part.endswith((".", " ")):
            return f"{part!r} ends in a character that Windows drops"
        if found := _FORBIDDEN.search(part):
            return f"{part!r} holds {found[0]!r}, which Windows does not allow in a name"
    return ""


def folded(path: str) -> str:
    """Return what is the same for all spellings of a path that name one file on Windows and macOS."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def refuse_clashes(paths: Iterable[str]) -> None:
    """Refuse wanted paths of which two cannot exist together.

    Raises:
        ConflictError: for two that differ in case only, and for a file where another needs a folder.
    """
    spelt: dict[str, str] = {}
    for path in sorted(paths):
        other = spelt.setdefault(folded(path), path)
        if other != path:
            raise ConflictError(
                f"{other} and {path} differ in case only and are one file on Windows and macOS",
                "Nothing was written. Name the service (or its folder) differently.",
            )
    for name, path in spelt.items():
        for parent in PurePosixPath(name).parents:
            if str(parent) in spelt:
                hint = "Nothing was written. Name the service (or its folder) differently."
                raise ConflictError(f"{spelt[str(parent)]} is wanted as a file, and as the folder of {path}", hint)


class Spellings:
    """What stands on disk under another spelling; folders are listed once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._listed: dict[str, dict[str, list[str]]] = {}

    def other(self, path: str) -> str:
        """Return a path on disk that differs from this one in case only, or the empty string."""
        places = [""]
        for part in PurePosixPath(path).parts:
            places = [f"{place}/{name}".lstrip("/") for place in places for name in self._names(place).get(folded(part), ())]
        return next((place for place in places if place != path), "") if path not in places else ""

    def _names(self, folder: str) -> dict[str, list[str]]:
        if folder not in self._listed:
            found: dict[str, list[str]] = {}
            try:
                for name in sorted(place.name for place in (self._root / folder).iterdir()):
                    found.setdefault(folded(name), []).append(name)
            except OSError:
                pass
            self._listed[folder] = found
        return self._listed[folder]
