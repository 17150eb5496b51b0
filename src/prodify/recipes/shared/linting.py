"""Generated files in a project that chose its linter's rules itself: they keep to the rules of their generator, not to those."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from prodify.api import File

if TYPE_CHECKING:
    from prodify.inventory import Inventory

Item = TypeVar("Item")
OURS = "Written by prodify"
NOTE = (
    "# ruff: noqa\n"
    "# Your rules of ruff are not held against this file, so that the pipeline is green at once; to have them, take the line out.\n"
)


def chooses_rules(repo: Inventory, folder: str = "") -> bool:
    """Whether a project, in a folder with a slash behind it or at the root, configures ruff in a file that is not ours."""
    for place in {folder, ""}:
        if f"{place}.ruff.toml" in repo.files or "[tool.ruff" in _text(repo, f"{place}pyproject.toml"):
            return True
    return any(f"{place}ruff.toml" in repo.files and OURS not in _text(repo, f"{place}ruff.toml") for place in {folder, ""})


def _text(repo: Inventory, path: str) -> str:
    return (repo.files.text(path) or "") if path in repo.files else ""


def at_peace(repo: Inventory, item: Item) -> Item | File:
    """A wish; a Python file says that it is outside the linter's rules where a project around it chose them itself.

    Lengths of lines, quotes and the order of imports differ from project to project, and a generated file cannot suit all of them.
    """
    if not isinstance(item, File) or not item.path.endswith(".py") or "ruff: noqa" in item.text:
        return item
    parts = item.path.split("/")[:-1]
    if not any(chooses_rules(repo, "".join(f"{part}/" for part in parts[:n])) for n in range(len(parts) + 1)):
        return item
    head = re.match(r"(#[^\n]*\n)*", item.text)
    end = head.end() if head is not None else 0
    return replace(item, text=item.text[:end] + NOTE + item.text[end:])
