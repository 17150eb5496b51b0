"""The lock `.prodify.lock.json`: which files prodify wrote, for which recipe, with which text. Sorted; no times, no host paths.

Every entry is one line, so that git joins two branches which added different entries. Where git cannot (both added at the same place), the
attribute `merge=union` keeps the lines of both sides, and what it leaves (a missing comma, an entry twice) is understood here; so are the
markers of a merge that was made without the attribute.
"""

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
_LINE = re.compile(r'^\s*("(?:[^"\\]|\\.)*"): (\{.*\}),?\s*$')
"""An entry as `Lock.text` writes it: one line, path and object."""
_MARK = re.compile(r"^(?:(<{7,})|(\|{7,})|(={7,})|(>{7,}))(?: .*)?$")
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
    also: tuple[str, ...] = field(default=(), compare=False)
    """Where a merge of two branches left two entries: the ids of the other one. Never written."""

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
    merged: bool = field(default=False, compare=False)
    """Whether the text was what a merge of two branches left, and no longer as prodify writes it."""

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
        """Read a lock from its text; one that a merge of two branches left, with markers or without commas, holds the entries of both.

        Raises:
            ConfigError: for text that is not JSON, another schema, or an entry of another shape.
        """
        try:
            data, merged = json.loads(text, object_pairs_hook=_once), False
        except (ValueError, RecursionError):
            data, merged = _joined(text), True
            if data is None:
                raise ConfigError(f"{LOCK_PATH} is not valid JSON", _HINT) from None
        if not isinstance(data, dict) or not isinstance(data.get("files"), dict):
            raise ConfigError(f'{LOCK_PATH} has no object "files"', _HINT)
        if not _is_unicode(data):
            raise ConfigError(f"{LOCK_PATH} has half of a surrogate pair, which no file can hold", _HINT)
        if data.get("schema") != SCHEMA:
            hint = "It was written by another version of prodify; use that one."
            raise ConfigError(f"{LOCK_PATH} has another schema than {SCHEMA}", hint)
        return cls({path: _entry(path, value) for path, value in data["files"].items()}, merged)

    def text(self) -> str:
        """Return the lock's text: sorted, one line an entry, a final newline."""
        lines = [f"    {_plain(path)}: {_plain(entry.as_json())}" for path, entry in sorted(self.entries.items())]
        files = ",\n".join(lines)
        return f'{{\n  "schema": "{SCHEMA}",\n  "files": {{\n{files}\n  }}\n}}\n'

    def with_entry(self, path: str, entry: Entry | None) -> Lock:
        """Return a copy with one entry set, or without it when None is given."""
        others = {name: value for name, value in self.entries.items() if name != path}
        return replace(self, entries=others if entry is None else {**others, path: entry})


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _is_unicode(data: object) -> bool:
    r"""Whether every string of the data can be written: JSON may say "\\ud800", UTF-8 and paths cannot."""
    try:
        _plain(data).encode()
    except UnicodeEncodeError:
        return False
    return True


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice: a merge left it."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _joined(text: str) -> dict[str, Any] | None:
    """Read the lines that a merge left: the entries of both sides; where both have a path, the recipes of both.

    Nothing but whole entry lines, the lines around them and markers is understood; None is returned for any other text.
    """
    files: dict[str, Any] = {}
    in_base = schema = False
    for line in text.splitlines():
        if mark := _MARK.match(line):
            # Between ||||||| and ======= stands what both sides came from.
            in_base = bool(mark[2])
        elif entry := _LINE.match(line):
            try:
                path, value = json.loads(entry[1]), json.loads(entry[2])
            except (ValueError, RecursionError):
                return None
            if not in_base:
                files[path] = _both(files.get(path), value)
        elif (bare := line.strip(" ,")) == f'"schema": "{SCHEMA}"':
            schema = True
        elif bare not in ("", "{", "}", '"files": {'):
            return None
    return {"schema": SCHEMA, "files": files} if schema else None


def _both(one: Any, other: Any) -> Any:
    """Return the entry of a path that both sides have: what the later one says, for the recipes of both."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return other
    names = [*one["recipes"], *other["recipes"]] if all(isinstance(v.get("recipes"), list) for v in (one, other)) else []
    # A whole file is also edited, never the other way round; one that was handed over stays so.
    kept = max(one, other, key=lambda value: (value.get("owned") is True, value.get("kind") == "file", value is other))
    ids = [value[key] for value in (one, other) for key in ("blob", "written") if isinstance(value.get(key), str)]
    also = [*one.get("also", ()), *ids] if kept.get("kind") == "file" else []
    return {**kept, "recipes": sorted(set(map(str, names))), "also": also} if names else kept


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
    also = tuple(name for name in value.get("also") or () if isinstance(name, str) and _ID.fullmatch(name))
    return Entry(tuple(recipes), blob, value.get("written"), value.get("executable") is True, value.get("owned") is True, also)
