"""JSON Schemas that are not part of prodify: custom resources and OpenSLO, from a folder that the user names.

PRODIFY_CRD_SCHEMAS names one or more folders laid out as the CRDs catalogue is: `GROUP/KIND_VERSION.json`, all in lower case
(https://github.com/datreeio/CRDs-catalog). PRODIFY_OPENSLO_SCHEMAS names OpenSLO's `schemas` folder, with `v1/openslo.schema.json`.
In a checkout, `shared/schemas` beside it is looked at too.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prodify.validators.base import Job, Note, Problem, UnavailableError, Validator
from prodify.validators.kubernetes import is_custom, patches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jsonschema.exceptions import ValidationError

    from prodify.validators.sources import Document, Sources

NOT_OBJECTS = ("kustomize.config.k8s.io/", "config.kubernetes.io/")
"""Configuration of tools, which no cluster ever sees."""


def folders(variable: str, beside_checkout: str) -> list[Path]:
    """Return the schema folders that exist: those named by the environment variable, then the one beside the checkout."""
    named = [Path(entry) for entry in os.environ.get(variable, "").split(os.pathsep) if entry]
    checkout = Path(__file__).resolve().parents[3]
    if (checkout / "pyproject.toml").is_file():
        named.append(checkout.parent / "shared" / "schemas" / beside_checkout)
    return [folder for folder in named if folder.is_dir()]


@cache
def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def violations(schema: Any, value: Any, registry: Any = None) -> Iterator[str]:
    """Yield one line a violation: where in the value, and what is wrong; the values themselves are cut short."""
    from jsonschema.validators import validator_for

    cls = validator_for(schema)
    validator = cls(schema, registry=registry) if registry is not None else cls(schema)
    for error in validator.iter_errors(value):
        cause = _cause(error)
        where = ".".join(str(part) for part in cause.absolute_path) or "the document"
        yield f"{where}: {cause.message[:200]}"


def _cause(error: ValidationError) -> ValidationError:
    """Return the error that a person would name.

    Of the alternatives of an anyOf or oneOf that is the one that was meant: whose constants (a `kind`) fit, and that got furthest.
    """
    while error.context:
        mistaken = {inner.schema_path[0] for inner in error.context if inner.validator == "const"}
        meant = [inner for inner in error.context if inner.schema_path[0] not in mistaken] or error.context
        error = max(meant, key=lambda inner: len(inner.absolute_path))
    return error


def is_custom_object(document: Document) -> bool:
    """Whether the document is a custom resource that a cluster would get."""
    return is_custom(document) and not str(document.get("apiVersion")).startswith(NOT_OBJECTS)


def select_custom(sources: Sources) -> Sequence[str]:
    """Return files with custom resources, patches left out."""
    return sorted(set(sources.yaml_where(is_custom_object)) - patches(sources))


def crd_schema(document: Document, places: Sequence[Path]) -> Any:
    """Return the schema of a custom resource, or None."""
    name, _, version = str(document.get("apiVersion")).rpartition("/")
    file = f"{name}/{document.get('kind')}_{version}.json".lower()
    return next((_read(place / file) for place in places if (place / file).is_file()), None)


def run_custom(job: Job) -> Iterator[Problem | Note]:
    """Yield the violations of every custom resource whose schema is at hand; the others are named in a note."""
    places = folders("PRODIFY_CRD_SCHEMAS", "crds")
    documents = [document for path in job.files for document in job.sources.documents(path) if is_custom_object(document)]
    unknown = sorted({f"{item.get('apiVersion')} {item.get('kind')}" for item in documents if crd_schema(item, places) is None})
    if len(unknown) == len({(item.get("apiVersion"), item.get("kind")) for item in documents}):
        raise UnavailableError(f"no schema for {', '.join(unknown)}; set PRODIFY_CRD_SCHEMAS to a copy of the CRDs catalogue")
    if unknown:
        yield Note(f"not proven, no schema at hand: {', '.join(unknown)}")
    for document in documents:
        schema = crd_schema(document, places)
        for message in violations(schema, document.value) if schema is not None else ():
            yield Problem(document.path, document.line, f"{document.get('kind')}: {message}")


def is_openslo(document: Document) -> bool:
    """Whether the document is an OpenSLO v1 object."""
    return bool(document.get("apiVersion") == "openslo/v1")


def select_openslo(sources: Sources) -> Sequence[str]:
    """Return files with OpenSLO objects."""
    return sources.yaml_where(is_openslo)


def run_openslo(job: Job) -> Iterator[Problem]:
    """Yield the violations of OpenSLO's own schema."""
    places = folders("PRODIFY_OPENSLO_SCHEMAS", "openslo")
    root = next((place / "v1" for place in places if (place / "v1" / "openslo.schema.json").is_file()), None)
    if root is None:
        raise UnavailableError("no OpenSLO schema at hand; set PRODIFY_OPENSLO_SCHEMAS to the schemas folder of OpenSLO's repository")
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT7

    parts = [_read(file) for file in sorted(root.rglob("*.json"))]
    registry: Any = Registry().with_resources(
        (part["$id"], Resource.from_contents(part, default_specification=DRAFT7)) for part in parts if "$id" in part
    )
    schema = _read(root / "openslo.schema.json")
    for path in job.files:
        for document in filter(is_openslo, job.sources.documents(path)):
            for message in violations(schema, document.value, registry):
                yield Problem(path, document.line, f"{document.get('kind')}: {message}")


VALIDATORS = (
    Validator(
        name="custom-resources",
        title="custom resources (Argo, KEDA, Prometheus operator ...): JSON schema",
        select=select_custom,
        run=run_custom,
        modules=("jsonschema",),
        install="pip install jsonschema, and set PRODIFY_CRD_SCHEMAS",
    ),
    Validator(
        name="openslo",
        title="OpenSLO objects: JSON schema",
        select=select_openslo,
        run=run_openslo,
        modules=("jsonschema",),
        install="pip install jsonschema, and set PRODIFY_OPENSLO_SCHEMAS",
    ),
)
