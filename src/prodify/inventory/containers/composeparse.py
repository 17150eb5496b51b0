"""Reading compose files. Files are taken one by one: overrides and `extends` are not merged."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from prodify.inventory.containers.compose import ComposeBuild, ComposeFile, ComposeService, PortMapping
from prodify.inventory.containers.dockerfile import fill
from prodify.inventory.containers.model import EnvironmentEntry
from prodify.inventory.facts import Note, Role
from prodify.inventory.images import parse_image
from prodify.inventory.shell import split_words
from prodify.inventory.yamlview import documents
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.yamlview import Doc, YamlNode

PATTERNS = tuple(
    f"{stem}{extension}"
    for stem in (
        "compose compose.* compose-* docker-compose docker-compose.* docker-compose-* docker-compose_* docker-stack docker-stack.* "
        "docker-stack-* podman-compose *.docker-compose *.compose"
    ).split()
    for extension in (".yml", ".yaml")
)
DIRECTORIES = tuple(
    f"{prefix}{name}/*{extension}"
    for name in ("docker_compose", "docker-compose", "compose")
    for prefix in ("", "*/")
    for extension in (".yml", ".yaml")
)
"""Directories of compose files of any name: `docker compose -f docker_compose/app.yaml`."""
STAGES = tuple(
    f"{stem}{extension}"
    for stem in ("production", "prod", "staging", "local", "dev", "development", "stack", "swarm")
    for extension in (".yml", ".yaml")
)
"""Compose files that are named after where they run; only those with services of images or builds count."""
_DEVELOPMENT = lazy(r"(^|[._-])(override|dev|devel|development|local|test|tests|testing|ci|debug|e2e)([._-]|$)")


def read_compose_files(repo: Inventory) -> tuple[ComposeFile, ...]:
    """Every compose or stack file of the application, by path."""
    named = repo.files.select(*PATTERNS, roles=(Role.PRODUCTION,))
    others = repo.files.select(*DIRECTORIES, *STAGES, roles=(Role.PRODUCTION,))
    placed = [p for p in others if p not in named and "\nservices:" in "\n" + (repo.files.text(p) or "")]
    found = []
    for path in (*named, *placed):
        if ".devcontainer" not in path.split("/"):
            docs = documents(repo.files, path)
            view = read_compose(path, docs, repo.files.entries[path].role)
            if path in named or any(s.image is not None or s.build is not None for s in view.services):
                found.append(view)
    return tuple(sorted(found, key=lambda view: view.path))


def read_compose(path: str, docs: tuple[Doc, ...], role: Role = Role.PRODUCTION) -> ComposeFile:
    """The view of one file's documents."""
    development = _DEVELOPMENT.search(path.rpartition("/")[2]) is not None
    problem = next((doc.problem for doc in docs if doc.problem is not None), None)
    root = docs[0].root if docs else None
    if root is None or root.kind != "mapping":
        return ComposeFile(path, role, (), development, problem or "no compose file: it holds no mapping")
    mapping = root.get("services")
    if mapping is None and "version" not in root:
        mapping = root  # the first version of the format had services at the top
    services = tuple(_service(name, node) for name, node in mapping.items() if node.kind == "mapping") if mapping is not None else ()
    if root.get("services") is None:
        services = tuple(s for s in services if s.image is not None or s.build is not None)
    return ComposeFile(path, role, services, development, problem)


def _service(name: str, node: YamlNode) -> ComposeService:
    image = node.get("image")
    command, entrypoint = node.get("command"), node.get("entrypoint")
    health = node.get("healthcheck")
    disabled = health is not None and (health.string("disable") == "true" or health.strings("test")[:1] == ("NONE",))
    depends = node.get("depends_on")
    privileged = node.get("privileged")
    return ComposeService(
        name,
        node.location,
        node,
        parse_image(fill(image.text, {}), image.location) if image is not None and image.text else None,
        _build(node),
        tuple(_ports(node)),
        tuple(_environment(node)),
        tuple(_env_files(node)),
        tuple(_volumes(node)),
        health.location if health is not None and not disabled else None,
        node.string("restart") or node.string("deploy", "restart_policy", "condition"),
        depends.keys() or node.strings("depends_on") if depends is not None else (),
        (*_words(entrypoint), *_words(command)),
        (command or entrypoint or node).location if command is not None or entrypoint is not None else None,
        node.string("user"),
        privileged is not None and privileged.value is True,
    )


def _words(node: YamlNode | None) -> list[str]:
    if node is None:
        return []
    words = [part.text for part in node] if node.kind == "sequence" else split_words(node.text)
    if len(words) > 2 and words[0].rpartition("/")[2] in ("sh", "bash", "ash") and words[1].startswith("-") and "c" in words[1]:
        return split_words(words[2])
    return words


def _build(node: YamlNode) -> ComposeBuild | None:
    build = node.get("build")
    if build is None:
        return None
    context = build.text if build.kind == "scalar" else (build.string("context") or ".")
    directory = posixpath.dirname(node.path)
    base = _below(directory, fill(context, {}))
    dockerfile = build.string("dockerfile") or "Dockerfile"
    return ComposeBuild(base, _below("" if base == "." else base, dockerfile), build.string("target"), build.location)


def _below(directory: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(directory, path)) or "."


def _ports(node: YamlNode) -> Iterator[PortMapping]:
    for port in node.get("ports") or ():
        if port.kind == "mapping":
            target, published = port.string("target"), port.string("published")
            yield PortMapping(_number(published), _number(target), port.location, port.string("host_ip"))
            continue
        text = fill(port.text, {}).split("/")[0]
        address, parts = None, text.rsplit(":", 2)
        if len(parts) == 3:
            address = parts[0].strip("[]")
        host = parts[-2] if len(parts) > 1 else None
        yield PortMapping(_number(host), _number(parts[-1]), port.location, address)


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() and len(text) < 6 else None


def _environment(node: YamlNode) -> Iterator[EnvironmentEntry]:
    environment = node.get("environment")
    if environment is None:
        return
    for name, value in environment.items():
        plain = value.value is None or value.kind != "scalar"
        yield EnvironmentEntry(name, None if plain else value.text, value.location)
    for item in environment:
        name, equals, text = item.text.partition("=")
        yield EnvironmentEntry(name, text if equals else None, item.location)


def _env_files(node: YamlNode) -> Iterator[Note]:
    files = node.get("env_file")
    directory = posixpath.dirname(node.path)
    for file in [files] if files is not None and files.kind == "scalar" else files or ():
        text = file.text or file.string("path")
        if text:
            yield Note(file.location, _below(directory, text))


def _volumes(node: YamlNode) -> Iterator[Note]:
    for volume in node.get("volumes") or ():
        if volume.kind == "scalar":
            yield Note(volume.location, volume.text)
        else:
            yield Note(volume.location, f"{volume.string('source') or ''}:{volume.string('target') or ''}")
