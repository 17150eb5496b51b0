"""Java and Kotlin components: one a Maven or Gradle project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory import starting
from prodify.inventory.components.common import image_version, name_of, note_at, port_in
from prodify.inventory.data.frameworks import JVM
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

_SCALA_MAIN = lazy(r"^object\s+\w+\s+extends\s+App\b|\bdef main\(|\bstatic\s+void\s+main\s*\(", re.MULTILINE)
"""Scala and Groovy, for which there is no grammar here."""
_MAIN_CLASS = lazy(r"(?:<mainClass>|mainClass(?:Name)?\s*(?:=|\.set\()\s*[\"'])\s*([\w.]+)")
_CONFIGURED = lazy(r"^\s*(?:server\.port|quarkus\.http\.port|micronaut\.server\.port)\s*[=:]\s*(?:\$\{\w+:)?(\d{2,5})", re.MULTILINE)
_YAML = lazy(r"^(?:server|http|ktor|micronaut|quarkus):\s*\n(?:[ \t]+.*\n)*?[ \t]+port:\s*(?:\$\{\w+:)?\"?(\d{2,5})", re.MULTILINE)


_HOCON = lazy(
    r"\bdeployment\s*\{(?:[^{}]|\$\{[^{}]*\})*?\bport\s*[=:]\s*\"?(\d{2,5})|^\s*ktor\.deployment\.port\s*[=:]\s*(\d{2,5})", re.MULTILINE
)
_PROFILE = lazy(r"[-_](prod(uction)?)?")


def _rank(path: str) -> tuple[int, str]:
    """Settings for every profile come first, then those of production.

    >>> sorted(["application-dev.yml", "application-prod.yml", "application.yml"], key=_rank)
    ['application.yml', 'application-prod.yml', 'application-dev.yml']
    """
    profile = _PROFILE.search(path.rpartition("/")[2])
    return (0 if profile is None else 1 if profile[1] else 2, path)


def find(repo: Inventory, layout: Layout, roots: Iterable[Root]) -> Iterator[Component]:
    """The component of every project; aggregating poms and Android applications are none."""
    for root in roots:
        manifest = next((m for m in root.manifests if m.endswith("pom.xml")), root.manifests[0] if root.manifests else None)
        sources = layout.sources("java", root)
        if manifest is None or not any(not p.endswith((".kts", ".gradle")) for p in sources):
            continue
        text = repo.files.text(manifest) or ""
        if "<packaging>pom</packaging>" in text or "com.android.application" in text:
            continue
        yield _component(repo, root, manifest, text, sources)


def _component(repo: Inventory, root: Root, manifest: str, text: str, sources: tuple[str, ...]) -> Component:
    maven = manifest.endswith("pom.xml")
    package, framework = _framework(text)
    mains = [p for p in sources if _is_main(repo, p)]
    named = _MAIN_CLASS.search(text)
    if named:
        mains = [p for p in mains if p.rpartition(".")[0].replace("/", ".").endswith(named[1].removesuffix("Kt"))] or mains
    starters = starting.holding(repo, mains, starting.SERVES) or mains
    equals = tuple(root.relative(p) for p in starters)
    entry, rivals = (equals[0], ()) if len(equals) == 1 else (None, equals if framework and framework.kind == "service" else ())
    kind = framework.kind if framework is not None else "cli" if mains else "library"
    language = "kotlin" if sum(p.endswith(".kt") for p in sources) * 2 > len(sources) else "java"
    port = None
    if kind == "service" and framework is not None:
        names = ("src/main/resources/application*", "src/main/resources/bootstrap*", "config/application*")
        resources = sorted(repo.files.select(*map(root.join, names)), key=_rank)
        port = (
            port_in(repo, resources, _CONFIGURED, _YAML, _HOCON)
            or written_port(repo, "java", starters, sources)
            or framework.port
        )
    notes = [note_at(repo, manifest, package, f"depends on {package}") if package else note_at(repo, manifest, "<project", "build file")]
    if entry:
        notes.append(Note(Location(root.join(entry), starting.first_place(repo, root.join(entry), starting.MAIN) or 1), "main method"))
    shown = framework.name if framework is not None else None
    name = name_of(root, _name(repo, root, text, maven))
    return Component(
        root.path,
        name,
        kind,
        language,
        shown,
        entry,
        port,
        PlacedStr("maven" if maven else "gradle", Location(manifest, 1)),
        _runtime(repo, root, manifest, text),
        tuple(notes),
        rivals,
    )


def _is_main(repo: Inventory, path: str) -> bool:
    if path.endswith((".scala", ".groovy")):
        return _SCALA_MAIN.search(repo.files.text(path) or "") is not None
    return starting.holds(repo, path, starting.MAIN)


def _framework(text: str) -> tuple[str, Framework | None]:
    """The package that names the framework, as it stands in the build file outside of comments."""
    code = re.sub(r"<!--.*?-->|^\s*//[^\n]*", "", text, flags=re.DOTALL | re.MULTILINE)
    return next(((package, framework) for package, framework in JVM.items() if package in code), ("", None))


def _name(repo: Inventory, root: Root, text: str, maven: bool) -> str | None:
    if maven:
        own = re.sub(r"<(parent|dependencies|build|dependencyManagement|profiles)>.*?</\1>", "", text, flags=re.DOTALL)
        match = re.search(r"<artifactId>\s*([^<\s]+)", own)
        return match[1] if match else None
    for settings in ("settings.gradle", "settings.gradle.kts"):
        match = re.search(r"""rootProject\.name\s*=\s*["']([^"']+)""", repo.files.text(root.join(settings)) or "")
        if match:
            return match[1]
    return None


_VERSIONS = lazy(
    r"<(?:java\.version|maven\.compiler\.(?:release|source)|release|kotlin\.compiler\.jvmTarget|source)>\s*([\d.]+)"
    r"|JavaLanguageVersion\.of\((\d+)|(?:source|target)Compatibility\s*=?\s*(?:JavaVersion\.VERSION_|['\"])?([\d._]+)|jvmToolchain\((\d+)"
)


def _runtime(repo: Inventory, root: Root, manifest: str, text: str) -> str | None:
    match = _VERSIONS.search(text)
    if match:
        version = next(group for group in match.groups() if group).replace("_", ".")
        return PlacedStr(version, Location(manifest, line_at(text, match.start())))
    return image_version(repo, root, "eclipse-temurin|openjdk|amazoncorretto|maven|gradle")
