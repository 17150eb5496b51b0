"""Reading the manifests of Go, Java, Rust, Ruby, PHP and .NET."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.dependencies.model import Lines, Manifest, between, blanked, directory_of, semver_pin
from prodify.inventory.dependencies.pythonfiles import load_toml, table
from prodify.inventory.facts import Dependency
from prodify.inventory.yamlview import load_json
from prodify.lazyre import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator

_GO = lazy(r"^[ \t]*(?:require[ \t]+)?([a-z0-9][\w.-]*\.[a-z]{2,}/\S+)[ \t]+(v\S+)([ \t]*//[ \t]*indirect)?", re.MULTILINE)
_POM_PROPERTY = lazy(r"<([\w.-]+)>([^<>]+)</\1>")
_GRADLE = lazy(
    r"^[ \t]*(\w{0,60}(?:mplementation|api|Api|ompile|ompileOnly|untimeOnly|untime|nnotationProcessor|kapt|ksp|evelopmentOnly|classpath))"
    r"[ \t]*\(?[ \t]*"
    r"(?:platform\s*\(\s*|enforcedPlatform\s*\(\s*)?[\"']([\w.-]+:[\w.-]+)(?::([^\"'@]+))?[^\"']*[\"']",
    re.MULTILINE,
)
_GEM = lazy(r"^[ \t]*gem[ \t]*\(?[ \t]*['\"]([\w.-]+)['\"](?:\s*,\s*['\"]([^'\"]+)['\"])?([^\n]*)", re.MULTILINE)
_PACKAGE_REFERENCE = lazy(
    r"<(?:PackageReference|PackageVersion)\s[^>]{0,300}?(?:Include|Update)=\"([^\"]+)\"([^>]{0,300}?)(?:/>|>(.{0,300}?)</Package)",
    re.DOTALL,
)
_DEV_GROUP = lazy(r"^[ \t]*group\b([^\n]{0,200}?)\)?[ \t]+do\b", re.MULTILINE)


def read_go_mod(path: str, text: str) -> Manifest:
    """go.mod: the direct requirements. Go resolves them exactly."""
    lines = Lines(path, text)
    found = [Dependency(m.group(1), m.group(2), "exact", lines.at(m.start(1)), "go") for m in _GO.finditer(text) if not m.group(3)]
    module = re.search(r"^module\s+(\S+)", text, re.MULTILINE)
    problem = None if module is not None else "no module line"
    return Manifest(path, "go", False, directory_of(path), tuple(found), "go", module.group(1) if module else None, problem=problem)


def read_pom(path: str, text: str) -> Manifest:
    """pom.xml: dependencies as group:artifact. A version that a parent manages is left empty.

    Read by pattern, so that no entity is expanded.
    """
    body = blanked(blanked(text, "<!--", "-->"), "<dependencyManagement>", "</dependencyManagement>")
    properties = dict(_POM_PROPERTY.findall(text[:200_000]))
    lines = Lines(path, text)
    found = []
    for offset, inside in between(body, "<dependency>", "</dependency>"):
        fields = dict(_POM_PROPERTY.findall(inside[:4000]))
        version = re.sub(r"\$\{([^}]+)\}", lambda m: properties.get(m.group(1), m.group()), fields.get("version", ""))
        pin = "none" if not version else "range" if version[0] in "[(" or version in ("LATEST", "RELEASE") else "exact"
        name = f"{fields.get('groupId', '').strip()}:{fields.get('artifactId', '').strip()}"
        found.append(Dependency(name, version, pin, lines.at(offset), "maven", fields.get("scope", "").strip() == "test"))
    problem = None if "<project" in text else "no <project> element"
    return Manifest(path, "maven", False, directory_of(path), tuple(found), "maven", problem=problem)


def read_gradle(path: str, text: str) -> Manifest:
    """build.gradle and build.gradle.kts: dependencies that are written as "group:artifact:version"."""
    lines = Lines(path, text)
    found = []
    for match in _GRADLE.finditer(text):
        version = match.group(3) or ""
        pin = "none" if not version else "range" if re.search(r"[+\[(,]|latest", version) else "exact"
        found.append(Dependency(match.group(2), version, pin, lines.at(match.start(2)), "maven", match.group(1).lower().startswith("test")))
    return Manifest(path, "gradle", False, directory_of(path), tuple(found), "maven")


def read_gradle_catalog(path: str, text: str) -> Manifest:
    """gradle/libs.versions.toml."""
    data, problem = load_toml(text)
    lines = Lines(path, text)
    versions = table(data, "versions")
    found = []
    for value in table(data, "libraries").values():
        entry = value if isinstance(value, dict) else {"module": str(value).rpartition(":")[0], "version": str(value).rpartition(":")[2]}
        module = entry.get("module") or f"{entry.get('group', '')}:{entry.get('name', '')}"
        version = entry.get("version", "")
        text_version = str(versions.get(str(version.get("ref")), "")) if isinstance(version, dict) else str(version)
        found.append(Dependency(str(module), text_version, semver_pin(text_version), lines.find(str(module)), "maven"))
    component = directory_of(path).removesuffix("gradle").rstrip("/") or "."
    return Manifest(path, "gradle", False, component, tuple(found), "maven", problem=problem)


def read_cargo(path: str, text: str) -> Manifest:
    """Cargo.toml, a workspace's shared dependencies included. A bare version is a range for Cargo."""
    data, problem = load_toml(text)
    lines = Lines(path, text)
    tables = [(table(data, "dependencies"), False), (table(data, "dev-dependencies"), True), (table(data, "build-dependencies"), False),
              (table(data, "workspace", "dependencies"), False)]  # fmt: skip
    found = []
    for body, dev in tables:
        for name, value in body.items():
            version = str(value.get("version", "") if isinstance(value, dict) else value)
            pin = "exact" if version.startswith("=") else "range" if version else "none"
            found.append(Dependency(name, version, pin, lines.key(name), "crates", dev))
    project = table(data, "package").get("name")
    return Manifest(path, "cargo", False, directory_of(path), tuple(found), "crates", str(project) if project else None,
                    workspace="workspace" in data, problem=problem)  # fmt: skip


