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
    wanted = frozenset(names)
    heads = {name.split(".")[0] for name in wanted}
    for path in importers(repo, heads):
        module = repo.python.module(path)
        for note in module.imported if module is not None else ():
            if note.note.partition(".")[0] not in heads or module is None:
                continue
            taken = module.imported_parts.get(note, ())  # `from google.cloud import firestore` imports google.cloud.firestore
            found = max((name for full in (*taken, note.note) for name in _above(full) if name in wanted), key=len, default=None)
            if found is not None:
                yield found, note


def _above(name: str) -> Iterator[str]:
    """A dotted name and those of the packages that it is in."""
    while name:
        yield name
        name = name.rpartition(".")[0]
