"""kubernetes-validate: objects of the built-in kinds against the OpenAPI schemas of a Kubernetes release."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from prodify.validators.base import Job, Problem, ToolError, Validator
from prodify.validators.sources import Document, Sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BUILT_IN_SUFFIX = ".k8s.io"
BUILT_IN_GROUPS = frozenset({"", "apps", "autoscaling", "batch", "policy"})
OTHER_K8S_IO = frozenset({"gateway.networking.k8s.io", "snapshot.storage.k8s.io", "metrics.k8s.io", "kustomize.config.k8s.io"})
"""Groups under k8s.io that are no part of a release: their kinds are custom resources, or no objects at all."""

FOREIGN = frozenset({"openslo", "skaffold"})
"""Groups without a dot of formats that only look like Kubernetes objects."""

ERROR = re.compile(
    r"^ERROR (?P<file>.+?) did not validate for resource (?P<kind>[^/]+)/(?P<name>\S+) against version \S+: (?P<message>.*)$"
)
WARN = re.compile(r"^WARN (?P<file>.+?) (?P<message>Couldn't find schema for kind (?P<kind>\S+) with api version (?P<version>\S+).*)$")


def group(document: Document) -> str | None:
    """Return the API group of an object ("" for the core group), or None where the document is no Kubernetes object."""
    version, kind = document.get("apiVersion"), document.get("kind")
    if not isinstance(version, str) or not isinstance(kind, str):
        return None
    name = version.rpartition("/")[0]
    return None if name in FOREIGN else name


def is_custom(document: Document) -> bool:
    """Whether the object is of a custom kind: its group has a dot and is not of the release."""
    name = group(document)
    return name is not None and "." in name and (name in OTHER_K8S_IO or not _is_built_in(name))


def _is_built_in(name: str) -> bool:
    return name in BUILT_IN_GROUPS or (name.endswith(BUILT_IN_SUFFIX) and name not in OTHER_K8S_IO)


def is_object(document: Document) -> bool:
    """Whether this validator speaks for the document: built-in groups, and dotless ones, which can only be misspelt."""
    name = group(document)
    return name is not None and not is_custom(document)


def patches(sources: Sources) -> set[str]:
    """Return the files that kustomizations name as patches: parts of objects, proven after rendering."""
    found: set[str] = set()
    for path in sources.matching("kustomization.yaml", "kustomization.yml", "Kustomization"):
        for document in sources.documents(path) if path in sources else ():
            entries: list[Any] = [*(document.get("patches") or []), *(document.get("patchesStrategicMerge") or [])]
            names = [entry.get("path") if isinstance(entry, dict) else entry for entry in entries]
            found |= {_normal(PurePosixPath(path).parent / name) for name in names if isinstance(name, str)}
    return found


def _normal(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def select(sources: Sources) -> Sequence[str]:
    """Return files with whole objects of built-in kinds."""
    return sorted(set(sources.yaml_where(is_object)) - patches(sources))


OFFERED = ("1.33", "1.34", "1.35", "1.36")
"""Releases before the newest that managed clusters still run."""


def check(
    job: Job, files: Sequence[str], documents: Sequence[Document], executable: str, release: str | None = None
) -> Iterator[Problem]:
    """Yield what kubernetes-validate says about files, in terms of the documents in them; of the newest release unless one is named.

    The tool exits 0 on a kind or version that it does not know (a removed API, a typo) and only warns: that is a problem here, except for
    custom kinds, which it cannot know.
    """
    version = ["--kubernetes-version", release] if release else []
    done = job.call([executable, "--strict", *version, *[f"./{path}" if path.startswith("-") else path for path in files]])
    understood = False
    for line in done.stdout.splitlines() + done.stderr.splitlines():
        if found := ERROR.match(line):
            understood = True
            place = _find(documents, found["file"], found["kind"], found["name"])
            yield Problem(place.path, place.line, f"{found['kind']}/{found['name']}: {found['message'][:300]}")
        elif (found := WARN.match(line)) and not is_custom(Document("", 1, {"apiVersion": found["version"], "kind": found["kind"]})):
            understood = True
            place = _find(documents, found["file"], found["kind"], None)
            yield Problem(place.path, place.line, found["message"])
    if done.code not in (0, 1) or (done.code == 1 and not understood):
        raise ToolError(f"kubernetes-validate ended with {done.code}: {done.last_words}")


def _find(documents: Sequence[Document], file: str, kind: str, name: str | None) -> Document:
    for document in documents:
        metadata = document.get("metadata")
        same_name = name is None or (isinstance(metadata, dict) and metadata.get("name") == name)
        if document.path == file.removeprefix("./") and str(document.get("kind")).lower() == kind.lower() and same_name:
            return document
    return Document(file.removeprefix("./"), 1, None)


def run(job: Job) -> Iterator[Problem]:
    """Yield what is wrong with each object."""
    documents = [document for path in job.files for document in job.sources.documents(path)]
    yield from check(job, job.files, documents, job.tools["kubernetes-validate"])


def select_ours(sources: Sources) -> Sequence[str]:
    """Return the files with whole objects that prodify wrote: whose cluster they meet is not known."""
    return [path for path in select(sources) if path in sources.ours("*.yaml", "*.yml")]


def run_releases(job: Job) -> Iterator[Problem]:
    """Yield what an older release would not take, with the release; the newest is the other validator's."""
    documents = [document for path in job.files for document in job.sources.documents(path)]
    for release in OFFERED:
        for problem in check(job, job.files, documents, job.tools["kubernetes-validate"], release):
            yield Problem(problem.path, problem.line, f"Kubernetes {release}: {problem.message}")


VALIDATORS = (
    Validator(
        name="kubernetes-validate",
        title="Kubernetes objects: fields, types and API versions of the newest release",
        select=select,
        run=run,
        executables=("kubernetes-validate",),
        install="pip install kubernetes-validate",
    ),
    Validator(
        name="kubernetes-releases",
        title=f"generated Kubernetes objects: also valid in {OFFERED[0]} to {OFFERED[-1]}",
        select=select_ours,
        run=run_releases,
        executables=("kubernetes-validate",),
        install="pip install kubernetes-validate",
    ),
)
