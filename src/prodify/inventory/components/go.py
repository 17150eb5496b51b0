"""Go components: one a module, by what its main packages import."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.components.common import image_version, name_of, note_at
from prodify.inventory.data.frameworks import GO
from prodify.inventory.facts import Component, Note
from prodify.inventory.placed import PlacedStr, line_at
from prodify.inventory.polyglot.listening import written_port
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.components.layout import Layout, Root
    from prodify.inventory.data.frameworks import Framework

_MAIN = lazy(r"^package main\b", re.MULTILINE)
_MAIN_FUNCTION = lazy(r"^func main\(\)", re.MULTILINE)
_SERVES = lazy(r"ListenAndServe|\.Run\(|\.Listen\(|\.Start\(|http\.Serve|\.Serve\(|http\.Server\{")


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
    mains = [p for p in sources if _MAIN_FUNCTION.search(text := repo.files.text(p) or "") and _MAIN.search(text)]
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
        written_port(repo, "go", [root.join(entry)] if entry else mains, [p for p in sources if _SERVES.search(repo.files.text(p) or "")])
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
        pattern = re.compile(rf'"{re.escape(package)}(?:/v\d+)?(?:/[^"]*)?"')
        for path in (*mains, *sources):
            text = repo.files.text(path) or ""
            if package in text and pattern.search(text):
                if package == "net/http" and not re.search(r"http\.(ListenAndServe|Serve|Server\{|&http\.Server)", text):
                    continue
                if package == "google.golang.org/grpc" and "grpc.NewServer" not in text:
                    continue
                return framework, package, path
    return None, "", None


def _entry(repo: Inventory, root: Root, mains: list[str], package: str) -> tuple[str | None, tuple[str, ...]]:
    """The main file that serves, nearest to the top; rivals when several are as good."""

    def score(path: str) -> int:
        text = repo.files.text(path) or ""
        name = root.relative(path)
        points = 20 if package and package in text else 0
        points += 10 if _SERVES.search(text) else 0
        points += 5 if re.search(r"(^|/)(server|api|web|app|main)[^/]*(/main)?\.go$", name) else 0
        points -= 30 if re.search(r"(^|/)(tools?|scripts?|hack|examples?|migrations?|migrate|seed)/", name) else 0
        return points - 3 * name.count("/")

    scored = sorted(((score(p), p) for p in mains), key=lambda pair: (-pair[0], pair[1]))
    equals = tuple(root.relative(p) for s, p in scored if s == scored[0][0])
    return (equals[0], ()) if len(equals) == 1 else (None, equals)
