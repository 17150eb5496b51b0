"""Static sites: pages without a program, when nothing else was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Component, Note, Role
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory

_GENERATORS = (("hugo.toml", "hugo"), ("hugo.yaml", "hugo"), ("config.toml", "hugo"), ("_config.yml", "jekyll"), ("mkdocs.yml", "mkdocs"))


def find(repo: Inventory) -> Iterator[Component]:
    """The site whose first page or generator's configuration stands highest."""
    for name, generator in _GENERATORS:
        if name in repo.files and (generator != "hugo" or any(p.startswith(("content/", "layouts/", "themes/")) for p in repo.files.paths)):
            note = Note(Location(name, 1), f"{generator} configuration")
            yield Component(".", "app", "static-site", "html", generator, name, None, None, None, (note,))
            return
    pages = repo.files.select("index.html", "index.htm", roles=(Role.PRODUCTION,))
    if pages:
        page = min(pages, key=lambda p: (p.count("/"), p))
        directory = page.rpartition("/")[0] or "."
        name = "app" if directory == "." else directory.rpartition("/")[2]
        note = Note(Location(page, 1), "first page")
        yield Component(directory, name, "static-site", "html", None, page.rpartition("/")[2], None, None, None, (note,))
