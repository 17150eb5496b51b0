"""Which settings the service takes from its environment, and where in a cluster the things stand that it talks to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prodify.recipes.security.literals import literals
from prodify.recipes.shared.variables import variables

if TYPE_CHECKING:
    from prodify.inventory import Inventory

OBSERVABILITY_NAMESPACE = "observability"
"""Namespace of the collector and of Prometheus."""
COLLECTOR_URL = f"http://otel-collector.{OBSERVABILITY_NAMESPACE}.svc:4318"
PROMETHEUS_URL = f"http://prometheus.{OBSERVABILITY_NAMESPACE}.svc:9090"

# Set by the deploy files themselves, or of no use outside development.
_NOT_STORED = re.compile(
    r"^(PORT|HOST|ENVIRONMENT|WEB_CONCURRENCY|FORWARDED_ALLOW_IPS|ALLOWED_ORIGINS|FLASK_\w+|DJANGO_SETTINGS_MODULE|DJANGO_DEBUG|OTEL_\w+|LOG_LEVEL|HOME|PATH|USER|CI)$"
)
# Modules that other recipes write; all their settings have defaults, and counting them would change these files on the second run.
_WRITTEN = ("telemetry.py", "health.py", "llm_adapter.py", "gunicorn.conf.py", "serve.py", "rate_limit.py")


def stored_names(repo: Inventory) -> tuple[str, ...]:
    """Names of the variables that the secret store holds, sorted: secrets, and settings without a default that nobody else knows.

    Holds what code reads today and what it will read once the recipe `secrets` took the literals out.
    """
    read = {
        v.name
        for v in variables(repo)
        if (v.secret or v.required) and not _NOT_STORED.match(v.name) and v.location.path.rpartition("/")[2] not in _WRITTEN
    }
    return tuple(sorted(read | {literal.env for literal in literals(repo)}))
