"""What the component finders of compiled and other languages share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.facts import Note
from prodify.inventory.numbers import port_number
from prodify.inventory.placed import PlacedInt, PlacedStr, line_at
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prodify.inventory import Inventory
    from prodify.inventory.components.layout import Root


def name_of(root: Root, declared: object) -> str:
    """The declared name, else the directory's; "app" at the top, where the directory's name is an accident of the checkout."""
    if isinstance(declared, str) and declared.strip():
        return declared.strip()
    return root.path.rpartition("/")[2] if root.path != "." else "app"


def note_at(repo: Inventory, path: str, text: str, note: str) -> Note:
    """Evidence at the first line of a file that holds a text."""
    line = next((number for number, content in enumerate(repo.files.lines(path), 1) if text in content), 1)
    return Note(Location(path, line), note)


def first_match(repo: Inventory, paths: Iterable[str], *patterns: re.Pattern[str]) -> PlacedStr | None:
    """The first match of the first pattern that matches anywhere, file by file: the first group that took part, and where it stands."""
    texts = [(path, repo.files.text(path) or "") for path in paths]
    for pattern in patterns:
        for path, text in texts:
            match = pattern.search(text)
            if match:
                number, value = next(((n, g) for n, g in enumerate(match.groups(), 1) if g), (0, match[0]))
                return PlacedStr(value, Location(path, line_at(text, match.start(number))))
    return None


def port_in(repo: Inventory, paths: Iterable[str], *patterns: re.Pattern[str]) -> int | None:
    """The first port that a pattern's first group that took part names."""
    found = first_match(repo, paths, *patterns)
    return placed_port(found, found.location) if found is not None else None


def placed_port(text: str, location: Location) -> PlacedInt | None:
    """The port that a text of digits names, with its place."""
    number = port_number(text)
    return PlacedInt(number, location) if number is not None else None


def image_version(repo: Inventory, root: Root, names: str) -> str | None:
    """The version of a language's base image in the root's Dockerfile; `names` is a pattern of image names."""
    pattern = re.compile(rf"(?:(?:^|/)(?:{names}):v?|:(?:[\w.]+-)?(?:{names})-?v?)(\d+(?:\.\d+)*)")
    for image in repo.dockerfiles:
        if image.component == root.path:
            for reference in image.images:
                match = pattern.search(reference.text)
                if match:
                    return PlacedStr(match[1], reference.location)
    return None


def pinned_version(repo: Inventory, root: Root, files: Iterable[str], tool: str) -> str | None:
    """The version in a file such as .ruby-version, or the tool's line of .tool-versions, here or at the top."""
    for base in dict.fromkeys((root, type(root)("."))):
        for name in files:
            text = (repo.files.text(base.join(name)) or "").strip() if base.join(name) in repo.files else ""
            if text and (match := re.search(r"(\d+(?:\.\d+)*)", text)):
                return PlacedStr(match[1], Location(base.join(name), line_at(text, match.start())))
        tools = repo.files.text(base.join(".tool-versions")) or ""
        match = re.search(rf"^{tool}\s+(\S+)", tools, re.MULTILINE)
        if match:
            return PlacedStr(match[1], Location(base.join(".tool-versions"), line_at(tools, match.start())))
    return None
