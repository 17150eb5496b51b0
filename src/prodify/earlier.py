"""What prodify wrote under an earlier profile, rendered once more: the base of a merge where git does not hold it.

A file that was edited before its first commit is in no commit as it was written, and what keeps it alive locally is not cloned. But recipes
are pure functions: the profile as it was committed then, and the same templates, give the same text. Whether they did is proven by the blob
id that the lock holds; a text that merely looks right is never taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from prodify.api import File
from prodify.changes import Repository, blob_id
from prodify.errors import ProdifyError
from prodify.infer import inferred_basics
from prodify.inventory import Inventory
from prodify.profile_file import parse

if TYPE_CHECKING:
    from pathlib import Path

    from prodify.profile import Profile
    from prodify.wishes import Wishes

_FILES = ("prodify.yaml", "prodify.yml", "pyproject.toml")
_MOST_PROFILES = 5
"""Each costs a rendering of everything, a second or so; they are tried newest first, and only as long as a base is missing."""


class EarlierTexts:
    """Finds a text by its blob id among those that earlier profiles give."""

    def __init__(self, root: Path, render: Callable[[Profile], Wishes]) -> None:
        self._root = root
        self._render = render
        self._texts: dict[str, str] = {}
        self._profiles: Iterator[Profile] | None = None

    def find(self, identifier: str) -> str | None:
        """Return the text with this id, or None."""
        self._profiles = self._earlier_profiles() if self._profiles is None else self._profiles
        while identifier not in self._texts:
            profile = next(self._profiles, None)
            if profile is None:
                return None
            try:
                wanted = self._render(profile).wanted
            except ProdifyError:
                continue
            texts = [wish.item.text for wish in wanted if isinstance(wish.item, File)]
            self._texts |= {blob_id(text, len(identifier)): text for text in texts}
        return self._texts[identifier]

    def _earlier_profiles(self) -> Iterator[Profile]:
        """The profiles that the history holds, newest first, and the one of a repository that states none."""
        repository = Repository.find(self._root)
        inferred = inferred_basics(Inventory(self._root))
        seen: set[str] = set()
        committed = [(name, text) for name in _FILES for text in (repository.earlier(name, _MOST_PROFILES) if repository else ())]
        for name, text in [*committed[:_MOST_PROFILES], ("prodify.yaml", "")]:
            if text in seen:
                continue
            seen.add(text)
            try:
                yield parse(text, name, inferred)
            except ProdifyError:
                continue
