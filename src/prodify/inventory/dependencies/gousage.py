"""Packages that Go code imports, whatever its module file says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.facts import Note
from prodify.inventory.query import query
from prodify.inventory.syntax import location_of

if TYPE_CHECKING:
    from prodify.inventory import Inventory

_IMPORT = query("go", {"kind": "interpreted_string_literal", "inside": {"kind": "import_spec"}}, keywords=("import",))


def imported_by_go(repo: Inventory, packages: tuple[str, ...]) -> Note | None:
    """Where production Go imports one of the packages.

    A package stays `// indirect` in go.mod from its first import until somebody tidies the module.
    """
    modules = tuple(package for package in packages if "." in package.partition("/")[0] and "/" in package)
    for path in repo.syntax.sources("go", modules) if modules else ():
        for _, node in repo.syntax.nodes(_IMPORT, path):
            name = node.text().strip('"')
            if any(name == module or name.startswith(module + "/") for module in modules):
                return Note(location_of(path, node), name)
    return None
