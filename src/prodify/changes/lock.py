"""The lock `.prodify.lock.json`: which files prodify wrote, for which recipe, with which text. Sorted; no times, no host paths."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from prodify.changes.content import read
from prodify.changes.model import LOCK_PATH
from prodify.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SCHEMA = "prodify.lock/1"
_ID = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_HINT = "Restore it from git, or delete it: the files then count as yours and are not overwritten."


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of the lock.

    `blob` is the git blob id of the rendered text, None where prodify only edits a file of the user's. `written` is the id of the text
    on disk when edits were made on top of the rendered text. An `owned` file was handed over to the user for good.
    """

    recipes: tuple[str, ...]
    blob: str | None = None
    written: str | None = None
    executable: bool = False
    owned: bool = False

    @property
    def kind(self) -> str:
        """`file` for a whole file, `edit` for a user's file with edits."""
        return "file" if self.blob else "edit"

    def as_json(self) -> dict[str, Any]:
        """Return the entry as it stands in the lock; what is not set is left out."""
        data: dict[str, Any] = {"kind": self.kind, "recipes": sorted(self.recipes)}
        data |= {key: value for key in ("blob", "written") if (value := getattr(self, key))}
        data |= {key: True for key in ("executable", "owned") if getattr(self, key)}
        return data


@dataclass(frozen=True, slots=True)
class Lock:
    """The entries by path."""

    entries: Mapping[str, Entry] = field(default_factory=dict)

    @classmethod
    def load(cls, root: Path) -> Lock:
        """Read the lock of a tree; an absent one is empty.

        Raises:
            ConfigError: when it cannot be read or understood.
        """
        disk = read(root, LOCK_PATH)
        if disk.problem:
            raise ConfigError(f"{LOCK_PATH} {disk.problem}", _HINT)
        return cls.parse(disk.text) if disk.text is not None else cls()

    @classmethod
    def parse(cls, text: str) -> Lock:
        """Read a lock from its text.

        Raises:
            ConfigError: for text that is not JSON, another schema, or an entry of another shape.
        """
        if re.search(r"^(<<<<<<<|>>>>>>>) ", text, re.MULTILINE):
            raise ConfigError(f"{LOCK_PATH} holds git conflict markers", "Keep both sides' entries, remove the markers, and run again.")
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            raise ConfigError(f"{LOCK_PATH} is not valid JSON", _HINT) from None
        if not isinstance(data, dict) or not isinstance(data.get("files"), dict):
            raise ConfigError(f'{LOCK_PATH} has no object "files"', _HINT)
        if data.get("schema") != SCHEMA:
            hint = "It was written by another version of prodify; use that one."
            raise ConfigError(f"{LOCK_PATH} has another schema than {SCHEMA}", hint)
        return cls({path: _entry(path, value) for path, value in data["files"].items()})

    def text(self) -> str:
        """Return the lock's text: sorted, two spaces, a final newline."""
        files = {path: entry.as_json() for path, entry in sorted(self.entries.items())}
        return json.dumps({"files": files, "schema": SCHEMA}, indent=2, ensure_ascii=False) + "\n"

    def with_entry(self, path: str, entry: Entry) -> Lock:
        """Return a copy with one entry set."""
        return replace(self, entries={**self.entries, path: entry})


def _entry(path: str, value: object) -> Entry:
    wrong = ConfigError(f"{LOCK_PATH} has an entry of unknown shape for {path!r}", _HINT)
    if not isinstance(value, dict) or value.get("kind") not in ("file", "edit"):
        raise wrong
    recipes = value.get("recipes")
    if not isinstance(recipes, list) or not all(isinstance(name, str) for name in recipes):
        raise wrong
    for key in ("blob", "written"):
        if value.get(key) is not None and not (isinstance(value[key], str) and _ID.fullmatch(value[key])):
            raise wrong
    if value["kind"] == "file" and not value.get("blob"):
        raise wrong
    blob = value.get("blob") if value["kind"] == "file" else None
    return Entry(tuple(recipes), blob, value.get("written"), value.get("executable") is True, value.get("owned") is True)
