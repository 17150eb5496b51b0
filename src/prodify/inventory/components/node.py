"""JavaScript and TypeScript components: what a package.json and the code beside it make up."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from prodify.inventory import starting
from prodify.inventory.components import nodeentry
from prodify.inventory.components.configured import exemplary_port
from prodify.inventory.components.pyproject import table
from prodify.inventory.data import node_frameworks as known
from prodify.inventory.facts import Component, Note
from prodify.inventory.placed import PlacedStr
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prodify.inventory import Inventory
    from prodify.inventory.components.layout import Layout, Root
    from prodify.inventory.data.node_frameworks import NodeFramework

_LOCKS = (("pnpm-lock.yaml", "pnpm"), ("yarn.lock", "yarn"), ("bun.lockb", "bun"), ("bun.lock", "bun"), ("package-lock.json", "npm"),
          ("npm-shrinkwrap.json", "npm"), ("deno.lock", "deno"))  # fmt: skip
_CONFIG = lazy(r"(\.config\.[cm]?[jt]s|\.d\.ts|rc\.[cm]?js|gulpfile\.js|Gruntfile\.js)$")
_BROWSER_DIRS = frozenset(("public", "static", "assets", "wwwroot"))
_PAGES = (".vue", ".svelte", ".astro")
_IMAGE = lazy(r"^(?:[\w./-]*/)?(?:node|bun):(\d[\w.]*)")


class NodeRoot:
    """One root under examination. `runtime` and `tools` are dependencies and devDependencies."""

    def __init__(self, repo: Inventory, layout: Layout, root: Root) -> None:
        self.repo = repo
        self.root = root
        self.manifest = root.join("package.json")
        self.data = read_json(repo, self.manifest)
        self.runtime: Mapping[str, object] = table(self.data, "dependencies")
        self.tools = table(self.data, "devDependencies")
        self.peers = table(self.data, "peerDependencies")
        self.scripts = {str(k): str(v) for k, v in table(self.data, "scripts").items()}
        self.sources = tuple(
            p
            for p in layout.sources("javascript", root)
            if not _CONFIG.search(p) and not _BROWSER_DIRS & set(root.relative(p).split("/")[:-1])
        )
        self.modules = repo.scripts
        self.is_declared = self.manifest in repo.files
        self.manager = _manager(repo, root, self.data) if self.is_declared else None
        if not self.is_declared:
            self.runtime = {name: "*" for path in self.sources for name in self.modules.imports(path).modules}

    def components(self) -> Iterator[Component]:
        """The root's component; none for a manifest that only holds tools or a workspace."""
        if not self.is_declared:
            yield from filter(None, [self._server() or self._bot() or self._own_server()])
            return
        found = self._framework_app() or self._server() or self._bot() or self._own_server() or self._browser_app() or self._worker()
        found = found or self._package()
        if found is not None:
            yield found

    # -- by kind ------------------------------------------------------------------------------------------------------

    def _framework_app(self) -> Component | None:
        for package, framework in known.META.items():
            if package in self.runtime or (package in self.tools and (framework.kind == "static-site" or self.sources)):
                if (
                    package in self.peers
                    or (package == "next" and not self._has_script("next"))
                    or (package == "vitepress" and self._is_published())
                ):
                    continue
                entry = next((e for e in framework.entries if self.root.join(e) in self.repo.files), None)
                if entry is None and framework.name == "nest":
                    entry = nodeentry.started_file(self) or entry
                if entry is None and framework.name == "next":
                    layouts = self.repo.files.select(self.root.join("app/*layout.*sx"), self.root.join("src/app/*layout.*sx"))
                    entry = self.root.relative(min(layouts, key=lambda p: (p.count("/"), p))) if layouts else None
                kind = "service" if framework.name == "astro" and "output: 'server'" in self._config("astro") else framework.kind
                port = (
                    nodeentry.script_port(self)
                    or (nodeentry.listen_port(self, entry) if framework.name == "nest" else None)
                    or (nodeentry.deployed_port(self) if framework.kind == "service" else None)
                    or (framework.port if framework.name != "nest" or starting.holding(self.repo, self.sources, starting.NEST) else None)
                )
                return self._component(kind, framework.name, entry, port, package)
        return None

    def _server(self) -> Component | None:
        if self._is_published() and not self._has_listener():
            return None
        for package, framework in known.SERVERS.items():
            installed = package in self.runtime or (package in self.tools and not self.runtime)
            if installed and (users := self._importers(package)):
                if framework.name in ("socket.io", "ws") and not self._has_listener():
                    continue
                if framework.name == "grpc" and not starting.holding(self.repo, users, starting.GRPC):
                    continue
                if framework.name == "mcp" and self.data.get("bin"):
                    continue
                return self._program(framework, package, users)
        return None

    def _own_server(self) -> Component | None:
        """A server of the platform's own; beside a bot it only answers the hosting's probes."""
        if self._is_published() and not self._has_listener():
            return None
        listeners = starting.holding(self.repo, self.sources, starting.OWN_SERVERS)
        if listeners and (not self.data.get("bin") or "start" in self.scripts):
            return self._program(known.NodeFramework("node", "service", 3000), None, listeners)
        return None

    def _bot(self) -> Component | None:
        for package, framework in known.BOTS.items():
            if package in self.runtime and (users := self._importers(package)):
                return self._program(framework, package, users)
        return None

    def _worker(self) -> Component | None:
        if self._is_published() or self.data.get("bin"):
            return None
        for package, framework in known.WORKERS.items():
            if package in self.runtime and (users := self._importers(package)):
                return self._program(framework, package, users)
        return None

    def _program(self, framework: NodeFramework, package: str | None, users: list[str]) -> Component:
        entry, rivals = nodeentry.choose(self, users)
        port = nodeentry.listen_port(self, entry)
        if framework.kind == "service":
            port = port or nodeentry.deployed_port(self) or exemplary_port(self.repo, self.root) or framework.port
        return self._component(framework.kind, framework.name, entry, port, package, rivals=rivals)

    def _browser_app(self) -> Component | None:
        everything = {**self.tools, **self.runtime}
        view = next((name for package, name in known.VIEWS.items() if package in everything), None)
        started = {known.BUILDER_COMMANDS[word] for word in nodeentry.first_words(self.scripts.values()) if word in known.BUILDER_COMMANDS}
        builder = next((known.BUILDERS[p] for used in (everything, started) for p in known.BUILDERS if p in used), None)
        if builder is None or self._is_published() or (view is None and not self._has_page()):
            return None
        name = "/".join(part for part in (view, builder[0]) if part) or "vite"
        entry = nodeentry.page_script(self) or next((e for e in known.WEB_ENTRIES if self.root.join(e) in self.repo.files), None)
        return self._component("web", name, entry, nodeentry.script_port(self) or builder[1], next(iter(known.VIEWS), None))

    def _package(self) -> Component | None:
        """A tool, a library, or a script; nothing when the manifest holds development tools only."""
        binary = self.data.get("bin")
        if binary:
            first = next(iter(binary.values()), None) if isinstance(binary, dict) else binary
            entry = nodeentry.source_of(self, str(first)) if first else None
            return self._component("cli", None, entry, None, None)
        if not self.sources:
            return None
        if self._is_published():
            main = self.data.get("main") or self.data.get("module")
            entry = nodeentry.source_of(self, str(main)) if main else nodeentry.first_of(self, ("src/index", "index", "lib/index"))
            framework = next((base for base in known.LIBRARY_BASES if base in self.runtime), None)
            return self._component("library", framework, entry, None, framework)
        started = nodeentry.started_file(self)
        if started is not None and not self.data.get("workspaces"):
            return self._component("script", None, started, None, None)
        return None

    # -- facts --------------------------------------------------------------------------------------------------------

    def _is_published(self) -> bool:
        """Whether the manifest describes a package that others install: not private, a name, a version and something to import."""
        if self.data.get("private") is True or not self.data.get("name") or not self.data.get("version"):
            return False
        offers = any(self.data.get(key) for key in ("exports", "module", "types", "typings", "files", "publishConfig")) or bool(self.peers)
        return offers and "start" not in self.scripts

    def _has_listener(self) -> bool:
        return any(".listen(" in (self.repo.files.text(p) or "") or "serve(" in (self.repo.files.text(p) or "") for p in self.sources)

    def _has_script(self, word: str) -> bool:
        return any(re.search(rf"\b{word}\b", text) for text in self.scripts.values()) or bool(nodeentry.first_of(self, (f"{word}.config",)))

    def _has_page(self) -> bool:
        return self.root.join("index.html") in self.repo.files or self.root.join("public/index.html") in self.repo.files

    def _config(self, stem: str) -> str:
        name = nodeentry.first_of(self, (f"{stem}.config",))
        return (self.repo.files.text(self.root.join(name)) or "") if name else ""

    def _importers(self, package: str) -> list[str]:
        """Sources that import a package or a part of it; pages of Vue and its like have no grammar here and are read as text."""
        pattern = re.compile(rf"""(?:from\s*|require\(\s*|import\(\s*|import\s+)["']{re.escape(package)}(?:/[^"']*)?["']""")
        holding = [(p, text) for p in self.sources if package in (text := self.repo.files.text(p) or "")]
        return [p for p, text in holding if (pattern.search(text) is not None if p.endswith(_PAGES) else self._imports(p, package))]

    def _imports(self, path: str, package: str) -> bool:
        names = (name.removeprefix("npm:") for name in self.modules.imports(path).modules)
        return any(name == package or name.startswith((package + "/", package + "@")) for name in names)

    def _component(
        self, kind: str, framework: str | None, entry: str | None, port: int | None, package: str | None, *, rivals: tuple[str, ...] = ()
    ) -> Component:
        path = self.root.path
        name = str(self.data.get("name") or (path.rpartition("/")[2] if path != "." else "app"))
        return Component(path, name, kind, self._language(), framework, None if rivals else entry, port, self.manager,
                         self._runtime(), tuple(self._evidence(package, entry)), rivals)  # fmt: skip

    def _evidence(self, package: str | None, entry: str | None) -> Iterator[Note]:
        line = line_of(self.repo, self.manifest, f'"{package}"') if package else None
        if self.is_declared:
            yield Note(Location(self.manifest, line or 1), f"depends on {package}" if package and line else "package manifest")
        if entry and self.root.join(entry) in self.repo.files:
            yield Note(Location(self.root.join(entry), 1), "started here")

    def _language(self) -> str:
        scripts = [p for p in self.sources if not p.endswith((".vue", ".svelte", ".astro"))]  # pages of either dialect
        typed = sum(p.endswith((".ts", ".tsx", ".mts", ".cts")) for p in scripts)
        configured = typed * 4 > len(scripts) and self.root.join("tsconfig.json") in self.repo.files  # one typed file is no typed program
        return "typescript" if configured or typed * 2 > len(scripts) else "javascript"

    def _runtime(self) -> str | None:
        """The runtime's version: the file that pins it, the manifest's engines, the image."""
        for base in dict.fromkeys((self.root, type(self.root)("."))):
            for name in (".nvmrc", ".node-version"):
                if base.join(name) in self.repo.files and (text := (self.repo.files.text(base.join(name)) or "").strip()):
                    return PlacedStr(text.splitlines()[0].lstrip("v"), Location(base.join(name), 1))
        node = table(self.data, "engines").get("node")
        if isinstance(node, str):
            return PlacedStr(node, Location(self.manifest, line_of(self.repo, self.manifest, '"node"') or 1))
        for image in self.repo.dockerfiles:
            if image.component == self.root.path:
                for found, place in ((m, i.location) for i in image.images if (m := _IMAGE.match(i.text))):
                    return PlacedStr(found[1], place)
        return None


