"""The OpenTelemetry Collector's configuration: every member of a pipeline is defined and used, processors stand in a safe order.

The collector itself comes in no package that could be relied on, so this is a rule of ours:
https://opentelemetry.io/docs/collector/configuration/ and the recommended order of processors,
https://github.com/open-telemetry/opentelemetry-collector/tree/main/processor#recommended-processors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prodify.validators.base import Job, Problem, Validator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Document, Sources

SECTIONS = ("receivers", "processors", "exporters", "connectors")
SIGNALS = ("traces", "metrics", "logs", "profiles")
TOP_LEVEL = frozenset({*SECTIONS, "extensions", "service"})


def is_collector(document: Document) -> bool:
    """Whether the document is a collector's configuration: it has receivers and pipelines."""
    service = document.get("service")
    return isinstance(document.get("receivers"), dict) and isinstance(service, dict) and "pipelines" in service


def embedded(document: Document) -> Iterator[Document]:
    """Yield the configuration itself, that of an OpenTelemetryCollector object, or those in the values of a ConfigMap."""
    from prodify.validators.sources import load_documents

    if is_collector(document):
        yield document
    config = (document.get("spec") or {}).get("config") if document.get("kind") == "OpenTelemetryCollector" else None
    if isinstance(config, dict):
        yield standing_at(document, config)
    for text in (document.get("data") or {}).values() if document.get("kind") == "ConfigMap" else ():
        try:
            inner = list(load_documents(document.path, text)) if isinstance(text, str) and "pipelines:" in text else []
        except ValueError:
            inner = []
        yield from (standing_at(document, item.value) for item in inner if is_collector(item))


def standing_at(document: Document, value: Any) -> Document:
    """Return a value as a document that stands where another one does."""
    from dataclasses import replace

    return replace(document, value=value)


def select(sources: Sources) -> Sequence[str]:
    """Return files with a collector's configuration, plain or embedded in a Kubernetes object."""
    return sources.yaml_where(lambda document: any(True for _ in embedded(document)))


def run(job: Job) -> Iterator[Problem]:
    """Yield the faults of every configuration."""
    for path in job.files:
        for outer in job.sources.documents(path):
            for document in embedded(outer):
                yield from (Problem(path, document.line, message) for message in faults(document.value))


def faults(config: dict[str, Any]) -> Iterator[str]:
    """Yield one sentence a fault."""
    for key in sorted(set(config) - TOP_LEVEL, key=str):
        yield f"unknown section {key}"
    defined = {section: set(config.get(section) or {}) for section in (*SECTIONS, "extensions")}
    service = config.get("service") or {}
    pipelines = service.get("pipelines") or {}
    if not pipelines:
        yield "no pipeline"
    used: dict[str, set[str]] = {section: set() for section in SECTIONS}
    for name, pipeline in pipelines.items():
        if str(name).split("/")[0] not in SIGNALS:
            yield f"pipeline {name}: a pipeline is named after its signal ({', '.join(SIGNALS)})"
        yield from _pipeline_faults(str(name), pipeline or {}, defined, used)
    extensions = service.get("extensions") or []
    yield from (f"extension {name} is not defined" for name in extensions if name not in defined["extensions"])
    for section in ("receivers", "processors", "exporters"):
        yield from (f"{section[:-1]} {name} is defined and in no pipeline" for name in sorted(defined[section] - used[section]))
    yield from (f"extension {name} is defined and not started" for name in sorted(defined["extensions"] - set(extensions)))


def _pipeline_faults(name: str, pipeline: dict[str, Any], defined: dict[str, set[str]], used: dict[str, set[str]]) -> Iterator[str]:
    for section in ("receivers", "processors", "exporters"):
        members = pipeline.get(section) or []
        used[section] |= set(members)
        if not members and section != "processors":
            yield f"pipeline {name}: no {section}"
        allowed = defined[section] | (defined["connectors"] if section != "processors" else set())
        yield from (f"pipeline {name}: {section[:-1]} {member} is not defined" for member in members if member not in allowed)
    kinds = [str(member).split("/")[0] for member in pipeline.get("processors") or []]
    if "memory_limiter" in kinds and kinds[0] != "memory_limiter":
        yield f"pipeline {name}: memory_limiter has to be the first processor, or it refuses data too late"
    if "batch" in kinds and kinds[-1] != "batch":
        yield f"pipeline {name}: batch has to be the last processor, or what follows undoes it"


VALIDATORS = (
    Validator(name="otel-collector", title="OpenTelemetry Collector: pipelines and their members", select=select, run=run),
)
