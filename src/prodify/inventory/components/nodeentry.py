"""Entry points and ports of JavaScript components."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory import starting
from prodify.inventory.components.commands import split
from prodify.inventory.components.common import note_at, placed_port
from prodify.inventory.data.node_frameworks import SERVER_STEMS
from prodify.inventory.placed import PlacedInt
from prodify.inventory.polyglot.javascript import LANGUAGES
from prodify.inventory.polyglot.jslistening import listening_port
from prodify.inventory.polyglot.jsmodules import language_of
from prodify.inventory.query import query
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prodify.inventory.components.node import NodeRoot

_RUNNERS = frozenset(
    ("node", "nodemon", "tsx", "ts-node", "ts-node-dev", "bun", "deno", "node-dev", "swc-node", "esno", "pm2", "pm2-runtime", "forever")
)
_SUBCOMMANDS = frozenset(("run", "watch", "start", "--watch", "-r", "--import", "--loader", "--require"))
_BUILT = ("dist/src/", "build/src/", "dist/", "build/", "lib/", "out/", ".output/server/", "bin/")
_SOURCE_EXTENSIONS = ("ts", "js", "tsx", "mts", "mjs", "cjs", "jsx")
_SCRIPT_PORT = lazy(r"(?:\s-p|--port)[ =](\d{2,5})|\bPORT=(\d{2,5})")
_PAGE_SCRIPT = lazy(
    r"""<script[^>]+type=["']module["'][^>]+src=["']/?([^"']+)["']|<script[^>]+src=["']/?([^"']+)["'][^>]+type=["']module["']"""
)


def first_of(root: NodeRoot, stems: Iterable[str]) -> str | None:
    """The first of the stems that is a source file of the root, with its extension."""
    return next((f"{s}.{e}" for s in stems for e in _SOURCE_EXTENSIONS if root.root.join(f"{s}.{e}") in root.repo.files), None)


def source_of(root: NodeRoot, target: str) -> str | None:
    """The source file behind a path that may name a build's output: dist/index.js is made of src/index.ts or index.ts.

    Returns None when nothing of that name is there.
    """
    target = target.removeprefix("./")
    if root.root.join(target) in root.repo.files and not target.startswith(("dist/", "build/")):
        return target
    stem = re.sub(r"\.[cm]?[jt]sx?$", "", target)
    stems: list[str] = []
    for prefix in _BUILT:
        if stem.startswith(prefix):
            rest = stem.removeprefix(prefix)
            stems += [f"src/{rest}", f"source/{rest}", rest, f"lib/{rest}"]
    return first_of(root, [*stems, stem, f"{stem}/index"])


def commands(root: NodeRoot) -> Iterator[str]:
    """Command lines that start the root's program, the most telling first: image, process file, the manifest's scripts."""
    for image in root.repo.dockerfiles:
        if image.component == root.root.path:
            yield from (start.text for start in image.start)
    for path in (root.root.join("Procfile"), "Procfile"):
        for line in root.repo.files.lines(path) if path in root.repo.files else ():
            if line.startswith(("web:", "worker:", "bot:")):
                yield line.partition(":")[2]
    for name in ("start", "start:prod", "serve", "production", "server", "dev", "start:dev"):
        if name in root.scripts:
            yield root.scripts[name]


def first_words(scripts: Iterable[str]) -> Iterator[str]:
    """The programs that scripts run, without wrappers."""
    for script in scripts:
        yield from (words[0] for words in _parts(split(script)) if words)


def started_file(root: NodeRoot) -> str | None:
    """The source file that the commands start: the first one, unless a later one serves and it does not (it only prepares)."""
    found = list(dict.fromkeys(_started_files(root)))
    if len(found) < 2:
        return found[0] if found else None
    serving = starting.holding(root.repo, [root.root.join(name) for name in found], starting.SERVES)
    return root.root.relative(serving[0]) if serving else found[0]


def _started_files(root: NodeRoot) -> Iterator[str]:
    for command in commands(root):
        for words in _parts(split(command)):
            if words and words[0].rpartition("/")[2] in _RUNNERS:
                for word in words[1:]:
                    if not word.startswith("-") and word not in _SUBCOMMANDS and (found := source_of(root, word)):
                        yield found
                        break


def _parts(words: list[str]) -> Iterator[list[str]]:
    """Commands of a chain, without environment assignments and wrappers; a quoted command inside counts as one more."""
    part: list[str] = []
    for word in [*words, "&&"]:
        if word in ("&&", "||", ";", "|", "&"):
            while part and (
                re.match(r"^[A-Z_][A-Z0-9_]*=", part[0]) or part[0] in ("cross-env", "npx", "exec", "dotenv", "--", "concurrently", "env")
            ):
                part = part[1:]
            yield part
            part = []
        else:
            if word.startswith(tuple(f"{r} " for r in _RUNNERS)):
                yield from _parts(split(word))
            part.append(word)


def choose(root: NodeRoot, users: list[str]) -> tuple[str | None, tuple[str, ...]]:
    """The entry file of a server, bot or worker: what the commands start, the manifest's main, else the best name that listens."""
    started = started_file(root)
    if started is not None:
        return started, ()
    main = root.data.get("main")
    if isinstance(main, str) and (found := source_of(root, main)) and root.root.join(found) in root.sources:
        return found, ()
    candidates = starting.holding(root.repo, root.sources, starting.SERVES) or users
    scored = sorted(((_score(root, path), path) for path in candidates), key=lambda pair: (-pair[0], pair[1]))
    if not scored:
        return None, ()
    equals = tuple(root.root.relative(p) for score, p in scored if score == scored[0][0])
    return (equals[0], ()) if len(equals) == 1 else (None, equals)


def _score(root: NodeRoot, path: str) -> int:
    name = root.root.relative(path)
    stem = name.rpartition("/")[2].split(".")[0]
    return (10 if stem in SERVER_STEMS else 0) - 4 * name.removeprefix("src/").count("/")


def listen_port(root: NodeRoot, entry: str | None) -> int | None:
    """The port that code listens on: a literal, a constant, or the fallback of the PORT variable."""
    first = [root.root.join(entry)] if entry else []
    others = [p for p in root.sources if p not in first and ".listen(" in (root.repo.files.text(p) or "")]
    return listening_port(root.repo, (*first, *others))


def deployed_port(root: NodeRoot) -> int | None:
    """The port that the root's image exposes, else the one inside the container that compose publishes."""
    for image in root.repo.dockerfiles:
        if image.component != root.root.path:
            continue
        exposed = next(iter(image.final_instructions("EXPOSE")), None)
        if image.exposed_ports and exposed is not None:
            return PlacedInt(image.exposed_ports[0], exposed.location)
        for entry in image.environment:
            if entry.name == "PORT" and (port := placed_port(entry.value or "", entry.location)) is not None:
                return port
    for file in root.repo.compose_files:
        for service in file.services:
            built = service.build is not None and any(i.path == service.build.dockerfile and i.component == root.root.path
                                                      for i in root.repo.dockerfiles)  # fmt: skip
            if built and len(service.ports) == 1 and service.ports[0].container is not None:
                return PlacedInt(service.ports[0].container, service.ports[0].location)
    return None


def script_port(root: NodeRoot) -> int | None:
    """The port that a start script names."""
    for name in ("start", "serve", "dev", "preview"):
        match = _SCRIPT_PORT.search(root.scripts.get(name, ""))
        if match:
            return placed_port(match[1] or match[2], note_at(root.repo, root.manifest, root.scripts[name][:40], "").location)
    config = first_of(root, ("vite.config",))
    return _configured_port(root, root.root.join(config)) if config else None


_SERVER_PORT = {
    language: query(
        language,
        {"kind": "number", "inside": {"kind": "pair", "has": {"field": "key", "regex": "^port$"}, "inside": {"kind": "object", "inside": {
            "kind": "pair", "has": {"field": "key", "regex": "^server$"}}}}},
        keywords=("port",),
    )
    for language in LANGUAGES
}  # fmt: skip
"""Vite's `server: { port: 3000 }`."""


def _configured_port(root: NodeRoot, path: str) -> int | None:
    matches = (match for match, _ in root.repo.syntax.nodes(_SERVER_PORT[language_of(path)], path))
    return next((port for match in matches if (port := placed_port(match.text, match.location)) is not None), None)


def page_script(root: NodeRoot) -> str | None:
    """The module that index.html loads."""
    path = root.root.join("index.html")
    match = _PAGE_SCRIPT.search(root.repo.files.text(path) or "") if path in root.repo.files else None
    name = (match[1] or match[2]) if match else None
    return name if name and root.root.join(name) in root.repo.files else None
