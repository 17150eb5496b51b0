"""The recipe `network-policy`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prodify.api import Audience, File, Inventory, Profile, Review, Step, recipe
from prodify.recipes.scaling.migrations import migrates
from prodify.recipes.scaling.service import Deployable
from prodify.recipes.scaling.settings import OBSERVABILITY_NAMESPACE
from prodify.recipes.scaling.target import kubernetes_service, kubernetes_worker
from prodify.recipes.scaling.workers import Worker
from prodify.recipes.shared.layout import KUBERNETES
from prodify.render import render

PATH = f"{KUBERNETES}/base/network-policy.yaml"
WORKER_PATH = f"{KUBERNETES}/base/worker-network-policy.yaml"

_PORTS = {
    "postgres": 5432, "mysql": 3306, "mariadb": 3306, "mongodb": 27017, "redis": 6379, "memcached": 11211, "elasticsearch": 9200,
    "rabbitmq": 5672, "kafka": 9092,
}  # fmt: skip
_GATEWAYS = ("envoy-gateway-system", "gateway-system", "istio-ingress", "istio-system", "kong", "traefik")
# RFC 1918, and the shared range (RFC 6598) that managed clusters use for pods.
_PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
# Google's load balancers and health checks come from these ranges, not from a pod.
_LOAD_BALANCERS = {"gcp": ("35.191.0.0/16", "130.211.0.0/22")}
# Clusters that run NodeLocal DNSCache answer names at this address; GKE with Cloud DNS at the other.
_NODE_LOCAL_DNS = ("169.254.20.10/32",)
_DNS = {"gcp": (*_NODE_LOCAL_DNS, "169.254.169.254/32")}


@dataclass(frozen=True, slots=True)
class NetworkPolicyContext:
    """What `security/network-policy.yaml` names: ports as numbers, address ranges in CIDR form."""

    name: str
    first: bool
    migrates: bool
    gateways: tuple[str, ...]
    load_balancers: tuple[str, ...]
    dns_addresses: tuple[str, ...]
    observability: str
    datastores: tuple[int, ...]
    datastore_names: str
    private: tuple[str, ...]
    mail: str
    internet: tuple[int, ...]


@recipe(step=Step.SECURITY, fixes=("network-is-default-deny",), audiences=(Audience.PUBLIC,), review=Review.CAREFUL)
def network_policy(repo: Inventory, profile: Profile) -> Iterator[File]:
    """Network rules for Kubernetes: nothing in or out but requests from the gateway, names, telemetry, the datastores in use and TLS."""
    yield from network_policy_files(repo, profile, kubernetes_service(repo, profile), kubernetes_worker(repo, profile))


def network_policy_files(repo: Inventory, profile: Profile, service: Deployable | None, worker: Worker | None) -> Iterator[File]:
    """The files, for this recipe and for `kubernetes`; workers have their own, since nobody calls them."""
    if service is not None:
        context = _context(repo, profile, service.names.service, first=True, migrating=bool(migrates(repo, service)), called=True)
        yield File(PATH, render("security/network-policy.yaml", context))
    if worker is not None:
        context = _context(repo, profile, worker.name, first=service is None, migrating=False, called=False)
        yield File(WORKER_PATH, render("security/network-policy.yaml", context))


def _context(repo: Inventory, profile: Profile, name: str, *, first: bool, migrating: bool, called: bool) -> NetworkPolicyContext:
    worker = kubernetes_worker(repo, profile)
    used = {t.name for t in (*repo.datastores, *repo.brokers)} | ({worker.broker} if worker is not None else set())
    stores = sorted(used & set(_PORTS))
    mail = _mail_ports(repo)
    return NetworkPolicyContext(
        name=name,
        first=first,
        migrates=migrating,
        gateways=_GATEWAYS if called else (),
        load_balancers=_LOAD_BALANCERS.get(profile.platform.cloud, ()) if called else (),
        dns_addresses=_DNS.get(profile.platform.cloud, _NODE_LOCAL_DNS),
        observability=OBSERVABILITY_NAMESPACE,
        datastores=tuple(sorted({_PORTS[name] for name in stores})),
        datastore_names=", ".join(stores),
        private=_PRIVATE,
        mail=" and mail" if mail else "",
        internet=(443, *mail),
    )


def _mail_ports(repo: Inventory) -> tuple[int, ...]:
    ports = set()
    for call in repo.python.calls("smtplib.SMTP", "smtplib.SMTP_SSL"):
        ports |= {465} if call.name.endswith("_SSL") else {587}
    return tuple(sorted(ports))
