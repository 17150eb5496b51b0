"""Lines for what the service runs on: containers or cluster, databases, caches, traffic, secrets, logs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prodify.cost import sizes
from prodify.cost.estimate import Line
from prodify.cost.formulas import HOURS, SECONDS, cloud_run_by_instance, cloud_run_by_request, egress_gb
from prodify.cost.prices import free, price
from prodify.cost.usage import CACHES, SQL
from prodify.model import Audience

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prodify.cost.usage import Usage
    from prodify.profile import Profile

RESPONSE_KB = 50
"""Kilobytes of an answer: a page without its pictures, or a list from an API."""
LOG_KB = 2
"""Kilobytes of log that a request leaves."""
STAGING_SHARE = 0.01
"""Requests to staging for each request to production."""
NODE_CPU, NODE_GIB = 0.9, 2.8
"""vCPU and GiB that pods can have of a small node: the rest is the system's."""
CACHE_GB = 1.0
VALKEY_LEAST_GB = 0.1
"""GB that ElastiCache Serverless for Valkey charges at least."""
FREE_BACKUPS = dict.fromkeys(("aws", "azure"), ", backups within the size of the disk are free")
_NAMES = {"gcp": "Google Cloud", "aws": "AWS", "azure": "Azure"}
_TITLES = {
    "postgres": "PostgreSQL",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "redis": "Redis",
    "memcached": "Memcached",
    "mongodb": "MongoDB",
}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the lines are made from. `rate` is the mean number of requests a second."""

    profile: Profile
    usage: Usage
    cloud: str
    requests: int
    rate: float
    staged: bool


def infrastructure_lines(profile: Profile, usage: Usage) -> tuple[Line, ...]:
    """All lines but the models'. What a cloud outside the table costs is unknown."""
    requests = profile.traffic.monthly_requests
    staged = profile.audience is not Audience.CREATOR
    plan = _Plan(profile, usage, profile.platform.cloud, requests, requests / SECONDS, staged)
    if profile.platform.runtime == "compose" or plan.cloud == "none":
        stores = ", ".join(["the service", *(_TITLES.get(name, name) for name in usage.stores)])
        return (Line("Your own machine", 1, "machine", None, None, f"holds {stores}; what you pay for it is not in the table"),)
    return (*_compute(plan), *_databases(plan), *_caches(plan), *_others(plan), *_small(plan))


def _line(item: str, quantity: float, name: str, assumption: str) -> Line:
    """A quantity at the price of that name, less what of it is free."""
    found, nothing = price(name), free(name)
    note = f"{assumption}; the first {nothing:,.10g} are free" if nothing else assumption
    return Line(item, quantity, found.unit, found.usd, found.usd * max(0.0, quantity - nothing), note)


def _compute(plan: _Plan) -> Iterator[Line]:
    if plan.profile.platform.runtime == "cloud-run" and plan.cloud == "gcp":
        yield from _cloud_run(plan)
    elif plan.profile.platform.runtime == "kubernetes" and plan.cloud in ("gcp", "aws"):
        yield from _cluster(plan)
    else:
        what = f"{plan.profile.platform.runtime} on {_NAMES[plan.cloud]}"
        yield Line("Machines for the service", 1, "service", None, None, f"{what} is not in the table of prices")


def _cloud_run(plan: _Plan) -> Iterator[Line]:
    latency, cpu, gib = plan.profile.slo.latency.threshold_seconds, sizes.CONTAINER_CPU, sizes.CONTAINER_GIB
    described = f"{cpu:g} vCPU and {gib:g} GiB"
    if not plan.staged:
        together = max(1.0, plan.rate * latency)
        usd = cloud_run_by_request(plan.requests, latency, vcpu=cpu, gib=gib, concurrency=together)
        note = f"{described}, paid for while it answers; every request takes {latency:g} s, the objective; less the free tier"
        thousands = plan.requests / 1000
        yield Line("Cloud Run, production", thousands, "1,000 requests", usd / thousands, usd, note)
        return
    instances = max(plan.profile.scaling.min_replicas, math.ceil(plan.rate / plan.profile.scaling.rps_per_replica))
    usd = cloud_run_by_instance(instances, vcpu=cpu, gib=gib)
    note = f"{instances} instances of {described} that stand by all the time; less the free tier"
    yield Line("Cloud Run, production", instances, "instance-month", usd / instances, usd, note)
    tests = plan.requests * STAGING_SHARE
    usd = cloud_run_by_request(tests, latency, vcpu=cpu, gib=gib, free_tier=False)
    note = f"scales to zero; {STAGING_SHARE:.0%} of production's requests, {latency:g} s each"
    yield Line("Cloud Run, staging", tests / 1000, "1,000 requests", usd / tests * 1000, usd, note)