def read_gemfile(path: str, text: str) -> Manifest:
    """Gemfile; gems in development and test groups are dev."""
    lines = Lines(path, text)
    dev_ranges = list(_gem_groups(text))
    found = []
    for match in _GEM.finditer(text):
        dev = (
            any(start <= match.start() < end for start, end in dev_ranges)
            or re.search(r"group:?s?\W+.*(test|development)", match.group(3)) is not None
        )
        version = match.group(2) or ""
        pin = "none" if not version else "exact" if re.fullmatch(r"=?\s*\d[\w.]*", version) else "range"
        found.append(Dependency(match.group(1), version, pin, lines.at(match.start(1)), "gems", dev))
    return Manifest(path, "bundler", False, directory_of(path), tuple(found), "gems")


def _gem_groups(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of the blocks of development and test groups."""
    for match in _DEV_GROUP.finditer(text):
        if re.search(r"test|development", match.group(1)) and "production" not in match.group(1):
            end = re.compile(r"^end\b", re.MULTILINE).search(text, match.end())
            yield match.start(), end.start() if end is not None else len(text)


def read_composer(path: str, text: str) -> Manifest:
    """composer.json; PHP itself and its extensions are left out."""
    doc = load_json(text, path)
    found = []
    for group, dev in (("require", False), ("require-dev", True)):
        body = doc.get(group)
        for name, node in body.items() if body is not None else ():
            if "/" in name:
                found.append(Dependency(name, node.text, semver_pin(node.text), node.location, "packagist", dev))
    return Manifest(path, "composer", False, directory_of(path), tuple(found), "packagist", problem=doc.problem)


def read_csproj(path: str, text: str) -> Manifest:
    """*.csproj, *.fsproj and Directory.Packages.props."""
    lines = Lines(path, text)
    found = []
    for match in _PACKAGE_REFERENCE.finditer(text):
        written = re.search(r"Version=\"([^\"]+)\"", match.group(2)) or re.search(r"<Version>([^<]+)</Version>", match.group(3) or "")
        version = written.group(1) if written is not None else ""
        pin = "none" if not version else "range" if re.search(r"[*,(]", version) else "exact"
        found.append(Dependency(match.group(1), version, pin, lines.at(match.start()), "nuget"))
    problem = None if "<Project" in text else "no <Project> element"
    return Manifest(path, "nuget", False, directory_of(path), tuple(found), "nuget", problem=problem)
