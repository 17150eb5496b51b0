"""Which modules Python code imports and whether it uses them: cheap text first, the parse only where the words occur."""

from __future__ import annotations

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
        module = repo.python.module(path)
        for note in module.imported if module is not None else ():
            found = next((name for name in wanted if note.note == name or note.note.startswith(name + ".")), None)
            taken = module.imported_parts.get(note) if module is not None else None
            full = taken or [note.note]  # `from google.cloud import firestore` imports google.cloud.firestore
            found = next((name for name in wanted if any(f == name or f.startswith(name + ".") for f in full)), found)
            if found is not None:
                yield found, note