def read_json(repo: Inventory, path: str) -> dict[str, object]:
    """A JSON object, empty when it is missing or malformed."""
    try:
        data = json.loads(repo.files.text(path) or "") if path in repo.files else {}
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def line_of(repo: Inventory, path: str, text: str) -> int | None:
    """The first line that holds a text."""
    return next((number for number, line in enumerate(repo.files.lines(path), 1) if text in line), None)


def _manager(repo: Inventory, root: Root, data: Mapping[str, object]) -> str:
    """npm, yarn, pnpm or bun: as the manifest says, else by the lock file here or above."""
    manifest = root.join("package.json")
    declared = data.get("packageManager")
    if isinstance(declared, str) and declared:
        return PlacedStr(declared.split("@")[0], Location(manifest, line_of(repo, manifest, '"packageManager"') or 1))
    directory = root.path
    while True:
        for lock, manager in _LOCKS:
            if (path := lock if directory == "." else f"{directory}/{lock}") in repo.files:
                return PlacedStr(manager, Location(path, 1))
        if directory == ".":
            return PlacedStr("npm", Location(manifest, 1))
        directory = directory.rpartition("/")[0] or "."


def find(repo: Inventory, layout: Layout, roots: Iterable[Root]) -> Iterator[Component]:
    """The components of every root that has a package.json; where there is none at all, those of servers without one."""
    without = not repo.files.select("package.json")
    for root in roots:
        if root.join("package.json") in repo.files or (without and not root.manifests):
            yield from NodeRoot(repo, layout, root).components()
