"""Reading lock files: the names and versions that they fix."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from prodify.inventory.dependencies.model import Manifest, directory_of, locked_packages
from prodify.inventory.dependencies.nodefiles import read_bun_lock, read_package_lock, read_pnpm_lock, read_yarn_lock
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TOML_PACKAGE = lazy(r"^name\s*=\s*\"([^\"\n]+)\"\s*\nversion\s*=\s*\"([^\"\n]+)\"", re.MULTILINE)
_GO_SUM = lazy(r"^(\S+) (v[^\s/]+) h1:", re.MULTILINE)
_GEM = lazy(r"^    ([\w.-]+) \(([^)]+)\)", re.MULTILINE)
_GRADLE = lazy(r"^([\w.-]+:[\w.-]+):([^=\s]+)=", re.MULTILINE)


def _toml(manager: str, ecosystem: str) -> Callable[[str, str], Manifest]:
    def read(path: str, text: str) -> Manifest:
        pairs = _TOML_PACKAGE.findall(text.replace("\r\n", "\n"))
        return Manifest(path, manager, True, directory_of(path), locked_packages(path, ecosystem, pairs), ecosystem)

    return read


def _pattern(manager: str, ecosystem: str, expression: re.Pattern[str]) -> Callable[[str, str], Manifest]:
    def read(path: str, text: str) -> Manifest:
        return Manifest(path, manager, True, directory_of(path), locked_packages(path, ecosystem, expression.findall(text)), ecosystem)

    return read


def _json(manager: str, ecosystem: str, pairs: Callable[[dict[str, object]], Iterator[tuple[str, str]]]) -> Callable[[str, str], Manifest]:
    def read(path: str, text: str) -> Manifest:
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict):
            return Manifest(path, manager, True, directory_of(path), (), ecosystem, problem="no valid JSON object")
        return Manifest(path, manager, True, directory_of(path), locked_packages(path, ecosystem, pairs(data)), ecosystem)

    return read


def _pipfile_pairs(data: dict[str, object]) -> Iterator[tuple[str, str]]:
    for group in ("default", "develop"):
        body = data.get(group)
        for name, value in body.items() if isinstance(body, dict) else ():
            yield str(name), str(value.get("version", "")).lstrip("=") if isinstance(value, dict) else ""


def _composer_pairs(data: dict[str, object]) -> Iterator[tuple[str, str]]:
    for group in ("packages", "packages-dev"):
        body = data.get(group)
        for value in body if isinstance(body, list) else ():
            if isinstance(value, dict):
                yield str(value.get("name", "")), str(value.get("version", ""))


def _nuget_pairs(data: dict[str, object]) -> Iterator[tuple[str, str]]:
    body = data.get("dependencies")
    for framework in body.values() if isinstance(body, dict) else ():
        for name, value in framework.items() if isinstance(framework, dict) else ():
            yield str(name), str(value.get("resolved", "")) if isinstance(value, dict) else ""


def _presence(manager: str, ecosystem: str) -> Callable[[str, str], Manifest]:
    return lambda path, _: Manifest(path, manager, True, directory_of(path), (), ecosystem)


LOCK_READERS: dict[str, Callable[[str, str], Manifest]] = {
    "poetry.lock": _toml("poetry", "pypi"),
    "uv.lock": _toml("uv", "pypi"),
    "pdm.lock": _toml("pdm", "pypi"),
    "pylock.toml": _toml("pip", "pypi"),
    "pixi.lock": _presence("pixi", "pypi"),
    "conda-lock.yml": _presence("conda", "pypi"),
    "Pipfile.lock": _json("pipenv", "pypi", _pipfile_pairs),
    "package-lock.json": read_package_lock,
    "npm-shrinkwrap.json": read_package_lock,
    "yarn.lock": read_yarn_lock,
    "pnpm-lock.yaml": read_pnpm_lock,
    "bun.lock": read_bun_lock,
    "bun.lockb": _presence("bun", "npm"),
    "deno.lock": _presence("deno", "npm"),
    "go.sum": _pattern("go", "go", _GO_SUM),
    "Cargo.lock": _toml("cargo", "crates"),
    "Gemfile.lock": _pattern("bundler", "gems", _GEM),
    "gems.locked": _pattern("bundler", "gems", _GEM),
    "composer.lock": _json("composer", "packagist", _composer_pairs),
    "packages.lock.json": _json("nuget", "nuget", _nuget_pairs),
    "gradle.lockfile": _pattern("gradle", "maven", _GRADLE),
}
"""Lock files by name, with their readers."""
