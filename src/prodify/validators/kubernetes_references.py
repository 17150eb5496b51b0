"""What an API server rejects or silently ignores and no schema knows: references between objects, quantities, names.

A rule of ours, after the API's documentation (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ and
https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/). Objects are looked for among all files that are proven.
"""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from prodify.validators.base import Job, Problem, Validator
from prodify.validators.kubernetes import group, is_object, patches

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prodify.validators.sources import Document, Sources

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout", "Job")
NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
"""A DNS subdomain name (RFC 1123), at most 253 characters."""

ANY_NAME = ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")
QUANTITY = re.compile(r"(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))(?P<unit>[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?")
FACTORS = {"": Decimal(1), "n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "k": Decimal("1e3")}
FACTORS |= {unit: Decimal(1000) ** power for power, unit in enumerate("MGTPE", 2)}
FACTORS |= {f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGTPE", 1)}


def quantity(value: Any) -> Decimal | None:
    """Return a quantity as a number, or None where it is none.

    >>> quantity("256Mi"), quantity("100m"), quantity("256MB")
    (Decimal('268435456'), Decimal('0.100'), None)
    """
    found = QUANTITY.fullmatch(str(value))
    if found is None:
        return None
    unit = found["unit"] or ""
    if unit[:1] in "eE" and len(unit) > 1 and unit != "Ei":
        return Decimal(found["number"] + unit)
    return Decimal(found["number"]) * FACTORS[unit]


def select(sources: Sources) -> Sequence[str]:
    """Return files with objects of built-in kinds, and Argo's Rollouts, patches left out."""
    return sorted(set(sources.yaml_where(lambda document: is_object(document) or document.get("kind") == "Rollout")) - patches(sources))


def run(job: Job) -> Iterator[Problem]:
    """Yield the faults of every object, alone and among the others."""
    documents = [item for path in job.files for item in job.sources.documents(path) if group(item) is not None]
    pods = [(item, template) for item in documents if (template := pod_template(item))]
    for document in documents:
        messages = [*_name_faults(document), *_pod_faults(document), *_reference_faults(document, documents, pods)]
        for message in messages:
            yield Problem(document.path, document.line, f"{document.get('kind')} {name_of(document)}: {message}")
    yield from _duplicates(documents)


def name_of(document: Document) -> str:
    """Return the name of an object, or the empty string."""
    return str(dig(document.value, "metadata", "name") or "")


def dig(value: Any, *keys: str) -> Any:
    """Return the value at the end of a chain of keys, or None."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def mappings(value: Any) -> list[dict[str, Any]]:
    """Return the mappings in a list, an empty list for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def pod_template(document: Document) -> dict[str, Any] | None:
    """Return the pod template of a workload, or None."""
    chain = ("spec", "jobTemplate", "spec", "template") if document.get("kind") == "CronJob" else ("spec", "template")
    template = dig(document.value, *chain) if document.get("kind") in (*WORKLOADS, "CronJob") else None
    return template if isinstance(template, dict) else None


def _name_faults(document: Document) -> Iterator[str]:
    name = name_of(document)
    if name and document.get("kind") not in ANY_NAME and not NAME.fullmatch(name):
        yield "the name is not a DNS name of lower-case letters, digits, dashes and dots"
    low, high = dig(document.value, "spec", "minReplicas"), dig(document.value, "spec", "maxReplicas")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        yield f"minReplicas {low} is above maxReplicas {high}"


def _pod_faults(document: Document) -> Iterator[str]:
    template = pod_template(document)
    if template is None:
        return
    labels = dig(template, "metadata", "labels") or {}
    wanted = dig(document.value, "spec", "selector", "matchLabels") or {}
    if not _within(wanted, labels):
        yield "spec.selector does not match the labels of its own pods"
    volumes = {str(volume.get("name")) for volume in mappings(dig(template, "spec", "volumes"))}
    volumes |= {str(dig(claim, "metadata", "name")) for claim in mappings(dig(document.value, "spec", "volumeClaimTemplates"))}
    for container in _containers(template):
        title = f"container {container.get('name')}"
        for mount in mappings(container.get("volumeMounts")):
            if str(mount.get("name")) not in volumes:
                yield f"{title} mounts {mount.get('name')}, which is no volume of the pod"
        ports = {str(port.get("name")) for port in mappings(container.get("ports")) if port.get("name")}
        for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
            port = dig(container, probe, "httpGet", "port") or dig(container, probe, "tcpSocket", "port")
            if isinstance(port, str) and port not in ports:
                yield f"{title}: {probe} asks port {port}, which the container does not name"
        yield from (f"{title}: {message}" for message in _resource_faults(container))


def _containers(template: dict[str, Any]) -> list[dict[str, Any]]:
    return [*mappings(dig(template, "spec", "initContainers")), *mappings(dig(template, "spec", "containers"))]


def _resource_faults(container: dict[str, Any]) -> Iterator[str]:
    limits, requests = dig(container, "resources", "limits") or {}, dig(container, "resources", "requests") or {}
    for title, values in (("limit", limits), ("request", requests)):
        for resource, value in values.items():
            if quantity(value) is None:
                yield f"{title} {resource}: {value} is not a quantity (such as 250m or 256Mi)"
    for resource in sorted(set(limits) & set(requests)):
        asked, allowed = quantity(requests[resource]), quantity(limits[resource])
        if asked is not None and allowed is not None and asked > allowed:
            yield f"request {resource} {requests[resource]} is above its limit {limits[resource]}"


def _within(selector: Any, labels: Any) -> bool:
    return isinstance(selector, dict) and isinstance(labels, dict) and all(labels.get(key) == value for key, value in selector.items())


def _reference_faults(document: Document, documents: list[Document], pods: list[tuple[Document, dict[str, Any]]]) -> Iterator[str]:
    kind = document.get("kind")
    if kind == "Service":
        yield from _service_faults(document, [template for _, template in pods])
    elif kind == "PodDisruptionBudget":
        selector = dig(document.value, "spec", "selector", "matchLabels")
        if selector and pods and not any(_within(selector, dig(template, "metadata", "labels")) for _, template in pods):
            yield "spec.selector matches no pod"
    elif kind == "HorizontalPodAutoscaler":
        target = dig(document.value, "spec", "scaleTargetRef") or {}
        same_kind = [name_of(item) for item in documents if item.get("kind") == dig(target, "kind")]
        if same_kind and dig(target, "name") not in same_kind:
            yield f"there is no {dig(target, 'kind')} {dig(target, 'name')} to scale"
    elif kind == "Ingress":
        services = {name_of(item) for item in documents if item.get("kind") == "Service"}
        for rule in mappings(dig(document.value, "spec", "rules")):
            for path in mappings(dig(rule, "http", "paths")):
                name = dig(path, "backend", "service", "name")
                if services and name and name not in services:
                    yield f"there is no Service {name}"


def _service_faults(document: Document, templates: list[dict[str, Any]]) -> Iterator[str]:
    selector = dig(document.value, "spec", "selector")
    if not selector or not templates:
        return
    chosen = [template for template in templates if _within(selector, dig(template, "metadata", "labels"))]
    if not chosen:
        yield "spec.selector matches no pod"
        return
    names = {port.get("name") for template in chosen for container in _containers(template) for port in mappings(container.get("ports"))}
    for port in mappings(dig(document.value, "spec", "ports")):
        target = port.get("targetPort")
        if isinstance(target, str) and not target.isdigit() and target not in names:
            yield f"targetPort {target} is no named port of the pods"


def _duplicates(documents: list[Document]) -> Iterator[Problem]:
    """Yield objects that stand twice in one folder; overlays repeat those of their base on purpose."""

    def key(document: Document) -> tuple[str, ...]:
        folder = PurePosixPath(document.path).parent.as_posix()
        namespace = str(dig(document.value, "metadata", "namespace") or "")
        return folder, group(document) or "", str(document.get("kind")), namespace, name_of(document)

    counts = Counter(key(document) for document in documents if name_of(document))
    seen: set[tuple[str, ...]] = set()
    for document in documents:
        if counts[key(document)] > 1 and key(document) in seen:
            yield Problem(document.path, document.line, f"{document.get('kind')} {name_of(document)} stands twice in this folder")
        seen.add(key(document))


VALIDATORS = (
    Validator(
        name="kubernetes-references",
        title="Kubernetes objects: selectors, ports, mounts, scale targets, quantities, names",
        select=select,
        run=run,
    ),
)
