"""Reading the manifests and lock files of JavaScript."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from prodify.inventory.dependencies.model import Manifest, directory_of, locked_packages, semver_pin
from prodify.inventory.facts import Dependency
from prodify.inventory.yamlview import load_json
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

_GROUPS = (("dependencies", False), ("optionalDependencies", False), ("devDependencies", True), ("peerDependencies", False))
_YARN = lazy(r"^\"?(@?[^@\s\"]+)@[^\n]*:\n  version:?\s+\"?([^\"\n]+)\"?", re.MULTILINE)
_PNPM = lazy(r"^  ['\"]?/?(@?[^@:\s'\"(]+)[@/]([0-9][^:('\"\s]*)", re.MULTILINE)
_BUN = lazy(r"^[ \t]+\"[^\"\n]+\":[ \t]*\[\"(@?[^@\"]+)@([^\"]+)\"", re.MULTILINE)


def read_package_json(path: str, text: str) -> Manifest:
    """package.json. `manager` follows the packageManager field, npm when there is none."""
    doc = load_json(text, path)
    root = doc.root
    if root is None or root.kind != "mapping":
        return Manifest(path, "npm", False, directory_of(path), (), "npm", problem=doc.problem or "no JSON object")
    found = []
    for group, dev in _GROUPS:
        body = root.get(group)
        for name, node in body.items() if body is not None else ():
            found.append(Dependency(name, node.text, semver_pin(node.text), node.location, "npm", dev))
    manager = (root.string("packageManager") or "npm").partition("@")[0]
    published = (
        root.string("private") != "true"
        and root.get("version") is not None
        and any(k in root for k in ("main", "exports", "bin", "module"))
    )
    return Manifest(path, manager, False, directory_of(path), tuple(found), "npm", root.string("name"), published,
                    workspace=root.get("workspaces") is not None)  # fmt: skip


def read_package_lock(path: str, text: str) -> Manifest:
    """package-lock.json and npm-shrinkwrap.json, versions 1 to 3."""
    try:
        data = json.loads(text)
        pairs = list(_npm_pairs(data)) if isinstance(data, dict) else []
        problem = None if isinstance(data, dict) else "no JSON object"
    except (ValueError, RecursionError):
        pairs, problem = [], "no valid JSON"
    return Manifest(path, "npm", True, directory_of(path), locked_packages(path, "npm", pairs), "npm", problem=problem)


def _npm_pairs(data: dict[str, object]) -> Iterator[tuple[str, str]]:
    packages, dependencies = data.get("packages"), data.get("dependencies")
    if isinstance(packages, dict):
        for key, value in packages.items():
            name = str(key).rpartition("node_modules/")[2]
            if name and isinstance(value, dict) and str(key).count("node_modules/") == 1:
                yield name, str(value.get("version", ""))
    elif isinstance(dependencies, dict):
        for key, value in dependencies.items():
            if isinstance(value, dict):
                yield str(key), str(value.get("version", ""))


def read_yarn_lock(path: str, text: str) -> Manifest:
    """yarn.lock of Yarn 1 and later."""
    return Manifest(path, "yarn", True, directory_of(path), locked_packages(path, "npm", _YARN.findall(text.replace("\r\n", "\n"))), "npm")


def read_pnpm_lock(path: str, text: str) -> Manifest:
    """pnpm-lock.yaml."""
    return Manifest(path, "pnpm", True, directory_of(path), locked_packages(path, "npm", _PNPM.findall(text)), "npm")


def read_bun_lock(path: str, text: str) -> Manifest:
    """bun.lock; the older binary bun.lockb is known by its presence alone."""
    return Manifest(path, "bun", True, directory_of(path), locked_packages(path, "npm", _BUN.findall(text)), "npm")
