"""Which modules Python code imports and whether it uses them: cheap text first, the parse only where the words occur."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.facts import Note


def importers(repo: Inventory, heads: Iterable[str]) -> Iterator[str]:
    """Production files that import one of the top-level modules or something of it, told from their text."""
    return repo.python.importing(*heads)


def imports_of(repo: Inventory, names: Iterable[str]) -> Iterator[tuple[str, Note]]:
    """Each of the dotted module names with every place that imports it or something of it, production code only."""
    wanted = sorted(names, key=len, reverse=True)
    for path in importers(repo, {name.split(".")[0] for name in wanted}):
        text = repo.files.text(path) or ""
        module = repo.python.module(path)
        for note in module.imported if module is not None else ():
            found = next((name for name in wanted if note.note == name or note.note.startswith(name + ".")), None)
            full = _imported_names(text, note)
            found = next((name for name in wanted if any(f == name or f.startswith(name + ".") for f in full)), found)
            if found is not None:
                yield found, note


def _imported_names(text: str, note: Note) -> list[str]:
    """`from google.cloud import firestore` imports google.cloud.firestore."""
    lines = text.split("\n")
    statement = " ".join(lines[(note.location.line or 1) - 1 : note.location.end_line or note.location.line])
    match = re.match(r"\s*from\s+[\w.]+\s+import\s+(.*)", statement)
    if match is None:
        return [note.note]
    return [f"{note.note}.{name.split(' as ')[0].strip(' ()')}" for name in match[1].split("#")[0].split(",")]
