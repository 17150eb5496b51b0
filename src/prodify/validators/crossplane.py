"""Crossplane 2: definitions, compositions and requests fit each other, which the schema of each alone cannot tell.

A rule of ours, after https://docs.crossplane.io/v2.3/composition/: a patch from a field that nobody can fill in stays without effect, and
a request for a kind that is written otherwise waits for ever.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from prodify.validators.base import Job, Problem, Validator
from prodify.validators.kubernetes_references import dig, mappings, name_of
from prodify.validators.schemas import violations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from prodify.validators.sources import Document, Sources

_GROUP = "apiextensions.crossplane.io/"
_OWN = re.compile(r"(metadata|status)\b|spec\.crossplane\b")
"""Fields that every composite resource has."""


def select(sources: Sources) -> Sequence[str]:
    """Return files with definitions, compositions, and objects of the kinds that are defined."""
    defined = {dig(d.value, "spec", "group") for d in _documents(sources) if d.get("kind") == "CompositeResourceDefinition"} - {None}
    return sources.yaml_where(
        lambda document: str(document.get("apiVersion")).startswith(_GROUP) or str(document.get("apiVersion")).partition("/")[0] in defined
    )


def _documents(sources: Sources) -> Iterator[Document]:
    for path in sources.yaml_where(lambda document: str(document.get("apiVersion")).startswith(_GROUP)):
        yield from sources.documents(path)


def run(job: Job) -> Iterator[Problem]:
    """Yield the faults of each object, alone and with the definition of its kind."""
    documents = [document for path in job.files for document in job.sources.documents(path)]
    definitions = [document for document in documents if document.get("kind") == "CompositeResourceDefinition"]
    schemas = {key: schema for definition in definitions for key, schema in _schemas(definition)}
    groups = {dig(definition.value, "spec", "group") for definition in definitions}
    for document in documents:
        if document in definitions:
            messages = _definition(document)
        elif document.get("kind") == "Composition":
            messages = _composition(document, schemas)
        elif str(document.get("apiVersion")).partition("/")[0] in groups:
            messages = _request(document, schemas)
        else:
            continue
        for message in messages:
            yield Problem(document.path, document.line, f"{document.get('kind')} {name_of(document)}: {message}")


def _schemas(definition: Document) -> Iterator[tuple[tuple[str, str], Any]]:
    """Yield apiVersion and kind of what is defined, with the schema."""
    group, kind = dig(definition.value, "spec", "group"), dig(definition.value, "spec", "names", "kind")
    for version in mappings(dig(definition.value, "spec", "versions")):
        yield (f"{group}/{version.get('name')}", str(kind)), dig(version, "schema", "openAPIV3Schema")


def _definition(document: Document) -> Iterator[str]:
    spec: Mapping[str, Any] = document.get("spec") or {}
    wanted = f"{dig(spec, 'names', 'plural')}.{spec.get('group')}"
    if name_of(document) != wanted:
        yield f"the name has to be {wanted}"
    if document.get("apiVersion") == f"{_GROUP}v2" and spec.get("claimNames"):
        yield "there are no claims in version 2: requests stand in a namespace themselves"
    if spec.get("scope") == "LegacyCluster":
        yield "LegacyCluster is there for version 1 alone; take Namespaced"


def _composition(document: Document, schemas: Mapping[tuple[str, str], Any]) -> Iterator[str]:
    target = dig(document.value, "spec", "compositeTypeRef") or {}
    key = (str(target.get("apiVersion")), str(target.get("kind")))
    if key not in schemas:
        yield f"it is for {key[1]} of {key[0]}, which no definition here defines"
    for step in mappings(dig(document.value, "spec", "pipeline")):
        names: set[str] = set()
        for resource in mappings(dig(step, "input", "resources")):
            name = str(resource.get("name"))
            if name in names:
                yield f"two resources are called {name}"
            names.add(name)
            group = str(dig(resource, "base", "apiVersion")).partition("/")[0]
            if group.endswith("upbound.io") and ".m." not in group:
                yield f"{name} is of {group}, which has no namespace; {group.replace('.upbound.io', '.m.upbound.io')} has"
            for patch in mappings(resource.get("patches")):
                source = str(patch.get("fromFieldPath", ""))
                if patch.get("type", "FromCompositeFieldPath") == "FromCompositeFieldPath" and not _fills(schemas.get(key), source):
                    yield f"{name} takes {source}, which the definition does not have"


def _fills(schema: Any, path: str) -> bool:
    """Whether a request can fill in a field; true where no schema is known."""
    if schema is None or _OWN.match(path):
        return True
    for part in re.findall(r"[^.\[\]]+", path):
        inner = schema.get("properties", {}).get(part) if isinstance(schema, dict) else None
        inner = schema.get("items") if inner is None and isinstance(schema, dict) and part.isdigit() else inner
        if inner is None:
            return False
        schema = inner
    return True


def _request(document: Document, schemas: Mapping[tuple[str, str], Any]) -> Iterator[str]:
    key = (str(document.get("apiVersion")), str(document.get("kind")))
    if key not in schemas:
        yield f"no definition here has the kind {key[1]} of {key[0]}"
        return
    if not dig(document.value, "metadata", "namespace"):
        yield "a request stands in a namespace"
    yield from violations(schemas[key], document.value)
    known = set(dig(schemas[key], "properties", "spec", "properties") or {}) | {"crossplane"}
    for name in sorted(set(document.get("spec") or {}) - known):
        yield f"spec.{name} is no field of {key[1]}"


VALIDATORS = (
    Validator(
        name="crossplane-references",
        title="Crossplane: definitions, compositions and requests fit each other",
        select=select,
        run=run,
        modules=("jsonschema",),
        install="pip install jsonschema",
    ),
)
