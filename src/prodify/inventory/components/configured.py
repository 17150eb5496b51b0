"""The port that a program takes from its own configuration file, for languages whose frameworks have none with a fixed name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.components.common import placed_port
from prodify.inventory.components.pyproject import read_toml
from prodify.inventory.envfiles import EXAMPLE_FILES
from prodify.inventory.facts import Role
from prodify.inventory.placed import PlacedInt, line_at
from prodify.inventory.yamlview import document
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory import Inventory
    from prodify.inventory.components.layout import Root

_READERS = {
    "go": ("spf13/viper", "knadh/koanf", "ilyakaznacheev/cleanenv", "jinzhu/configor", "BurntSushi/toml", "pelletier/go-toml",
           "yaml.Unmarshal", "yaml.NewDecoder", "json.Unmarshal", "json.NewDecoder"),
    "rust": ("config::", "figment", "serde_yaml", "toml::from_str", "serde_json::from_reader"),
}  # fmt: skip
"""What reads such a file, by language."""
_DIRECTORIES = frozenset(
    ("", "config", "configs", "conf", "configuration", "configurations", "settings", "resource", "resources", "etc", "env", "envs",
     "internal/config", "internal/configs", "pkg/config", "src/config", "cmd/config", "app/config", "config/env")
)  # fmt: skip
_FILE = lazy(
    r"(?i)(^|/)[\w.\-]*(config|conf|settings?|properties|app(lication)?|default|base|local|dev(elopment)?|prod(uction)?|server)[\w.\-]*$"
)
_OTHERS = lazy(
    r"(?i)(^|/)(package(-lock)?|tsconfig|composer|\.?eslint|\.?golangci|docker-compose|compose|swagger|openapi|renovate|app)[\w.\-]*\.(json|ya?ml)$"
)
_TESTS = lazy(r"(?i)[-_./](test|testing|ci|example|sample)s?[-_.]")
_FOR_PEOPLE = lazy(r"(?i)[-_./](local|dev(elopment)?|stag(e|ing))[-_.]")
_SECTION = lazy(r"(?i)^(http_?)?(server|service|app|application|api|web|rest|http|listen|gin|echo|fiber|chi)(_?server|_?config)?$")
_KEY = lazy(r"(?i)^((http|server|app|api|web|listen|service|bind)[-_]?)?(port|addr(ess)?|listen)$")
_VARIABLE = lazy(r"^((HTTP|APP|API|SERVER|WEB|SERVICE)_)?PORT$")
_ENTRY = lazy(r"""(?m)^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=[ \t]*["']?(\d{2,5})["']?[ \t]*(?:#.*)?\r?$""")
_NUMBER = lazy(r"(?:^|:)(\d{2,5})\}?/?$")


def configured_port(repo: Inventory, root: Root, language: str) -> int | None:
    """The port in the configuration file that production most likely reads: at the top of it, or in the section of the server.

    None where no code reads such a file.
    """
    if not any(True for path in repo.syntax.sources(language, _READERS[language]) if _below(root, path)):
        return None
    files = sorted(_files(repo, root), key=lambda path: (_TESTS.search(path) is not None, _FOR_PEOPLE.search(path) is not None, path))
    for path in files:
        for text, location in _ports(repo, path):
            number = _NUMBER.search(text.strip())
            port = placed_port(number[1], location) if number else None
            if port is not None:
                return port
    return None


def exemplary_port(repo: Inventory, root: Root) -> int | None:
    """The port that a committed environment or the example of one names, for a program that does not start without the variable."""
    names = {v.name for v in repo.environment if v.required and _VARIABLE.match(v.name) and _below(root, v.location.path)}
    home = "" if root.path == "." else root.path
    for path in repo.files.select(".env", *EXAMPLE_FILES) if names else ():
        text = (repo.files.text(path) or "") if path.rpartition("/")[0] == home else ""
        for line in _ENTRY.finditer(text):
            if line[1] in names:
                return placed_port(line[2], Location(path, line_at(text, line.start(1))))
    return None


def exposed_port(repo: Inventory, root: Root) -> int | None:
    """The port that the image of a component exposes, for a program whose code leaves the port to the environment."""
    for image in repo.dockerfiles:
        ports = image.exposed_ports if image.component == root.path else ()
        if len(ports) == 1:
            return PlacedInt(ports[0], image.final_instructions("EXPOSE")[-1].location)
    return None


def _below(root: Root, path: str) -> bool:
    return root.path == "." or path.startswith(root.path + "/")


def _files(repo: Inventory, root: Root) -> Iterator[str]:
    for path in repo.files.select("*.yaml", "*.yml", "*.json", "*.toml", roles=(Role.PRODUCTION,)):
        near = _below(root, path) and root.relative(path).rpartition("/")[0] in _DIRECTORIES
        if near and _FILE.search(path) and not _OTHERS.search(path):
            yield path


def _ports(repo: Inventory, path: str) -> Iterator[tuple[str, Location]]:
    """The texts that a file gives as port or address of a server, with their places."""
    if path.endswith(".toml"):
        yield from _toml(repo, path)
        return
    node = document(repo.files, path)
    if node is None or node.kind != "mapping":
        return
    sections = [node, *(child for key, child in node.items() if child.kind == "mapping" and _SECTION.match(key))]
    for section in sections:
        for key, child in section.items():
            if child.kind == "scalar" and _KEY.match(key):
                yield child.text, child.location


def _toml(repo: Inventory, path: str) -> Iterator[tuple[str, Location]]:
    data, text = read_toml(repo, path), repo.files.text(path) or ""
    sections = [data, *(value for key, value in data.items() if isinstance(value, dict) and _SECTION.match(key))]
    for section in sections:
        for key, value in section.items():
            if isinstance(value, int | str) and _KEY.match(str(key)):
                written = re.search(rf"(?m)^\s*{re.escape(str(key))}\s*=\s*[\"']?{re.escape(str(value))}", text)
                yield str(value), Location(path, line_at(text, written.start()) if written else 1)
