"""What a Kubernetes object says, read from its manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prodify.inventory.containers.model import EnvironmentEntry
from prodify.inventory.facts import Note
from prodify.inventory.images import parse_image
from prodify.lazydata import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.inventory.facts import Role
    from prodify.inventory.images import Image
    from prodify.inventory.yamlview import YamlNode
    from prodify.model import Location

_POD_SPECS: dict[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "PodTemplate": ("template", "spec"),
    "ScaledJob": ("spec", "jobTargetRef", "template", "spec"),
}
_TEMPLATED = frozenset("Deployment StatefulSet DaemonSet ReplicaSet ReplicationController Job Rollout Service".split())
LONG_RUNNING = frozenset("Deployment StatefulSet DaemonSet ReplicaSet ReplicationController Rollout".split())
"""Kinds that keep pods running; a Knative Service counts as well."""


@dataclass(frozen=True, slots=True, eq=False)
class Container:
    """One container of a pod. `requests` and `limits` map cpu, memory ... to quantities as written; `ports` are container ports.

    `liveness`, `readiness`, `startup` are the probes' nodes, `security_context` the container's own (the pod's is in `pod_spec`).
    `env_from` says "secret/name" or "configMap/name". `command` holds command and args. `init`: it runs before the others.
    """

    name: str
    location: Location
    node: YamlNode
    image: Image | None = None
    requests: tuple[tuple[str, str], ...] = ()
    limits: tuple[tuple[str, str], ...] = ()
    liveness: YamlNode | None = None
    readiness: YamlNode | None = None
    startup: YamlNode | None = None
    security_context: YamlNode | None = None
    env: tuple[EnvironmentEntry, ...] = ()
    env_from: tuple[Note, ...] = ()
    ports: tuple[int, ...] = ()
    command: tuple[str, ...] = ()
    init: bool = False

    @property
    def probes(self) -> frozenset[str]:
        """Which of liveness, readiness and startup it has."""
        have = {"liveness": self.liveness, "readiness": self.readiness, "startup": self.startup}
        return frozenset(name for name, node in have.items() if node is not None)


@dataclass(frozen=True, slots=True, eq=False)
class KubernetesObject:
    """One object. `doc` is its mapping; values of a Secret's data and stringData are blanked in it.

    Kustomizations are objects of kind Kustomization. `role` is the file's. An unreadable file gives an object of kind "" with a `problem`.
    """

    api_version: str
    kind: str
    name: str
    namespace: str | None
    location: Location
    doc: YamlNode | None
    role: Role
    problem: str | None = None

    @property
    def path(self) -> str:
        """The file."""
        return self.location.path

    @property
    def note(self) -> str:
        """Kind and name; makes an object evidence."""
        return f"{self.kind}/{self.name}" if self.kind else (self.problem or "")

    def get(self, *keys: str | int) -> YamlNode | None:
        """The node under keys of the object, None when one is missing."""
        return self.doc.get(*keys) if self.doc is not None else None

    @property
    def group(self) -> str:
        """API group without the version: "apps", "argoproj.io"; empty for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def labels(self) -> dict[str, str]:
        """metadata.labels."""
        return _texts(self.get("metadata", "labels"))

    @property
    def annotations(self) -> dict[str, str]:
        """metadata.annotations."""
        return _texts(self.get("metadata", "annotations"))

    @property
    def pod_labels(self) -> dict[str, str]:
        """Labels of the pods that a workload makes."""
        return self.labels if self.kind == "Pod" else _texts(self.get("spec", "template", "metadata", "labels"))

    @property
    def pod_spec(self) -> YamlNode | None:
        """The pod's spec of a workload (Pod, Deployment, StatefulSet, DaemonSet, Job, CronJob, Rollout, Knative Service ...), else None."""
        if self.kind in _POD_SPECS:
            return self.get(*_POD_SPECS[self.kind])
        if self.kind in _TEMPLATED and (self.kind != "Service" or self.group.endswith("knative.dev")):
            return self.get("spec", "template", "spec")
        return None

    @property
    def is_workload(self) -> bool:
        """Whether it makes pods."""
        return self.pod_spec is not None

    @property
    def is_long_running(self) -> bool:
        """Whether it keeps pods running: a workload that is no job."""
        return self.kind in LONG_RUNNING or (self.kind == "Service" and self.is_workload)

    @property
    def replicas(self) -> int | None:
        """spec.replicas when it is a number."""
        node = self.get("spec", "replicas")
        value = node.value if node is not None else None
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    @property
    def containers(self) -> tuple[Container, ...]:
        """The containers of a workload's pods, init containers left out."""
        return _containers(self.pod_spec, "containers")

    @property
    def init_containers(self) -> tuple[Container, ...]:
        """The init containers; sidecars among them (restartPolicy: Always) included."""
        return _containers(self.pod_spec, "initContainers")

    @property
    def data_keys(self) -> tuple[Note, ...]:
        """Keys of a Secret's or ConfigMap's data and stringData with their places; never values."""
        nodes = [self.get(field) for field in ("data", "stringData", "binaryData")]
        return tuple(Note(node.location, key) for part in nodes if part is not None for key, node in part.items())


@dataclass(frozen=True, slots=True, eq=False)
class HelmChart:
    """A Helm chart. Its templates are not rendered: `templates` only lists them. `values` is values.yaml's root."""

    path: str
    name: str
    location: Location
    templates: tuple[str, ...] = ()
    values: YamlNode | None = None


def _texts(node: YamlNode | None) -> dict[str, str]:
    return {key: value.text for key, value in node.items() if value.kind == "scalar"} if node is not None else {}


def _containers(spec: YamlNode | None, key: str) -> tuple[Container, ...]:
    nodes = spec.get(key) if spec is not None else None
    return tuple(_container(node, key != "containers") for node in nodes or () if node.kind == "mapping")


def _container(node: YamlNode, init: bool) -> Container:
    image = node.get("image")
    ports = (port.string("containerPort") or "" for port in node.get("ports") or ())
    return Container(
        node.string("name") or "",
        node.location,
        node,
        parse_image(image.text, image.location) if image is not None and image.text else None,
        tuple(_texts(node.get("resources", "requests")).items()),
        tuple(_texts(node.get("resources", "limits")).items()),
        _block(node, "livenessProbe"),
        _block(node, "readinessProbe"),
        _block(node, "startupProbe"),
        node.get("securityContext"),
        tuple(_environment(node)),
        tuple(_environment_sources(node)),
        tuple(int(port) for port in ports if port.isdecimal() and len(port) < 6),
        (*node.strings("command"), *node.strings("args")),
        init,
    )


def _block(node: YamlNode, key: str) -> YamlNode | None:
    """A mapping; a chart's template that had no values leaves `null` where one would stand."""
    found = node.get(key)
    return found if found is not None and found.kind == "mapping" else None


def _environment(node: YamlNode) -> Iterator[EnvironmentEntry]:
    for entry in node.get("env") or ():
        value, secret = entry.get("value"), entry.get("valueFrom", "secretKeyRef")
        text = value.text if value is not None and value.kind == "scalar" else None
        yield EnvironmentEntry(entry.string("name") or "", text, entry.location, secret is not None)


def _environment_sources(node: YamlNode) -> Iterator[Note]:
    for entry in node.get("envFrom") or ():
        for kind in ("secretRef", "configMapRef"):
            name = entry.string(kind, "name")
            if name is not None:
                yield Note(entry.location, f"{kind.removesuffix('Ref')}/{name}")
