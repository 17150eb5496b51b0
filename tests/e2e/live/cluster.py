"""A Kubernetes API server with its store, on loopback: it judges objects as a real cluster does, and runs nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from prodify.validators.process import find_executable
from prodify.validators.schemas import folders
from tests.e2e.live.stack import Process, free_port, wait_for

PROGRAMS = ("kube-apiserver", "etcd", "kubectl")
TOKEN = "only-for-this-test"  # nosec B105 - of a server on loopback that lives as long as the test


def lacking() -> str:
    """Why no API server can be started here, or the empty string."""
    absent = [name for name in PROGRAMS if find_executable(name) is None]
    return f"{', '.join(absent)} not found: make validators and, with Go, make validators-go install them" if absent else ""


class Cluster:
    """etcd and kube-apiserver, and kubectl as their administrator."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="live-cluster-"))
        self.kubectl = str(find_executable("kubectl"))
        store, peers, port = free_port(), free_port(), free_port()
        own = [
            f"--data-dir={self.home}/etcd",
            f"--listen-client-urls=http://127.0.0.1:{store}",
            f"--advertise-client-urls=http://127.0.0.1:{store}",
        ]
        own += [f"--listen-peer-urls=http://127.0.0.1:{peers}", f"--initial-advertise-peer-urls=http://127.0.0.1:{peers}"]
        own += [f"--initial-cluster=default=http://127.0.0.1:{peers}", "--unsafe-no-fsync"]
        self.etcd = Process(self.home / "etcd.log", [str(find_executable("etcd")), *own], self.home)
        (self.home / "tokens.csv").write_text(f'{TOKEN},admin,admin,"system:masters"\n', encoding="utf-8")
        subprocess.run(["openssl", "genrsa", "-out", str(self.home / "sa.key"), "2048"], check=True, capture_output=True)
        self.server = Process(self.home / "apiserver.log", [str(find_executable("kube-apiserver")), *self._options(store, port)], self.home)
        self.kubeconfig = self.home / "kubeconfig"
        self.kubeconfig.write_text(json.dumps(self._access(port)), encoding="utf-8")
        try:
            self.started_in = wait_for("the API server", lambda: self._call("get", "--raw=/readyz").returncode == 0, 120)
        except AssertionError as error:
            words = self.server.text()[-3000:]
            self.close()
            raise AssertionError(f"{error}\n{words}") from error

    def _options(self, store: int, port: int) -> list[str]:
        key = self.home / "sa.key"
        return [
            f"--etcd-servers=http://127.0.0.1:{store}", "--bind-address=127.0.0.1", f"--secure-port={port}",
            f"--cert-dir={self.home}/certificates", f"--service-account-key-file={key}", f"--service-account-signing-key-file={key}",
            "--service-account-issuer=https://kubernetes.default.svc", f"--token-auth-file={self.home}/tokens.csv",
            "--authorization-mode=RBAC", "--service-cluster-ip-range=10.0.0.0/24", "--disable-admission-plugins=ServiceAccount",
            # Else privileged pods would be refused by this switch, and not by what is tested.
            "--allow-privileged=true",
        ]  # fmt: skip

    @staticmethod
    def _access(port: int) -> dict[str, Any]:
        server = {"server": f"https://127.0.0.1:{port}", "insecure-skip-tls-verify": True}
        return {
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "test", "cluster": server}],
            "users": [{"name": "admin", "user": {"token": TOKEN}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
        }  # fmt: skip

    def _call(self, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        # A proxy of the environment would be asked for addresses on loopback as well.
        environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")} | {"HOME": str(self.home)}
        command = [self.kubectl, f"--kubeconfig={self.kubeconfig}", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, input=text, timeout=120, check=False)

    def run(self, *arguments: str, text: str | None = None) -> str:
        """What kubectl answers.

        Raises:
            AssertionError: it refused, with its words.
        """
        done = self._call(*arguments, text=text)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def apply(self, text: str) -> str:
        """Store objects for good."""
        return self.run("apply", "--server-side", "--validate=strict", "--filename=-", text=text)

    def judge(self, text: str) -> tuple[bool, str]:
        """Whether the server would take objects, and what it says; nothing is stored."""
        done = self._call("apply", "--server-side", "--dry-run=server", "--validate=strict", "--filename=-", text=text)
        return done.returncode == 0, done.stdout + done.stderr

    def close(self) -> None:
        """End both and remove what they wrote."""
        self.server.kill()
        self.etcd.kill()
        shutil.rmtree(self.home, ignore_errors=True)


@cache
def definitions() -> tuple[dict[str, Any], ...]:
    """A CustomResourceDefinition for each schema of custom resources that is at hand."""
    return tuple(_definitions())


def _definitions() -> Iterator[dict[str, Any]]:
    for place in folders("PRODIFY_CRD_SCHEMAS", "crds"):
        for file in sorted(place.glob("*/*.json")):
            schema = json.loads(file.read_text(encoding="utf-8"))
            kind, _, version = file.stem.rpartition("_")
            yield _definition(file.parent.name, kind, version, _structural(schema))


def _definition(group: str, kind: str, version: str, schema: Any) -> dict[str, Any]:
    names = {"kind": KINDS.get(kind, kind.capitalize()), "plural": f"{kind}s", "singular": kind}
    about = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        # The groups of the Kubernetes project are reserved; this annotation is how a test says that it knows.
        "metadata": {"name": f"{kind}s.{group}", "annotations": {"api-approved.kubernetes.io": "unapproved, for a test"}},
        "spec": {"group": group, "names": names, "scope": "Cluster" if kind.startswith("cluster") else "Namespaced", "versions": [about]},
    }  # fmt: skip


KINDS = {
    kind.lower(): kind
    for kind in (
        "AnalysisTemplate", "ClusterSecretStore", "ExternalSecret", "HTTPRoute", "PodMonitor", "PrometheusRule", "Rollout", "ScaledObject",
        "SecretStore", "ServiceMonitor", "TriggerAuthentication",
    )
}  # fmt: skip
"""How the kinds are written that the generated files use; the names of the schemas are all in lower case."""


def _structural(node: Any, *, top: bool = True) -> Any:
    """A JSON schema in the form that a CustomResourceDefinition allows: it forbids unknown fields by itself."""
    if isinstance(node, list):
        return [_structural(item, top=False) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {k: v for k, v in node.items() if k != "$schema" and not (k == "additionalProperties" and not isinstance(v, dict))}
    if isinstance(kept.get("properties"), dict):
        kept["properties"] = {name: _structural(value, top=False) for name, value in kept["properties"].items()}
    for key in ("items", "additionalProperties", "oneOf", "anyOf", "allOf", "not"):
        if key in kept:
            kept[key] = _structural(kept[key], top=False)
    if top:
        kept["properties"] = {**kept.get("properties", {}), "metadata": {"type": "object"}}
    return kept
