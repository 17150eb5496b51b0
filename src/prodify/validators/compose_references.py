"""Compose files: every service, volume, network, secret and config that a service names is defined.

The Compose schema does not know references, and Compose itself refuses the file only when it is started.
https://docs.docker.com/reference/compose-file/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prodify.validators.base import Job, Problem, Validator
from prodify.validators.json_schema import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Sources

TOP_LEVEL = ("networks", "secrets", "configs")
HEALTHY = "service_healthy"


def select(sources: Sources) -> Sequence[str]:
    """Return whole Compose files; one with `include`, or an override, refers to what stands in other files."""
    found = sources.matching(*KINDS["compose-spec"].patterns)
    whole = {path for path in found if all(item.get("include") is None for item in sources.documents(path))}
    return [path for path in found if path in whole and "override" not in path]


def run(job: Job) -> Iterator[Problem]:
    """Yield every name that is used and not defined."""
    for path in job.files:
        for document in job.sources.documents(path):
            if isinstance(document.value, dict):
                yield from (Problem(path, document.line, message) for message in faults(document.value))


def faults(compose: dict[str, Any]) -> Iterator[str]:
    """Yield one sentence a fault."""
    services = _mapping(compose.get("services"))
    for name, service in services.items():
        settings = _mapping(service)
        needed = settings.get("depends_on") or []
        for other in needed:
            if other not in services:
                yield f"service {name} depends on {other}, which is no service"
            elif isinstance(needed, dict) and _mapping(needed[other]).get("condition") == HEALTHY:
                target = _mapping(services[other])
                if "healthcheck" not in target and "build" not in target:
                    yield f"service {name} waits until {other} is healthy, which has no healthcheck"
        for volume in settings.get("volumes") or []:
            source = _volume(volume)
            if source and source not in _mapping(compose.get("volumes")):
                yield f"service {name} uses volume {source}, which is not defined"
        for section in TOP_LEVEL:
            for entry in settings.get(section) or []:
                used = entry.get("source") if isinstance(entry, dict) else entry
                if used not in (None, "default") and used not in _mapping(compose.get(section)):
                    yield f"service {name} uses {section[:-1]} {used}, which is not defined"


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _volume(volume: Any) -> str | None:
    """Return the name of a named volume, or None for a path, a variable or an anonymous volume."""
    if isinstance(volume, dict):
        return volume.get("source") if volume.get("type") == "volume" else None
    source, colon, _ = str(volume).partition(":")
    return source if colon and source[:1] not in "./~$" else None


VALIDATORS = (Validator(name="compose-references", title="Compose files: everything that is named is defined", select=select, run=run),)