def _cluster(plan: _Plan) -> Iterator[Line]:
    cloud, scaling = plan.cloud, plan.profile.scaling
    note = "one cluster for staging and production" + ("; Google pays for the first of a billing account" if cloud == "gcp" else "")
    fee = price(f"{cloud}-control-plane")
    yield Line("Kubernetes control plane", HOURS, fee.unit, fee.usd, fee.usd * max(0.0, HOURS - free(fee.name)), note)
    nodes, replicas = node_count(plan.profile), scaling.min_replicas
    pods = f"{replicas} pods in production and 1 in staging at {plan.rate:.2f} requests a second"
    note = f"{nodes} small machines, so that one may fail; {pods}"
    yield _line("Kubernetes nodes", nodes * HOURS, f"{cloud}-node", note)
    yield _line("Load balancer", HOURS, f"{cloud}-load-balancer", "one gateway for staging and production, without its share by traffic")
    if cloud == "aws":
        yield _line("NAT gateway", HOURS, "aws-nat", "one, so that private nodes reach the internet; without its share by traffic")


def node_count(profile: Profile) -> int:
    """Small machines that carry production at its mean traffic and one pod of staging: two at least."""
    rate = profile.traffic.monthly_requests / SECONDS
    busy = rate / profile.scaling.rps_per_replica / (profile.scaling.cpu_target_percent / 100)
    pods = max(profile.scaling.min_replicas, math.ceil(rate / profile.scaling.rps_per_replica)) + 1
    return max(2, math.ceil(max(pods * sizes.POD_CPU, busy + sizes.POD_CPU) / NODE_CPU), math.ceil(pods * sizes.POD_GIB / NODE_GIB))


def _databases(plan: _Plan) -> Iterator[Line]:
    store = plan.usage.sql
    if store is None:
        return
    for environment in ("production", "staging") if plan.staged else ("production",):
        size, title = sizes.DATABASES.get((plan.cloud, environment)), f"{_TITLES[store]}, {environment}"
        if size is None or (plan.cloud == "azure" and store != "postgres"):
            yield Line(title, 1, "database", None, None, f"{_TITLES[store]} on {_NAMES[plan.cloud]} is not in the table of prices")
            continue
        times = 2 if environment == "production" and plan.staged and sizes.stands_by(plan.profile) else 1
        hourly = price(size.price).usd if size.price else _by_size(size)
        note = f"{size.machine}{', with a stand-by in another zone' if times > 1 else ''}"
        yield Line(title, times * HOURS, "hour", hourly, times * HOURS * hourly, note)
        note = f"{size.disk_gb} GB{FREE_BACKUPS.get(plan.cloud, '')}{' twice' if times > 1 else ''}"
        yield _line(f"{title}, disk", times * size.disk_gb, f"{plan.cloud}-sql-storage", note)


def _by_size(size: sizes.Database) -> float:
    return size.vcpu * price("gcp-sql-cpu").usd + size.memory_gb * price("gcp-sql-memory").usd


def _caches(plan: _Plan) -> Iterator[Line]:
    for store in (name for name in CACHES if name in plan.usage.stores):
        title = _TITLES[store]
        if store == "redis" and plan.cloud == "gcp":
            yield _line(title, CACHE_GB * HOURS, "gcp-cache", f"Memorystore, {CACHE_GB:g} GB, production alone")
        elif store == "redis" and plan.cloud == "aws":
            note = "ElastiCache Serverless for Valkey, the least that is charged; production alone"
            yield _line(title, VALKEY_LEAST_GB * HOURS, "aws-cache", note)
        else:
            yield Line(title, 1, "cache", None, None, f"{title} on {_NAMES[plan.cloud]} is not in the table of prices")


def _others(plan: _Plan) -> Iterator[Line]:
    for store in sorted(set(plan.usage.stores) - {*SQL, *CACHES}):
        title = _TITLES.get(store, store.capitalize())
        yield Line(title, 1, "server", None, None, f"{title} is not in the table of prices")


def _small(plan: _Plan) -> Iterator[Line]:
    if plan.cloud not in ("gcp", "aws"):
        return
    sent = egress_gb(plan.requests, RESPONSE_KB)
    yield _line("Traffic to the internet", sent, f"{plan.cloud}-egress", f"{RESPONSE_KB} kB an answer")
    yield _line("Logs", egress_gb(plan.requests, LOG_KB), f"{plan.cloud}-logs", f"{LOG_KB} kB a request")
    if plan.usage.secrets:
        by_name = plan.profile.platform.runtime == "cloud-run"
        stored = (plan.usage.secrets if by_name else 1) * (2 if plan.staged else 1)
        note = "one version of each in every environment" if by_name else "one for each environment"
        yield _line("Secrets", stored, f"{plan.cloud}-secret", note)
