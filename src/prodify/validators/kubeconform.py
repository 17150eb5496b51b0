"""kubeconform: everything that a kustomization renders against the JSON schemas at hand, custom resources and repeated keys too."""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prodify.validators.base import Job, Note, Problem, ToolError, UnavailableError, Validator
from prodify.validators.kustomize import renderings, select_whole
from prodify.validators.schemas import folders, is_custom_object
from prodify.validators.sources import Document, load_documents

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFINITIONS = "_definitions.json"


@cache
def core_schemas() -> Path | None:
    """Return the newest release's strict schemas of the built-in kinds, which the package kubernetes-validate brings, or None."""
    package = importlib.util.find_spec("kubernetes_validate")
    if package is None or package.origin is None:
        return None
    found = (Path(package.origin).parent / "kubernetes-json-schema").glob("v*-local-strict")
    return max(found, key=lambda folder: [int(part) for part in folder.name[1:].split("-")[0].split(".")], default=None)


def _without_addresses(value: Any) -> Any:
    """Return a schema that refers to its neighbour by file; as it comes it names an address on the web, where nothing is looked up."""
    if isinstance(value, dict):
        return {key: _without_addresses(item) for key, item in value.items() if key not in ("$id", "$schema")}
    if isinstance(value, list):
        return [_without_addresses(item) for item in value]
    return value.replace(f"/api/{DEFINITIONS}", DEFINITIONS) if isinstance(value, str) else value


def _stage(core: Path, kinds: set[str], folder: Path) -> None:
    """Write the schemas of the kinds into a folder, in the form that kubeconform reads."""
    wanted = [core / DEFINITIONS, *(file for kind in sorted(kinds) for file in core.glob(f"{kind}-*.json"))]
    for file in wanted:
        (folder / file.name).write_text(_local(file), encoding="utf-8")


@cache
def _local(file: Path) -> str:
    """Return the text of a schema that needs nothing from the web; the definitions of a release have 1.6 MB."""
    return json.dumps(_without_addresses(json.loads(file.read_text(encoding="utf-8"))))


def run(job: Job) -> Iterator[Problem | Note]:
    """Yield what does not fit its schema; custom kinds whose schema is not at hand are named in a note.

    All kustomizations in one call: most of its time goes into reading the schemas.
    """
    core = core_schemas()
    if core is None:
        raise UnavailableError("no schemas of the built-in kinds; get them with: pip install kubernetes-validate")
    folder = job.scratch()
    kustomizations: dict[str, str] = {}
    documents: list[Document] = []
    for path, rendered, complaint in renderings(job):
        if not complaint:  # else the validator kustomize says so
            file = folder / f"rendered-{len(kustomizations)}.yaml"
            file.write_text(rendered, encoding="utf-8")
            kustomizations[str(file)] = path
            documents += load_documents(path, rendered)
    if not kustomizations:
        return
    _stage(core, {str(document.get("kind")).lower() for document in documents if not is_custom_object(document)}, folder)
    places = [str(folder / "{{ .ResourceKind }}{{ .KindSuffix }}.json")]
    for place in folders("PRODIFY_CRD_SCHEMAS", "crds"):
        places.append(f"{place}/{{{{ .Group }}}}/{{{{ .ResourceKind }}}}_{{{{ .ResourceAPIVersion }}}}.json")
    locations = [word for place in places for word in ("-schema-location", place)]
    done = job.call([job.tools["kubeconform"], "-strict", "-output", "json", *locations, *kustomizations])
    try:
        resources = json.loads(done.stdout)["resources"]
    except (ValueError, KeyError) as error:
        raise ToolError(f"kubeconform ended with {done.code}: {done.last_words}") from error
    custom = {str(document.get("kind")) for document in documents if is_custom_object(document)}
    yield from dict.fromkeys(_said(kustomizations[resource["filename"]], resource, custom) for resource in resources)


def _said(path: str, resource: Any, custom: set[str]) -> Problem | Note:
    """Return one resource of kubeconform's list, which has only those that are not in order."""
    kind = resource["kind"]
    if kind in custom and resource["msg"].startswith("could not find schema"):
        return Note(f"{path}: not proven, no schema at hand: {resource['version']} {kind}")
    message = resource["msg"].split("' - ")[-1] if "validation failed with" in resource["msg"] else resource["msg"]
    return Problem(path, None, f"renders {kind} {resource['name']}: {message[:300]}")


VALIDATORS = (
    Validator(
        name="kubeconform",
        title="rendered Kubernetes objects and custom resources against their JSON schemas",
        select=select_whole,
        run=run,
        executables=("kubeconform", "kubectl|kustomize"),
        install="go install github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0",
    ),
)
