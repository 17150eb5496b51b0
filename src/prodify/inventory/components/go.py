"""Go components: one a module, by what its main packages import."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory import starting
from prodify.inventory.components.common import image_version, name_of, note_at
from prodify.inventory.components.configured import configured_port, exemplary_port, exposed_port
from prodify.inventory.data.frameworks import GO
from prodify.inventory.facts import Component, Note
from prodify.inventory.placed import PlacedStr, line_at
from prodify.inventory.polyglot.listening import written_port
from prodify.inventory.polyglot.nodes import string_of
from prodify.inventory.query import query
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.components.layout import Layout, Root
    from prodify.inventory.data.frameworks import Framework


_SETTINGS = lazy(r"(?i)(^|/)\w*(configs?|conf|envs?|environment|settings?|const|constants?|defaults?|globals?)(/\w+)?\.go$")
"""Files that read what the program is told, the port among it, for one that serves elsewhere."""


def find(repo: Inventory, layout: Layout, roots: Iterable[Root]) -> Iterator[Component]:
    """The component of every go.mod."""
    for root in roots:
        sources = layout.sources("go", root)
        if sources:
            yield _component(repo, root, sources)


def _component(repo: Inventory, root: Root, sources: tuple[str, ...]) -> Component:
    manifest = repo.files.text(root.join("go.mod")) or ""
    declared = re.search(r"^module\s+(\S+)", manifest, re.MULTILINE)
    version = re.search(r"^go\s+(\S+)", manifest, re.MULTILINE)
    name = name_of(root, re.sub(r"/v\d+$", "", declared[1]).rpartition("/")[2] if declared else None)
    home = root.join("go.mod")
    told = PlacedStr(version[1], Location(home, line_at(manifest, version.start(1)))) if version else None
    runtime = told or image_version(repo, root, "golang")
    manager = PlacedStr("go", Location(home, 1))
    mains = starting.holding(repo, sources, starting.MAIN)
    framework, package, user = _framework(repo, sources, mains)
    notes = [note_at(repo, user, package, f"imports {package}")] if user else []
    if not mains:
        kind = "library"
        return Component(
            root.path, name, kind, "go", None, None, None, manager, runtime, (note_at(repo, root.join("go.mod"), "module", "module"),)
        )
    entry, rivals = _entry(repo, root, mains, package)
    kind = framework.kind if framework is not None else "cli"
    port = (
        written_port(repo, "go", [root.join(entry)] if entry else mains, _serving(repo, sources), filter(_SETTINGS.search, sources))
        or configured_port(repo, root, "go")
        or exemplary_port(repo, root)
        or exposed_port(repo, root)
        if kind == "service"
        else None
    )
    shown = framework.name if framework is not None else None
    notes += [note_at(repo, root.join(entry), "func main()", "func main()")] if entry else []
    found: tuple[Note, ...] = tuple(notes)
    return Component(
        root.path, name, kind, "go", shown, entry, port or (framework.port if framework else None), manager, runtime, found, rivals
    )


def _framework(repo: Inventory, sources: tuple[str, ...], mains: list[str]) -> tuple[Framework | None, str, str | None]:
    """The framework, its import path, and a file that imports it; net/http counts only where something is served."""
    for package, framework in GO.items():
        needed = _NEEDED.get(package)
        for path in dict.fromkeys((*mains, *sources)):
            if package not in (repo.files.text(path) or ""):
                continue
            if (needed is None or starting.holds(repo, path, needed)) and _imports(repo, path, package):
                return framework, package, path
    return None, "", None


def _serving(repo: Inventory, sources: tuple[str, ...]) -> Iterator[str]:
    """Files that serve; read only when the entry point says no port."""
    return (path for path in sources if starting.holds(repo, path, starting.SERVES))


_IMPORT = query("go", {"kind": "import_spec"}, keywords=("import",))
_NEEDED = {"net/http": starting.NET_HTTP, "google.golang.org/grpc": starting.GRPC}
"""Packages that clients import as well: they count where something is served."""


def _imports(repo: Inventory, path: str, package: str) -> bool:
    """Whether a file imports a package, one of its major versions or a part of it."""
    imported = (string_of(node.field("path")) or "" for _, node in repo.syntax.nodes(_IMPORT, path))
    return any(name == package or name.startswith(package + "/") for name in imported)


def _entry(repo: Inventory, root: Root, mains: list[str], package: str) -> tuple[str | None, tuple[str, ...]]:
    """The main file that serves, nearest to the top; rivals when several are as good."""

    def score(path: str) -> int:
        text = repo.files.text(path) or ""
        name = root.relative(path)
        points = 20 if package and package in text else 0
        points += 10 if starting.holds(repo, path, starting.SERVES) else 0
        points += 5 if re.search(r"(^|/)(server|api|web|app|main)[^/]*(/main)?\.go$", name) else 0
        points -= 30 if re.search(r"(^|/)(tools?|scripts?|hack|examples?|migrations?|migrate|seed)/", name) else 0
        return points - 3 * name.count("/")

    scored = sorted(((score(p), p) for p in mains), key=lambda pair: (-pair[0], pair[1]))
    equals = tuple(root.relative(p) for s, p in scored if s == scored[0][0])
    return (equals[0], ()) if len(equals) == 1 else (None, equals)
