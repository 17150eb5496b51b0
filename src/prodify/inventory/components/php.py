"""PHP components: a composer project, or pages that a web server runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.components.commands import commands
from prodify.inventory.components.common import image_version, name_of, note_at, placed_port
from prodify.inventory.components.node import read_json
from prodify.inventory.components.pyproject import table
from prodify.inventory.data.frameworks import PHP
from prodify.inventory.facts import Component, Note
from prodify.inventory.placed import PlacedStr
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.components.layout import Layout, Root

_FRONT = ("public/index.php", "web/index.php", "webroot/index.php", "index.php", "artisan", "bin/console", "main.php", "bot.php")


def find(repo: Inventory, layout: Layout, roots: Iterable[Root]) -> Iterator[Component]:
    """The component of every composer.json with code, and of pages without one."""
    for root in roots:
        sources = layout.sources("php", root)
        if not sources:
            continue
        manifest = root.join("composer.json")
        data = read_json(repo, manifest)
        wanted = {**table(data, "require"), **table(data, "require-dev")} if data.get("type") == "project" else table(data, "require")
        package = next((package for package in PHP if package in wanted), None)
        entry = next((name for name in _FRONT if root.join(name) in repo.files), None)
        declared = str(data.get("name") or "").rpartition("/")[2]
        runtime = table(data, "require").get("php")
        told = PlacedStr(runtime, note_at(repo, manifest, '"php"', "").location) if isinstance(runtime, str) else None
        version = told or image_version(repo, root, "php")
        manager = PlacedStr("composer", Location(manifest, 1)) if manifest in repo.files else None
        page = None if data or entry else _page(repo, sources)
        if package is None and entry is None and not data and page is None:
            continue
        is_library = data.get("type") == "library" or (bool(data) and package is None and entry is None)
        framework = PHP[package] if package and not is_library else None
        kind = "library" if is_library else framework.kind if framework else "service" if entry or page else "cli"
        port = framework.port if framework else 80 if kind == "service" else None
        if kind == "service":
            port = _started_port(repo, root, data) or port
        note = (
            note_at(repo, manifest, package, f"depends on {package}")
            if package
            else Note(Location(root.join(entry) if entry else page or manifest, 1), "PHP")
        )
        shown = framework.name if framework else None
        yield Component(
            root.path, name_of(root, declared), kind, "php", shown, None if is_library else entry, port, manager, version, (note,)
        )


_ASKED = ("$_POST", "$_GET", "$_REQUEST", "$_SESSION", "$_SERVER")
"""What a page reads of the request that it answers."""


def _page(repo: Inventory, sources: Iterable[str]) -> str | None:
    """A page that answers requests by itself, where no page in front of all others is: `login.php`, `user/index.php`."""
    texts = ((path, repo.syntax.text(path)) for path in sources)
    return next((path for path, text in texts if any(name in text for name in _ASKED)), None)


_SERVES = lazy(
    r"\bphp\s(?:.*\s)?-S\s+[\w.\[\]]*:(\d{2,5})\b"
    r"|\b(?:artisan|spark)\s+(?:serve|octane:start)\b.*--port[=\s](\d{2,5})\b"
    r"|\bsymfony\s+(?:local:)?serve(?:r:start)?\b.*--port[=\s](\d{2,5})\b"
)
"""Commands that serve PHP without a web server in front, and the port that they are given."""


def _started_port(repo: Inventory, root: Root, data: dict[str, object]) -> int | None:
    """The port of the command that starts the server: of the image, a process file or a compose file, else of a script of Composer."""
    for words, location, source, _ in commands(repo):
        inside = root.path == "." or location.path.startswith(root.path + "/")
        found = _SERVES.search(" ".join(words)) if inside and source not in ("script", "devcontainer", "prose") else None
        if found is not None:
            return placed_port(next(group for group in found.groups() if group), location)
    for name in ("start", "serve", "dev"):
        script = table(data, "scripts").get(name)
        found = _SERVES.search(" ".join(map(str, script)) if isinstance(script, list) else str(script or ""))
        if found is not None:
            port = next(group for group in found.groups() if group)
            return placed_port(port, note_at(repo, root.join("composer.json"), f":{port}", "").location)
    return None
