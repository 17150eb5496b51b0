"""Which settings the service takes from its environment, and where in a cluster the things stand that it talks to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.inventory.envfiles import is_platform_variable
from prodify.recipes.ci.planned import CODE_WRITERS, GENERATED, names_read, planned
from prodify.recipes.security.djangosettings import hosts_from_environment, origins_from_environment, plain_settings
from prodify.recipes.security.literals import literals
from prodify.recipes.shared.variables import BROKER_NAME, variables

if TYPE_CHECKING:
    from prodify.inventory import Inventory
    from prodify.profile import Profile

OBSERVABILITY_NAMESPACE = "observability"
"""Namespace of the collector and of Prometheus."""
COLLECTOR_URL = f"http://otel-collector.{OBSERVABILITY_NAMESPACE}.svc:4318"
PROMETHEUS_URL = f"http://prometheus.{OBSERVABILITY_NAMESPACE}.svc:9090"

NOT_THE_SERVICE = re.compile(r"(^|/)(tests?|load|infra|docs|scripts|examples|benchmarks|\.github)/|(^|/)(test_\w+|\w+_test|conftest)\.py\Z")
"""Paths of code that does not run where the service does."""

# Set by the deploy files themselves, or of no use outside development.
_NOT_STORED = re.compile(
    r"^(PORT|HOST|ENVIRONMENT|WEB_CONCURRENCY|FORWARDED_ALLOW_IPS|ALLOWED_ORIGINS|FLASK_\w+|DJANGO_SETTINGS_MODULE|DJANGO_DEBUG|OTEL_\w+|LOG_LEVEL|HOME|PATH|USER|CI)$"
)
# Modules that other recipes write; all their settings have defaults, and counting them would change these files on the second run.
_WRITTEN = (
    "telemetry.py", "health.py", "llm_adapter.py", "gunicorn.conf.py", "serve.py", "rate_limit.py", "run_worker.py", "worker_telemetry.py",
    "answer_cache.py", "feature_flags.py",
)  # fmt: skip


_HOSTS = re.compile(r"(\w+_)?ALLOWED_HOSTS")
_ORIGINS = re.compile(r"(\w+_)?CSRF_TRUSTED_ORIGINS")


def hosts(repo: Inventory, profile: Profile, environment: str) -> tuple[tuple[str, str], ...]:
    """Names and values of the settings that hold the host names a Django service answers to, comma separated.

    The host is the profile's; Cloud Run's own address comes beside it. No value where neither is known.
    """
    host = profile.service.host and f"{'staging.' if environment == 'staging' else ''}{profile.service.host}"
    known = [host] if host else []
    known += [".run.app"] if profile.platform.runtime == "cloud-run" else []
    names = {v.name for v in variables(repo) if _HOSTS.fullmatch(v.name)}
    path = plain_settings(repo)
    if path is not None and hosts_from_environment(repo.files.text(path) or ""):
        names.add("ALLOWED_HOSTS")
    return tuple((name, ",".join(known)) for name in sorted(names)) if repo.uses("django") is not None else ()


def origins(repo: Inventory, profile: Profile, environment: str) -> tuple[tuple[str, str], ...]:
    """Names and values of the settings that hold the origins whose forms a Django service takes; none while the profile knows no host.

    TLS ends before the service: to itself it looks as if it was asked without, and a form that says https as its origin is refused.
    """
    host = profile.service.host
    if not host or repo.uses("django") is None:
        return ()
    names = {v.name for v in variables(repo) if _ORIGINS.fullmatch(v.name)} - set(stored_names(repo))
    path = plain_settings(repo)
    if path is not None and origins_from_environment(repo.files.text(path) or ""):
        names.add("CSRF_TRUSTED_ORIGINS")
    return tuple((name, f"https://{'staging.' if environment == 'staging' else ''}{host}") for name in sorted(names))


def stored_names(repo: Inventory) -> tuple[str, ...]:
    """Names of the variables that the secret store holds, sorted: secrets, and settings without a default that nobody else knows.

    Holds what code reads today and what it will read once the recipe `secrets` took the literals out.
    """
    read = {
        v.name
        for v in variables(repo)
        if (v.secret or v.required) and not _NOT_STORED.match(v.name) and v.location.path.rpartition("/")[2] not in _WRITTEN
    }
    # A worker's default address of its broker is that of a developer's machine.
    works = bool(repo.brokers) or any(component.kind == "worker" for component in repo.services)
    read |= {v.name for v in variables(repo) if works and BROKER_NAME.fullmatch(v.name)}
    return tuple(sorted({name for name in read if not _is_host(repo, name)} | {literal.env for literal in literals(repo)}))


def optional_names(repo: Inventory, profile: Profile) -> tuple[str, ...]:
    """Names of the variables with a default that the service's own code reads, sorted, those of the platform left out.

    Holds what code reads today and what it will read once the recipes edited it. Settings of the modules that recipes write are not
    among them: the example file lists those.
    """
    read = {v.name: v.location.path for v in variables(repo) if not _elsewhere(v.location.path)}
    for path, text in planned(repo, profile, CODE_WRITERS, ".py").items():
        if not _elsewhere(path):
            read.update(dict.fromkeys(names_read(text), path))
    others = set(read) - set(stored_names(repo)) - {name for name, _ in origins(repo, profile, "production")}
    return tuple(sorted(name for name in others if not is_platform_variable(name) and not _is_host(repo, name)))


def _is_host(repo: Inventory, name: str) -> bool:
    """Whether a setting holds the hosts of a Django service, which the manifests state by themselves."""
    return _HOSTS.fullmatch(name) is not None and repo.uses("django") is not None


def _elsewhere(path: str) -> bool:
    return path.rpartition("/")[2] in GENERATED or NOT_THE_SERVICE.search(path) is not None
