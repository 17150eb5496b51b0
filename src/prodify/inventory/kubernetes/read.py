"""Finding Kubernetes objects in a repository's YAML and JSON files."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from prodify.inventory.facts import Role
from prodify.inventory.images import parse_image
from prodify.inventory.kubernetes.model import HelmChart, KubernetesObject
from prodify.inventory.yamltree import Tree
from prodify.inventory.yamlview import YamlNode, document, documents
from prodify.lazyre import lazy
from prodify.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prodify.inventory.files import FileIndex
    from prodify.inventory.images import Image

_KUSTOMIZATIONS = frozenset(("kustomization.yaml", "kustomization.yml", "Kustomization"))
_OBJECT = lazy(r"^[ \t]*[\"']?apiVersion[\"']?[ \t]*:", re.MULTILINE)
_KIND = lazy(r"^[ \t]*[\"']?kind[\"']?[ \t]*:", re.MULTILINE)
_CORE_GROUPS = frozenset(("", "apps", "batch", "autoscaling", "policy", "extensions"))
_OTHER_GROUPS = frozenset(
    "backstage.io kind.x-k8s.io k3d.io eksctl.io kubeadm.k8s.io kubelet.config.k8s.io apiserver.config.k8s.io kubeproxy.config.k8s.io "
    "kubescheduler.config.k8s.io audit.k8s.io tilt.dev".split()
)
"""Groups of files that look like objects and are configuration of a tool on someone's machine."""
_TOP_KIND = lazy(r"^kind:\s*[\"']?(\w+)", re.MULTILINE)
_LARGE = 50_000
_VERSION = lazy(r"v\d+((alpha|beta)\d+)?")


def read_objects(files: FileIndex) -> tuple[KubernetesObject, ...]:
    """Every object of production files."""
    found: list[KubernetesObject] = []
    for path, text in _candidates(files):
        if _is_template(path, text, files):
            continue
        role = files.entries[path].role
        if (definition := _definition(path, text, role)) is not None:
            found.append(definition)
            continue
        for doc in documents(files, path):
            if doc.problem is not None:
                found.append(KubernetesObject("", "", "", None, doc.location, None, role, doc.problem))
            elif doc.root is not None:
                found.extend(_objects(doc.root, path, role))
    return tuple(found)


def is_definition(text: str) -> bool:
    """Whether a large file holds one CustomResourceDefinition and nothing else: a schema, whose words mean nothing."""
    return len(text) > _LARGE and _TOP_KIND.findall(text) == ["CustomResourceDefinition"]


def _definition(path: str, text: str, role: Role) -> KubernetesObject | None:
    """The object of a large file that holds one CustomResourceDefinition, without parsing its schema."""
    kind = _TOP_KIND.search(text)
    if kind is None or not is_definition(text):
        return None
    name = re.search(r"^  name: ([\w.-]+)", text, re.MULTILINE)
    place = Location(path, text.count("\n", 0, kind.start()) + 1)
    return KubernetesObject("apiextensions.k8s.io/v1", kind.group(1), name.group(1) if name else "", None, place, None, role)


def _candidates(files: FileIndex) -> Iterator[tuple[str, str]]:
    for path in files.select("*.yaml", "*.yml", "*.json", "Kustomization", roles=(Role.PRODUCTION,)):
        if path.startswith((".github/", ".circleci/")):
            continue
        text = files.text(path)
        if text is None:
            continue
        if path.rpartition("/")[2] in _KUSTOMIZATIONS or (_OBJECT.search(text) and _KIND.search(text)):
            yield path, text


def _is_template(path: str, text: str, files: FileIndex) -> bool:
    """Whether a file is a template: below a chart's templates directory, or unreadable as YAML because of its `{{`."""
    if "{{" not in text and "{%" not in text:
        return False
    before, found, _ = ("/" + path).rpartition("/templates/")
    if found and f"{before}/Chart.yaml".lstrip("/") in files:
        return True
    return (
        any(doc.problem is not None for doc in documents(files, path))
        or re.search(r"^[ \t]*\{\{|:[ \t]*\{\{", text, re.MULTILINE) is not None
    )


def templated(files: FileIndex) -> tuple[str, ...]:
    """Paths of manifests that are templates."""
    return tuple(path for path, text in _candidates(files) if _is_template(path, text, files))


def _objects(root: YamlNode, path: str, role: Role) -> Iterator[KubernetesObject]:
    if root.kind == "sequence":
        for item in root:
            yield from _objects(item, path, role)
        return
    api_version, kind = root.string("apiVersion"), root.string("kind")
    if path.rpartition("/")[2] in _KUSTOMIZATIONS and kind is None:
        api_version, kind = api_version or "kustomize.config.k8s.io/v1beta1", "Kustomization"
    if not api_version or not kind or not _is_kubernetes(api_version, kind, root):
        return
    if kind.endswith("List") and (items := root.get("items")) is not None:
        for item in items:
            yield from _objects(item, path, role)
        return
    doc = _redacted(root) if kind in ("Secret", "SealedSecret") else root
    name = root.string("metadata", "name") or root.string("metadata", "generateName") or ""
    place = Location(path, min((node.line for _, node in root.items()), default=root.line), root.end_line)
    yield KubernetesObject(api_version, kind, name, root.string("metadata", "namespace"), place, doc, role)


def _is_kubernetes(api_version: str, kind: str, root: YamlNode) -> bool:
    group, _, version = api_version.rpartition("/")
    if not _VERSION.fullmatch(version) or (kind == "Config" and "contexts" in root) or group in _OTHER_GROUPS:
        return False
    return group in _CORE_GROUPS or "." in group


def _redacted(root: YamlNode) -> YamlNode:
    """The object with the values of its data blanked."""
    entries = [(key, _blank(tree) if key in ("data", "stringData") else tree) for key, tree in root.tree.entries]
    copy = replace(root.tree, entries=entries)
    return YamlNode(root.path, copy)


def _blank(tree: Tree) -> Tree:
    if tree.kind == "scalar":
        return replace(tree, text="", plain=False)
    return replace(tree, entries=[(k, _blank(v)) for k, v in tree.entries], elements=[_blank(v) for v in tree.elements])


def read_charts(files: FileIndex) -> tuple[HelmChart, ...]:
    """Charts with the list of their templates."""
    found = []
    for path in files.select("Chart.yaml", "Chart.yml", roles=(Role.PRODUCTION,)):
        root = document(files, path)
        if root is None or root.string("name") is None:
            continue
        base = posixpath.dirname(path)
        prefix = f"{base}/templates/" if base else "templates/"
        templates = tuple(p for p in files.entries if p.startswith(prefix))
        values = f"{base}/values.yaml" if base else "values.yaml"
        found.append(HelmChart(path, root.string("name") or "", Location(path, 1), templates, document(files, values)))
    return tuple(found)


def overrides(objects: Iterable[KubernetesObject]) -> Mapping[str, Image]:
    """What the `images` of kustomizations set, by name; the last one found wins."""
    found = {}
    for kustomization in objects:
        for item in (kustomization.get("images") if kustomization.kind == "Kustomization" else None) or ():
            name = item.string("name")
            if name is not None:
                tag, digest = item.string("newTag"), item.string("digest")
                text = (item.string("newName") or name) + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
                found[name] = parse_image(text, item.location)
    return found
