"""The text that both sides of a merge come from: kept by git, or rendered once more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prodify.changes.git import Repository

Finder = Callable[[str], str | None]
"""Returns the text with a blob id, or None; asked where git does not hold it. What it returns is checked by the caller of `plan`."""


class Bases:
    """Looks a text up by the blob id that the lock holds."""

    def __init__(self, repository: Repository | None, finder: Finder | None = None) -> None:
        self._repository = repository
        self._finder = finder

    def text(self, identifier: str | None) -> str | None:
        """Return the text with this id; None where nobody has it."""
        if identifier is None:
            return None
        found = self._repository.blob(identifier) if self._repository else None
        return self._finder(identifier) if found is None and self._finder is not None else found
